//! Work: a core is busy for about so many nanoseconds, without memory and without a clock.

use std::hint;
use std::sync::OnceLock;
use std::time::Instant;

use crate::message::origin;

/// From and to how many nanoseconds a piece of work lasts.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    least: u64,
    most: u64,
}

impl Span {
    /// From `least` to `most` nanoseconds.
    pub const fn new(least: u64, most: u64) -> Self {
        assert!(0 < least && least <= most);
        Self { least, most }
    }
}

/// A worker with pieces of work of random lengths; the same random lengths for the same messages.
#[derive(Debug, Clone)]
pub struct Busy {
    /// The least steps of a piece.
    least: u64,
    /// The further ones, at most.
    more: u64,
}

impl Busy {
    /// Work that lasts so long.
    pub fn new(span: Span) -> Self {
        let steps = |nanoseconds: u64| (nanoseconds as f64 * steps_per_nanosecond()).ceil() as u64;
        let least = steps(span.least);
        Self { least, more: steps(span.most) - least }
    }

    /// Does a piece of work on a message.
    #[inline]
    pub fn work(&mut self, message: u64) {
        let (producer, sequence) = origin(message);
        let random = mix(sequence.wrapping_add(producer << 32)) % (self.more + 1);
        hint::black_box(steps(message, self.least + random));
    }
}

/// So many steps that depend on one another.
#[inline]
fn steps(from: u64, count: u64) -> u64 {
    (0..count).fold(from, |value, _| hint::black_box(mix(value)))
}

/// Mixes bits (the finaliser of splitmix64).
#[inline]
const fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

/// How many steps a nanosecond holds, measured once: the fastest of several times.
fn steps_per_nanosecond() -> f64 {
    const STEPS: u64 = 20_000;
    static MEASURED: OnceLock<f64> = OnceLock::new();
    *MEASURED.get_or_init(|| {
        let measure = |_| {
            let begin = Instant::now();
            hint::black_box(steps(1, STEPS));
            STEPS as f64 / begin.elapsed().as_nanos().max(1) as f64
        };
        (0..20).map(measure).fold(0.0, f64::max)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_of_work_has_between_the_least_and_the_most_steps() {
        let busy = Busy::new(Span::new(50, 150));
        assert!(busy.least > 0 && busy.more >= busy.least, "{busy:?}");
        let lengths: Vec<u64> = (0..1_000).map(|message| mix(message) % (busy.more + 1)).collect();
        assert!(lengths.iter().any(|&length| length > busy.more * 9 / 10));
        assert!(lengths.iter().any(|&length| length < busy.more / 10 + 1));
    }
}
