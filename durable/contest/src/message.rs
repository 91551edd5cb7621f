//! Messages that tell whether they are what was published: a number, and bytes that nothing compresses.

use std::sync::LazyLock;

use bytes::Bytes;

/// How many bytes a message of most workloads has.
pub const LEN: usize = 256;

/// The longest message.
const LONGEST: usize = 4096;

/// The bytes that messages are cut from. A prime number, so that messages differ.
static POOL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut random = fastrand::Rng::with_seed(0x6475_7261);
    std::iter::repeat_with(|| random.u8(..)).take(65_537 + LONGEST).collect()
});

/// The message of this number, in memory of its own as one that a program has made.
pub fn message(number: u64, len: usize) -> Bytes {
    let from = (number % 65_537) as usize;
    let mut bytes = Vec::with_capacity(len);
    bytes.extend_from_slice(&number.to_le_bytes());
    bytes.extend_from_slice(&POOL[from..from + len - 8]);
    bytes.into()
}

/// The messages of these numbers.
pub fn messages(numbers: std::ops::Range<u64>) -> impl Iterator<Item = Bytes> {
    numbers.map(|number| message(number, LEN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_told_apart() {
        assert_eq!(message(7, LEN).len(), LEN);
        assert_eq!(message(65_537 + 7, LEN), message(65_537 + 7, LEN));
        assert_ne!(message(65_537 + 7, LEN), message(7, LEN));
        assert_ne!(message(8, LEN)[8..], message(7, LEN)[8..]);
    }
}
