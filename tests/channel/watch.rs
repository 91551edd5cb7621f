//! Watching over threads: whether one sleeps, and whether all come to an end.

use std::panic::resume_unwind;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

/// No test takes as long on the slowest machine. The clock of Miri goes with the steps.
const PATIENCE: Duration = Duration::from_secs(if cfg!(miri) { 36_000 } else { 60 });

/// Runs what could hang, on a thread of its own, and fails if it does.
#[track_caller]
pub fn finishes<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (done, end) = mpsc::channel();
    let worker = thread::spawn(move || {
        let result = work();
        let _ = done.send(());
        result
    });
    if end.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
        panic!("it hangs");
    }
    worker.join().unwrap_or_else(|why| resume_unwind(why))
}

/// A thread of the system.
#[derive(Clone, Copy, Debug)]
pub struct ThreadId(#[cfg(all(target_os = "linux", not(miri)))] libc::pid_t);

impl ThreadId {
    /// The calling thread.
    pub fn current() -> Self {
        // SAFETY: the call takes nothing and cannot fail.
        Self(
            #[cfg(all(target_os = "linux", not(miri)))]
            unsafe {
                libc::gettid()
            },
        )
    }

    /// Returns when the thread has been seen asleep.
    #[cfg(all(target_os = "linux", not(miri)))]
    pub fn sleeps(self) {
        let stat = format!("/proc/self/task/{}/stat", self.0);
        let is_asleep = || {
            let stat = std::fs::read_to_string(&stat).expect("the thread is there");
            let (_, state) = stat.rsplit_once(") ").expect("the name of the thread");
            state.starts_with('S')
        };
        while !is_asleep() {
            thread::yield_now();
        }
    }

    /// Gives the thread a chance to fall asleep: nobody here tells whether it does.
    #[cfg(not(all(target_os = "linux", not(miri))))]
    pub fn sleeps(self) {
        (0..1000).for_each(|_| thread::yield_now());
    }
}

/// Starts a thread, and returns when it sleeps, which is in what it is given to do.
pub fn asleep<R: Send + 'static>(
    work: impl FnOnce() -> R + Send + 'static,
) -> thread::JoinHandle<R> {
    let (tell, told) = mpsc::channel();
    let worker = thread::spawn(move || {
        tell.send(ThreadId::current()).unwrap();
        work()
    });
    told.recv().unwrap().sleeps();
    worker
}

/// What a thread has used.
#[cfg(target_os = "linux")]
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// The time that it ran.
    pub time: Duration,
    /// How often it fell asleep.
    pub sleeps: usize,
}

#[cfg(target_os = "linux")]
impl Usage {
    /// The calling thread, up to now.
    pub fn of_this_thread() -> Self {
        let mut usage = std::mem::MaybeUninit::uninit();
        // SAFETY: `usage` has room for what the call writes.
        let told = unsafe { libc::getrusage(libc::RUSAGE_THREAD, usage.as_mut_ptr()) };
        assert_eq!(told, 0, "the system tells it to every thread");
        // SAFETY: the call has written it.
        let usage: libc::rusage = unsafe { usage.assume_init() };
        let time = |part: libc::timeval| {
            Duration::from_secs(part.tv_sec as u64) + Duration::from_micros(part.tv_usec as u64)
        };
        Self { time: time(usage.ru_utime) + time(usage.ru_stime), sleeps: usage.ru_nvcsw as usize }
    }
}
