//! How long the oldest message has been queued, by a few marks: where the senders stood, and when.
//!
//! No message has a time. Now and then a mark is made: where the producers' counter stands, and what time
//! it is. What lies before it was sent by then, and what comes after it later. So the marks on either side of
//! the oldest message are bounds of its age:
//!
//! - **A1** what lies before `sent` of a mark was claimed before `first`: the counter was read before the clock;
//! - **A2** what lies from `next` on was claimed after `last`: the clock was read before the counter.
//!
//! Senders make a mark when they have come some way since the last one, so that a few marks lie in a channel
//! that is full, and no more than one in some microseconds is made. Where they stand still, those mark that
//! it is so who find the channel full, and those who look.
//!
//! One of the marks of senders at a time tells for how long a message was queued: whoever makes the next mark, or
//! finds the channel empty, sees that it was received.

use std::time::{Duration, Instant};

use arrayvec::ArrayVec;

use crate::position::{Geometry, Position};

/// So many marks there are at most.
const MARKS: usize = 12;

/// So many marks of senders lie in a full channel, about.
const IN_FULL: usize = 8;

/// Two marks of senders that are closer than that become rarer.
const SOON: Duration = Duration::from_micros(20);

/// After so long they are as many as there is place for.
const LATE: Duration = Duration::from_micros(320);

/// So many messages are sent between two marks of senders at most, or as many as make an [`IN_FULL`]th of the
/// capacity, if those are more.
const RAREST: usize = 1024;

/// What the counters and a clock said at about the same moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Where the consumers' counter stood, before the rest was read.
    pub(super) emptied: Position,
    /// Where the producers' counter stood, before the clock was read.
    pub(super) sent: Position,
    pub(super) at: Instant,
    /// Where it stood after that.
    pub(super) next: Position,
}

/// Who makes a mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// One who has just sent.
    Sender,
    /// One who has found that nobody can send.
    Full,
    /// One who looks. Whatever was before, senders begin with as many marks as there is place for.
    Looker,
}

/// Where the senders stood, and when.
#[derive(Clone, Copy, Debug)]
struct Mark {
    sent: Position,
    first: Instant,
    last: Instant,
    next: Position,
}

/// How long a message was queued: bounds of it, as they were seen.
///
/// Both are true of the oldest message at some moment of the call. While messages are sent and received all the time they are
/// apart by the time in which an eighth of the capacity is sent, or up to 1024 messages after a burst. A message
/// that nobody marked, since few were sent and nobody looked meanwhile, has an age of at least 0; from the second
/// look on it has at least the time between the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Age {
    /// It was queued for so long, or longer.
    pub at_least: Duration,
    /// It was queued for no longer than that; nothing if it was sent before the channel had a name.
    pub at_most: Option<Duration>,
}

impl Age {
    /// Nothing is known of it.
    pub(super) const UNKNOWN: Self = Self { at_least: Duration::ZERO, at_most: None };
}

/// How long messages were queued at most, of which one at a time is looked at.
///
/// They are taken at moments, so that a slow time has no more of them than it is long; the mean over all messages
/// follows from Little's law and the other counts. The time goes from when the sender had sent the message, to when
/// somebody saw that it was received: a receiver that found the channel empty, a sender some messages later (an eighth of
/// the capacity, or up to 1024 after a burst), one that found it full, or who looked at it. So it is too long by as
/// much. Where messages queue up that is a part of it; where each is received at once it is how long the receiver
/// takes from one to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sojourns {
    /// How many messages were looked at.
    pub count: usize,
    /// For how long they were queued at most, all together.
    pub total: Duration,
    /// For how long the last one was, at most.
    pub latest: Duration,
}

/// The marks, from the oldest to the newest. The first may lie behind the consumers, and no other does.
#[derive(Debug)]
pub(super) struct Marks {
    geometry: Geometry,
    marks: ArrayVec<Mark, MARKS>,
    /// How many messages lie between two marks of senders.
    step: usize,
    /// When the last mark of a sender was made.
    made: Option<Instant>,
    /// The mark that is to tell for how long a message was queued.
    watched: Option<(Position, Instant)>,
    sojourns: Sojourns,
}

impl Marks {
    /// With a first mark.
    pub(super) fn new(geometry: Geometry, seen: Seen) -> Self {
        let mut marks = Self {
            geometry,
            marks: ArrayVec::new(),
            step: Self::least_step(geometry),
            made: None,
            watched: None,
            sojourns: Sojourns::default(),
        };
        marks.mark(By::Looker, seen);
        marks
    }

    /// How many messages lie between two marks of senders at least.
    fn least_step(geometry: Geometry) -> usize {
        geometry.capacity().div_ceil(IN_FULL)
    }

    /// Makes a mark.
    pub(super) fn mark(&mut self, by: By, seen: Seen) {
        let Seen { emptied, sent, at, next } = seen;
        self.tell(emptied, at);
        let passed = self.last_passed(emptied).unwrap_or(0);
        self.marks.drain(..passed);
        match self.marks.last_mut() {
            Some(mark) if mark.sent == sent && mark.next == next => mark.last = at,
            _ => {
                if self.marks.is_full() {
                    self.thin_out();
                }
                self.marks.push(Mark { sent, first: at, last: at, next });
            }
        }
        match by {
            By::Sender => {
                self.pace(at);
                self.watched.get_or_insert((sent, at));
            }
            By::Full => {}
            By::Looker => self.step = Self::least_step(self.geometry),
        }
    }

    /// Where the next mark of a sender is due, if this is where the senders stand.
    pub(super) fn due(&self, next: Position) -> Position {
        self.geometry.far_on(next, self.step)
    }

    /// Where the message lies that is to tell for how long it was queued, if there is one.
    pub(super) fn watched(&self) -> Option<Position> {
        self.watched.map(|(position, _)| position)
    }

    /// By this time receivers were seen to have come so far: whoever is to tell for how long it was queued does so.
    pub(super) fn tell(&mut self, emptied: Position, at: Instant) {
        let Some((_, since)) = self.watched.take_if(|(watched, _)| emptied.has_reached(*watched))
        else {
            return;
        };
        let latest = at.saturating_duration_since(since);
        let Sojourns { count, total, .. } = self.sojourns;
        let total = total.saturating_add(latest);
        self.sojourns = Sojourns { count: count.saturating_add(1), total, latest };
    }

    /// What was told.
    pub(super) fn sojourns(&self) -> Sojourns {
        self.sojourns
    }

    /// The age of the oldest message, if there is one, when the counters stood there at some moment between
    /// these two.
    pub(super) fn age(
        &self,
        emptied: Position,
        sent: Position,
        [before, after]: [Instant; 2],
    ) -> Option<Age> {
        if self.geometry.distance(emptied, sent) <= 0 {
            return None;
        }
        let by = self.marks.iter().find(|mark| self.geometry.distance(emptied, mark.sent) > 0);
        let passed = self.last_passed(emptied).map(|i| &self.marks[i]);
        let at_least = by.map(|mark| before.saturating_duration_since(mark.first));
        Some(Age {
            at_least: at_least.unwrap_or_default(),
            at_most: passed.map(|mark| after.saturating_duration_since(mark.last)),
        })
    }

    /// The last mark that the consumers have passed.
    fn last_passed(&self, emptied: Position) -> Option<usize> {
        self.marks.iter().rposition(|mark| self.geometry.distance(mark.next, emptied) >= 0)
    }

    /// Leaves out the mark whose neighbours are closest to each other; not the first, nor the last.
    fn thin_out(&mut self) {
        let gap = |i: &usize| {
            let [before, after] = [i - 1, i + 1].map(|i| self.marks[i].sent);
            self.geometry.distance(before, after)
        };
        if let Some(closest) = (1..self.marks.len() - 1).min_by_key(gap) {
            self.marks.remove(closest);
        }
    }

    /// A sender makes a mark at this time: how far it is to the next one.
    fn pace(&mut self, at: Instant) {
        let least = Self::least_step(self.geometry);
        let made = self.made.replace(at);
        let since = made.map_or(LATE, |made| at.saturating_duration_since(made));
        if since < SOON {
            self.step = (2 * self.step).min(RAREST.max(least));
        } else if since >= LATE {
            self.step = least;
        }
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests;
