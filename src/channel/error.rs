//! Why a message was not sent, or not received: the errors of `crossbeam_channel`, by name and
//! meaning.

use core::error::Error;
use core::fmt;

/// The message of [`send`](super::Sender::send) that the channel no longer takes: it is closed, or
/// nobody is left to receive.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

/// Why [`try_send`](super::Sender::try_send) gives a message back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// The channel is full.
    Full(T),
    /// The channel is closed, or nobody is left to receive.
    Disconnected(T),
}

/// Why [`send_timeout`](super::Sender::send_timeout) gives a message back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// The channel was full until the end.
    Timeout(T),
    /// The channel is closed, or nobody is left to receive.
    Disconnected(T),
}

/// The channel is closed or has no sender left, and is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// Why [`try_recv`](super::Receiver::try_recv) has no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// The channel is empty.
    Empty,
    /// The channel is closed or has no sender left, and is empty.
    Disconnected,
}

/// Why [`recv_timeout`](super::Receiver::recv_timeout) has no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// The channel was empty until the end.
    Timeout,
    /// The channel is closed or has no sender left, and is empty.
    Disconnected,
}

/// What closed channels and late messages say.
const CLOSED: &str = "sending on a disconnected channel";
const OVER: &str = "receiving on an empty and disconnected channel";

impl<T> SendError<T> {
    /// The message.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(1);
    /// drop(receiver);
    /// assert_eq!(sender.send("hello").unwrap_err().into_inner(), "hello");
    /// ```
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// What an error with a message that was refused, for one of two reasons, can be asked.
macro_rules! refused {
    ($name:ident, $busy:ident, $is_busy:ident, $says:literal, $question:literal, $example:literal) => {
        impl<T> $name<T> {
            /// The message.
            ///
            /// ```
            /// # use ringway::channel::*;
            /// # let (sender, _receiver) = bounded(1);
            /// # sender.send(0).unwrap();
            #[doc = $example]
            /// assert_eq!(refused.into_inner(), 7);
            /// ```
            pub fn into_inner(self) -> T {
                match self {
                    Self::$busy(message) | Self::Disconnected(message) => message,
                }
            }

            #[doc = $question]
            ///
            /// ```
            /// # use ringway::channel::*;
            /// # let (sender, _receiver) = bounded(1);
            /// # sender.send(0).unwrap();
            #[doc = $example]
            #[doc = concat!("assert!(refused.", stringify!($is_busy), "());")]
            /// ```
            #[must_use]
            pub fn $is_busy(&self) -> bool {
                matches!(self, Self::$busy(_))
            }

            /// Whether it is because the channel is closed, or nobody is left to receive.
            ///
            /// ```
            /// # use ringway::channel::*;
            /// # let (sender, _receiver) = bounded(1);
            /// # sender.send(0).unwrap();
            #[doc = $example]
            /// assert!(!refused.is_disconnected());
            /// ```
            #[must_use]
            pub fn is_disconnected(&self) -> bool {
                matches!(self, Self::Disconnected(_))
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::$busy(_) => concat!(stringify!($busy), "(..)"),
                    Self::Disconnected(_) => "Disconnected(..)",
                })
            }
        }

        impl<T> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::$busy(_) => $says,
                    Self::Disconnected(_) => CLOSED,
                })
            }
        }

        impl<T> Error for $name<T> {}

        impl<T> From<SendError<T>> for $name<T> {
            fn from(SendError(message): SendError<T>) -> Self {
                Self::Disconnected(message)
            }
        }
    };
}

refused! {
    TrySendError, Full, is_full, "sending on a full channel",
    "Whether it is because the channel is full.",
    "let refused = sender.try_send(7).unwrap_err();"
}
refused! {
    SendTimeoutError, Timeout, is_timeout, "timed out waiting on send operation",
    "Whether it is because the channel was full until the end.",
    "let refused = sender.send_timeout(7, std::time::Duration::ZERO).unwrap_err();"
}

/// What an error without a message, for one of two reasons, can be asked.
macro_rules! nothing {
    ($name:ident, $busy:ident, $is_busy:ident, $says:literal, $question:literal, $example:literal) => {
        impl $name {
            #[doc = $question]
            ///
            /// ```
            /// # use ringway::channel::*;
            /// # let (_sender, receiver) = bounded::<u8>(1);
            #[doc = $example]
            #[doc = concat!("assert!(refused.", stringify!($is_busy), "());")]
            /// ```
            #[must_use]
            pub fn $is_busy(&self) -> bool {
                matches!(self, Self::$busy)
            }

            /// Whether it is because the channel is closed or has no sender left, and is empty.
            ///
            /// ```
            /// # use ringway::channel::*;
            /// # let (_sender, receiver) = bounded::<u8>(1);
            #[doc = $example]
            /// assert!(!refused.is_disconnected());
            /// ```
            #[must_use]
            pub fn is_disconnected(&self) -> bool {
                matches!(self, Self::Disconnected)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    Self::$busy => $says,
                    Self::Disconnected => OVER,
                })
            }
        }

        impl Error for $name {}

        impl From<RecvError> for $name {
            fn from(RecvError: RecvError) -> Self {
                Self::Disconnected
            }
        }
    };
}

nothing! {
    TryRecvError, Empty, is_empty, "receiving on an empty channel",
    "Whether it is because the channel is empty.",
    "let refused = receiver.try_recv().unwrap_err();"
}
nothing! {
    RecvTimeoutError, Timeout, is_timeout, "timed out waiting on receive operation",
    "Whether it is because the channel was empty until the end.",
    "let refused = receiver.recv_timeout(std::time::Duration::ZERO).unwrap_err();"
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendError(..)")
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

impl<T> Error for SendError<T> {}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(OVER)
    }
}

impl Error for RecvError {}

/// The channel takes no more messages of a sink, or the sink is closed.
#[cfg(feature = "futures")]
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SinkError<T>(Option<T>);

#[cfg(feature = "futures")]
impl<T> SinkError<T> {
    /// Without one.
    pub(super) fn nothing() -> Self {
        Self(None)
    }

    /// The message that could not be sent, if there was one. It may be that of a former call.
    ///
    /// ```
    /// use futures_util::{FutureExt, SinkExt};
    ///
    /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
    /// let mut sink = sender.into_sink();
    /// drop(receiver);
    /// let refused = sink.send(1).now_or_never().unwrap().unwrap_err();
    /// assert_eq!(refused.into_inner(), None, "the sink was never ready to take it");
    /// ```
    pub fn into_inner(self) -> Option<T> {
        self.0
    }
}

#[cfg(feature = "futures")]
impl<T> From<SendError<T>> for SinkError<T> {
    fn from(SendError(message): SendError<T>) -> Self {
        Self(Some(message))
    }
}

#[cfg(feature = "futures")]
impl<T> fmt::Debug for SinkError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SinkError(..)")
    }
}

#[cfg(feature = "futures")]
impl<T> fmt::Display for SinkError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

#[cfg(feature = "futures")]
impl<T> Error for SinkError<T> {}
