//! What producers do before each message, and consumers after it.
//!
//! A fixed rate is an open loop: each message has an intended time that does not depend on how the queue got
//! on with those before, and its latency counts from there. A queue that stalls once is so charged for every
//! message that should have left meanwhile (no coordinated omission).

use std::hint;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::message::origin;
use crate::work::busy::{Busy, Span};

/// The pace of one thread.
pub trait Pace: Clone + Send + 'static {
    /// The slice begins.
    fn begin(&mut self, begin: Instant);

    /// A producer is about to send a message.
    fn step(&mut self, message: u64);

    /// A consumer has received a message.
    fn received(&mut self, message: u64);

    /// What it has recorded, if it records.
    fn latencies(self) -> Option<Histogram<u64>>;
}

/// No pause at all.
#[derive(Debug, Clone, Copy)]
pub struct Immediately;

impl Pace for Immediately {
    #[inline]
    fn begin(&mut self, _begin: Instant) {}

    #[inline]
    fn step(&mut self, _message: u64) {}

    #[inline]
    fn received(&mut self, _message: u64) {}

    fn latencies(self) -> Option<Histogram<u64>> {
        None
    }
}

/// Work on each received message.
#[derive(Debug, Clone)]
pub struct Working {
    span: Span,
    busy: Option<Busy>,
}

impl Working {
    /// Work that lasts so long.
    pub fn new(span: Span) -> Self {
        Self { span, busy: None }
    }
}

impl Pace for Working {
    fn begin(&mut self, _begin: Instant) {
        self.busy = Some(Busy::new(self.span));
    }

    fn step(&mut self, _message: u64) {}

    #[inline]
    fn received(&mut self, message: u64) {
        if let Some(busy) = &mut self.busy {
            busy.work(message);
        }
    }

    fn latencies(self) -> Option<Histogram<u64>> {
        None
    }
}

/// Bursts of half the capacity, and after each a pause in which consumers may empty the queue.
#[derive(Debug, Clone, Copy)]
pub struct Bursts {
    length: u64,
    left: u64,
}

/// The pause after a burst, for each of its messages.
const PAUSE: Duration = Duration::from_nanos(50);

impl Bursts {
    /// The bursts for a queue of that capacity.
    pub fn of(capacity: usize) -> Self {
        let length = (capacity as u64 / 2).max(1);
        Self { length, left: length }
    }
}

impl Pace for Bursts {
    fn begin(&mut self, _begin: Instant) {}

    #[inline]
    fn step(&mut self, _message: u64) {
        if self.left == 0 {
            wait_until(Instant::now() + PAUSE * u32::try_from(self.length).unwrap_or(u32::MAX));
            self.left = self.length;
        }
        self.left -= 1;
    }

    fn received(&mut self, _message: u64) {}

    fn latencies(self) -> Option<Histogram<u64>> {
        None
    }
}

/// The intended times of a fixed rate.
#[derive(Debug, Clone, Copy)]
pub struct Timetable {
    /// Between two messages of a producer, in nanoseconds.
    interval: f64,
    producers: u64,
}

impl Timetable {
    /// So many messages per second of all producers together, who take turns.
    pub fn new(rate: u64, producers: usize) -> Self {
        let producers = producers as u64;
        Self { interval: 1e9 * producers as f64 / rate as f64, producers }
    }

    /// How long after the begin of the slice a message is to be sent.
    #[inline]
    fn intended(&self, message: u64) -> Duration {
        let (producer, sequence) = origin(message);
        let turn = producer as f64 / self.producers as f64;
        Duration::from_nanos((self.interval * (sequence as f64 + turn)) as u64)
    }
}

/// A producer that waits for the intended time of each message.
#[derive(Debug, Clone, Copy)]
pub struct OnTime {
    timetable: Timetable,
    begin: Option<Instant>,
}

impl OnTime {
    /// By that timetable.
    pub fn new(timetable: Timetable) -> Self {
        Self { timetable, begin: None }
    }
}

impl Pace for OnTime {
    fn begin(&mut self, begin: Instant) {
        self.begin = Some(begin);
    }

    #[inline]
    fn step(&mut self, message: u64) {
        if let Some(begin) = self.begin {
            wait_until(begin + self.timetable.intended(message));
        }
    }

    fn received(&mut self, _message: u64) {}

    fn latencies(self) -> Option<Histogram<u64>> {
        None
    }
}

/// A consumer that records how long after its intended time each message arrives.
#[derive(Debug, Clone)]
pub struct Recording {
    timetable: Timetable,
    begin: Option<Instant>,
    latencies: Option<Histogram<u64>>,
}

/// The longest latency that is told from longer ones, in nanoseconds: a minute.
const LONGEST: u64 = 60_000_000_000;

/// How many digits of a latency are kept.
const DIGITS: u8 = 3;

impl Recording {
    /// Beside that timetable.
    pub fn new(timetable: Timetable) -> Self {
        let latencies = Histogram::new_with_bounds(1, LONGEST, DIGITS).ok();
        Self { timetable, begin: None, latencies }
    }
}

impl Pace for Recording {
    fn begin(&mut self, begin: Instant) {
        self.begin = Some(begin);
    }

    fn step(&mut self, _message: u64) {}

    #[inline]
    fn received(&mut self, message: u64) {
        if let (Some(begin), Some(latencies)) = (self.begin, &mut self.latencies) {
            let late = begin.elapsed().saturating_sub(self.timetable.intended(message));
            latencies.saturating_record(u64::try_from(late.as_nanos()).unwrap_or(u64::MAX));
        }
    }

    fn latencies(self) -> Option<Histogram<u64>> {
        self.latencies
    }
}

/// Waits without giving the core away.
#[inline]
fn wait_until(then: Instant) {
    while Instant::now() < then {
        hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::Share;

    #[test]
    fn producers_of_a_fixed_rate_take_turns() {
        let timetable = Timetable::new(1_000_000, 2);
        let times: Vec<u64> = (0..3)
            .flat_map(|sequence| {
                Share::divide(6, 2).into_iter().map(move |share| share.message(sequence))
            })
            .map(|message| timetable.intended(message).as_nanos() as u64)
            .collect();
        assert_eq!(times, [0, 1_000, 2_000, 3_000, 4_000, 5_000]);
    }

    #[test]
    fn a_latency_counts_from_the_intended_time_even_if_the_message_left_late() {
        let message = Share::of(0).message(5);
        let mut recording = Recording::new(Timetable::new(1_000, 1));
        // The slice began 8 ms ago, the message was to leave after 5.
        recording.begin(Instant::now().checked_sub(Duration::from_millis(8)).unwrap());
        recording.received(message);
        let latencies = recording.latencies().unwrap();
        assert_eq!(latencies.len(), 1);
        assert!(latencies.min() >= 2_990_000, "{}", latencies.min());
    }
}
