//! From looks at the consumers to what is said of a contender. Pure arithmetic: no clock, no thread.

use std::time::Duration;

use serde::Serialize;

use crate::stats::median;

/// When somebody looked, and how many messages had been popped by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Since the beginning.
    pub at: Duration,
    /// By all consumers.
    pub popped: u64,
}

/// What the consumers did from a first look to a last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    first: Look,
    last: Look,
    /// The first look that saw as many messages as the last.
    still_since: Duration,
    gap: Duration,
}

impl Window {
    /// A window that begins with that look.
    pub fn open(first: Look) -> Self {
        Self { first, last: first, still_since: first.at, gap: Duration::ZERO }
    }

    /// Goes on to a later look.
    pub fn see(&mut self, look: Look) {
        if look.popped == self.last.popped {
            self.gap = self.gap.max(look.at - self.still_since);
        } else {
            self.still_since = look.at;
        }
        self.last = look;
    }

    /// From the first look to the last.
    pub fn elapsed(&self) -> Duration {
        self.last.at - self.first.at
    }

    /// The longest time in which no message was popped. It is not longer than that in truth, and shorter by
    /// less than two intervals between looks, also where a look came late.
    pub fn gap(&self) -> Duration {
        self.gap
    }

    /// Millions of messages per second.
    pub fn mmsg_s(&self) -> f64 {
        let popped = self.last.popped - self.first.popped;
        popped as f64 / self.elapsed().as_secs_f64().max(f64::MIN_POSITIVE) / 1e6
    }

    /// Whether nothing was popped in more than half of it.
    pub fn stalled(&self) -> bool {
        self.gap > self.elapsed() / 2
    }
}

/// One stop of the victim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stop {
    /// The window before it.
    pub free: Window,
    /// The window in which the victim was stopped.
    pub suspended: Window,
}

/// What is said of a contender: a line of `--json`. What is not known is null.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Figures {
    /// How often the victim was stopped.
    pub stops: usize,
    /// In how many of these stops the others stalled: see [`Window::stalled`].
    pub stalled: usize,
    /// Millions of messages per second before the stops: the median.
    pub mmsg_s_free: f64,
    /// The same during the stops.
    pub mmsg_s_suspended: f64,
    /// The rate during a stop beside that before it: the median. Null if nothing moved before any stop.
    pub ratio: Option<f64>,
    /// The least of these.
    pub ratio_min: Option<f64>,
    /// The longest time without a message before a stop, in milliseconds.
    pub gap_ms_free: f64,
    /// The same during a stop.
    pub gap_ms_suspended: f64,
}

impl Figures {
    /// What the stops say, if there were any.
    pub fn of(stops: &[Stop]) -> Option<Self> {
        let rates = |window: fn(&Stop) -> &Window| -> Vec<f64> {
            stops.iter().map(|stop| window(stop).mmsg_s()).collect()
        };
        let gap = |window: fn(&Stop) -> &Window| {
            let longest = stops.iter().map(|stop| window(stop).gap()).max();
            longest.map(|gap| gap.as_secs_f64() * 1e3)
        };
        let (free, suspended) = (rates(|stop| &stop.free), rates(|stop| &stop.suspended));
        let paired = suspended.iter().zip(&free).filter(|(_, free)| **free > 0.0);
        let ratios: Vec<f64> = paired.map(|(suspended, free)| suspended / free).collect();
        Some(Self {
            stops: stops.len(),
            stalled: stops.iter().filter(|stop| stop.suspended.stalled()).count(),
            mmsg_s_free: median(&free)?,
            mmsg_s_suspended: median(&suspended)?,
            ratio: median(&ratios),
            ratio_min: ratios.iter().copied().reduce(f64::min),
            gap_ms_free: gap(|stop| &stop.free)?,
            gap_ms_suspended: gap(|stop| &stop.suspended)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window of looks at so many milliseconds.
    fn window(looks: &[(u64, u64)]) -> Window {
        let mut looks =
            looks.iter().map(|&(at, popped)| Look { at: Duration::from_millis(at), popped });
        let mut window = Window::open(looks.next().unwrap());
        looks.for_each(|look| window.see(look));
        window
    }

    #[test]
    fn a_window_counts_its_own_messages_and_time() {
        let window = window(&[(100, 7_000), (101, 8_000), (110, 27_000)]);
        assert_eq!(window.elapsed(), Duration::from_millis(10));
        assert!((window.mmsg_s() - 2.0).abs() < 1e-9);
        assert_eq!(window.gap(), Duration::ZERO, "a late look is no gap");
        assert!(!window.stalled());
    }

    #[test]
    fn a_gap_reaches_over_all_looks_that_see_nothing_new() {
        let looks = [(0, 5), (1, 5), (2, 6), (3, 6), (4, 6), (7, 6), (8, 9), (9, 9)];
        assert_eq!(window(&looks).gap(), Duration::from_millis(5));
    }

    #[test]
    fn more_than_half_without_a_message_is_a_stall() {
        assert!(!window(&[(0, 1), (5, 1), (6, 2), (10, 3)]).stalled());
        assert!(window(&[(0, 1), (4, 2), (10, 2)]).stalled());
        assert!(window(&[(0, 1), (1, 1), (10, 1)]).stalled(), "also one that began before");
        assert!(!Window::open(Look { at: Duration::ZERO, popped: 0 }).stalled());
    }

    #[test]
    fn figures_are_medians_and_the_worst() {
        let stop = |free: u64, suspended: &[(u64, u64)]| Stop {
            free: window(&[(0, 0), (6, 0), (10, free)]),
            suspended: window(suspended),
        };
        let stops = [
            stop(20_000, &[(10, 0), (20, 20_000)]),
            stop(20_000, &[(10, 0), (11, 2_000), (19, 2_000), (20, 2_000)]),
            stop(40_000, &[(10, 0), (20, 30_000)]),
            stop(0, &[(10, 0), (20, 10_000)]),
        ];
        let figures = Figures::of(&stops).unwrap();
        assert_eq!((figures.stops, figures.stalled), (4, 1));
        let close = |value: f64, expected: f64| (value - expected).abs() < 1e-9;
        assert!(close(figures.mmsg_s_free, 2.0) && close(figures.mmsg_s_suspended, 1.5));
        // The last stop has nothing to be held against.
        assert!(close(figures.ratio.unwrap(), 0.75) && close(figures.ratio_min.unwrap(), 0.1));
        assert!(close(figures.gap_ms_free, 10.0) && close(figures.gap_ms_suspended, 9.0));
        assert_eq!(Figures::of(&[]), None);
    }
}
