//! What a queue does, told simply.

use std::collections::{BTreeMap, VecDeque};

use bytes::Bytes;

use super::common::oracle::Payload;

/// After so many attempts a message is dead.
pub const MOST: u32 = 4;

/// A message that is not gone.
#[derive(Clone, Debug)]
pub struct Known {
    pub bytes: Payload,
    /// How many attempts it has had, if it came back: the first is only known by what was delivered.
    pub returns: u32,
    pub is_dead: bool,
}

/// What a queue does, told simply.
#[derive(Debug, Default)]
pub struct Model {
    pub next: u64,
    pub known: BTreeMap<u64, Known>,
    /// One after the last that was ever delivered.
    pub delivered: u64,
    /// What came back, in order, with its attempts; then what was revived.
    pub returned: VecDeque<(u64, u32)>,
    pub revived: VecDeque<u64>,
    /// What was there when the queue was opened, with its attempts.
    pub recovered: BTreeMap<u64, u32>,
    pub fresh: VecDeque<u64>,
    pub numbered: Vec<(u64, Payload)>,
}

impl Model {
    pub fn publish(&mut self, bytes: Bytes) -> u64 {
        self.next += 1;
        self.known.insert(self.next, Known { bytes: Payload(bytes), returns: 0, is_dead: false });
        self.fresh.push_back(self.next);
        self.next
    }

    pub fn waits(&self) -> bool {
        !(self.returned.is_empty()
            && self.revived.is_empty()
            && self.recovered.is_empty()
            && self.fresh.is_empty())
    }

    /// It is delivered: how many attempts it has had, if it is the first of its kind. Which kind comes is by turns.
    pub fn deliver(&mut self, sequence: u64) -> Option<u32> {
        let attempts = if let Some((_, attempts)) =
            next_if(&mut self.returned, |(first, _)| *first == sequence)
        {
            Some(attempts)
        } else if next_if(&mut self.revived, |first| *first == sequence).is_some() {
            Some(0)
        } else if let Some(attempts) = self.recovered.remove(&sequence) {
            let mut older = self.recovered.range(..sequence);
            // What was delivered before may come later.
            (attempts > 0 || older.all(|(_, attempts)| *attempts > 0)).then_some(attempts)
        } else if self.recovered.is_empty() {
            (self.fresh.pop_front() == Some(sequence)).then_some(0)
        } else {
            None
        };
        self.delivered = self.delivered.max(sequence + 1);
        if let Some(known) = self.known.get_mut(&sequence).filter(|_| attempts > Some(0)) {
            known.returns = attempts.unwrap_or(0) + 1;
        }
        attempts
    }

    /// A delivery came back, after so many attempts.
    pub fn come_back(&mut self, sequence: u64, attempts: u32) {
        let known = self.known.get_mut(&sequence).expect("it is not gone");
        known.returns = attempts;
        known.is_dead = attempts >= MOST;
        if !known.is_dead {
            self.returned.push_back((sequence, attempts));
        }
    }

    /// The queue is opened again.
    pub fn reopen(&mut self) {
        self.returned.clear();
        self.revived.clear();
        self.fresh.clear();
        self.recovered.clear();
        for (&sequence, known) in &mut self.known {
            let attempts = known.returns.max(u32::from(sequence < self.delivered));
            if !known.is_dead && attempts >= MOST {
                (known.returns, known.is_dead) = (attempts, true);
            }
            if !known.is_dead {
                self.recovered.insert(sequence, attempts);
            }
        }
    }

    pub fn dead(&self) -> Vec<u64> {
        self.known
            .iter()
            .filter(|(_, known)| known.is_dead)
            .map(|(sequence, _)| *sequence)
            .collect()
    }
}

/// The first, if it is this.
fn next_if<T>(queue: &mut VecDeque<T>, is_this: impl Fn(&T) -> bool) -> Option<T> {
    if queue.front().is_some_and(is_this) { queue.pop_front() } else { None }
}
