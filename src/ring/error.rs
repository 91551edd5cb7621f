//! Why a batch of an exact size was refused.

use core::fmt;

/// Fewer slots were ready than a batch of an exact size wanted; nothing was moved, unless
/// [`moved`](Self::moved) says otherwise.
///
/// Beside a thread that is suspended inside an operation a batch goes around the slots in its way; one
/// that with them is longer than the capacity is refused, whatever is ready.
///
/// ```
/// let (mut producer, mut consumer) = ringway::ring::spsc::<u8>(4);
/// let refused = producer.push_slice_exact(&[1, 2, 3, 4, 5]).unwrap_err();
/// assert_eq!(refused.to_string(), "a batch of 5 was refused: fewer slots are ready");
/// assert_eq!(refused.wanted(), 5);
/// assert_eq!(consumer.pop(), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFew {
    wanted: usize,
    moved: usize,
}

impl TooFew {
    /// The size of the batch that was refused.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc::<u8>(1);
    /// assert_eq!(producer.push_slice_exact(&[1, 2]).unwrap_err().wanted(), 2);
    /// ```
    #[must_use]
    pub fn wanted(&self) -> usize {
        self.wanted
    }

    /// How many values were moved all the same, from the first on: none, but for a push on a
    /// shared side whose thread was suspended in its midst for so long that others skipped it.
    ///
    /// ```
    /// let (mut producer, _consumer) = ringway::ring::spsc::<u8>(1);
    /// assert_eq!(producer.push_slice_exact(&[1, 2]).unwrap_err().moved(), 0);
    /// ```
    #[must_use]
    pub fn moved(&self) -> usize {
        self.moved
    }
}

impl fmt::Display for TooFew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a batch of {} was refused: fewer slots are ready", self.wanted)
    }
}

impl core::error::Error for TooFew {}

/// Tells whether a batch of an exact size was moved.
pub(super) fn exactly(wanted: usize, moved: usize) -> Result<(), TooFew> {
    if moved == wanted { Ok(()) } else { Err(TooFew { wanted, moved }) }
}
