//! The workloads of tasks, on tokio.

use std::future::Future;
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::runtime::{Builder, Runtime};

use super::{Executor, Figure, Figures};
use crate::plan::CAPACITY;

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
