//! What publishers and consumers were told, and what must therefore be there after a crash.
//!
//! An [`Oracle`] is told each call and its outcome, together with the *position* of the disk: how many calls that change it
//! were logged by then. So it can say for a crash at any position what each message may be then ([`Oracle::check`]):
//!
//! 1. what was acknowledged to its publisher is there, until it is settled;
//! 2. its bytes are those that were published, and its sequence that of the ticket;
//! 3. nothing else is there, and nothing twice; of what was published together there is all or nothing;
//! 4. what was not delivered before comes in the order in which it was published;
//! 5. what comes again was in flight, or settled and that not written: where a sync came after, it stays settled;
//! 6. a second recovery finds the same: its [`Recovered`] is equal;
//! 7. and it goes on from there: [`Oracle::rebase`] takes what was found as what was told.

mod check;
mod message;

use bytes::Bytes;

pub use self::message::{Payload, Recovered, Seen, State, is_mark, number, payload};

/// When something was asked for, and when it was known to be safe.
#[derive(Clone, Copy, Debug)]
struct When {
    /// A crash here or before does not know of it.
    asked: usize,
    /// A crash here or after does.
    safe: Option<usize>,
}

impl When {
    fn may_be_at(&self, position: usize) -> bool {
        self.asked < position
    }

    fn must_be_at(&self, position: usize) -> bool {
        self.safe.is_some_and(|safe| safe <= position)
    }
}

/// A message, and what happened to it.
#[derive(Clone, Debug)]
struct Message {
    bytes: Payload,
    /// Those of one group were published together.
    group: usize,
    sequence: Option<u64>,
    /// What it may have been at the beginning.
    base: Vec<State>,
    changes: Vec<(State, When)>,
    /// Each delivery since the beginning, and how many may have been before.
    deliveries: Vec<When>,
    delivered_before: u32,
    /// How many attempts were counted, after each that came back.
    attempts: Vec<(u32, When)>,
}

/// Whether a ticket that resolves makes its message safe, for the crashes in question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// It does.
    Ticket,
    /// Only a sync does.
    Sync,
}

/// What was told. See the [module](self).
#[derive(Clone, Debug)]
pub struct Oracle {
    promise: Promise,
    messages: Vec<Message>,
    groups: usize,
    marks: u64,
}

impl Oracle {
    /// Nothing was published.
    pub fn new(promise: Promise) -> Self {
        Self { promise, messages: Vec::new(), groups: 0, marks: 0 }
    }

    /// So many messages, which are to be published together. Their numbers are in them.
    pub fn prepare(&mut self, lens: &[usize]) -> Vec<Bytes> {
        self.groups += 1;
        let group = self.groups;
        let mut prepared = Vec::new();
        for &len in lens {
            let bytes = payload(self.messages.len(), len);
            prepared.push(bytes.clone());
            self.messages.push(Message {
                bytes: Payload(bytes),
                group,
                sequence: None,
                base: vec![State::Nowhere],
                changes: Vec::new(),
                deliveries: Vec::new(),
                delivered_before: 0,
                attempts: Vec::new(),
            });
        }
        prepared
    }

    /// A message that is none of the history. No two are the same.
    pub fn mark(&mut self) -> Bytes {
        self.marks += 1;
        [[0xff; 8], self.marks.to_le_bytes()].concat().into()
    }

    /// These are about to be published.
    pub fn publishing(&mut self, messages: &[Bytes], position: usize) {
        for bytes in messages {
            self.change(bytes, State::Waiting, position);
        }
    }

    /// Their ticket has resolved.
    pub fn resolved(&mut self, messages: &[Bytes], first: u64, position: usize) {
        let promise = self.promise;
        for (sequence, bytes) in (first..).zip(messages) {
            let message = self.message(bytes);
            match message.sequence {
                None => message.sequence = Some(sequence),
                Some(known) => assert_eq!(known, sequence, "one message has two sequences"),
            }
            let published = message.changes.iter_mut().find(|(state, _)| *state == State::Waiting);
            if let (Some((_, when)), Promise::Ticket) = (published, promise) {
                when.safe.get_or_insert(position);
            }
        }
    }

    /// Their ticket says that nothing of them was written, or is written later.
    pub fn refused(&mut self, messages: &[Bytes]) {
        for bytes in messages {
            self.message(bytes).changes.clear();
        }
    }

    /// One is about to be published again, with the number that its producer gave it; whether it becomes a new one, if that is
    /// known.
    pub fn publishing_again(&mut self, bytes: &Bytes, position: usize) -> bool {
        let message = self.message(bytes);
        if !message.changes.is_empty() || !message.base.contains(&State::Nowhere) {
            return false;
        }
        if message.base.contains(&State::Gone) {
            message.base.push(State::Waiting);
            return false;
        }
        self.change(bytes, State::Waiting, position);
        true
    }

    /// It was delivered.
    pub fn delivered(&mut self, bytes: &Bytes, sequence: u64, position: usize) {
        let message = self.message(bytes);
        assert!(message.sequence.is_none_or(|known| known == sequence), "another sequence");
        message.sequence = Some(sequence);
        message.deliveries.push(When { asked: position, safe: None });
    }

    /// It came back, after so many attempts.
    pub fn returning(&mut self, bytes: &Bytes, attempts: u32, position: usize) {
        self.message(bytes).attempts.push((attempts, When { asked: position, safe: None }));
    }

    /// It becomes this. A dead letter that is delivered again begins anew.
    pub fn change(&mut self, bytes: &Bytes, to: State, position: usize) {
        self.message(bytes).changes.push((to, When { asked: position, safe: None }));
    }

    /// It stays what it was: that was refused.
    pub fn unchanged(&mut self, bytes: &Bytes) {
        self.message(bytes).changes.pop();
    }

    /// A sync was asked for when all was asked for so far, and ended here.
    pub fn synced(&mut self, position: usize) {
        for message in &mut self.messages {
            let changes = message.changes.iter_mut().map(|(_, when)| when);
            let attempts = message.attempts.iter_mut().map(|(_, when)| when);
            for when in changes.chain(&mut message.deliveries).chain(attempts) {
                when.safe.get_or_insert(position);
            }
        }
    }

    fn message(&mut self, bytes: &[u8]) -> &mut Message {
        let number = number(bytes).expect("it is a message");
        let message = self
            .messages
            .get_mut(number)
            .unwrap_or_else(|| panic!("message {number} was never published"));
        assert_eq!(*message.bytes, bytes, "message {number} has other bytes");
        message
    }
}
