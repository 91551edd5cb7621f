//! The contest of channels: queues that wait by themselves, each in its own default way.
//!
//! What is measured of each, in rounds that interleave all of them in shuffled order:
//!
//! | workload | what it is |
//! |---|---|
//! | throughput | threads that send and receive for a slice of time |
//! | tasks | the same with tasks, on tokio with one thread and with two |
//! | ping-pong | a message there and back between two pinned threads |
//! | wake-up | from a send to the receipt by a thread that slept |
//! | idle | the CPU time of a receiver that waits for nothing |
//! | fixed rate | CPU time for each message, and latency from the time at which it was to be sent |
//! | one core | many threads on one core, beside a thread that computes |

pub mod command;
mod contenders;
mod on_tasks;
mod tasks;
mod threads;

use std::fmt;

use serde::Serialize;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Workload {
    /// Threads send and receive as fast as they can.
    Throughput {
        /// Threads that send.
        senders: usize,
        /// Threads that receive.
        receivers: usize,
    },
    /// Tasks do.
    Tasks {
        /// Where they run.
        executor: Executor,
        /// Tasks that send.
        senders: usize,
        /// Tasks that receive.
        receivers: usize,
    },
    /// There and back.
    PingPong,
    /// From a send to the receipt by a thread that slept.
    WakeUp,
    /// A receiver that waits for nothing.
    Idle,
    /// So many messages in a second.
    FixedRate(u32),
    /// Eight senders and eight receivers on one core, beside a thread that computes.
    OneCore,
}

/// Where tasks run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Executor {
    /// tokio with one thread.
    CurrentThread,
    /// tokio with two threads.
    MultiThread,
}

/// All workloads, in the order of the report.
pub const WORKLOADS: [Workload; 16] = [
    Workload::Throughput { senders: 1, receivers: 1 },
    Workload::Throughput { senders: 2, receivers: 2 },
    Workload::Throughput { senders: 8, receivers: 8 },
    Workload::Tasks { executor: Executor::CurrentThread, senders: 1, receivers: 1 },
    Workload::Tasks { executor: Executor::CurrentThread, senders: 4, receivers: 4 },
    Workload::Tasks { executor: Executor::MultiThread, senders: 1, receivers: 1 },
    Workload::Tasks { executor: Executor::MultiThread, senders: 4, receivers: 1 },
    Workload::Tasks { executor: Executor::MultiThread, senders: 4, receivers: 4 },
    Workload::PingPong,
    Workload::WakeUp,
    Workload::Idle,
    Workload::FixedRate(1_000),
    Workload::FixedRate(10_000),
    Workload::FixedRate(100_000),
    Workload::FixedRate(1_000_000),
    Workload::OneCore,
];

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Throughput { senders, receivers } => write!(f, "threads {senders}x{receivers}"),
            Self::Tasks { executor: Executor::CurrentThread, senders, receivers } => {
                write!(f, "tasks, one thread {senders}x{receivers}")
            }
            Self::Tasks { executor: Executor::MultiThread, senders, receivers } => {
                write!(f, "tasks, two threads {senders}x{receivers}")
            }
            Self::PingPong => f.write_str("ping-pong"),
            Self::WakeUp => f.write_str("wake-up"),
            Self::Idle => f.write_str("idle"),
            Self::FixedRate(rate) => write!(f, "{rate} msg/s"),
            Self::OneCore => f.write_str("one core 8x8"),
        }
    }
}

/// What a figure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Figure {
    /// Millions of messages in a second.
    #[serde(rename = "M msg/s")]
    Rate,
    /// The median delay, in nanoseconds.
    #[serde(rename = "p50, ns")]
    Median,
    /// The delay that one in a hundred exceeds, in nanoseconds.
    #[serde(rename = "p99, ns")]
    P99,
    /// CPU time for a message, in nanoseconds: of the receiver, and what the sender was in `send`.
    #[serde(rename = "CPU ns/msg")]
    CpuPerMessage,
    /// CPU time in a second, in microseconds.
    #[serde(rename = "CPU us/s")]
    CpuPerSecond,
}

impl Figure {
    /// Whether more is better.
    pub fn is_more_better(self) -> bool {
        self == Self::Rate
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rate => "M msg/s",
            Self::Median => "p50, ns",
            Self::P99 => "p99, ns",
            Self::CpuPerMessage => "CPU ns/msg",
            Self::CpuPerSecond => "CPU us/s",
        })
    }
}

/// What one slice of a workload gave.
pub type Figures = Vec<(Figure, f64)>;

/// The median and the 99th percentile of delays.
fn percentiles(mut delays: Vec<u64>) -> Figures {
    delays.sort_unstable();
    let at = |part: f64| delays.get((delays.len() as f64 * part) as usize).map(|ns| *ns as f64);
    let figures = [(Figure::Median, at(0.5)), (Figure::P99, at(0.99))];
    figures.into_iter().filter_map(|(figure, value)| Some((figure, value?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_the_sorted_delays() {
        let figures = percentiles((1..=1000).rev().collect());
        assert_eq!(figures, [(Figure::Median, 501.0), (Figure::P99, 991.0)]);
        assert_eq!(percentiles(Vec::new()), [], "what is not known is not there");
    }
}
