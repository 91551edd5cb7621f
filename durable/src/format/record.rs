//! Records: what happened to messages.

use bytes::Buf;

use super::{FRAME_HEADER, Fault};

/// The first byte of a record.
pub(super) mod kind {
    pub(crate) const PUBLISH: u8 = 1;
    pub(crate) const PUBLISH_ONCE: u8 = 2;
    pub(crate) const COPIED: u8 = 3;
    pub(crate) const ACKED: u8 = 4;
    pub(crate) const ATTEMPTS: u8 = 5;
    pub(crate) const DEAD: u8 = 6;
    pub(crate) const REVIVED: u8 = 7;
    pub(crate) const CHECKPOINT: u8 = 8;
    pub(crate) const DELIVERED: u8 = 9;
    pub(crate) const PRODUCER: u8 = 10;
    pub(crate) const REMOVED: u8 = 11;
}

/// What happened. [`FrameWriter`](super::FrameWriter) has a function for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Record<'a> {
    /// A message, which takes the next sequence.
    Publish {
        /// Its bytes.
        message: &'a [u8],
    },
    /// A message of a producer that numbers them, which takes the next sequence.
    PublishOnce {
        /// The producer.
        producer: u64,
        /// Its number of the message.
        number: u64,
        /// Its bytes.
        message: &'a [u8],
    },
    /// A message that was published before, written once more.
    Copied {
        /// Its sequence.
        sequence: u64,
        /// How many times it was delivered in vain.
        attempts: u32,
        /// Whether it is a dead letter.
        dead: bool,
        /// Its bytes.
        message: &'a [u8],
    },
    /// Messages that are acknowledged.
    Acked {
        /// The first.
        first: u64,
        /// How many from there.
        count: u64,
    },
    /// A message came back.
    Attempts {
        /// Its sequence.
        sequence: u64,
        /// How many times it was delivered in vain.
        attempts: u32,
    },
    /// A message is a dead letter.
    Dead {
        /// Its sequence.
        sequence: u64,
    },
    /// A dead letter is a message again.
    Revived {
        /// Its sequence.
        sequence: u64,
    },
    /// A dead letter is gone.
    Removed {
        /// Its sequence.
        sequence: u64,
    },
    /// Where a segment begins.
    Checkpoint {
        /// The next sequence.
        next_sequence: u64,
        /// The last that was delivered.
        delivered_through: u64,
    },
    /// All messages through this one were delivered.
    Delivered {
        /// The last of them.
        through: u64,
    },
    /// The last messages of a producer.
    Producer {
        /// The producer.
        id: u64,
        /// Its numbers, and the sequences they took.
        last: Last<'a>,
    },
}

/// Numbers of a producer, each with the sequence it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Last<'a>(&'a [u8]);

impl Iterator for Last<'_> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        (!self.0.is_empty()).then(|| (self.0.get_u64_le(), self.0.get_u64_le()))
    }
}

impl<'a> Record<'a> {
    /// Takes a record from the front of these bytes.
    pub(crate) fn decode(bytes: &mut &'a [u8]) -> Result<Self, &'static str> {
        let sequence = |bytes: &mut &'a [u8]| number(bytes);
        Ok(match byte(bytes)? {
            kind::PUBLISH => Self::Publish { message: message(bytes)? },
            kind::PUBLISH_ONCE => Self::PublishOnce {
                producer: number(bytes)?,
                number: number(bytes)?,
                message: message(bytes)?,
            },
            kind::COPIED => Self::Copied {
                sequence: sequence(bytes)?,
                attempts: bytes.try_get_u32_le().map_err(|_| CUT)?,
                dead: match byte(bytes)? {
                    0 => false,
                    1 => true,
                    _ => return Err("unknown flags of a record"),
                },
                message: message(bytes)?,
            },
            kind::ACKED => {
                let (first, count) = (sequence(bytes)?, number(bytes)?);
                if first.checked_add(count).is_none() {
                    return Err("no such sequences");
                }
                Self::Acked { first, count }
            }
            kind::ATTEMPTS => Self::Attempts {
                sequence: sequence(bytes)?,
                attempts: bytes.try_get_u32_le().map_err(|_| CUT)?,
            },
            kind::DEAD => Self::Dead { sequence: sequence(bytes)? },
            kind::REVIVED => Self::Revived { sequence: sequence(bytes)? },
            kind::REMOVED => Self::Removed { sequence: sequence(bytes)? },
            kind::CHECKPOINT => Self::Checkpoint {
                next_sequence: sequence(bytes)?,
                delivered_through: sequence(bytes)?,
            },
            kind::DELIVERED => Self::Delivered { through: sequence(bytes)? },
            kind::PRODUCER => Self::Producer {
                id: number(bytes)?,
                last: {
                    let len = usize::from(byte(bytes)?) * 16;
                    Last(bytes.split_off(..len).ok_or(CUT)?)
                },
            },
            _ => return Err("unknown record"),
        })
    }
}

/// What is wrong with a record that goes on where the body does not.
const CUT: &str = "record cut short";

/// One byte.
fn byte(bytes: &mut &[u8]) -> Result<u8, &'static str> {
    bytes.try_get_u8().map_err(|_| CUT)
}

/// A number of 64 bits.
fn number(bytes: &mut &[u8]) -> Result<u64, &'static str> {
    bytes.try_get_u64_le().map_err(|_| CUT)
}

/// The bytes of a message, after their length.
fn message<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], &'static str> {
    let len = bytes.try_get_u32_le().map_err(|_| CUT)?;
    bytes.split_off(..len as usize).ok_or(CUT)
}

/// The records of a frame, each with its offset in the frame. It ends after the first that is bad.
#[derive(Clone, Debug)]
pub(crate) struct Records<'a> {
    /// What is left of the body.
    rest: &'a [u8],
    /// How long the body is.
    len: usize,
}

impl<'a> Records<'a> {
    /// The records of this body.
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { rest: body, len: body.len() }
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<(usize, Record<'a>), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let offset = FRAME_HEADER + self.len - self.rest.len();
        Some(match Record::decode(&mut self.rest) {
            Ok(record) => Ok((offset, record)),
            Err(what) => {
                self.rest = &[];
                Err(Fault::Bad { offset: offset as u64, what })
            }
        })
    }
}
