//! Stops a thread in the middle of an operation, by a signal.
//!
//! The handler of the signal runs on the victim, at whatever instruction it has come to, and sleeps there
//! until the victim is released. If the victim is outside of its operations the handler returns at once, and
//! is sent again. Everything that the handler calls may be called in one: atomics and `futex`.

pub use imp::{Stopped, Victim, inside};

#[cfg(target_os = "linux")]
mod imp {
    use std::io;
    use std::marker::PhantomData;
    use std::os::unix::thread::JoinHandleExt as _;
    use std::sync::atomic::{AtomicBool, AtomicU32, Ordering, compiler_fence};
    use std::thread::JoinHandle;
    use std::time::{Duration, Instant};

    use nix::errno::Errno;
    use nix::sys::pthread::{Pthread, pthread_kill};
    use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
    use rustix::thread::futex;
    use rustix::time::Timespec;

    /// The signal. Nothing else in the contest uses it.
    const SIGNAL: Signal = Signal::SIGUSR1;

    /// Whether the victim is inside of an operation: written by the victim, read by the handler on it.
    static INSIDE: AtomicBool = AtomicBool::new(false);

    /// Where a stop has got to.
    static PHASE: AtomicU32 = AtomicU32::new(RUNS);

    /// The victim runs.
    const RUNS: u32 = 0;
    /// The signal is on its way.
    const SENT: u32 = 1;
    /// The signal landed outside of an operation.
    const MISSED: u32 = 2;
    /// The victim sleeps in the handler.
    const SLEEPS: u32 = 3;

    /// Nobody sleeps longer than this, whatever happens to the other.
    const LONGEST: Duration = Duration::from_secs(60);

    /// Runs an operation of the victim, during which it may be stopped.
    #[inline]
    pub fn inside<R>(operation: impl FnOnce() -> R) -> R {
        INSIDE.store(true, Ordering::Relaxed);
        // The handler runs on the same thread, so only the compiler could move the operation out.
        compiler_fence(Ordering::SeqCst);
        let result = operation();
        compiler_fence(Ordering::SeqCst);
        INSIDE.store(false, Ordering::Relaxed);
        result
    }

    /// The handler.
    extern "C" fn sleep_until_released(_: std::ffi::c_int) {
        // The interrupted code may be about to read it.
        let errno = Errno::last_raw();
        let phase = if INSIDE.load(Ordering::Relaxed) { SLEEPS } else { MISSED };
        // It may be too late: nobody waits for it any more.
        if PHASE.compare_exchange(SENT, phase, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
            wake();
            wait_while(SLEEPS, LONGEST);
        }
        Errno::set_raw(errno);
    }

    /// Wakes who waits for another phase.
    fn wake() {
        // It fails only for an address that is none.
        let _ = futex::wake(&PHASE, futex::Flags::PRIVATE, u32::MAX);
    }

    /// Sleeps until the phase is another one, or too long. The phase then.
    fn wait_while(phase: u32, limit: Duration) -> u32 {
        let limit = Timespec::try_from(limit).ok();
        loop {
            let now = PHASE.load(Ordering::Acquire);
            if now != phase {
                return now;
            }
            let woken = futex::wait(&PHASE, futex::Flags::PRIVATE, phase, limit.as_ref());
            if woken == Err(rustix::io::Errno::TIMEDOUT) {
                return phase;
            }
        }
    }

    /// A thread that can be stopped.
    #[derive(Debug)]
    pub struct Victim<'a> {
        id: Pthread,
        /// While it is not joined the id is its own.
        thread: PhantomData<&'a JoinHandle<()>>,
    }

    impl<'a> Victim<'a> {
        /// A thread to stop: the only one that uses [`inside`].
        ///
        /// # Errors
        ///
        /// If the system does not permit it.
        pub fn of(thread: &'a JoinHandle<()>) -> io::Result<Self> {
            let handler = SigHandler::Handler(sleep_until_released);
            let action = SigAction::new(handler, SaFlags::SA_RESTART, SigSet::empty());
            // SAFETY: the handler does only what is allowed in one, and panics nowhere. Nobody looks at the
            // action that was there before.
            unsafe { sigaction(SIGNAL, &action) }?;
            Ok(Self { id: thread.as_pthread_t() as Pthread, thread: PhantomData })
        }

        /// Stops it inside of an operation. It goes on when what is returned is dropped.
        ///
        /// # Errors
        ///
        /// If that did not succeed within the limit.
        pub fn stop(&self, limit: Duration) -> io::Result<Stopped<'_>> {
            let begin = Instant::now();
            while begin.elapsed() < limit {
                PHASE.store(SENT, Ordering::Release);
                pthread_kill(self.id, SIGNAL)?;
                match wait_while(SENT, limit) {
                    SLEEPS => return Ok(Stopped(PhantomData)),
                    MISSED => {}
                    _ => break,
                }
            }
            drop(Stopped(PhantomData));
            Err(io::Error::new(io::ErrorKind::TimedOut, "it is never inside of an operation"))
        }
    }

    /// The victim is stopped as long as this lives.
    #[derive(Debug)]
    pub struct Stopped<'a>(PhantomData<&'a ()>);

    impl Drop for Stopped<'_> {
        fn drop(&mut self) {
            PHASE.store(RUNS, Ordering::Release);
            wake();
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::io;
    use std::marker::PhantomData;
    use std::thread::JoinHandle;
    use std::time::Duration;

    /// Runs an operation of the victim.
    pub fn inside<R>(operation: impl FnOnce() -> R) -> R {
        operation()
    }

    /// A thread that could be stopped on Linux.
    #[derive(Debug)]
    pub struct Victim<'a>(PhantomData<&'a ()>);

    impl<'a> Victim<'a> {
        /// Not done here.
        ///
        /// # Errors
        ///
        /// Always.
        pub fn of(_thread: &'a JoinHandle<()>) -> io::Result<Self> {
            Err(io::Error::new(io::ErrorKind::Unsupported, "threads are stopped on Linux alone"))
        }

        /// Not done here.
        ///
        /// # Errors
        ///
        /// Always.
        pub fn stop(&self, _limit: Duration) -> io::Result<Stopped<'_>> {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    /// The victim is stopped as long as this lives.
    #[derive(Debug)]
    pub struct Stopped<'a>(PhantomData<&'a ()>);
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::thread;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stopped_thread_stands_still_inside_and_goes_on_when_it_is_released() {
        let steps = Arc::new((AtomicU64::new(0), AtomicBool::new(false)));
        let in_thread = Arc::clone(&steps);
        let thread = thread::spawn(move || {
            while !in_thread.1.load(Ordering::Relaxed) {
                inside(|| {
                    // Odd inside of the operation, even outside.
                    in_thread.0.fetch_add(1, Ordering::Relaxed);
                    in_thread.0.fetch_add(1, Ordering::Relaxed);
                });
            }
        });
        let victim = Victim::of(&thread).unwrap();
        let now = || steps.0.load(Ordering::Relaxed);
        for _ in 0..20 {
            let stopped = victim.stop(Duration::from_secs(20)).unwrap();
            let before = now();
            for _ in 0..1_000 {
                thread::yield_now();
            }
            assert_eq!(now(), before);
            drop(stopped);
            while now() == before {
                thread::yield_now();
            }
        }
        steps.1.store(true, Ordering::Relaxed);
        thread.join().unwrap();
    }
}
