//! What a select has of channels and of their messages, without their types and on any thread.
//!
//! - **K1** The core of a channel is of one type for as long as it lives, in the lifetimes within that type too: it is
//!   invariant in the type of its messages, as cells are, and is no part of another core. So two references to cores at one
//!   address, while both live, are of one type.
//! - **K2** What a [`Channel`] does moves the bytes of messages and runs no code of theirs, nor shows them to anybody: a
//!   thread that messages must not go to may do it. A message that was received is shown to who has a handle of its channel on
//!   the same thread, and dropped on the thread that had one when the channel was added, also where a waker panics that is
//!   woken then: elsewhere it leaks.
//! - **K3** A channel with one receiver, which one thread may use at a time, or whose messages are weighed when they come out,
//!   by code that sees them, is received from by the thread that had the receiver when it was added.

use core::mem::{self, ManuallyDrop};
use std::boxed::Box;
use std::thread::{self, ThreadId};

use super::channel::Channel;
use crate::channel::budget::Budget;
use crate::channel::core::Core;
use crate::channel::kind::Kind;

/// A channel of which this thread has a handle.
#[derive(Clone, Copy)]
pub(super) struct Added<'a> {
    channel: &'a dyn Channel,
    /// The thread that had the handle when this was made.
    home: ThreadId,
    /// Whether no other thread may use it (K3).
    stays: bool,
}

// SAFETY: what it does for other threads is what any thread may do (K2), or a panic (K3).
unsafe impl Send for Added<'_> {}
// SAFETY: as above; it is not changed.
unsafe impl Sync for Added<'_> {}

impl<'a> Added<'a> {
    /// The channel of a sender: any thread may send.
    pub(super) fn by_sender<T, C: Kind>(channel: &'a Core<T, C>) -> Self {
        Self { channel, home: thread::current().id(), stays: false }
    }

    /// The channel of a receiver.
    pub(super) fn by_receiver<T, C: Kind>(channel: &'a Core<T, C>) -> Self {
        let stays = !C::SHARED || C::Budget::<T>::SEES;
        Self { channel, home: thread::current().id(), stays }
    }

    /// The channel.
    pub(super) fn channel(&self) -> &'a dyn Channel {
        self.channel
    }

    /// The thread that had a handle.
    pub(super) fn home(&self) -> ThreadId {
        self.home
    }

    /// Panics if it is not for this thread (K3).
    #[track_caller]
    pub(super) fn assert_may_be_used(&self) {
        assert!(
            !self.stays || self.home == thread::current().id(),
            "a receiver that is alone, or of messages by weight, is selected from on its own thread"
        );
    }

    /// Whether it is this channel.
    pub(super) fn is<T, C: Kind>(&self, core: &Core<T, C>) -> bool {
        core::ptr::addr_eq(self.channel, core)
    }
}

/// Where a message is put that is being received, and nobody has it yet: dropped on another thread than this, it leaks (K2).
pub(super) struct Received<T> {
    pub(super) message: Option<T>,
    home: ThreadId,
}

impl<T> Received<T> {
    /// None yet, for who has it from this thread.
    pub(super) fn none(home: ThreadId) -> Self {
        Self { message: None, home }
    }
}

impl<T> Drop for Received<T> {
    fn drop(&mut self) {
        if self.message.is_some() && self.home != thread::current().id() {
            mem::forget(self.message.take());
        }
    }
}

/// A value of some type that only who has put it here knows.
trait Value {}

impl<T> Value for T {}

/// A message, and the channel that it came from, which says what its type is.
pub(in crate::channel) struct Kept<'a> {
    /// It lives for as long as this does.
    from: &'a dyn Channel,
    message: ManuallyDrop<Box<dyn Value + 'a>>,
    home: ThreadId,
}

impl<'a> Kept<'a> {
    /// Keeps a message that came from this channel, for who has it from this thread.
    pub(super) fn of<T, C: Kind>(from: &'a Core<T, C>, home: ThreadId, message: T) -> Self {
        Self { from, message: ManuallyDrop::new(Box::new(message)), home }
    }

    /// The message, if it came from this channel.
    pub(super) fn take<T, C: Kind>(self, from: &Core<T, C>) -> Option<T> {
        if !core::ptr::addr_eq(self.from, from) {
            return None;
        }
        let mut this = ManuallyDrop::new(self);
        // SAFETY: it is taken once: what it is taken from is forgotten.
        let message = unsafe { ManuallyDrop::take(&mut this.message) };
        // SAFETY: both channels live, and are one: the message that came from it is a `T` (K1), in a box that was
        // one of a `T`, and who has this channel here may have it (K2).
        Some(*unsafe { Box::from_raw(Box::into_raw(message).cast::<T>()) })
    }
}

impl Drop for Kept<'_> {
    fn drop(&mut self) {
        if self.home == thread::current().id() {
            // SAFETY: nobody uses it after this.
            unsafe { ManuallyDrop::drop(&mut self.message) }
        }
    }
}
