//! Two bounds that are no queues: a bare `fetch_add` for each operation, and the measuring loop alone.
//!
//! No message is handed over. A producer makes its messages and lets go of them; a consumer makes those
//! messages anew that it would have received, by their numbers, so that the checksum holds. The numbers of
//! all messages run from 0 to their count, one producer's share after the other's. Neither side ever waits
//! for the other: nothing is full, and empty alone at the end.

use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::vec;

use crossbeam_utils::CachePadded;

use crate::axes::Payload;
use crate::contender::{BatchSink, BatchSource, Info, Kind, Progress, Role, Sink, Source, clones};
use crate::message::{Message, Share, Tally};
use crate::mode::Polled;
use crate::slice::{Body, Job};
use crate::work::pace::Immediately;
use crate::work::{batches, flow};

/// A bound that is no queue.
pub trait Bound: 'static {
    /// Who it is.
    const INFO: Info;
    /// What a thread takes numbers from.
    type Counter: Counter;

    /// The counter of each thread of a side, with the end of the numbers that it may use.
    fn counters(messages: u64, threads: usize) -> Vec<(Self::Counter, u64)>;
}

/// Where the numbers of messages come from.
pub trait Counter: Send + 'static {
    /// Takes so many numbers, and says which is the first.
    fn take(&mut self, count: u64) -> u64;
}

/// What both have in common.
const fn bound(name: &'static str, role: Role) -> Info {
    let (kind, progress) = (Kind::Mpmc, Progress::WaitFree);
    Info { name, package: "std", kind, role, fifo: true, progress }
}

/// One counter for each side, which all of its threads move in each operation.
///
/// It is the ceiling of queues that work so without a pause. Where threads wait since a queue is full or empty,
/// they meet less often at their counter, and the queue can be faster.
#[derive(Debug)]
pub struct FetchAdd;

impl Bound for FetchAdd {
    const INFO: Info = bound("fetch-add", Role::Limit);
    type Counter = Arc<CachePadded<AtomicU64>>;

    fn counters(messages: u64, threads: usize) -> Vec<(Self::Counter, u64)> {
        clones((Self::Counter::default(), messages), threads)
    }
}

impl Counter for Arc<CachePadded<AtomicU64>> {
    #[inline]
    fn take(&mut self, count: u64) -> u64 {
        // Relaxed: nothing is handed over.
        self.fetch_add(count, Ordering::Relaxed)
    }
}

/// The overhead of measuring: each thread counts by itself, each consumer through its part.
#[derive(Debug)]
pub struct EmptyLoop;

impl Bound for EmptyLoop {
    const INFO: Info = bound("empty-loop", Role::Overhead);
    type Counter = u64;

    fn counters(messages: u64, threads: usize) -> Vec<(u64, u64)> {
        let part = |begin: &mut u64, share: Share| {
            let part = (*begin, *begin + share.messages);
            *begin = part.1;
            Some(part)
        };
        Share::divide(messages, threads).into_iter().scan(0, part).collect()
    }
}

impl Counter for u64 {
    #[inline]
    fn take(&mut self, count: u64) -> u64 {
        let first = *self;
        *self += count;
        first
    }
}

/// The threads of a slice of saturation, of single messages or of batches.
pub fn bodies<B: Bound, T: Tally>(job: &Job) -> Vec<Body<T>> {
    match job.group.payload {
        Payload::U64 if job.group.batch > 1 => batches::of_handles(job, handles::<B>(job)),
        Payload::U64 => single::<B, u64, T>(job),
        Payload::Line => single::<B, [u64; 8], T>(job),
        Payload::Lines => single::<B, [u64; 32], T>(job),
        // Not in any plan: the producer would have to free its boxes within the slice.
        Payload::Boxed => Vec::new(),
    }
}

/// The threads that move single messages.
fn single<B: Bound, P: Message<Stock = ()>, T: Tally>(job: &Job) -> Vec<Body<T>> {
    let handles = handles::<B>(job);
    flow::of_handles::<_, _, Polled, P, T, _, _>(job, handles, Immediately, Immediately)
}

/// The handles of both sides, one for each thread.
type Handles<K> = (Vec<Producer<K>>, Vec<Consumer<K>>);

/// Those of a slice.
fn handles<B: Bound>(job: &Job) -> Handles<B::Counter> {
    let topology = job.topology();
    let producers = B::counters(job.messages, topology.producers).into_iter();
    let consumers = B::counters(job.messages, topology.consumers).into_iter();
    let consumer = |(counter, end)| Consumer {
        counter,
        end,
        shares: job.shares().into_iter(),
        offset: 0,
        share_end: 0,
    };
    (
        producers.map(|(counter, _)| Producer { counter }).collect(),
        consumers.map(consumer).collect(),
    )
}

/// The producing side of a thread.
#[derive(Debug)]
pub struct Producer<K> {
    counter: K,
}

impl<K: Counter, P: Message<Stock = ()>> Sink<P> for Producer<K> {
    #[inline]
    fn push(&mut self, message: P) -> Result<(), P> {
        hint::black_box(message);
        self.counter.take(1);
        Ok(())
    }
}

impl<K: Counter> BatchSink<u64> for Producer<K> {
    #[inline]
    fn push_batch(&mut self, messages: &[u64]) -> usize {
        hint::black_box(messages);
        self.counter.take(messages.len() as u64);
        messages.len()
    }
}

/// The consuming side of a thread.
#[derive(Debug)]
pub struct Consumer<K> {
    counter: K,
    /// The numbers from here on are not its own.
    end: u64,
    /// The shares behind that of its last message.
    shares: vec::IntoIter<Share>,
    /// What is added to a number to make the message, in that share.
    offset: u64,
    /// The end of that share's numbers.
    share_end: u64,
}

impl<K> Consumer<K> {
    /// The message of a number. Numbers only grow.
    #[inline]
    fn message(&mut self, number: u64) -> u64 {
        while number >= self.share_end
            && let Some(share) = self.shares.next()
        {
            self.offset = share.message(0).wrapping_sub(self.share_end);
            self.share_end += share.messages;
        }
        // Else the compiler would add the messages up without making them.
        hint::black_box(number.wrapping_add(self.offset))
    }
}

impl<K: Counter, P: Message<Stock = ()>> Source<P> for Consumer<K> {
    #[inline]
    fn pop(&mut self) -> Option<P> {
        let number = self.counter.take(1);
        (number < self.end).then(|| P::make(self.message(number), &mut ()))
    }
}

impl<K: Counter> BatchSource<u64> for Consumer<K> {
    #[inline]
    fn pop_batch(&mut self, room: &mut [u64]) -> usize {
        let first = self.counter.take(room.len() as u64);
        let numbers = first..self.end.min(first + room.len() as u64);
        let mut taken = 0;
        for (place, number) in room.iter_mut().zip(numbers) {
            *place = self.message(number);
            taken += 1;
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::axes::{Group, Topology};
    use crate::message::Checksum;
    use crate::registry::entries;
    use crate::{platform, slice};

    /// What the consumers of a slice have, and what they should have.
    fn checksums<B: Bound>(group: Group) -> (Checksum, Checksum) {
        let job = Job {
            group,
            messages: 10_007,
            cores: platform::allowed_cores().into(),
            limit: Duration::from_secs(20),
            planted: 0.0,
        };
        let outcome = slice::run(&job, job.topology().producers, bodies::<B, Checksum>(&job));
        let tallies = outcome.unwrap().tallies;
        assert_eq!(tallies.len(), job.topology().consumers);
        (tallies.into_iter().sum(), Checksum::expected(&job.shares()))
    }

    #[test]
    fn the_checksum_holds_in_every_topology_batch_and_payload() {
        for (producers, consumers) in [(1, 1), (3, 1), (1, 3), (2, 2), (8, 8)] {
            let group = |batch| Group::new(Topology::new(producers, consumers), batch);
            let groups = [1, 8, 64].map(group).into_iter();
            let payloads = [Payload::Line, Payload::Lines];
            for group in groups.chain(payloads.map(|payload| Group { payload, ..group(1) })) {
                let (received, expected) = checksums::<FetchAdd>(group);
                assert_eq!(received, expected, "fetch-add in {group}");
                let (received, expected) = checksums::<EmptyLoop>(group);
                assert_eq!(received, expected, "empty-loop in {group}");
            }
        }
    }

    #[test]
    fn each_operation_moves_the_counter_of_its_side_once() {
        let (counter, end) = FetchAdd::counters(100, 2).remove(0);
        let shares = Share::divide(100, 2).into_iter();
        let mut producer = Producer { counter: Arc::clone(&counter) };
        assert_eq!(Sink::<u64>::push(&mut producer, 7), Ok(()));
        assert_eq!(producer.push_batch(&[7; 64]), 64);
        assert_eq!(counter.load(Ordering::Relaxed), 65);
        let mut consumer = Consumer { counter, end, shares, offset: 0, share_end: 0 };
        assert_eq!(consumer.pop_batch(&mut [0; 64]), 35, "up to the last message");
        assert_eq!(Source::<u64>::pop(&mut consumer), None);
    }

    #[test]
    fn they_are_no_queues_in_the_list() {
        for (key, word) in [("fetch-add", "ceiling"), ("empty-loop", "overhead")] {
            let entry = entries().iter().find(|entry| entry.key == key).unwrap();
            assert_eq!(entry.info.role.bound(), Some(word));
            assert!(!entry.hands_over && !entry.can_be_suspended());
            assert_eq!(entry.conform().failure, None, "{key}");
        }
    }
}
