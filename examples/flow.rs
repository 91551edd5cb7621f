//! How the length of a queue goes with the rates of those who send and receive.
//!
//! The length is the integral of the difference of the rates, within 0 and the capacity:
//!
//! ```text
//! len(t) = ∫ (λ − μ) dt        0 ≤ len ≤ capacity
//! ```
//!
//! where λ is how many messages are sent in a second, and μ how many are received. With λ > μ the
//! queue fills up and stays full: then `send` waits, and λ comes down to μ (back-pressure), or `try_send` is refused
//! and what it has is lost. With λ < μ it empties, and `recv` waits. Over a long time Little's law ties length, rate and
//! waiting time together, whatever the distributions: `len = λ · W`, so a message waits in a queue that
//! is full for `W = capacity / μ`. A longer queue does not make a slow receiver faster; it makes
//! every message later.
//!
//! Here a thread sends and another one receives, each at a rate that changes, and a third looks at the channel each few
//! milliseconds. What it saw is shown, and both laws are checked: the length, which is where the counters of the ring
//! stand, against the rates, which are counts of what was sent and received, and both against what the clocks of the
//! messages say. The checks allow for no more than what can happen between two looks, however long that was, so they
//! fail on no machine, however busy.
//!
//! ```text
//! cargo run --example flow --features metrics
//! ```

use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{Metrics, Receiver, Sender, bounded, registered};
use textplots::{Chart, Plot, Shape};

const CAPACITY: usize = 40;

/// How long it takes to make a message, or to use one.
const FAST: Duration = Duration::from_micros(500);
const SLOW: Duration = Duration::from_millis(2);

/// How long each of the phases takes.
const PHASE: Duration = Duration::from_millis(300);

/// So long after a look comes the next one.
const LOOK: Duration = Duration::from_millis(4);

/// What a thread does in a phase.
#[derive(Clone, Copy)]
struct Phase {
    make: Duration,
    use_up: Duration,
    /// Whether a message that finds no room waits for it; else it is lost.
    waits: bool,
}

const PHASES: [Phase; 3] = [
    Phase { make: FAST, use_up: SLOW, waits: true },
    Phase { make: SLOW, use_up: FAST, waits: true },
    Phase { make: FAST, use_up: SLOW, waits: false },
];

/// The phase at this moment, if they are not over.
fn phase(begun: Instant) -> Option<Phase> {
    let number = begun.elapsed().as_nanos() / PHASE.as_nanos();
    PHASES.get(usize::try_from(number).ok()?).copied()
}

/// Sends the time again and again until the phases are over.
fn produce(sender: &Sender<Instant>, begun: Instant) {
    while let Some(phase) = phase(begun) {
        let now = Instant::now();
        if phase.waits {
            sender.send(now).expect("the receiver is there");
        } else {
            let _ = sender.try_send(now);
        }
        thread::sleep(phase.make);
    }
}

/// Receives until the end; how long messages were on their way, all together, from before each was sent.
fn consume(receiver: &Receiver<Instant>, begun: Instant) -> Duration {
    let mut ways = Duration::ZERO;
    for sent in receiver {
        ways += sent.elapsed();
        thread::sleep(phase(begun).map_or(FAST, |phase| phase.use_up));
    }
    ways
}

/// What was seen of the channel.
struct Look {
    /// Since the beginning, before the rest.
    at: Duration,
    metrics: Metrics,
    len: usize,
    /// Once more.
    after: Metrics,
    /// For how long the oldest message has been queued at least.
    oldest: Duration,
}

impl Look {
    fn at(receiver: &Receiver<Instant>, begun: Instant) -> Self {
        let (at, metrics) = (begun.elapsed(), receiver.metrics());
        let (len, after) = (receiver.len(), receiver.metrics());
        let name = receiver.name().expect("it has one");
        let this = registered().into_iter().find(|channel| channel.name == name);
        let oldest =
            this.and_then(|channel| channel.oldest).map_or(Duration::ZERO, |age| age.at_least);
        Self { at, metrics, len, after, oldest }
    }
}

/// So many messages are in the hands of the two threads: each may be about to count one, or to note its time.
const IN_HANDS: f64 = 2.0;

/// That the length is the integral of the rates at every look.
///
/// The rates are those between two looks. What was sent and received while one looked may be in the length, or not.
fn check_integral(looks: &[Look]) {
    let (mut integral, mut furthest) = (0.0, 0.0_f64);
    let (mut time, mut before) = (Duration::ZERO, Metrics::default());
    for look in looks {
        let step = (look.at - time).as_secs_f64().max(1e-9);
        let rate = |now: usize, before: usize| (now - before) as f64 / step;
        let sent = rate(look.metrics.sent, before.sent);
        let received = rate(look.metrics.received, before.received);
        integral += (sent - received) * step;
        let meanwhile = |now: usize, before: usize| (now - before) as f64;
        let sent = meanwhile(look.after.sent, look.metrics.sent);
        let received = meanwhile(look.after.received, look.metrics.received);
        let off = look.len as f64 - integral;
        let bounds = -received - IN_HANDS - 1e-6..=sent + IN_HANDS + 1e-6;
        assert!(bounds.contains(&off), "{} are queued, and the integral is {integral}", look.len);
        assert!(look.len <= CAPACITY && integral < CAPACITY as f64 + 1e-6 && integral > -1e-6);
        furthest = furthest.max(off.abs());
        (time, before) = (look.at, look.metrics);
    }
    println!(
        "The length is the integral of the rates at each of {} looks, but for {furthest:.0} messages \
         in the hands of the threads.",
        looks.len()
    );
}

/// Little's law: that the mean length is the rate times the mean way.
///
/// Between two looks the length may have been anything that fits the counts of the looks around them.
fn check_little(looks: &[Look], ways: Duration, all: Duration) {
    let (mut least, mut most, mut seen) = (0.0, 0.0, 0.0);
    for (i, look) in looks.iter().enumerate() {
        let before = i.checked_sub(1).map_or(Metrics::default(), |i| looks[i].metrics);
        let next = looks.get(i + 1);
        let (after, until) = next.map_or((look.after, all), |next| (next.metrics, next.at));
        let step = (until - look.at).as_secs_f64();
        least += before.sent.saturating_sub(after.received) as f64 * step;
        most += ((after.sent - before.received) as f64 + IN_HANDS) * step;
        seen += look.len as f64 * step;
    }
    let (time, sent) = (all.as_secs_f64(), looks.last().expect("there are some").after.sent as f64);
    let (rate, way) = (sent / time, ways.as_secs_f64() / sent);
    println!(
        "Little's law: {rate:.0} messages in a second, each on its way for {:.1} ms, are {:.1} at a time; \
         {:.1} were seen, and {:.1} to {:.1} can have been there.",
        way * 1e3,
        rate * way,
        seen / time,
        least / time,
        most / time
    );
    assert!((least / time..=most / time).contains(&(rate * way)), "Little's law does not hold");
}

/// Shows what was seen over time.
fn plot(title: &str, looks: &[Look], what: impl Fn(usize) -> f64) {
    let point = |(i, look): (usize, &Look)| (look.at.as_secs_f32() * 1e3, what(i) as f32);
    let points: Vec<_> = looks.iter().enumerate().map(point).collect();
    let most = points.iter().map(|point| point.1).fold(1.0, f32::max);
    let end = points.last().map_or(1.0, |point| point.0);
    println!("{title}");
    Chart::new_with_y_range(140, 24, 0.0, end, 0.0, most).lineplot(&Shape::Lines(&points)).nice();
}

/// How many a second over so many looks, which is long enough to be smooth.
fn rate(looks: &[Look], i: usize, count: impl Fn(&Metrics) -> usize) -> f64 {
    const LOOKS: usize = 8;
    let from = &looks[i.saturating_sub(LOOKS)];
    let time = (looks[i].at - from.at).as_secs_f64().max(1e-3);
    (count(&looks[i].metrics) - count(&from.metrics)) as f64 / time
}

fn main() {
    let (sender, receiver) = bounded(CAPACITY);
    sender.register("flow");
    let begun = Instant::now();
    let other = receiver.clone();
    let consumer = thread::spawn(move || consume(&other, begun));
    let producer = thread::spawn(move || produce(&sender, begun));
    let mut looks = Vec::new();
    while !consumer.is_finished() {
        looks.push(Look::at(&receiver, begun));
        thread::sleep(LOOK);
    }
    producer.join().expect("it does not panic");
    let ways = consumer.join().expect("it does not panic");
    looks.push(Look::at(&receiver, begun));
    let all = begun.elapsed();

    println!("One is made each {FAST:?} and one used each {SLOW:?}, and senders wait for room;");
    println!("then the other way round; then as before, and what finds no room is lost.\n");
    plot("How many are queued, of at most 40, over milliseconds", &looks, |i| looks[i].len as f64);
    plot("Sent in a second", &looks, |i| rate(&looks, i, |metrics| metrics.sent));
    plot("Received in a second", &looks, |i| rate(&looks, i, |metrics| metrics.received));
    plot("How often senders waited", &looks, |i| looks[i].metrics.send_waits as f64);
    plot("How often receivers waited", &looks, |i| looks[i].metrics.recv_waits as f64);
    plot("How many were refused", &looks, |i| looks[i].metrics.refused as f64);
    plot("For how long the oldest was queued, in milliseconds", &looks, |i| {
        looks[i].oldest.as_secs_f64() * 1e3
    });
    check_integral(&looks);
    check_little(&looks, ways, all);
}
