//! What the contest asks of the operating system: cores, pins, CPU time, stolen time.
//!
//! On Linux all of it is known. Elsewhere threads stay unpinned (and every slice says so), and what is not
//! known is `None`, never 0.

pub use imp::{
    allowed_cores, cpu_time_of, current_core, current_thread, kernel, pin, stolen_ticks,
    thread_cpu_time, thread_switches,
};

#[cfg(target_os = "linux")]
mod imp {
    use std::fs;
    use std::time::Duration;

    use nix::sys::resource::{UsageWho, getrusage};
    use rustix::system::uname;
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
    use rustix::time::{ClockId, clock_gettime};

    /// The cores that this process may use.
    pub fn allowed_cores() -> Vec<usize> {
        let allowed = sched_getaffinity(None).ok();
        let is_set = |core: &usize| allowed.is_some_and(|allowed| allowed.is_set(*core));
        let cores: Vec<usize> = (0..CpuSet::MAX_CPU).filter(is_set).collect();
        if cores.is_empty() { vec![0] } else { cores }
    }

    /// Pins the calling thread to a core, and says whether the system confirms it.
    pub fn pin(core: usize) -> bool {
        let mut wanted = CpuSet::new();
        if core >= CpuSet::MAX_CPU {
            return false;
        }
        wanted.set(core);
        sched_setaffinity(None, &wanted).is_ok()
            && sched_getaffinity(None).is_ok_and(|set| set == wanted)
    }

    /// The core that the calling thread runs on.
    pub fn current_core() -> Option<usize> {
        Some(sched_getcpu())
    }

    /// The CPU time that the calling thread has used.
    pub fn thread_cpu_time() -> Option<Duration> {
        Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).ok()
    }

    /// The number by which the system knows the calling thread.
    pub fn current_thread() -> Option<i32> {
        Some(rustix::thread::gettid().as_raw_nonzero().get())
    }

    /// The CPU time that another thread of this process has used.
    pub fn cpu_time_of(thread: i32) -> Option<Duration> {
        let stat = fs::read_to_string(format!("/proc/self/task/{thread}/schedstat")).ok()?;
        Some(Duration::from_nanos(stat.split_whitespace().next()?.parse().ok()?))
    }

    /// How often the calling thread has left its core, by itself or not.
    pub fn thread_switches() -> Option<u64> {
        let usage = getrusage(UsageWho::RUSAGE_THREAD).ok()?;
        let switches = usage.voluntary_context_switches() + usage.involuntary_context_switches();
        u64::try_from(switches).ok()
    }

    /// The time that the hypervisor has taken from all cores together, in ticks of `/proc/stat`
    /// (hundredths of a second on every usual kernel: coarse, so good for a flag and for no more).
    pub fn stolen_ticks() -> Option<u64> {
        let stat = fs::read_to_string("/proc/stat").ok()?;
        // cpu user nice system idle iowait irq softirq steal …
        stat.lines().next()?.split_whitespace().nth(8)?.parse().ok()
    }

    /// Name and release of the kernel.
    pub fn kernel() -> Option<String> {
        let name = uname();
        Some(format!("{} {}", name.sysname().to_str().ok()?, name.release().to_str().ok()?))
    }
}

#[cfg(not(target_os = "linux"))]
mod imp {
    use std::thread;
    use std::time::Duration;

    /// As many cores as the process may use.
    pub fn allowed_cores() -> Vec<usize> {
        (0..thread::available_parallelism().map_or(1, usize::from)).collect()
    }

    /// Not done here: `false`.
    pub fn pin(_core: usize) -> bool {
        false
    }

    /// Not known here.
    pub fn current_core() -> Option<usize> {
        None
    }

    /// Not known here.
    pub fn thread_cpu_time() -> Option<Duration> {
        None
    }

    /// Not known here.
    pub fn current_thread() -> Option<i32> {
        None
    }

    /// Not known here.
    pub fn cpu_time_of(_thread: i32) -> Option<Duration> {
        None
    }

    /// Not known here.
    pub fn thread_switches() -> Option<u64> {
        None
    }

    /// Not known here.
    pub fn stolen_ticks() -> Option<u64> {
        None
    }

    /// Not known here.
    pub fn kernel() -> Option<String> {
        None
    }
}
