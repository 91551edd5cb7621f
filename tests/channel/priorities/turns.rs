//! Nothing starves: against the rule, said once more, and against what it promises.

use std::collections::VecDeque;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway::channel::{RecvError, Sender, TryRecvError, priorities};

use crate::arrivals::Dice;
use crate::effort::times;

/// A receiver, and what it should do next.
struct Handle {
    receiver: priorities::Receiver<u64>,
    /// How many go by urgency before the next turn.
    left: usize,
    /// Whose turn that is, counted from 0 at the second class.
    whose: usize,
}

/// The classes, and what should be in them.
struct Model {
    /// So many go by urgency between two turns; none by turn if there is none.
    every: Option<u16>,
    senders: Vec<Sender<u64>>,
    queues: Vec<VecDeque<u64>>,
    closed: Vec<bool>,
    handles: Vec<Handle>,
    next: u64,
}

/// One operation; a number that picks a handle or a class counts round.
#[derive(Clone, Debug)]
enum Step {
    Send { class: usize, n: usize },
    Recv { handle: usize, times: usize },
    RecvMany { handle: usize, limit: usize, drains: bool },
    Clone { handle: usize, weakly: bool },
    Remove { handle: usize },
    Close { class: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let pick = || 0..8usize;
    prop_oneof![
        40 => (pick(), 1..9usize).prop_map(|(class, n)| Step::Send { class, n }),
        30 => (pick(), 1..9usize).prop_map(|(handle, times)| Step::Recv { handle, times }),
        15 => (pick(), 0..30usize, any::<bool>())
            .prop_map(|(handle, limit, drains)| Step::RecvMany { handle, limit, drains }),
        5 => (pick(), any::<bool>()).prop_map(|(handle, weakly)| Step::Clone { handle, weakly }),
        4 => pick().prop_map(|handle| Step::Remove { handle }),
        1 => pick().prop_map(|class| Step::Close { class }),
    ]
}

impl Model {
    fn new(capacities: &[usize], every: Option<u16>) -> Self {
        let (senders, receiver) = priorities::of(capacities);
        let receiver = match every {
            Some(every) => receiver.with_turns(every),
            None => receiver.strict(),
        };
        let left = every.map_or(0, usize::from);
        Self {
            every,
            senders,
            queues: vec![VecDeque::new(); capacities.len()],
            closed: vec![false; capacities.len()],
            handles: vec![Handle { receiver, left, whose: 0 }],
            next: 0,
        }
    }

    /// The class that a handle should receive from next, if it is to be by turn or by urgency; it has done so
    /// after that.
    fn choose(&mut self, handle: usize) -> Option<usize> {
        let has = |class: &usize| !self.queues[*class].is_empty();
        let (handle, aged) = (&mut self.handles[handle], self.queues.len() - 1);
        let first = (0..=aged).find(has)?;
        let Some(every) = self.every.filter(|_| aged > 0).map(usize::from) else {
            return Some(first);
        };
        if handle.left > 0 {
            handle.left -= 1;
            return Some(first);
        }
        handle.left = every;
        let turns = (0..aged).map(|n| (handle.whose + n) % aged + 1);
        let Some(class) = turns.into_iter().find(has) else { return Some(first) };
        handle.whose = class % aged;
        Some(class)
    }

    /// Takes the next message out, and tells of which class.
    fn pop(&mut self, handle: usize) -> Option<(usize, u64)> {
        let class = self.choose(handle)?;
        Some((class, self.queues[class].pop_front().expect("it has one")))
    }

    fn take(&mut self, step: &Step) {
        match *step {
            Step::Send { class, n } => {
                let class = class % self.senders.len();
                for _ in 0..n {
                    let is_full =
                        self.queues[class].len() == self.senders[class].capacity().unwrap();
                    let sent = self.senders[class].try_send(self.next);
                    assert_eq!(sent.is_ok(), !is_full && !self.closed[class]);
                    if sent.is_ok() {
                        self.queues[class].push_back(self.next);
                        self.next += 1;
                    }
                }
            }
            Step::Recv { handle, times } => {
                let handle = handle % self.handles.len();
                for _ in 0..times {
                    let expected = self.pop(handle);
                    let over = self.closed.iter().all(|&closed| closed);
                    let none = if over { TryRecvError::Disconnected } else { TryRecvError::Empty };
                    let received = self.handles[handle].receiver.try_recv_with_class();
                    assert_eq!(received, expected.ok_or(none));
                }
            }
            Step::RecvMany { handle, limit, drains } => {
                let handle = handle % self.handles.len();
                let limit = if drains { usize::MAX } else { limit };
                let expected: Vec<_> = (0..limit)
                    .map_while(|_| self.pop(handle))
                    .map(|(_, message)| message)
                    .collect();
                let receiver = &self.handles[handle].receiver;
                let mut received = Vec::new();
                if drains {
                    received.extend(receiver.drain());
                } else if !expected.is_empty() {
                    assert_eq!(receiver.recv_many(&mut received, limit), Ok(expected.len()));
                } else if limit > 0 && self.closed.iter().all(|&closed| closed) {
                    assert_eq!(receiver.recv_many(&mut received, limit), Err(RecvError));
                }
                assert_eq!(received, expected);
            }
            Step::Clone { handle, weakly } => {
                let index = handle % self.handles.len();
                let Handle { receiver, left, whose } = &self.handles[index];
                // A clone takes the next step of its original.
                let receiver = if weakly {
                    receiver.downgrade().upgrade().expect("there is one")
                } else {
                    receiver.clone()
                };
                self.handles.push(Handle { receiver, left: *left, whose: *whose });
                self.pass(index);
            }
            Step::Remove { handle } => {
                if self.handles.len() > 1 {
                    let handle = handle % self.handles.len();
                    drop(self.handles.swap_remove(handle));
                }
            }
            Step::Close { class } => {
                let class = class % self.senders.len();
                assert_eq!(self.senders[class].close(), !self.closed[class]);
                self.closed[class] = true;
            }
        }
        let queued = self.queues.iter().map(VecDeque::len).sum::<usize>();
        assert!(self.handles.iter().all(|handle| handle.receiver.len() == queued));
    }

    /// A handle has left its next step to a clone.
    fn pass(&mut self, handle: usize) {
        let aged = self.queues.len() - 1;
        let Some(every) = self.every.filter(|_| aged > 0) else { return };
        let handle = &mut self.handles[handle];
        if handle.left > 0 {
            handle.left -= 1;
        } else {
            (handle.left, handle.whose) = (usize::from(every), (handle.whose + 1) % aged);
        }
    }
}

#[test]
fn any_steps_agree_with_the_rule() {
    let config = ProptestConfig::with_cases(times(400) as u32);
    let every = prop_oneof![Just(None), (1..6u16).prop_map(Some), Just(Some(u16::MAX))];
    let cases = (vec(1..9usize, 1..6), every, vec(step(), 1..80));
    TestRunner::new(config)
        .run(&cases, |(capacities, every, steps)| {
            let mut model = Model::new(&capacities, every);
            steps.iter().for_each(|step| model.take(step));
            Ok(())
        })
        .unwrap();
}

/// What one handle received: the class of each message, and the classes that had a message before it.
type Log = Vec<(usize, Vec<bool>)>;

/// Receives at random from classes that are filled at random, `busy` of which are as good as never empty.
fn log(classes: usize, every: u16, busy: &[usize], seed: usize) -> Log {
    let (senders, receiver) = priorities::of(&vec![3; classes]);
    let receiver = receiver.with_turns(every);
    let mut dice = Dice::seeded(seed);
    let mut log = Vec::new();
    for _ in 0..times(2000) {
        for (class, sender) in senders.iter().enumerate() {
            let tries = if busy.contains(&class) { 3 } else { dice.below(12) / 10 };
            (0..tries).for_each(|_| _ = sender.try_send(()));
        }
        let had = senders.iter().map(|sender| !sender.is_empty()).collect();
        if let Ok((class, ())) = receiver.try_recv_with_class() {
            log.push((class, had));
        }
    }
    log
}

#[test]
fn a_class_that_has_a_message_is_received_from_within_the_bound() {
    for classes in 1..6 {
        for every in [1, 2, 3, 7] {
            let some: [&[usize]; 4] = [&[0], &[], &[0, classes - 1], &[0, 1, 2, 3, 4]];
            for (seed, busy) in some.into_iter().enumerate() {
                let log = log(classes, every, busy, seed);
                let bound = (usize::from(every) + 1) * (classes - 1);
                for class in 0..classes {
                    // How many others were received in a row while it had one, and how many by turn.
                    let mut others = 0;
                    for (received, had) in &log {
                        others = if *received != class && had[class] { others + 1 } else { 0 };
                        let most = if class == 0 { 1 } else { bound - 1 };
                        assert!(
                            others <= most,
                            "class {class} of {classes} waited for {others} with {every} between"
                        );
                    }
                }
                let by_turn = log.iter().map(|(class, had)| had[..*class].contains(&true));
                let by_turn: Vec<_> = by_turn.collect();
                for some in by_turn.windows(usize::from(every) + 1) {
                    assert!(some.iter().filter(|by_turn| **by_turn).count() <= 1);
                }
            }
        }
    }
}

/// The bound is no larger than it has to be: it is reached where all are busy.
#[test]
fn the_bound_is_reached() {
    for (classes, every) in [(2, 1), (2, 5), (4, 1), (4, 3)] {
        let log = log(classes, every, &[0, 1, 2, 3], 0);
        let last = log.iter().enumerate().filter(|(_, (class, _))| *class == classes - 1);
        let at: Vec<_> = last.map(|(at, _)| at).collect();
        let bound = (usize::from(every) + 1) * (classes - 1);
        assert!(at.windows(2).all(|two| two[1] - two[0] == bound), "{classes}, {every}");
        assert!(at.len() > 1);
    }
}

/// With `r` receivers and `d` messages of its class before it a message waits for `d` times the bound of one
/// receiver and `r` times one less.
#[test]
fn with_many_receivers_each_has_the_bound_for_itself() {
    for (receivers, classes, every) in [(1, 2, 3), (3, 2, 1), (3, 4, 2), (8, 3, 5)] {
        let (senders, receiver) = priorities::of(&vec![4; classes]);
        let receiver = receiver.with_turns(every);
        let receivers: Vec<_> = (0..receivers).map(|_| receiver.clone()).collect();
        drop(receiver);
        let bound = (usize::from(every) + 1) * (classes - 1);
        let mut dice = Dice::seeded(receivers.len());
        // The number of a message is how many were received when it was sent.
        let (mut received, mut longest) = (0, 0);
        let mut depths = vec![VecDeque::new(); classes];
        for _ in 0..times(4000) {
            for (sender, depths) in senders.iter().zip(&mut depths) {
                while sender.try_send(received).is_ok() {
                    depths.push_back(sender.len() - 1);
                }
            }
            let (class, sent) = receivers[dice.below(receivers.len())].recv_with_class().unwrap();
            let depth = depths[class].pop_front().unwrap();
            let others = received - sent;
            if class > 0 {
                let most = depth * bound + receivers.len() * (bound - 1);
                assert!(others <= most, "class {class} waited for {others}, {depth} before it");
                longest = longest.max(others);
            }
            received += 1;
        }
        assert!(longest > bound, "some wait for a while");
    }
}

/// A task for each message has a receiver of its own, for that alone.
#[test]
fn clones_that_receive_one_message_each_take_turns_as_one_receiver_does() {
    for (classes, every) in [(2, 1), (3, 4), (5, 2)] {
        let (senders, receiver) = priorities::of(&vec![2; classes]);
        let (mut single, all) =
            (receiver.with_turns(every), log(classes, every, &[0, 1, 2, 3, 4], 0));
        for (at, (expected, _)) in all.iter().enumerate().take(times(500)) {
            senders.iter().for_each(|sender| while sender.try_send(()).is_ok() {});
            let clone = single.clone();
            // By turns the original lives on, and the clone.
            let received = if at % 2 == 0 {
                clone.recv_with_class()
            } else {
                single = clone;
                single.recv_with_class()
            };
            assert_eq!(received.unwrap().0, *expected, "message {at}");
        }
    }
}

/// Threads that share a receiver by reference share its count: each class still comes within so many times the bound.
#[test]
fn threads_that_share_a_receiver_let_no_class_starve() {
    const EACH: usize = times(30_000);
    let (senders, receiver) = priorities::of(&[64, 4]);
    let receiver = receiver.with_turns(4);
    let counts = std::thread::scope(|scope| {
        let (receiver, senders) = (&receiver, &senders);
        let workers: Vec<_> = (0..3)
            .map(|_| {
                scope.spawn(move || {
                    let mut counts = [0; 2];
                    for _ in 0..EACH {
                        senders.iter().for_each(|sender| while sender.try_send(()).is_ok() {});
                        counts[receiver.recv_with_class().unwrap().0] += 1;
                    }
                    counts
                })
            })
            .collect();
        let all = workers.into_iter().map(|worker| worker.join().unwrap());
        all.fold([0; 2], |sum, counts| [sum[0] + counts[0], sum[1] + counts[1]])
    });
    assert_eq!(counts[0] + counts[1], 3 * EACH);
    assert!(counts[1] >= 3 * EACH / (3 * 5 + 1), "{counts:?}");
}
