//! The workloads of tasks, on tokio.

use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::{Executor, Figure, Figures, Workload};
use crate::conformance::examine;
use crate::contender::Kind;
use crate::message::Share;
use crate::plan::{CAPACITY, Topology};

/// How many messages are checked for each topology and executor.
const CHECKED_MESSAGES: u64 = 5_000;

/// The capacity that is checked: small, so that the channel is often full and often empty.
const SMALL: usize = 4;

/// A channel for tasks.
pub trait TaskChannel: 'static {
    /// Its sender.
    type Sender: Send + 'static;
    /// Its receiver.
    type Receiver: Send + 'static;

    /// A new one, with so many of each.
    fn create(
        capacity: usize,
        senders: usize,
        receivers: usize,
    ) -> (Vec<Self::Sender>, Vec<Self::Receiver>);

    /// Sends; false if nobody is left to receive.
    fn send(sender: &mut Self::Sender, message: u64) -> impl Future<Output = bool> + Send;

    /// Receives, until nobody is left to send.
    fn recv(receiver: &mut Self::Receiver) -> impl Future<Output = Option<u64>> + Send;
}

/// Millions of messages in a second.
pub fn run<C: TaskChannel>(
    executor: Executor,
    senders: usize,
    receivers: usize,
    time: Duration,
) -> Figures {
    let (outs, ins) = C::create(CAPACITY, senders, receivers);
    let stop = Arc::new(AtomicBool::new(false));
    let runtime = runtime(executor);
    let begun = Instant::now();
    let received: u64 = runtime.block_on(async {
        for mut sender in outs {
            let stop = Arc::clone(&stop);
            tokio::spawn(async move {
                let mut message = 0;
                while !(message % 64 == 0 && is_over(&stop, begun, time)) {
                    if !C::send(&mut sender, message).await {
                        break;
                    }
                    message += 1;
                }
            });
        }
        let counts = Vec::from_iter(ins.into_iter().map(|mut receiver| {
            tokio::spawn(async move {
                let (mut received, mut sum) = (0_u64, 0_u64);
                while let Some(message) = C::recv(&mut receiver).await {
                    received += 1;
                    sum = sum.wrapping_add(message);
                }
                black_box(sum);
                received
            })
        }));
        let mut received = 0;
        for count in counts {
            received += count.await.expect("it counts");
        }
        received
    });
    vec![(Figure::Rate, received as f64 / begun.elapsed().as_secs_f64() / 1e6)]
}

/// Sends numbered messages through a small channel from task to task: each must arrive once, and those of a
/// sender in order.
///
/// # Errors
///
/// Says what went wrong.
pub fn check<C: TaskChannel>(kind: Kind) -> Result<(), String> {
    let topologies = [Topology::new(1, 1), Topology::new(3, 1), Topology::new(2, 2)];
    for topology in topologies.into_iter().filter(|&topology| kind.permits(topology)) {
        for executor in [Executor::CurrentThread, Executor::MultiThread] {
            let shares = Share::divide(CHECKED_MESSAGES, topology.producers);
            let (outs, ins) = C::create(SMALL, topology.producers, topology.consumers);
            let logs = runtime(executor).block_on(async {
                for (mut sender, share) in outs.into_iter().zip(shares.clone()) {
                    tokio::spawn(async move {
                        for sequence in 0..share.messages {
                            C::send(&mut sender, share.message(sequence)).await;
                        }
                    });
                }
                let logs = Vec::from_iter(ins.into_iter().map(|mut receiver| {
                    tokio::spawn(async move {
                        let mut log = Vec::new();
                        while let Some(message) = C::recv(&mut receiver).await {
                            log.push(message);
                        }
                        log
                    })
                }));
                let mut all = Vec::new();
                for log in logs {
                    all.push(log.await.map_err(|error| error.to_string())?);
                }
                Ok::<_, String>(all)
            })?;
            let Topology { producers: senders, consumers: receivers } = topology;
            let workload = Workload::Tasks { executor, senders, receivers };
            examine(&logs, &shares, true).map_err(|error| format!("{workload}: {error}"))?;
        }
    }
    Ok(())
}

/// Whether it is time to stop; the first to see it tells the others.
fn is_over(stop: &AtomicBool, begun: Instant, time: Duration) -> bool {
    if !stop.load(Ordering::Relaxed) && begun.elapsed() >= time {
        stop.store(true, Ordering::Relaxed);
    }
    stop.load(Ordering::Relaxed)
}

/// An executor of that kind.
fn runtime(executor: Executor) -> Runtime {
    let mut builder = match executor {
        Executor::CurrentThread => Builder::new_current_thread(),
        Executor::MultiThread => Builder::new_multi_thread(),
    };
    builder.worker_threads(2).build().expect("a runtime is to be had")
}

#[cfg(test)]
mod tests {
    use super::super::on_tasks::{AsyncChannelTasks, RingwayTasks, TokioTasks};
    use super::*;

    /// A channel that does something wrong with one message.
    struct Broken<const HOW: u8>;

    const LOSES: u8 = 0;
    const DOUBLES: u8 = 1;
    const REORDERS: u8 = 2;

    type Inner = AsyncChannelTasks;

    impl<const HOW: u8> TaskChannel for Broken<HOW> {
        type Sender = (<Inner as TaskChannel>::Sender, Option<u64>);
        type Receiver = <Inner as TaskChannel>::Receiver;

        fn create(
            capacity: usize,
            senders: usize,
            receivers: usize,
        ) -> (Vec<Self::Sender>, Vec<Self::Receiver>) {
            let (outs, ins) = Inner::create(capacity, senders, receivers);
            (outs.into_iter().map(|out| (out, None)).collect(), ins)
        }

        async fn send((out, kept): &mut Self::Sender, message: u64) -> bool {
            if message == 100 {
                match HOW {
                    LOSES => return true,
                    DOUBLES => return Inner::send(out, 100).await && Inner::send(out, 100).await,
                    _ => {
                        *kept = Some(message);
                        return true;
                    }
                }
            }
            let after = kept.take();
            Inner::send(out, message).await
                && match after {
                    Some(after) => Inner::send(out, after).await,
                    None => true,
                }
        }

        async fn recv(receiver: &mut Self::Receiver) -> Option<u64> {
            Inner::recv(receiver).await
        }
    }

    #[test]
    fn channels_of_tasks_pass_and_broken_ones_do_not() {
        assert_eq!(check::<RingwayTasks>(Kind::Mpmc), Ok(()));
        assert_eq!(check::<TokioTasks>(Kind::Mpsc), Ok(()));
        let wrong = |outcome: Result<(), String>| outcome.unwrap_err();
        assert!(wrong(check::<Broken<LOSES>>(Kind::Mpmc)).contains("tasks, one thread 1x1"));
        assert!(wrong(check::<Broken<DOUBLES>>(Kind::Mpmc)).contains("out of order"));
        assert!(wrong(check::<Broken<REORDERS>>(Kind::Mpmc)).contains("out of order"));
    }
}
