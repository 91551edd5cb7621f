//! Messages and the evidence that they arrived.
//!
//! A message is a `u64` that names its producer and its place in that producer's sequence, so that a
//! consumer's log shows loss, duplication and broken order. In timed slices consumers keep only count and
//! sum, which is cheap enough not to matter and enough to make a number that rests on lost messages
//! impossible.

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

/// What a consumer keeps of the messages that it receives.
pub trait Tally: Default + Send + 'static {
    /// Notes one message.
    fn take(&mut self, message: u64);
}

/// Everything, in order of arrival: for conformance.
impl Tally for Vec<u64> {
    fn take(&mut self, message: u64) {
        self.push(message);
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
}

impl Checksum {
    /// How many messages it is of.
    pub fn count(&self) -> u64 {
        self.count
    }

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
