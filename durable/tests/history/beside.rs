//! A queue and its model, to which the same happens.

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use bytes::Bytes;
use proptest::prelude::*;
use ringway_durable::{ConsumeError, Consumer, Delivery, Options, Queue};

use super::common::oracle::Payload;
use super::common::run::{LONG, options};
use super::common::sim::{NameOrder, Random, SimDisk, Unit};
use super::model::{MOST, Model};

/// Something that happens. A place is among those that there are.
#[derive(Clone, Debug)]
pub enum Event {
    Publish(usize),
    Batch(usize, usize),
    Once(usize),
    /// One that was published with a number, once more.
    Again(usize),
    Receive,
    Ack(usize),
    Nack(usize),
    Drop(usize),
    Bury(usize),
    Revive(usize),
    Remove(usize),
    Reopen,
    /// All is synced, and then power is lost.
    Crash(u64),
}

/// Any of them.
pub fn event() -> impl Strategy<Value = Event> {
    let len = prop_oneof![0..100_usize, 3000..5000_usize, 20_000..30_000_usize];
    prop_oneof![
        6 => len.clone().prop_map(Event::Publish),
        1 => (0..5000_usize, 1..4_usize).prop_map(|(len, count)| Event::Batch(len, count)),
        1 => len.prop_map(Event::Once),
        1 => any::<usize>().prop_map(Event::Again),
        8 => Just(Event::Receive),
        6 => any::<usize>().prop_map(Event::Ack),
        2 => any::<usize>().prop_map(Event::Nack),
        1 => any::<usize>().prop_map(Event::Drop),
        1 => any::<usize>().prop_map(Event::Bury),
        1 => any::<usize>().prop_map(Event::Revive),
        1 => any::<usize>().prop_map(Event::Remove),
        1 => Just(Event::Reopen),
        1 => any::<u64>().prop_map(Event::Crash),
    ]
}

/// A queue beside its model.
#[derive(Debug)]
pub struct Beside {
    disk: SimDisk,
    options: Options,
    open: Option<(Queue, Consumer)>,
    held: Vec<Delivery>,
    pub model: Model,
    /// How many messages were made.
    made: u64,
}

impl Beside {
    /// A new queue.
    pub fn new() -> Self {
        let options = options().max_attempts(MOST);
        let disk = SimDisk::new();
        let mut new =
            Self { disk, options, open: None, held: Vec::new(), model: Model::default(), made: 0 };
        new.open();
        new
    }

    fn open(&mut self) {
        let queue = Queue::open_in(Arc::new(self.disk.clone()), self.options.clone()).unwrap();
        let consumer = queue.consumer(1024).unwrap();
        self.open = Some((queue, consumer));
    }

    pub fn queue(&self) -> &Queue {
        &self.open.as_ref().unwrap().0
    }

    pub fn sync(&self) {
        self.queue().sync().unwrap().wait_timeout(LONG).unwrap().unwrap();
    }

    /// Another message.
    fn message(&mut self, len: usize) -> Bytes {
        self.made += 1;
        let mut bytes = self.made.to_le_bytes().to_vec();
        bytes.resize(8 + len, self.made as u8);
        bytes.into()
    }

    /// One of those that are held.
    fn take(&mut self, place: usize) -> Option<Delivery> {
        (!self.held.is_empty()).then(|| self.held.remove(place % self.held.len()))
    }

    /// Lets it happen to both, which must agree.
    pub fn happen(&mut self, event: &Event) -> Result<(), TestCaseError> {
        match *event {
            Event::Publish(len) => {
                let message = self.message(len);
                let sequence = self.queue().publish(message.clone()).unwrap().wait().unwrap();
                prop_assert_eq!(sequence, self.model.publish(message));
            }
            Event::Batch(len, count) => {
                let messages: Vec<_> = (0..count).map(|_| self.message(len)).collect();
                let first = self.queue().publish_batch(messages.clone()).unwrap().wait().unwrap();
                for (sequence, message) in (first..).zip(messages) {
                    prop_assert_eq!(sequence, self.model.publish(message));
                }
            }
            Event::Once(len) => {
                let message = self.message(len);
                let number = self.model.numbered.len() as u64;
                let sequence =
                    self.queue().publish_once(1, number, message.clone()).unwrap().wait().unwrap();
                prop_assert_eq!(sequence, self.model.publish(message.clone()));
                self.model.numbered.push((sequence, Payload(message)));
            }
            Event::Again(place) if !self.model.numbered.is_empty() => {
                let number = place % self.model.numbered.len();
                let (known, message) = self.model.numbered[number].clone();
                let sequence =
                    self.queue().publish_once(1, number as u64, message.0).unwrap().wait().unwrap();
                prop_assert_eq!(sequence, known);
            }
            Event::Again(_) => {}
            Event::Receive => self.receive()?,
            Event::Ack(place) => {
                if let Some(delivery) = self.take(place) {
                    self.model.known.remove(&delivery.sequence());
                    delivery.ack().unwrap();
                }
            }
            Event::Nack(place) | Event::Drop(place) => {
                if let Some(delivery) = self.take(place) {
                    self.model.come_back(delivery.sequence(), delivery.attempt());
                    match event {
                        Event::Drop(_) => drop(delivery),
                        _ => delivery.nack(true).unwrap(),
                    }
                }
            }
            Event::Bury(place) => {
                if let Some(delivery) = self.take(place) {
                    let known = self.model.known.get_mut(&delivery.sequence()).unwrap();
                    (known.returns, known.is_dead) = (delivery.attempt(), true);
                    delivery.nack(false).unwrap();
                }
            }
            Event::Revive(place) | Event::Remove(place) => {
                self.raise(place, matches!(event, Event::Revive(_)))?
            }
            Event::Reopen => {
                let (queue, _) = self.open.take().unwrap();
                queue.close().unwrap();
                self.begin_again();
            }
            Event::Crash(seed) => {
                self.sync();
                let crashes = self.disk.crashes(Unit::Sector, NameOrder::Free);
                // The queue that was open goes on with the disk that is left behind.
                self.disk = crashes.at(crashes.last_position()).draw(&mut Random::new(seed));
                self.open = None;
                self.begin_again();
            }
        }
        Ok(())
    }

    fn begin_again(&mut self) {
        self.held.clear();
        self.model.reopen();
        self.open();
    }

    /// Receives what the model says, or nothing.
    pub fn receive(&mut self) -> Result<(), TestCaseError> {
        let consumer = &self.open.as_ref().unwrap().1;
        if !self.model.waits() {
            prop_assert_eq!(consumer.try_recv().unwrap_err(), ConsumeError::Empty);
            return Ok(());
        }
        let delivery = consumer.recv_timeout(LONG).unwrap();
        let attempts = self.model.deliver(delivery.sequence());
        let got = (delivery.sequence(), Some(delivery.attempt() - 1));
        prop_assert_eq!(got, (delivery.sequence(), attempts), "{:?}", self.model);
        prop_assert_eq!(delivery.message(), &self.model.known[&delivery.sequence()].bytes.0);
        self.held.push(delivery);
        Ok(())
    }

    /// Revives or removes one of the dead letters, which are those of the model.
    fn raise(&mut self, place: usize, revives: bool) -> Result<(), TestCaseError> {
        self.sync();
        // What was recovered and had too many attempts is dead when its turn has come.
        let (begin, dead) = (Instant::now(), self.model.dead().len() as u64);
        while self.queue().stats().dead != dead && begin.elapsed() < LONG {
            thread::yield_now();
        }
        let mut letters: Vec<_> = self.queue().dead_letters().map(Result::unwrap).collect();
        let dead: Vec<_> = letters.iter().map(|letter| letter.sequence()).collect();
        prop_assert_eq!(&dead, &self.model.dead());
        if letters.is_empty() {
            return Ok(());
        }
        let letter = letters.remove(place % letters.len());
        let known = self.model.known.get_mut(&letter.sequence()).unwrap();
        prop_assert_eq!((letter.message(), letter.attempts()), (&known.bytes.0, known.returns));
        if revives {
            (known.returns, known.is_dead) = (0, false);
            self.model.revived.push_back(letter.sequence());
            prop_assert!(letter.revive().unwrap());
        } else {
            self.model.known.remove(&letter.sequence());
            prop_assert!(letter.remove().unwrap());
        }
        Ok(())
    }
}
