//! Messages and the evidence that they arrived.
//!
//! A message is a `u64` that names its producer and its place in that producer's sequence, so that a
//! consumer's log shows loss, duplication and broken order. In timed slices consumers keep only count and
//! sum, which is cheap enough not to matter and enough to make a number that rests on lost messages
//! impossible. Larger messages carry that `u64` in every word, so that a torn one is seen.

/// The bits of a message below the producer's number.
const SEQUENCE_BITS: u32 = 48;

/// What one producer sends: the sequence numbers from 0 up to `messages`.
#[derive(Debug, Clone, Copy)]
pub struct Share {
    producer: u64,
    /// How many messages it sends.
    pub messages: u64,
}

impl Share {
    /// A producer that has sent nothing yet.
    pub fn of(producer: usize) -> Self {
        Self { producer: producer as u64, messages: 0 }
    }

    /// Divides `messages` among producers as evenly as it goes.
    pub fn divide(messages: u64, producers: usize) -> Vec<Self> {
        let producers = producers as u64;
        let (each, more) = (messages / producers, messages % producers);
        (0..producers)
            .map(|producer| Self { producer, messages: each + u64::from(producer < more) })
            .collect()
    }

    /// The message of that place in the sequence.
    #[inline]
    pub fn message(&self, sequence: u64) -> u64 {
        self.producer << SEQUENCE_BITS | sequence
    }
}

/// The producer and the place in its sequence that a message names.
pub fn origin(message: u64) -> (u64, u64) {
    (message >> SEQUENCE_BITS, message & ((1 << SEQUENCE_BITS) - 1))
}

/// What goes through a queue in place of the `u64` that it stands for.
pub trait Message: Send + 'static {
    /// What a producer prepares before anything is timed.
    type Stock: Send + 'static;
    /// What a consumer puts aside until nothing is timed any more.
    type Rest: Send + 'static;
    /// The most of them in one slice.
    const MOST: u64;

    /// A producer's stock for its share.
    fn stock(share: &Share) -> Self::Stock;

    /// Room for what a consumer of so many messages, at most, puts aside.
    fn rest(messages: u64) -> Self::Rest;

    /// The message that stands for that `u64`.
    fn make(message: u64, stock: &mut Self::Stock) -> Self;

    /// What it stands for.
    fn read(self, rest: &mut Self::Rest) -> u64;
}

impl Message for u64 {
    type Stock = ();
    type Rest = ();
    const MOST: u64 = Self::MAX;

    fn stock(_share: &Share) {}

    fn rest(_messages: u64) {}

    #[inline]
    fn make(message: u64, (): &mut ()) -> Self {
        message
    }

    #[inline]
    fn read(self, (): &mut ()) -> u64 {
        self
    }
}

impl<const N: usize> Message for [u64; N] {
    type Stock = ();
    type Rest = ();
    const MOST: u64 = u64::MAX;

    fn stock(_share: &Share) {}

    fn rest(_messages: u64) {}

    #[inline]
    fn make(message: u64, (): &mut ()) -> Self {
        [message; N]
    }

    #[inline]
    fn read(self, (): &mut ()) -> u64 {
        // A word that differs changes what is read, and so the checksum.
        let torn = self.iter().fold(0, |torn, word| torn | (word ^ self[0]));
        self[0].wrapping_add(torn)
    }
}

/// Allocated in the stock and freed with the rest: the allocator is in no slice.
impl Message for Box<u64> {
    type Stock = Vec<Self>;
    type Rest = Vec<Self>;
    const MOST: u64 = 1 << 20;

    fn stock(share: &Share) -> Vec<Self> {
        (0..share.messages).map(Self::new).collect()
    }

    fn rest(messages: u64) -> Vec<Self> {
        Vec::with_capacity(messages as usize)
    }

    #[inline]
    fn make(message: u64, stock: &mut Vec<Self>) -> Self {
        let mut boxed = stock.pop().unwrap_or_default();
        *boxed = message;
        boxed
    }

    #[inline]
    fn read(self, rest: &mut Vec<Self>) -> u64 {
        let message = *self;
        rest.push(self);
        message
    }
}

/// What a consumer keeps of the messages that it receives.
pub trait Tally: Default + Send + 'static {
    /// Notes one message.
    fn take(&mut self, message: u64);

    /// How many it has noted.
    fn count(&self) -> u64;
}

/// Everything, in order of arrival: for conformance.
impl Tally for Vec<u64> {
    fn take(&mut self, message: u64) {
        self.push(message);
    }

    fn count(&self) -> u64 {
        self.len() as u64
    }
}

/// Count and sum: for timed slices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Checksum {
    count: u64,
    sum: u64,
}

impl Tally for Checksum {
    #[inline]
    fn take(&mut self, message: u64) {
        self.count += 1;
        self.sum = self.sum.wrapping_add(message);
    }

    fn count(&self) -> u64 {
        self.count
    }
}

impl Checksum {
    /// What all consumers together must have when everything has arrived.
    pub fn expected(shares: &[Share]) -> Self {
        shares
            .iter()
            .map(|share| {
                let count = share.messages;
                // The sum of the sequence numbers; one of the two factors is even.
                let sequence = if count % 2 == 0 {
                    (count / 2).wrapping_mul(count.wrapping_sub(1))
                } else {
                    count.wrapping_mul(count / 2)
                };
                let producers = share.message(0).wrapping_mul(count);
                Self { count, sum: sequence.wrapping_add(producers) }
            })
            .sum()
    }
}

impl std::iter::Sum for Checksum {
    fn sum<I: Iterator<Item = Self>>(parts: I) -> Self {
        parts.fold(Self::default(), |all, part| Self {
            count: all.count + part.count,
            sum: all.sum.wrapping_add(part.sum),
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_torn_message_is_not_what_was_sent() {
        let mut message = <[u64; 8]>::make(7, &mut ());
        assert_eq!(message.read(&mut ()), 7);
        message[5] = 8;
        assert_ne!(message.read(&mut ()), 7);
    }

    #[test]
    fn boxes_come_from_the_stock_and_end_in_the_rest() {
        let share = Share::divide(3, 1)[0];
        let (mut stock, mut rest) = (Box::<u64>::stock(&share), Box::<u64>::rest(3));
        for sequence in 0..3 {
            assert_eq!(Box::make(sequence + 5, &mut stock).read(&mut rest), sequence + 5);
        }
        assert_eq!((stock.len(), rest.len()), (0, 3));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_the_expected_checksum_is_that_of_all_messages(
            messages in 0_u64..2_000,
            producers in 1_usize..9,
        ) {
            let shares = Share::divide(messages, producers);
            prop_assert_eq!(shares.iter().map(|share| share.messages).sum::<u64>(), messages);
            let mut checksum = Checksum::default();
            for share in &shares {
                for sequence in 0..share.messages {
                    checksum.take(share.message(sequence));
                    prop_assert_eq!(origin(share.message(sequence)), (share.producer, sequence));
                }
            }
            prop_assert_eq!(checksum, Checksum::expected(&shares));
        }
    }
}
