//! The channels that take part, with their own default settings.

use std::time::Duration;

use super::on_tasks::{
    AsyncChannelTasks, CrossfireTasks, FlumeTasks, KanalTasks, RingwayTasks, TokioTasks,
};
use super::tasks::{self, TaskChannel};
use super::threads;
use super::{Figures, Workload};
use crate::conformance::of_waiting;
use crate::contender::{Contender, Info, Kind, WaitingSink, WaitingSource};
use crate::contenders::channels::{
    CrossbeamChannel, Crossfire, Flume, Kanal, Parkring, RingwayChannel, StdSync,
};
use crate::contenders::mutexes::MutexCondvar;
use crate::plan::Topology;

/// How to run a workload.
type Run = fn(Workload, &[usize], Duration) -> Figures;

/// A channel with its type erased.
#[derive(Debug)]
pub struct Channel {
    /// Its name in tables.
    pub name: &'static str,
    kind: Kind,
    /// Whether it is a baseline and no peer.
    pub is_baseline: bool,
    run: Run,
    check: fn(Kind) -> Option<Result<(), String>>,
    /// Whether tasks send and receive by it, and not threads.
    is_for_tasks: bool,
}

impl Channel {
    /// A channel for threads.
    const fn of_threads<C: Contender>() -> Self
    where
        C::Producer<u64>: WaitingSink<u64>,
        C::Consumer<u64>: WaitingSource<u64>,
    {
        let Info { name, kind, .. } = C::INFO;
        let run = threads::run::<C>;
        let check = |_| {
            let found = of_waiting::<C>();
            (!found.hung).then(|| found.failure.map_or(Ok(()), Err))
        };
        Self { name, kind, is_baseline: false, run, check, is_for_tasks: false }
    }

    /// A channel for tasks.
    const fn of_tasks<C: TaskChannel>(name: &'static str, kind: Kind) -> Self {
        let run: Run = |workload, _, time| match workload {
            Workload::Tasks { executor, senders, receivers } => {
                tasks::run::<C>(executor, senders, receivers, time)
            }
            _ => Vec::new(),
        };
        let check = |kind| Some(tasks::check::<C>(kind));
        Self { name, kind, is_baseline: false, run, check, is_for_tasks: true }
    }

    /// The same as a baseline.
    const fn baseline(mut self) -> Self {
        self.is_baseline = true;
        self
    }

    /// Why it does not run that workload, if it does not.
    pub fn obstacle(&self, workload: Workload) -> Option<String> {
        let (is_task, senders, receivers) = match workload {
            Workload::Tasks { senders, receivers, .. } => (true, senders, receivers),
            Workload::Throughput { senders, receivers } => (false, senders, receivers),
            Workload::OneCore => (false, 8, 8),
            _ => (false, 1, 1),
        };
        if is_task && !self.is_for_tasks {
            Some("threads only".to_owned())
        } else if !is_task && self.is_for_tasks {
            Some("tasks only".to_owned())
        } else if !self.kind.permits(Topology::new(senders, receivers)) {
            Some(format!("{} only", self.kind))
        } else {
            None
        }
    }

    /// Checks that it hands every message over once and in order; only then it is measured. Nothing if it
    /// hangs.
    ///
    /// # Errors
    ///
    /// Says what went wrong.
    pub fn check(&self) -> Option<Result<(), String>> {
        (self.check)(self.kind)
    }

    /// Runs it.
    pub fn run(&self, workload: Workload, cores: &[usize], time: Duration) -> Figures {
        (self.run)(workload, cores, time)
    }
}

/// The reference of all ratios.
pub const REFERENCE: &str = RingwayChannel::INFO.name;

/// All channels. The same name may stand for threads and for tasks.
pub static CHANNELS: [Channel; 14] = [
    Channel::of_threads::<RingwayChannel>(),
    Channel::of_threads::<CrossbeamChannel>(),
    Channel::of_threads::<Kanal>(),
    Channel::of_threads::<Crossfire>(),
    Channel::of_threads::<Flume>(),
    Channel::of_threads::<StdSync>(),
    Channel::of_threads::<Parkring>(),
    Channel::of_threads::<MutexCondvar>().baseline(),
    Channel::of_tasks::<RingwayTasks>(REFERENCE, Kind::Mpmc),
    Channel::of_tasks::<KanalTasks>("kanal", Kind::Mpmc),
    Channel::of_tasks::<CrossfireTasks>("crossfire", Kind::Mpmc),
    Channel::of_tasks::<FlumeTasks>("flume", Kind::Mpmc),
    Channel::of_tasks::<AsyncChannelTasks>("async-channel", Kind::Mpmc),
    Channel::of_tasks::<TokioTasks>("tokio-mpsc", Kind::Mpsc),
];
