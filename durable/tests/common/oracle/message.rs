//! Messages, and what is seen of them.

use std::fmt;
use std::ops::Deref;

use bytes::Bytes;

/// What has become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It was not published.
    Nowhere,
    /// It is delivered, again where it was before.
    Waiting,
    /// It is a dead letter.
    Dead,
    /// It was acknowledged, or removed.
    Gone,
}

/// The bytes of a message; only the number and the length are shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Payload(pub Bytes);

impl Deref for Payload {
    type Target = Bytes;

    fn deref(&self) -> &Bytes {
        &self.0
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match number(self) {
            Some(number) => write!(f, "#{number}, {} bytes", self.len()),
            None => write!(f, "{:?}", self.0),
        }
    }
}

/// A message that was delivered after a recovery, or a dead letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub sequence: u64,
    pub bytes: Payload,
    /// How many attempts it has had.
    pub attempts: u32,
}

/// What a recovery found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recovered {
    /// In the order in which they were delivered.
    pub waiting: Vec<Seen>,
    pub dead: Vec<Seen>,
}

/// The number of a message is the first thing in it.
pub fn payload(number: usize, len: usize) -> Bytes {
    let mut bytes = (number as u64).to_le_bytes().to_vec();
    // No zeroes: these are also what a file holds where nothing was written.
    bytes.resize(len.max(8), number as u8 | 1);
    bytes.into()
}

/// Whether it is no message of the history, but [one that a test publishes](Oracle::mark) to see an end.
pub fn is_mark(bytes: &[u8]) -> bool {
    bytes.first_chunk() == Some(&[0xff; 8])
}

/// The number of a message, if it may be one.
pub fn number(bytes: &[u8]) -> Option<usize> {
    Some(u64::from_le_bytes(bytes.get(..8)?.try_into().ok()?) as usize)
}
