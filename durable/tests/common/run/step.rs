//! What is done with a queue.

use std::fmt;

use bytes::Bytes;
use ringway_durable::{Delivery, PublishError, Queue, Refusal, Ticket, TicketError};

use super::super::oracle::State;
use super::{LONG, Run};

/// The producer of messages that have numbers.
const PRODUCER: u64 = 7;

/// Something to do with a queue. What cannot be done, because there is no such message, is nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Publishes a message of this length, and waits for its ticket.
    Publish(usize),
    /// The same, and does not wait.
    Begin(usize),
    /// Publishes messages of these lengths together.
    Batch(Vec<usize>),
    /// Publishes a message with the next number of a producer.
    Once(usize),
    /// Publishes the last message that had a number once more.
    Again,
    /// Receives a message, and holds it.
    Receive,
    /// Acknowledges one that is held: the first, or so many after it.
    Ack(usize),
    /// Gives it back, to be delivered again.
    GiveBack(usize),
    /// Makes it a dead letter.
    Bury(usize),
    /// The oldest dead letter is delivered again.
    Revive,
    /// The oldest dead letter is removed.
    Remove,
    /// Waits until all is safe.
    Sync,
    /// Closes the queue, and opens it again.
    Reopen,
}

/// The queue did not do a step, and says why.
#[derive(Debug)]
pub struct Stopped {
    pub why: String,
    /// Only for want of space: it goes on.
    pub is_full: bool,
}

impl Stopped {
    pub(super) fn by(error: impl fmt::Display) -> Self {
        Self { why: error.to_string(), is_full: false }
    }

    fn refused(error: impl fmt::Display, why: &Refusal) -> Self {
        Self { is_full: matches!(why, Refusal::DiskFull(_)), ..Self::by(error) }
    }
}

impl Run {
    /// Does these, and all that they ask for is done.
    pub fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            self.step(step).unwrap_or_else(|why| panic!("{step:?}: {why:?}"));
        }
    }

    /// Does this.
    ///
    /// # Errors
    ///
    /// The queue refused, or failed; the oracle knows what that means.
    pub fn step(&mut self, step: &Step) -> Result<(), Stopped> {
        match step {
            Step::Publish(len) => self.publish(*len),
            Step::Begin(len) => {
                let message = self.oracle.prepare(&[*len]);
                let ticket = self.send(&message, |queue| queue.publish(message[0].clone()))?;
                self.tickets.push((message, ticket));
                self.waiting += 1;
                Ok(())
            }
            Step::Batch(lens) => {
                let messages = self.oracle.prepare(lens);
                let ticket = self.send(&messages, |queue| queue.publish_batch(messages.clone()))?;
                self.wait(&messages, ticket)?;
                self.waiting += lens.len();
                Ok(())
            }
            Step::Once(len) => {
                let message = self.oracle.prepare(&[*len]);
                self.numbered.push(message[0].clone());
                let number = self.numbered.len() as u64;
                let once = |queue: &Queue| queue.publish_once(PRODUCER, number, message[0].clone());
                let ticket = self.send(&message, once)?;
                self.wait(&message, ticket)?;
                self.waiting += 1;
                Ok(())
            }
            Step::Again => match self.numbered.len() {
                0 => Ok(()),
                number => self.again(number),
            },
            Step::Receive => self.receive(),
            Step::Ack(place) => self.settle(*place, State::Gone, Delivery::ack),
            Step::Bury(place) => {
                let before = self.held();
                self.settle(*place, State::Dead, |delivery| delivery.nack(false))?;
                self.dead += before - self.held();
                Ok(())
            }
            Step::GiveBack(place) => self.give_back(*place),
            Step::Revive | Step::Remove if self.dead == 0 => Ok(()),
            Step::Revive => self.raise(true),
            Step::Remove => self.raise(false),
            Step::Sync => self.sync(),
            Step::Reopen => self.reopen(),
        }
    }

    fn publish(&mut self, len: usize) -> Result<(), Stopped> {
        let message = self.oracle.prepare(&[len]);
        let ticket = self.send(&message, |queue| queue.publish(message[0].clone()))?;
        self.wait(&message, ticket)?;
        self.waiting += 1;
        Ok(())
    }

    /// Hands messages to the queue.
    fn send<M>(
        &mut self,
        messages: &[Bytes],
        send: impl FnOnce(&Queue) -> Result<Ticket, PublishError<M>>,
    ) -> Result<Ticket, Stopped> {
        self.oracle.publishing(messages, self.disk.position());
        send(self.queue()).map_err(|error| {
            self.oracle.refused(messages);
            Stopped::refused(&error.why, &error.why)
        })
    }

    /// Waits for a ticket.
    pub(super) fn wait(&mut self, messages: &[Bytes], ticket: Ticket) -> Result<(), Stopped> {
        let outcome = ticket.wait_timeout(LONG).expect("a ticket resolves");
        let position = self.disk.position();
        match &outcome {
            Ok(first) => self.oracle.resolved(messages, *first, position),
            Err(TicketError::Refused { messages: refused, .. }) => {
                assert_eq!(refused, messages, "other messages came back");
                self.oracle.refused(messages);
            }
            Err(_) => {}
        }
        outcome.map(drop).map_err(|error| match &error {
            TicketError::Refused { why, .. } => Stopped::refused(why, why),
            _ => Stopped::by(error),
        })
    }

    /// Publishes the message of a number again.
    pub fn again(&mut self, number: usize) -> Result<(), Stopped> {
        let message = self.numbered[number - 1].clone();
        let is_new = self.oracle.publishing_again(&message, self.disk.position());
        let sent = self.queue().publish_once(PRODUCER, number as u64, message.clone());
        let ticket = sent.map_err(Stopped::by)?;
        self.wait(&[message], ticket)?;
        self.waiting += usize::from(is_new);
        Ok(())
    }

    fn receive(&mut self) -> Result<(), Stopped> {
        if self.waiting == 0 {
            return Ok(());
        }
        let position = self.disk.position();
        let open = self.open.as_mut().expect("it is open");
        let delivery = open.consumer.recv_timeout(LONG).map_err(Stopped::by)?;
        self.oracle.delivered(delivery.message(), delivery.sequence(), position);
        open.held.push_back(delivery);
        self.waiting -= 1;
        Ok(())
    }

    fn take_held(&mut self, place: usize) -> Option<Delivery> {
        let held = &mut self.open.as_mut().expect("it is open").held;
        held.remove(place.min(held.len().saturating_sub(1)))
    }

    /// Settles a delivery.
    fn settle<E: std::error::Error>(
        &mut self,
        place: usize,
        state: State,
        settle: impl FnOnce(Delivery) -> Result<(), E>,
    ) -> Result<(), Stopped> {
        let Some(delivery) = self.take_held(place) else { return Ok(()) };
        let message = delivery.message().clone();
        self.oracle.change(&message, state, self.disk.position());
        settle(delivery).map_err(|error| {
            self.oracle.unchanged(&message);
            Stopped::by(error)
        })
    }

    fn give_back(&mut self, place: usize) -> Result<(), Stopped> {
        let Some(delivery) = self.take_held(place) else { return Ok(()) };
        self.oracle.returning(delivery.message(), delivery.attempt(), self.disk.position());
        delivery.nack(true).map_err(Stopped::by)?;
        self.waiting += 1;
        Ok(())
    }

    /// Revives the oldest dead letter, or removes it.
    fn raise(&mut self, revives: bool) -> Result<(), Stopped> {
        // It is one when the journal has noted it.
        self.sync()?;
        let letter = self.queue().dead_letters().next().expect("there is one");
        let letter = letter.map_err(Stopped::by)?;
        let state = if revives { State::Waiting } else { State::Gone };
        self.oracle.change(letter.message(), state, self.disk.position());
        let raised = if revives { letter.revive() } else { letter.remove() };
        assert!(raised.map_err(Stopped::by)?, "somebody else has raised it");
        self.dead -= 1;
        self.waiting += usize::from(revives);
        Ok(())
    }
}
