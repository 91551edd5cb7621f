//! Dead letters: messages that were given up, and are kept until somebody looks at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bytes::Bytes;

use crate::error::ConsumeError;
use crate::failure::Failure;
use crate::queue::Queue;
use crate::segment::{Message, Segment};
use crate::shared::{Item, Settle, Shared};

/// A message that had too many attempts, or was given up. It is kept until it is revived or removed.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
/// queue.publish("nobody wants this")?.wait()?;
/// queue.consumer(1)?.recv()?.nack(false)?;
/// queue.sync()?.wait()?;
///
/// let letter = queue.dead_letters().next().unwrap()?;
/// assert_eq!((letter.sequence(), letter.attempts()), (1, 1));
/// assert_eq!(letter.message(), "nobody wants this");
/// assert!(letter.remove()?);
/// assert!(queue.dead_letters().next().is_none());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DeadLetter {
    item: Item,
    queue: Queue,
}

impl DeadLetter {
    /// The message.
    #[must_use]
    pub fn message(&self) -> &Bytes {
        &self.item.message
    }

    /// Its sequence.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.item.sequence
    }

    /// How many attempts it has had.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.item.attempts
    }

    /// Delivers it again, as if it had never been delivered; false if somebody else has revived or removed it. Waits where many
    /// that were revived are to be received yet.
    ///
    /// # Errors
    ///
    /// The queue was closed or has failed.
    pub fn revive(mut self) -> Result<bool, ConsumeError> {
        let shared = self.queue.shared();
        if !shared.ledger().exhume(self.item.sequence) {
            return Ok(false);
        }
        self.item.attempts = 0;
        let ended = |shared: &Shared| shared.end_reason().unwrap_or(ConsumeError::Closed);
        let noted = shared.settles.send(Settle::Revived(self.item.sequence));
        noted.map_err(|_| ended(shared))?;
        let shared = Arc::clone(shared);
        shared.revived.send(self.item).map_err(|_| ended(&shared))?;
        Ok(true)
    }

    /// Removes it for ever; false if somebody else has revived or removed it.
    ///
    /// # Errors
    ///
    /// The queue was closed or has failed.
    pub fn remove(self) -> Result<bool, ConsumeError> {
        let shared = self.queue.shared();
        if !shared.ledger().exhume(self.item.sequence) {
            return Ok(false);
        }
        let noted = shared.settles.send(Settle::Removed(self.item.sequence));
        noted.map_err(|_| shared.end_reason().unwrap_or(ConsumeError::Closed))?;
        Ok(true)
    }
}

/// The dead letters that there were when it was made, oldest first, read from the files. See [`Queue::dead_letters`].
#[derive(Debug)]
pub struct DeadLetters {
    queue: Queue,
    sequences: BTreeSet<u64>,
    /// Those that were read with one that is older.
    read: BTreeMap<u64, Item>,
}

impl Queue {
    /// The dead letters, oldest first.
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// use ringway_durable::{Options, Queue};
    ///
    /// let queue = Queue::open(directory.path(), Options::new().max_attempts(1))?;
    /// queue.publish("poison")?.wait()?;
    /// let consumer = queue.consumer(1)?;
    /// consumer.recv()?.nack(true)?;
    /// queue.sync()?.wait()?;
    ///
    /// let letter = queue.dead_letters().next().unwrap()?;
    /// assert_eq!((letter.message(), letter.attempts()), (&"poison".into(), 1));
    /// assert!(letter.revive()?);
    /// let delivery = consumer.recv()?;
    /// assert_eq!((delivery.message(), delivery.attempt()), (&"poison".into(), 1));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn dead_letters(&self) -> DeadLetters {
        let sequences = self.shared().ledger().dead().clone();
        DeadLetters { queue: self.clone(), sequences, read: BTreeMap::new() }
    }
}

impl Iterator for DeadLetters {
    type Item = Result<DeadLetter, ConsumeError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            // What was copied forward lies behind what is younger.
            let next = self.sequences.first().copied();
            if let Some(read) =
                self.read.first_entry().filter(|read| next.is_none_or(|next| *read.key() < next))
            {
                return Some(Ok(DeadLetter { item: read.remove(), queue: self.queue.clone() }));
            }
            let sequence = next?;
            if let Err(Failure(why)) = self.read_around(sequence) {
                self.sequences.remove(&sequence);
                return Some(Err(ConsumeError::Failed(why)));
            }
        }
    }
}

impl DeadLetters {
    /// Reads the segment in which a letter lies, and takes all from it that are wanted.
    fn read_around(&mut self, sequence: u64) -> Result<(), Failure> {
        let shared = self.queue.shared();
        let Some(segment) = shared.ledger().home_of_dead(sequence) else {
            // Somebody has revived or removed it meanwhile.
            self.sequences.remove(&sequence);
            return Ok(());
        };
        let read = read_dead(shared, segment);
        let ledger = shared.ledger();
        if ledger.home_of_dead(sequence) != Some(segment) {
            // It was copied forward, and its file may be another segment by now.
            return Ok(());
        }
        for (sequence, message) in read? {
            if ledger.home_of_dead(sequence) == Some(segment) && self.sequences.remove(&sequence) {
                let attempts = ledger.attempts(sequence, false);
                self.read.insert(sequence, Item { sequence, attempts, message });
            }
        }
        drop(ledger);
        if self.sequences.contains(&sequence) {
            return Err(Failure(format!("message {sequence} is not where it should be")));
        }
        Ok(())
    }
}

/// The dead letters that lie in a segment.
fn read_dead(shared: &Shared, number: u64) -> Result<Vec<(u64, Bytes)>, Failure> {
    let mut segment = Segment::open(&*shared.storage, number)?;
    let ledger = shared.ledger();
    let mut wanted: BTreeSet<u64> = ledger.dead().iter().copied().collect();
    wanted.retain(|sequence| ledger.home_of_dead(*sequence) == Some(number));
    drop(ledger);
    let mut dead = Vec::new();
    while dead.len() < wanted.len() {
        for message in segment.next()??.messages() {
            let Message { sequence, bytes, .. } = message?;
            if wanted.contains(&sequence) {
                dead.push((sequence, Bytes::copy_from_slice(bytes)));
            }
        }
    }
    Ok(dead)
}
