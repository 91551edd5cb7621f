//! Any sequence of operations on one thread against a `VecDeque`, from any start.

use std::collections::VecDeque;
use std::task::Poll;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway::channel::{
    Receiver, RecvError, RecvTimeoutError, Select, Selector, SendError, SendTimeoutError, Sender,
    TryRecvError, TrySendError,
};

use crate::common::End;
use crate::effort::times;
use crate::polls::poll_once;

on_kinds!(any_steps_agree_with_a_queue);

/// One operation; a number that picks a handle or a way counts round.
#[derive(Clone, Debug)]
enum Step {
    /// Send a message.
    Send { handle: usize, way: usize },
    /// Send up to `n` messages, and give up where there is no room.
    SendMany { handle: usize, way: usize, n: usize },
    /// Send by force, if the kind allows it.
    Force { handle: usize },
    /// Receive a message if there is one.
    Recv { handle: usize, way: usize },
    /// Receive up to `n` messages.
    RecvMany { handle: usize, way: usize, n: usize },
    /// Clone handles, if the kind allows it.
    Add,
    /// Drop a sender or a receiver, unless it is the last.
    Remove { sender: bool },
    /// Close from one end or the other.
    Close { sender: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let n = || prop_oneof![4 => 0..6usize, 1 => 0..70usize];
    prop_oneof![
        100 => (0..4usize, 0..7usize).prop_map(|(handle, way)| Step::Send { handle, way }),
        60 => (0..4usize, 0..4usize, n())
            .prop_map(|(handle, way, n)| Step::SendMany { handle, way, n }),
        20 => (0..4usize).prop_map(|handle| Step::Force { handle }),
        100 => (0..4usize, 0..9usize).prop_map(|(handle, way)| Step::Recv { handle, way }),
        60 => (0..4usize, 0..3usize, n())
            .prop_map(|(handle, way, n)| Step::RecvMany { handle, way, n }),
        10 => Just(Step::Add),
        10 => any::<bool>().prop_map(|sender| Step::Remove { sender }),
        1 => any::<bool>().prop_map(|sender| Step::Close { sender }),
    ]
}

/// A word to start from: anywhere, or so that the laps overflow at once or soon.
fn start() -> impl Strategy<Value = u64> {
    prop_oneof![Just(u64::MAX), (0..600u64).prop_map(|before| u64::MAX - before), any::<u64>()]
}

/// A channel, and what should be in it.
struct Model<P: End, C: End> {
    senders: Vec<Sender<u64, P, C>>,
    receivers: Vec<Receiver<u64, C>>,
    queue: VecDeque<u64>,
    capacity: usize,
    closed: bool,
    next: u64,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
enum Sent {
    Yes,
    Full,
    Closed,
}

impl<P: End, C: End> Model<P, C> {
    fn take(&mut self, step: &Step) {
        match *step {
            Step::Send { handle, way } => self.send(handle % self.senders.len(), way),
            Step::SendMany { handle, way, n } => {
                self.send_many(handle % self.senders.len(), way, n);
            }
            Step::Force { handle } => self.force(handle % self.senders.len()),
            Step::Recv { handle, way } => self.recv(handle % self.receivers.len(), way),
            Step::RecvMany { handle, way, n } => {
                self.recv_many(handle % self.receivers.len(), way, n);
            }
            Step::Add => {
                self.senders.extend(P::another_sender(&self.senders[0]));
                self.receivers.extend(C::another_receiver(&self.receivers[0]));
            }
            Step::Remove { sender: true } if self.senders.len() > 1 => drop(self.senders.pop()),
            Step::Remove { sender: false } if self.receivers.len() > 1 => {
                drop(self.receivers.pop());
            }
            Step::Remove { .. } => {}
            Step::Close { sender } => {
                let closes =
                    if sender { self.senders[0].close() } else { self.receivers[0].close() };
                assert_eq!(closes, !self.closed);
                self.closed = true;
            }
        }
    }

    /// What should become of the next message.
    fn outcome(&self) -> Sent {
        match (self.closed, self.queue.len() == self.capacity) {
            (true, _) => Sent::Closed,
            (false, true) => Sent::Full,
            (false, false) => Sent::Yes,
        }
    }

    fn send(&mut self, handle: usize, way: usize) {
        let (sender, message, expected) = (&self.senders[handle], self.next, self.outcome());
        let back = |other| assert_eq!(message, other);
        let timed = |sent| match sent {
            Ok(()) => Sent::Yes,
            Err(SendTimeoutError::Timeout(other)) => (back(other), Sent::Full).1,
            Err(SendTimeoutError::Disconnected(other)) => (back(other), Sent::Closed).1,
        };
        let waited = |sent| match sent {
            Ok(()) => Sent::Yes,
            Err(SendError(other)) => (back(other), Sent::Closed).1,
        };
        let mut unsent = Some(message);
        let sent = match way {
            0 if expected != Sent::Full => waited(sender.send(message)),
            1 => timed(sender.send_timeout(message, Duration::ZERO)),
            2 => timed(sender.send_deadline(message, Instant::now())),
            3 => match poll_once(&mut sender.send_async(message)) {
                Poll::Ready(sent) => waited(sent),
                Poll::Pending => Sent::Full,
            },
            4 => match Selector::new().send(sender, &mut unsent, waited).try_wait() {
                Some(sent) => sent,
                None => (back(unsent.unwrap()), Sent::Full).1,
            },
            5 => {
                let mut select = Select::new();
                select.send(sender);
                assert_eq!(select.try_ready().is_ok(), expected != Sent::Full);
                match select.try_select() {
                    Ok(operation) => waited(operation.send(sender, message)),
                    Err(_) => Sent::Full,
                }
            }
            _ => match sender.try_send(message) {
                Ok(()) => Sent::Yes,
                Err(TrySendError::Full(other)) => (back(other), Sent::Full).1,
                Err(TrySendError::Disconnected(other)) => (back(other), Sent::Closed).1,
            },
        };
        assert_eq!(sent, expected);
        self.queue.extend((sent == Sent::Yes).then_some(message));
        self.next += 1;
    }

    fn send_many(&mut self, handle: usize, way: usize, n: usize) {
        let sender = &self.senders[handle];
        let room = if self.closed { 0 } else { self.capacity - self.queue.len() };
        let mut messages: Vec<_> = (self.next..self.next + n as u64).collect();
        let sent = room.min(n);
        if way == 0 {
            let mut sending = sender.send_slice_async(&messages);
            let polled = poll_once(&mut sending);
            assert_eq!(polled.is_ready(), sent == n || self.closed);
            assert_eq!(sending.unsent(), &messages[sent..]);
        } else if way == 2 && (sent == n || self.closed) {
            let unsent = sender.send_slice(&messages).map_or_else(|error| error.0.len(), |()| 0);
            assert_eq!(unsent, n - sent);
        } else if way == 3 && (sent == n || self.closed) {
            assert_eq!(sender.send_all(&mut messages).is_ok(), sent == n);
            assert_eq!(messages.len(), n - sent);
        } else {
            assert_eq!(
                poll_once(&mut sender.send_all_async(&mut messages)).is_ready(),
                sent == n || self.closed
            );
            assert!(messages.into_iter().eq(self.next + sent as u64..self.next + n as u64));
        }
        self.queue.extend(self.next..self.next + sent as u64);
        self.next += n as u64;
    }

    fn force(&mut self, handle: usize) {
        if let Some(sent) = C::force_send(&self.senders[handle], self.next) {
            if self.closed {
                assert_eq!(sent, Err(SendError(self.next)));
            } else {
                let full = self.queue.len() == self.capacity;
                let evicted = if full { self.queue.pop_front() } else { None };
                assert_eq!(sent, Ok(evicted));
                self.queue.push_back(self.next);
            }
        }
        self.next += 1;
    }

    fn recv(&mut self, handle: usize, way: usize) {
        let receiver = &mut self.receivers[handle];
        let expected = match (self.queue.pop_front(), self.closed) {
            (Some(message), _) => Ok(message),
            (None, true) => Err(TryRecvError::Disconnected),
            (None, false) => Err(TryRecvError::Empty),
        };
        let waited = |received: Result<_, RecvError>| received.map_err(TryRecvError::from);
        let timed = |end: RecvTimeoutError| match end.is_timeout() {
            true => TryRecvError::Empty,
            false => TryRecvError::Disconnected,
        };
        let received = match way {
            0 if expected != Err(TryRecvError::Empty) => waited(receiver.recv()),
            1 => receiver.recv_timeout(Duration::ZERO).map_err(timed),
            5 => receiver.recv_deadline(Instant::now()).map_err(timed),
            6 => {
                let select = Selector::new().recv(receiver, waited);
                select.wait_deadline(Instant::now()).unwrap_or(Err(TryRecvError::Empty))
            }
            2 => match poll_once(&mut C::recv_async(receiver)) {
                Poll::Ready(received) => waited(received),
                Poll::Pending => Err(TryRecvError::Empty),
            },
            3 => {
                let select = Selector::new().recv(receiver, waited);
                select.try_wait().unwrap_or(Err(TryRecvError::Empty))
            }
            7 if expected == Err(TryRecvError::Empty) => {
                let mut select = Select::new();
                select.recv(receiver);
                assert!(select.ready_deadline(Instant::now()).is_err());
                assert!(select.ready_timeout(Duration::ZERO).is_err());
                assert!(select.select_deadline(Instant::now()).is_err());
                assert!(select.select_timeout(Duration::ZERO).is_err());
                expected
            }
            7 => {
                let mut select = Select::new();
                select.recv(receiver);
                assert_eq!(select.ready(), 0);
                waited(select.select().recv(receiver))
            }
            4 => receiver.try_iter().next().ok_or_else(|| expected.unwrap_err()),
            _ => receiver.try_recv(),
        };
        assert_eq!(received, expected);
    }

    fn recv_many(&mut self, handle: usize, way: usize, n: usize) {
        let receiver = &mut self.receivers[handle];
        let there = self.queue.len();
        let mut messages = Vec::new();
        let taken = match way {
            0 => {
                messages.extend(receiver.drain());
                there
            }
            1 if n == 0 || there > 0 || self.closed => {
                let received = receiver.recv_many(&mut messages, n);
                assert_eq!(received.is_err(), n > 0 && there == 0);
                n.min(there)
            }
            _ => {
                let polled = poll_once(&mut C::recv_many_async(receiver, &mut messages, n));
                assert_eq!(polled.is_pending(), n > 0 && there == 0 && !self.closed);
                n.min(there)
            }
        };
        assert!(messages.into_iter().eq(self.queue.drain(..taken)));
    }

    fn check(&self) {
        let (len, full) = (self.queue.len(), self.queue.len() == self.capacity);
        let counts = (self.senders.len(), self.receivers.len());
        for sender in &self.senders {
            assert_eq!((sender.len(), sender.is_empty(), sender.is_full()), (len, len == 0, full));
            assert_eq!((sender.sender_count(), sender.receiver_count()), counts);
            assert_eq!(sender.is_closed(), self.closed);
            assert!(sender.same_channel(&self.senders[0]));
        }
        for receiver in &self.receivers {
            assert_eq!((receiver.len(), receiver.is_empty()), (len, len == 0));
            assert_eq!((receiver.is_full(), receiver.is_closed()), (full, self.closed));
            assert_eq!((receiver.sender_count(), receiver.receiver_count()), counts);
        }
    }
}

fn any_steps_agree_with_a_queue<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    let config = ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(times(200) as u32)
    };
    let most = if cfg!(miri) { 30 } else { 300 };
    let shapes = (1..=65usize, start(), vec(step(), 1..most));
    let outcome = TestRunner::new(config).run(&shapes, |(capacity, start, steps)| {
        let (sender, receiver) = make(capacity, start);
        let (senders, receivers) = (vec![sender], vec![receiver]);
        let queue = VecDeque::new();
        let mut model = Model { senders, receivers, queue, capacity, closed: false, next: 0 };
        model.check();
        for step in &steps {
            model.take(step);
            model.check();
        }
        Ok(())
    });
    outcome.unwrap_or_else(|failure| panic!("{failure}"));
}
