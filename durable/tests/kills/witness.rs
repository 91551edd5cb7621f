//! Who remembers what all processes were told, and compares it with what is there.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use ringway_durable::{Delivery, Queue};

use super::child::{CONSUMERS, NUMBERED, PRODUCERS, message, producer};
use super::common::run::LONG;
use super::common::sim::Random;
use super::log::{Event, take};
use super::options;

/// What is known of a message that is not gone.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Its sequence, which its publisher was told, or a consumer.
    sequence: Option<u64>,
    /// Its publisher was told that it is safe, or it was there after a crash.
    is_safe: bool,
    /// It was about to be acknowledged.
    is_acknowledged: bool,
    /// The first of those with which it was published.
    group: u64,
}

/// What all were told.
#[derive(Debug, Default)]
pub struct Witness {
    known: HashMap<u64, Known>,
    /// What must never come again.
    gone: HashSet<u64>,
    /// What was published with a number, in order.
    numbered: Vec<u64>,
    figures: Figures,
}

/// How much was compared.
#[derive(Clone, Copy, Debug, Default)]
pub struct Figures {
    /// Messages that were about to be published.
    published: usize,
    /// Of these, found after a crash.
    found: usize,
    /// Found though their publisher was not told that they are safe.
    open: usize,
    /// Acknowledged, and synced after that.
    acknowledged: usize,
    /// Found though they were about to be acknowledged.
    again: usize,
}

/// A message that marks the end of what was there.
const MARK: &[u8] = b"mark";

impl Witness {
    pub fn new() -> Self {
        Self::default()
    }

    /// How much it has compared.
    pub fn figures(&self) -> Figures {
        self.figures
    }

    /// Reads the logs of a round, opens the queue, and compares.
    pub fn look(
        &mut self,
        directory: &Path,
        round: u64,
        random: &mut Random,
    ) -> Result<(), String> {
        let mut synced = HashSet::new();
        for thread in 0..PRODUCERS + CONSUMERS {
            synced.extend(self.hear(take(directory, round, thread))?);
        }
        self.figures.acknowledged += synced.len();
        self.known.retain(|id, _| !synced.contains(id));
        self.gone.extend(synced);
        let queue =
            Queue::open(directory.join("queue"), options()).map_err(|error| error.to_string())?;
        let consumer = queue.consumer(1 << 13).expect("it is the only one");
        queue.publish(MARK).expect("it is open").wait().expect("nothing fails");
        let mut found: Vec<Delivery> = Vec::new();
        loop {
            let delivery = consumer.recv_timeout(LONG).map_err(|error| error.to_string())?;
            if delivery.message()[..] == *MARK {
                delivery.ack().expect("it is open");
                break;
            }
            found.push(delivery);
        }
        self.check(&found)?;
        self.repeat(&queue, &found)?;
        // Some are acknowledged, and that is safe.
        self.figures.found += found.len();
        found.retain(|_| !random.of_16(2));
        for id in found.iter().map(id) {
            self.known.remove(&id);
            self.gone.insert(id);
        }
        found.drain(..).for_each(|delivery| delivery.ack().expect("it is open"));
        queue.sync().expect("it is open").wait().expect("nothing fails");
        drop(consumer);
        queue.close().map_err(|error| error.to_string())
    }

    /// What one thread was told; what it has acknowledged and synced.
    fn hear(&mut self, events: Vec<Event>) -> Result<HashSet<u64>, String> {
        let (mut acknowledged, mut synced) = (Vec::new(), HashSet::new());
        for event in events {
            match event {
                Event::Publishing { id, together } => {
                    for each in id..id + together {
                        self.known.entry(each).or_default().group = id;
                    }
                    self.figures.published += together as usize;
                    if producer(id) == NUMBERED {
                        self.numbered.push(id);
                    }
                }
                Event::Resolved { id, sequence } => {
                    for each in id.. {
                        let Some(known) =
                            self.known.get_mut(&each).filter(|known| known.group == id)
                        else {
                            break;
                        };
                        known.is_safe = true;
                        check_sequence(each, known, sequence + each - id)?;
                    }
                }
                Event::Delivered { id, sequence } => {
                    if self.gone.contains(&id) || synced.contains(&id) {
                        return Err(format!(
                            "message {id:x} was acknowledged and synced, and was delivered"
                        ));
                    }
                    let known = self
                        .known
                        .get_mut(&id)
                        .ok_or(format!("message {id:x} was never published"))?;
                    known.is_safe = true;
                    check_sequence(id, known, sequence)?;
                }
                Event::Acknowledging { id } => {
                    self.known.entry(id).or_default().is_acknowledged = true;
                    acknowledged.push(id);
                }
                Event::Synced => synced.extend(acknowledged.drain(..)),
            }
        }
        Ok(synced)
    }

    /// Compares what was found with what was told; then what was found is what is known.
    fn check(&mut self, found: &[Delivery]) -> Result<(), String> {
        let mut there = HashMap::new();
        let mut last = BTreeMap::new();
        let mut last_sequence = 0;
        for delivery in found {
            let (id, sequence) = (id(delivery), delivery.sequence());
            if self.gone.contains(&id) {
                return Err(format!(
                    "message {id:x} was acknowledged and synced, and is delivered again"
                ));
            }
            let Some(known) = self.known.get_mut(&id) else {
                return Err(format!("message {id:x} was never published"));
            };
            if *delivery.message() != message(id) {
                return Err(format!("message {id:x} has other bytes"));
            }
            check_sequence(id, known, sequence)?;
            self.figures.again += usize::from(known.is_acknowledged);
            self.figures.open += usize::from(!known.is_safe);
            if there.insert(id, sequence).is_some() {
                return Err(format!("message {id:x} is there twice"));
            }
            if !delivery.is_redelivered() {
                let before = last.insert(producer(id), id);
                if sequence <= last_sequence || before.is_some_and(|before| before >= id) {
                    return Err(format!(
                        "message {id:x}, {sequence}, comes after {before:x?}, {last_sequence}"
                    ));
                }
                last_sequence = sequence;
            }
        }
        for (id, known) in &self.known {
            let is_there = there.contains_key(id);
            if known.is_safe && !known.is_acknowledged && !is_there {
                return Err(format!("message {id:x} is lost: {known:?}"));
            }
            let first = self.known.get(&known.group);
            let is_whole = is_there == there.contains_key(&known.group);
            if !is_whole
                && !known.is_acknowledged
                && first.is_some_and(|first| !first.is_acknowledged)
            {
                return Err(format!(
                    "message {id:x} is there without {:x}, or that without it",
                    known.group
                ));
            }
        }
        let missing = self.known.keys().copied().filter(|id| !there.contains_key(id));
        self.gone.extend(missing.filter(|id| producer(*id) != NUMBERED));
        self.known.retain(|id, _| there.contains_key(id) || producer(*id) == NUMBERED);
        for (id, sequence) in there {
            let known = self.known.get_mut(&id).expect("it was found");
            *known =
                Known { sequence: Some(sequence), is_safe: true, is_acknowledged: false, ..*known };
        }
        Ok(())
    }

    /// The producer that numbers its messages repeats those whose outcome it does not know, oldest first.
    fn repeat(&mut self, queue: &Queue, found: &[Delivery]) -> Result<(), String> {
        let found: HashMap<u64, u64> =
            found.iter().map(|delivery| (id(delivery), delivery.sequence())).collect();
        let numbered = self.known.keys().copied().filter(|id| producer(*id) == NUMBERED);
        let missing: HashSet<u64> = numbered.filter(|id| !found.contains_key(id)).collect();
        // Fewer than the queue remembers.
        let last = self.numbered.split_off(self.numbered.len().saturating_sub(16));
        self.numbered.clone_from(&last);
        for id in last.into_iter().filter(|id| missing.contains(id) || found.contains_key(id)) {
            let ticket = queue.publish_once(NUMBERED, id, message(id)).expect("it is open");
            let sequence =
                ticket.wait().map_err(|error| format!("message {id:x} repeated: {error}"))?;
            let known = self.known.get_mut(&id).expect("it is not gone");
            match found.get(&id) {
                Some(there) if *there != sequence => {
                    return Err(format!(
                        "message {id:x} is {there}, and {sequence} when it is repeated"
                    ));
                }
                _ => check_sequence(id, known, sequence)?,
            }
            known.is_safe |= !known.is_acknowledged;
        }
        // Of those that were not repeated, and those that were acknowledged, nothing comes any more.
        let known = &mut self.known;
        let over = missing.into_iter().filter(|id| !known[id].is_safe || known[id].is_acknowledged);
        for id in over.collect::<Vec<_>>() {
            known.remove(&id);
            self.gone.insert(id);
        }
        Ok(())
    }
}

/// One message has one sequence.
fn check_sequence(id: u64, known: &mut Known, sequence: u64) -> Result<(), String> {
    match known.sequence.replace(sequence) {
        Some(before) if before != sequence => {
            Err(format!("message {id:x} is {before}, and {sequence}"))
        }
        _ => Ok(()),
    }
}

/// The message that this is.
fn id(delivery: &Delivery) -> u64 {
    delivery.message().first_chunk().map_or(u64::MAX, |bytes| u64::from_le_bytes(*bytes))
}
