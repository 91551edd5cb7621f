//! Which fences a process uses, for one whose sandbox kills it for a system call.
//!
//! On Linux a thread that means to skip another makes all threads of the process pass a fence, by the
//! system call `membarrier`; so does the first who waits in a channel. Nobody else needs a fence then. The
//! process asks the system once whether it may, which is a call of `membarrier` too, at the first
//! operation on any queue: a push, a pop, a send, a receive. Where the system has no such call or
//! refuses it, as most sandboxes do, all threads pass fences of their own instead, and everything
//! works as before.
//!
//! A filter of system calls that *kills* whoever calls `membarrier` cannot be asked. A program that
//! runs under one calls [`use_portable`] before it uses a queue, or is built with
//! `RUSTFLAGS="--cfg ringway_portable"`.
//!
//! # What it costs
//!
//! Every operation on a shared side, and every message of a channel, passes a full fence: an
//! instruction that waits until all that the processor has written is seen by the others. `spsc` has
//! none of it. The README names a run of the contest with these fences.

/// Makes this process use the portable fences and never call `membarrier`. True if it does from now
/// on.
///
/// The choice is made once, by the first operation on a shared side or beside one, or by this function. So it is false
/// if a queue was used before and the system has granted the call; then nothing changes. Where
/// there is no such call, or it was refused, or the portable fences were chosen already, it is true.
///
/// ```
/// // First of all in `main`, before the sandbox is entered or after.
/// assert!(ringway::fences::use_portable());
///
/// let queue = ringway::Queue::new(8);
/// queue.push("no call of membarrier").unwrap();
/// ```
pub fn use_portable() -> bool {
    crate::late::choose_portable()
}
