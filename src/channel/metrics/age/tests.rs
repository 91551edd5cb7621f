//! Marks in a channel that is made up, by a clock that the test moves.

use std::collections::VecDeque;

use super::*;

/// A channel of which is known when each message was sent.
struct Channel {
    marks: Marks,
    due: Position,
    emptied: Position,
    sent: Position,
    queued: VecDeque<Instant>,
    now: Instant,
    marked: usize,
    noise: u32,
}

impl Channel {
    fn new(capacity: usize, start: u64) -> Self {
        let (geometry, now) = (Geometry::new(capacity).unwrap(), Instant::now());
        let start = geometry.lap_start(start as _);
        let seen = Seen { emptied: start, sent: start, at: now, next: start };
        Self {
            marks: Marks::new(geometry, seen),
            due: start,
            emptied: start,
            sent: start,
            queued: VecDeque::new(),
            now,
            marked: 0,
            noise: 1,
        }
    }

    fn geometry(&self) -> Geometry {
        self.marks.geometry
    }

    fn pass(&mut self, micros: u64) {
        self.now += Duration::from_micros(micros);
    }

    /// A number below `n`, another one each time.
    fn any(&mut self, n: u32) -> u32 {
        self.noise = self.noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.noise >> 16) % n
    }

    fn is_full(&self) -> bool {
        self.queued.len() == self.geometry().capacity()
    }

    fn claim(&mut self) {
        self.sent = self.geometry().advance(self.sent, 1);
        self.queued.push_back(self.now);
    }

    /// What one sees while others send.
    fn see(&mut self) -> Seen {
        let (emptied, sent) = (self.emptied, self.sent);
        self.others_send();
        let at = self.now;
        self.others_send();
        Seen { emptied, sent, at, next: self.sent }
    }

    fn others_send(&mut self) {
        if self.noise != 1 && self.any(4) == 0 && !self.is_full() {
            self.pass(1);
            self.claim();
            self.pass(1);
        }
    }

    fn send(&mut self) {
        self.claim();
        if self.sent.has_reached(self.due) {
            let seen = self.see();
            self.mark(By::Sender, seen);
        }
    }

    fn mark(&mut self, by: By, seen: Seen) {
        self.marks.mark(by, seen);
        self.marked += usize::from(by == By::Sender);
        self.due = self.marks.due(seen.next);
    }

    fn look(&mut self) {
        let seen = self.see();
        self.mark(By::Looker, seen);
    }

    fn receive(&mut self) -> Duration {
        let sent = self.queued.pop_front().unwrap();
        self.emptied = self.geometry().advance(self.emptied, 1);
        if self.queued.is_empty() {
            self.find_empty();
        }
        self.now - sent
    }

    fn age(&self) -> Option<Age> {
        self.marks.age(self.emptied, self.sent, [self.now; 2])
    }

    /// How far the bounds of the age are apart.
    fn gap(&self) -> Duration {
        let Age { at_least, at_most } = self.age().unwrap();
        at_most.unwrap() - at_least
    }
}

#[test]
fn the_age_of_the_oldest_lies_within_its_bounds() {
    for capacity in [1, 2, 3, 7, 8, 100] {
        for start in [0, u64::MAX] {
            let mut channel = Channel::new(capacity, start);
            channel.any(1);
            for _ in 0..crate::effort::times(20_000) {
                match channel.any(8) {
                    0..3 if !channel.is_full() => channel.send(),
                    3..6 if !channel.queued.is_empty() => _ = channel.receive(),
                    6 => channel.look(),
                    _ => {
                        let micros = [0, 1, 30, 5000][channel.any(4) as usize];
                        channel.pass(micros);
                    }
                }
                let age = channel.queued.front().map(|&sent| channel.now - sent);
                let bounds = channel.age();
                assert_eq!(age.is_some(), bounds.is_some());
                if let (Some(age), Some(Age { at_least, at_most })) = (age, bounds) {
                    assert!(at_least <= age, "{age:?} is less than {at_least:?}");
                    assert!(at_most.unwrap() >= age, "{age:?} is more than {at_most:?}");
                }
                assert!(channel.marks.marks.len() <= MARKS);
            }
        }
    }
}

/// With one message a millisecond each eighth of the capacity is marked.
#[test]
fn in_a_channel_that_is_full_the_bounds_are_an_eighth_of_it_apart() {
    for capacity in [1, 8, 64, 1024] {
        let mut channel = Channel::new(capacity, 0);
        for n in 0..4 * capacity {
            if channel.is_full() {
                channel.receive();
            }
            channel.send();
            channel.pass(1000);
            if n >= capacity {
                let eighth = Duration::from_millis(1 + capacity.div_ceil(8) as u64);
                assert!(channel.gap() <= eighth, "{:?} of {capacity}", channel.gap());
            }
        }
    }
}

#[test]
fn the_age_grows_though_nobody_sends_any_more() {
    let mut channel = Channel::new(64, 0);
    channel.send();
    for n in 1..100 {
        channel.pass(1000);
        assert_eq!(channel.age().unwrap().at_least, Duration::from_millis(n));
    }
}

/// One of eight is marked: nothing says when this one was sent, before somebody looks.
#[test]
fn a_message_that_nobody_marked_has_been_there_for_as_long_as_it_is_looked_at() {
    let mut channel = Channel::new(64, 0);
    channel.send();
    channel.pass(1000);
    channel.send();
    channel.receive();
    channel.pass(1000);
    let unmarked = Age { at_least: Duration::ZERO, at_most: Some(Duration::from_millis(2)) };
    assert_eq!(channel.age(), Some(unmarked));
    channel.look();
    channel.pass(5000);
    let looked =
        Age { at_least: Duration::from_millis(5), at_most: Some(Duration::from_millis(7)) };
    assert_eq!(channel.age(), Some(looked));
}

/// The channel was empty for long, and that was seen.
#[test]
fn a_message_is_no_older_than_the_last_look_at_the_empty_channel() {
    let mut channel = Channel::new(64, 0);
    channel.send();
    channel.receive();
    for _ in 0..50 {
        channel.pass(1000);
        channel.look();
    }
    channel.send();
    assert_eq!(channel.age().unwrap().at_most, Some(Duration::ZERO));
}

#[test]
fn what_was_sent_before_the_first_mark_has_an_age_of_which_only_the_least_is_known() {
    let (geometry, now) = (Geometry::new(4).unwrap(), Instant::now());
    let [emptied, sent] = [0, 2].map(|n| geometry.advance(Position(0), n));
    let marks = Marks::new(geometry, Seen { emptied, sent, at: now, next: sent });
    let later = now + Duration::from_secs(1);
    let age = marks.age(emptied, sent, [later; 2]);
    assert_eq!(age, Some(Age { at_least: Duration::from_secs(1), at_most: None }));
}

/// Ten messages a microsecond.
#[test]
#[cfg_attr(miri, ignore = "it counts what many messages do")]
fn clocks_are_read_for_one_message_in_1024_where_they_are_many_and_for_each_where_they_are_few() {
    let mut channel = Channel::new(8, 0);
    let marked = |channel: &mut Channel, messages: usize, micros: u64| {
        let before = channel.marked;
        for n in 0..messages {
            channel.send();
            channel.receive();
            if n % 10 == 0 {
                channel.pass(micros);
            }
        }
        channel.marked - before
    };
    assert!(marked(&mut channel, 1000, 1) < 20, "they become rarer soon");
    assert!(marked(&mut channel, 200_000, 1) <= 1001, "one in 20 microseconds, or 200 messages");
    assert!(marked(&mut channel, 512, 10_000) > 0, "the burst is over");
    assert!(marked(&mut channel, 1000, 10_000) >= 100, "one for each time that passed");
    assert!(marked(&mut channel, 100_000, 0) <= 110, "one in 1024, but for the first");
    channel.look();
    assert!(marked(&mut channel, 8, 10_000) > 0, "who looks wants to know of the next ones");
}

/// Those who look make marks too; the ones of the messages in the midst go first, and the bounds stay such.
#[test]
fn however_often_somebody_looks_the_oldest_keeps_its_bounds() {
    let mut channel = Channel::new(1024, 0);
    for _ in 0..1024 {
        channel.send();
        channel.pass(10);
        channel.look();
    }
    let Age { at_least, at_most } = channel.age().unwrap();
    let age = channel.now - channel.queued[0];
    assert!(at_least <= age && at_most.unwrap() >= age);
    assert!(at_least > age / 2, "{at_least:?} of {age:?}");
}

#[test]
fn one_message_at_a_time_tells_for_how_long_it_was_queued() {
    let mut channel = Channel::new(8, 0);
    let mut told = Sojourns::default();
    for n in 1..=20 {
        channel.send();
        assert!(channel.marks.watched().is_some());
        channel.pass(n * 1000);
        let queued = channel.receive();
        told.count += 1;
        told.total += queued;
        told.latest = queued;
        assert_eq!(channel.marks.sojourns(), told);
        assert!(channel.marks.watched().is_none());
    }
    channel.find_empty();
    assert_eq!(channel.marks.sojourns(), told, "each is told of once");
}

impl Channel {
    fn find_empty(&mut self) {
        self.marks.tell(self.emptied, self.now);
    }
}

/// Nobody finds it empty: those tell who send.
#[test]
fn in_a_channel_that_is_full_messages_tell_an_eighth_of_it_late_at_most() {
    let mut channel = Channel::new(64, 0);
    for n in 0..64 * 8 {
        if channel.is_full() {
            channel.receive();
        }
        channel.send();
        channel.pass(1000);
        let Sojourns { count, latest, .. } = channel.marks.sojourns();
        if n >= 64 * 2 {
            let millis = latest.as_millis();
            assert!(count > 0 && (64..=64 + 9).contains(&millis), "{millis} of 64");
        }
    }
    assert!(channel.marks.sojourns().count >= 6, "one in each lap");
}
