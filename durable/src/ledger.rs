//! Which messages are not acknowledged yet, and in which segment each lies.
//!
//! A bit for each sequence from the oldest that is not done, a few words for each segment, and an entry only for what is
//! rare: a message that came back, was copied forward or is dead. So ten million messages take little more than a megabyte.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::ops::Range;

/// One segment, as far as its messages go.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its number.
    pub(crate) number: u64,
    /// The first sequence that was published into it or later.
    pub(crate) first: u64,
    /// How many messages were published or copied into it, and how many bytes these have.
    pub(crate) messages: u64,
    pub(crate) bytes: u64,
    /// How many of these are live, which lie nowhere else.
    pub(crate) live: u64,
}

/// What is known of all messages.
#[derive(Debug)]
pub(crate) struct Ledger {
    /// All before it are done, or were copied forward.
    low: u64,
    /// One after the last.
    next: u64,
    /// A bit for each sequence from `low` rounded down to 64: it is done.
    done: VecDeque<u64>,
    /// How many are not done.
    live: u64,
    /// The segments, oldest first.
    parts: VecDeque<Part>,
    /// Those that were copied forward, and where they lie. Their bits say that they are done, so that one that stays for long
    /// keeps no bits.
    moved: HashMap<u64, u64>,
    /// How many attempts those have had that came back, with one that has begun since.
    attempts: HashMap<u64, u32>,
    /// Those that are delivered no more.
    dead: BTreeSet<u64>,
    /// Those of them that somebody has revived or removed, of which the journal does not know yet.
    leaving: BTreeSet<u64>,
    /// All before it were delivered, in this run or one before.
    delivered: u64,
    /// What each producer has published, and the order in which they were heard of.
    pub(crate) producers: Producers,
}

impl Part {
    /// About how many bytes its live messages have: as many each as all of it.
    pub(crate) fn live_bytes(&self) -> u64 {
        (u128::from(self.bytes) * u128::from(self.live) / u128::from(self.messages.max(1))) as u64
    }
}

impl Ledger {
    /// No message has been published.
    pub(crate) fn new(producers: usize) -> Self {
        Self {
            low: 1,
            next: 1,
            done: VecDeque::new(),
            live: 0,
            parts: VecDeque::new(),
            moved: HashMap::new(),
            attempts: HashMap::new(),
            dead: BTreeSet::new(),
            leaving: BTreeSet::new(),
            delivered: 1,
            producers: Producers::new(producers),
        }
    }

    /// The sequence of the next message.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The oldest sequence that is not done.
    pub(crate) fn oldest(&self) -> Option<u64> {
        let moved = self.moved.keys().min().copied();
        moved.into_iter().chain((self.low < self.next).then_some(self.low)).min()
    }

    /// All before it are done, or were copied forward.
    pub(crate) fn low(&self) -> u64 {
        self.low
    }

    /// How many messages are not done, dead ones among them.
    pub(crate) fn live(&self) -> u64 {
        self.live
    }

    /// How many are dead letters.
    pub(crate) fn dead(&self) -> &BTreeSet<u64> {
        &self.dead
    }

    /// The segments, oldest first.
    pub(crate) fn parts(&self) -> &VecDeque<Part> {
        &self.parts
    }

    /// A segment begins.
    pub(crate) fn begin_part(&mut self, number: u64) {
        self.parts.push_back(Part { number, first: self.next, messages: 0, bytes: 0, live: 0 });
    }

    /// The oldest segment goes.
    pub(crate) fn end_part(&mut self) {
        self.parts.pop_front();
    }

    /// Sequences before this one were published where nothing is left of them.
    pub(crate) fn begin_at(&mut self, next: u64) {
        if next > self.next {
            if self.low == self.next {
                self.done.clear();
                (self.low, self.next) = (next, next);
                self.grow(next);
            } else {
                (self.next..next).for_each(|sequence| {
                    self.grow(sequence);
                    self.mark(sequence);
                });
                self.next = next;
            }
        }
    }

    /// So many messages are published into the newest segment, which have so many bytes.
    pub(crate) fn published(&mut self, count: u64, bytes: u64) {
        let part = self.parts.back_mut().expect("a segment has begun");
        part.messages += count;
        part.bytes += bytes;
        part.live += count;
        self.live += count;
        self.next += count;
        self.grow(self.next - 1);
    }

    /// A message of so many bytes lies in the newest segment from now on; its attempts so far, and whether it is dead.
    pub(crate) fn copied(&mut self, sequence: u64, bytes: u64, attempts: u32, is_dead: bool) {
        if self.is_done(sequence) {
            self.live += 1;
        } else if let Some(home) = self.home_mut(sequence) {
            home.live -= 1;
        }
        if (self.low..self.next).contains(&sequence) {
            self.mark(sequence);
        }
        let part = self.parts.back_mut().expect("a segment has begun");
        part.messages += 1;
        part.bytes += bytes;
        part.live += 1;
        self.moved.insert(sequence, part.number);
        self.came_back(sequence, attempts);
        if !is_dead {
            self.dead.remove(&sequence);
        } else if !self.leaving.contains(&sequence) {
            self.dead.insert(sequence);
        }
        self.raise();
    }

    /// These are acknowledged, or removed.
    pub(crate) fn done(&mut self, first: u64, count: u64) {
        let range = first..first.saturating_add(count);
        for sequence in within(&self.moved, &range) {
            if let Some(home) = self.home_mut(sequence) {
                home.live -= 1;
            }
            self.live -= 1;
            self.moved.remove(&sequence);
        }
        for sequence in within(&self.attempts, &range) {
            self.attempts.remove(&sequence);
        }
        for dead in [&mut self.dead, &mut self.leaving] {
            while let Some(&sequence) = dead.range(range.clone()).next() {
                dead.remove(&sequence);
            }
        }
        let end = range.end.min(self.next);
        let mut from = range.start.max(self.low);
        while from < end {
            let part = self.parts.partition_point(|part| part.first <= from);
            let to = self.parts.get(part).map_or(end, |next| next.first.min(end));
            let marked = self.mark_all(from, to);
            if let Some(home) = part.checked_sub(1).and_then(|part| self.parts.get_mut(part)) {
                home.live -= marked;
            }
            self.live -= marked;
            from = to;
        }
        self.raise();
    }

    /// A message has had so many attempts.
    pub(crate) fn came_back(&mut self, sequence: u64, attempts: u32) {
        if attempts > 0 && !self.is_done(sequence) {
            self.attempts.insert(sequence, attempts);
        }
    }

    /// A message is delivered no more.
    pub(crate) fn died(&mut self, sequence: u64) {
        if !self.is_done(sequence) {
            self.dead.insert(sequence);
        }
    }

    /// A dead message is delivered again, as if it never had been.
    pub(crate) fn revived(&mut self, sequence: u64) {
        self.dead.remove(&sequence);
        self.leaving.remove(&sequence);
        self.attempts.remove(&sequence);
    }

    /// All before this one were delivered.
    pub(crate) fn delivered(&mut self, next: u64) {
        self.delivered = self.delivered.max(next);
    }

    /// All before it were delivered.
    pub(crate) fn delivered_before(&self) -> u64 {
        self.delivered
    }

    /// How many attempts a message has had that is to be delivered from a file: as many as were written of it. Of the first
    /// nothing is written but how far messages were delivered.
    pub(crate) fn attempts(&self, sequence: u64, was_delivered: bool) -> u32 {
        self.attempts.get(&sequence).copied().unwrap_or(u32::from(was_delivered))
    }

    /// How many attempts a message has had that came back, and whether it is dead, as far as that is written or noted.
    pub(crate) fn state(&self, sequence: u64) -> (u32, bool) {
        (self.attempts(sequence, false), self.is_dead(sequence))
    }

    /// A dead letter is one no longer, for those who look for them; false if it is none.
    pub(crate) fn exhume(&mut self, sequence: u64) -> bool {
        self.dead.remove(&sequence) && self.leaving.insert(sequence)
    }

    /// Whether a message is not delivered, unless somebody revives it.
    fn is_dead(&self, sequence: u64) -> bool {
        self.dead.contains(&sequence) || self.leaving.contains(&sequence)
    }

    /// The segment in which a dead letter lies.
    pub(crate) fn home_of_dead(&self, sequence: u64) -> Option<u64> {
        if self.dead.contains(&sequence) { self.home(sequence) } else { None }
    }

    /// Whether a message is to be delivered that was found in a segment.
    pub(crate) fn is_live_in(&self, sequence: u64, segment: u64) -> bool {
        self.lies_in(sequence, segment) && !self.is_dead(sequence)
    }

    /// Whether a message is not done, and this is the segment in which it lies.
    pub(crate) fn lies_in(&self, sequence: u64, segment: u64) -> bool {
        !self.is_done(sequence) && self.home(sequence) == Some(segment)
    }

    /// Whether a message is done; one that was never published is.
    pub(crate) fn is_done(&self, sequence: u64) -> bool {
        if self.moved.contains_key(&sequence) {
            return false;
        }
        if !(self.low..self.next).contains(&sequence) {
            return true;
        }
        let (word, bit) = self.bit(sequence);
        self.done[word] & bit != 0
    }

    /// The number of the segment in which it lies.
    fn home(&self, sequence: u64) -> Option<u64> {
        if let Some(&number) = self.moved.get(&sequence) {
            return Some(number);
        }
        let after = self.parts.partition_point(|part| part.first <= sequence);
        Some(self.parts.get(after.checked_sub(1)?)?.number)
    }

    /// The segment in which it lies.
    fn home_mut(&mut self, sequence: u64) -> Option<&mut Part> {
        let number = self.home(sequence)?;
        // Segments in which nothing was written are not among them.
        let index = self.parts.binary_search_by_key(&number, |part| part.number).ok()?;
        self.parts.get_mut(index)
    }

    /// Makes room for the bit of a sequence.
    fn grow(&mut self, sequence: u64) {
        let words = (sequence / 64 - self.low / 64) as usize + 1;
        if self.done.len() < words {
            self.done.resize(words, 0);
        }
    }

    /// Its word and bit.
    fn bit(&self, sequence: u64) -> (usize, u64) {
        ((sequence / 64 - self.low / 64) as usize, 1 << (sequence % 64))
    }

    /// It is done.
    fn mark(&mut self, sequence: u64) {
        let (word, bit) = self.bit(sequence);
        self.done[word] |= bit;
    }

    /// These are done; how many of them were not.
    fn mark_all(&mut self, from: u64, to: u64) -> u64 {
        let mut marked = 0;
        let mut sequence = from;
        while sequence < to {
            let (word, _) = self.bit(sequence);
            let len = (64 - sequence % 64).min(to - sequence);
            let bits = (u64::MAX >> (64 - len)) << (sequence % 64);
            marked += u64::from((bits & !self.done[word]).count_ones());
            self.done[word] |= bits;
            sequence += len;
        }
        marked
    }

    /// Passes what is done.
    fn raise(&mut self) {
        while self.low < self.next {
            let (word, _) = self.bit(self.low);
            let left = (self.done[word] >> (self.low % 64)).trailing_ones() as u64;
            if left == 0 {
                break;
            }
            let before = self.low / 64;
            self.low = (self.low + left).min(self.next);
            for _ in before..self.low / 64 {
                self.done.pop_front();
            }
        }
        if self.low == self.next {
            self.done.clear();
            self.grow(self.low);
        }
    }
}

/// Those of some sequences that are in a range: whichever is less is gone through.
fn within<V>(known: &HashMap<u64, V>, range: &Range<u64>) -> Vec<u64> {
    if range.end - range.start <= known.len() as u64 {
        range.clone().filter(|sequence| known.contains_key(sequence)).collect()
    } else {
        known.keys().copied().filter(|sequence| range.contains(sequence)).collect()
    }
}

/// What each producer has published with a number of its own.
#[derive(Debug)]
pub(crate) struct Producers {
    most: usize,
    /// The last numbers of each, and the sequences that they have; and when it was heard.
    of: HashMap<u64, (u64, VecDeque<(u64, u64)>)>,
    heard: BTreeMap<u64, u64>,
    time: u64,
}

/// How many numbers of each producer are remembered.
pub(crate) const NUMBERS: usize = 32;

/// How many bytes the record of a producer takes at most.
pub(crate) const PRODUCER_BYTES: u64 = 10 + 16 * NUMBERS as u64;

/// Whether a number is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Number {
    /// It comes after all of this producer.
    New,
    /// It was published as this sequence.
    Known(u64),
    /// It is older than what is remembered; the last one is this.
    Old(u64),
}

impl Producers {
    /// None, and so many at most.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, of: HashMap::new(), heard: BTreeMap::new(), time: 0 }
    }

    /// What is known of a number.
    pub(crate) fn look(&self, producer: u64, number: u64) -> Number {
        let Some((_, numbers)) = self.of.get(&producer) else { return Number::New };
        match numbers.back() {
            Some(&(last, _)) if number <= last => numbers
                .iter()
                .find(|known| known.0 == number)
                .map_or(Number::Old(last), |known| Number::Known(known.1)),
            _ => Number::New,
        }
    }

    /// A producer has published a number.
    pub(crate) fn published(&mut self, producer: u64, number: u64, sequence: u64) {
        if self.most == 0 {
            return;
        }
        self.time += 1;
        let (heard, numbers) = self.of.entry(producer).or_default();
        self.heard.remove(heard);
        *heard = self.time;
        self.heard.insert(self.time, producer);
        if numbers.back().is_none_or(|last| last.0 < number) {
            numbers.push_back((number, sequence));
            if numbers.len() > NUMBERS {
                numbers.pop_front();
            }
        }
        if self.of.len() > self.most {
            let (_, longest_ago) = self.heard.pop_first().expect("each was heard");
            self.of.remove(&longest_ago);
        }
    }

    /// All of them, who was heard longest ago first.
    pub(crate) fn all(&self) -> impl Iterator<Item = (u64, &VecDeque<(u64, u64)>)> {
        self.heard.values().map(|producer| (*producer, &self.of[producer].1))
    }
}

#[cfg(test)]
mod tests;
