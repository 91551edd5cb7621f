//! The workloads of threads, for every contender that waits by itself.

use std::hint::black_box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::{Figure, Figures, Workload, percentiles};
use crate::contender::{Contender, WaitingSink, WaitingSource};
use crate::plan::CAPACITY;
use crate::platform::{cpu_time_of, current_thread, pin, thread_cpu_time};

/// Runs a workload of threads for about `time`; nothing for one of tasks.
pub fn run<C: Contender>(workload: Workload, cores: &[usize], time: Duration) -> Figures
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    match workload {
        Workload::Throughput { senders, receivers } => {
            vec![(Figure::Rate, throughput::<C>(senders, receivers, cores, time))]
        }
        Workload::OneCore => {
            let core = &cores[..1];
            let stop = AtomicBool::new(false);
            thread::scope(|scope| {
                scope.spawn(|| {
                    pin(core[0]);
                    while !stop.load(Ordering::Relaxed) {
                        black_box((0..1000_u64).sum::<u64>());
                    }
                });
                let rate = throughput::<C>(8, 8, core, time);
                stop.store(true, Ordering::Relaxed);
                vec![(Figure::Rate, rate)]
            })
        }
        Workload::PingPong => ping_pong::<C>(cores, time),
        Workload::WakeUp => wake_up::<C>(cores, time),
        Workload::Idle => idle::<C>(cores, time),
        Workload::FixedRate(rate) => fixed_rate::<C>(rate, cores, time),
        Workload::Tasks { .. } => Vec::new(),
    }
}

/// The handles of a channel with one thread on each side.
fn pair<C: Contender>() -> (C::Producer<u64>, C::Consumer<u64>) {
    let (mut sinks, mut sources) = C::create::<u64>(CAPACITY, 1, 1);
    (sinks.remove(0), sources.remove(0))
}

/// Millions of messages in a second. Threads are pinned to the cores in turn.
fn throughput<C: Contender>(
    senders: usize,
    receivers: usize,
    cores: &[usize],
    time: Duration,
) -> f64
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let (sinks, sources) = C::create::<u64>(CAPACITY, senders, receivers);
    let mut next_core = cores.iter().cycle();
    let mut core = || *next_core.next().expect("there is a core");
    let (stop, start) = (AtomicBool::new(false), Barrier::new(senders + receivers + 1));
    let (stop, start) = (&stop, &start);
    thread::scope(|scope| {
        for mut sink in sinks {
            let core = core();
            scope.spawn(move || {
                pin(core);
                start.wait();
                let mut message = 0;
                while !(message % 64 == 0 && stop.load(Ordering::Relaxed)) {
                    if sink.send(message).is_err() {
                        break;
                    }
                    message += 1;
                }
            });
        }
        let counts = Vec::from_iter(sources.into_iter().map(|mut source| {
            let core = core();
            scope.spawn(move || {
                pin(core);
                start.wait();
                let (mut received, mut sum) = (0_u64, 0_u64);
                while let Some(message) = source.recv() {
                    received += 1;
                    sum = sum.wrapping_add(message);
                }
                black_box(sum);
                received
            })
        }));
        start.wait();
        let begun = Instant::now();
        thread::sleep(time);
        stop.store(true, Ordering::Relaxed);
        let received: u64 = counts.into_iter().map(|count| count.join().expect("it counts")).sum();
        received as f64 / begun.elapsed().as_secs_f64() / 1e6
    })
}

/// The delays of a message there and back.
fn ping_pong<C: Contender>(cores: &[usize], time: Duration) -> Figures
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let ((mut ping, mut pings), (mut pong, mut pongs)) = (pair::<C>(), pair::<C>());
    let other = cores[1 % cores.len()];
    thread::scope(|scope| {
        scope.spawn(move || {
            pin(other);
            while let Some(message) = pings.recv() {
                if pong.send(message).is_err() {
                    break;
                }
            }
        });
        let delays = scope.spawn(move || {
            pin(cores[0]);
            let (begun, mut delays) = (Instant::now(), Vec::with_capacity(1 << 20));
            while begun.elapsed() < time {
                let sent = Instant::now();
                if ping.send(0).is_err() || pongs.recv().is_none() {
                    break;
                }
                delays.push(nanos(sent.elapsed()));
            }
            delays
        });
        percentiles(delays.join().expect("it measures"))
    })
}

/// How long a receiver is left alone before it counts as asleep.
const ASLEEP: Duration = Duration::from_millis(2);

/// The delays from a send to the receipt by a thread that slept.
fn wake_up<C: Contender>(cores: &[usize], time: Duration) -> Figures
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let (mut sink, mut source) = pair::<C>();
    let (other, begun) = (cores[1 % cores.len()], Instant::now());
    thread::scope(|scope| {
        let delays = scope.spawn(move || {
            pin(other);
            let mut delays = Vec::with_capacity(1 << 16);
            while let Some(sent) = source.recv() {
                delays.push(nanos(begun.elapsed()) - sent);
            }
            delays
        });
        scope.spawn(move || {
            pin(cores[0]);
            while begun.elapsed() < time {
                thread::sleep(ASLEEP);
                if sink.send(nanos(begun.elapsed())).is_err() {
                    break;
                }
            }
        });
        percentiles(delays.join().expect("it measures"))
    })
}

/// The CPU time of a receiver that waits for nothing, after it has gone to sleep.
fn idle<C: Contender>(cores: &[usize], time: Duration) -> Figures
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let (mut sink, mut source) = pair::<C>();
    let (tell, told) = mpsc::channel();
    let used = thread::scope(|scope| {
        scope.spawn(move || {
            pin(cores[0]);
            let _ = tell.send(current_thread());
            source.recv();
        });
        let receiver = told.recv().ok()?;
        thread::sleep(10 * ASLEEP);
        let (before, begun) = (cpu_time_of(receiver?), Instant::now());
        thread::sleep(time);
        let (after, asleep) = (cpu_time_of(receiver?), begun.elapsed());
        let _ = sink.send(0);
        Some((after? - before?).as_secs_f64() * 1e6 / asleep.as_secs_f64())
    });
    used.map(|used| (Figure::CpuPerSecond, used)).into_iter().collect()
}

/// Messages at the times at which they are due, and what they cost.
fn fixed_rate<C: Contender>(rate: u32, cores: &[usize], time: Duration) -> Figures
where
    C::Producer<u64>: WaitingSink<u64>,
    C::Consumer<u64>: WaitingSource<u64>,
{
    let (mut sink, mut source) = pair::<C>();
    let (other, begun) = (cores[1 % cores.len()], Instant::now());
    let due = |message: u32| Duration::from_secs_f64(f64::from(message) / f64::from(rate));
    thread::scope(|scope| {
        let receiver = scope.spawn(move || {
            pin(other);
            let mut delays = Vec::with_capacity(1 << 20);
            let before = thread_cpu_time();
            while let Some(due) = source.recv() {
                delays.push(nanos(begun.elapsed()).saturating_sub(due));
            }
            (delays, thread_cpu_time().zip(before).map(|(after, before)| after - before))
        });
        let sender = scope.spawn(move || {
            pin(cores[0]);
            let (mut sent, mut sending) = (0, Duration::ZERO);
            while due(sent) < time {
                // It is awake all the time, so that no message is late by a sleep.
                while begun.elapsed() < due(sent) {
                    std::hint::spin_loop();
                }
                let asked = Instant::now();
                if sink.send(nanos(due(sent))).is_err() {
                    break;
                }
                sending += asked.elapsed();
                sent += 1;
            }
            (sent, sending)
        });
        let (sent, sending) = sender.join().expect("it sends");
        let (delays, used) = receiver.join().expect("it measures");
        let mut figures = percentiles(delays);
        if let Some(used) = used {
            let nanos = (used + sending).as_secs_f64() * 1e9 / f64::from(sent.max(1));
            figures.push((Figure::CpuPerMessage, nanos));
        }
        figures
    })
}

/// Whole nanoseconds.
fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
