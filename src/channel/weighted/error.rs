//! Why a message was not sent.

use core::error::Error;
use core::fmt;

/// Declares one error, by its variants besides the two that all have.
macro_rules! refused {
    (
        $(#[$attribute:meta])* $name:ident
        $(, $(#[$busy_attribute:meta])* $busy:ident, $is_busy:ident, $says:literal, $question:literal)?;
        $example:literal
    ) => {
        $(#[$attribute])*
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub enum $name<T> {
            $($(#[$busy_attribute])* $busy(T),)?
            /// It weighs more than the limit, or than its permit.
            TooHeavy(T),
            /// The channel is closed, or nobody is left to receive.
            Disconnected(T),
        }

        impl<T> $name<T> {
            /// The message.
            ///
            /// ```
            /// # use ringway::channel::{weighted, weighted::*};
            /// # let (sender, _receiver) = weighted(1, 8, |n: &usize| *n);
            #[doc = $example]
            /// assert_eq!(refused.into_inner(), 9);
            /// ```
            pub fn into_inner(self) -> T {
                match self {
                    $(Self::$busy(message) => message,)?
                    Self::TooHeavy(message) | Self::Disconnected(message) => message,
                }
            }

            /// Whether it is because the message weighs more than the limit, or than its permit.
            ///
            /// ```
            /// # use ringway::channel::{weighted, weighted::*};
            /// # let (sender, _receiver) = weighted(1, 8, |n: &usize| *n);
            #[doc = $example]
            /// assert!(refused.is_too_heavy());
            /// ```
            #[must_use]
            pub fn is_too_heavy(&self) -> bool {
                matches!(self, Self::TooHeavy(_))
            }

            /// Whether it is because the channel is closed, or nobody is left to receive.
            ///
            /// ```
            /// # use ringway::channel::{weighted, weighted::*};
            /// # let (sender, _receiver) = weighted(1, 8, |n: &usize| *n);
            #[doc = $example]
            /// assert!(!refused.is_disconnected());
            /// ```
            #[must_use]
            pub fn is_disconnected(&self) -> bool {
                matches!(self, Self::Disconnected(_))
            }

            $(
                #[doc = $question]
                ///
                /// ```
                /// # use ringway::channel::{weighted, weighted::*};
                /// # let (sender, _receiver) = weighted(1, 8, |n: &usize| *n);
                #[doc = $example]
                #[doc = concat!("assert!(!refused.", stringify!($is_busy), "());")]
                /// ```
                #[must_use]
                pub fn $is_busy(&self) -> bool {
                    matches!(self, Self::$busy(_))
                }
            )?
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$busy(_) => concat!(stringify!($busy), "(..)"),)?
                    Self::TooHeavy(_) => "TooHeavy(..)",
                    Self::Disconnected(_) => "Disconnected(..)",
                })
            }
        }

        impl<T> fmt::Display for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self {
                    $(Self::$busy(_) => $says,)?
                    Self::TooHeavy(_) => "sending a message that weighs more than the limit",
                    Self::Disconnected(_) => "sending on a disconnected channel",
                })
            }
        }

        impl<T> Error for $name<T> {}
    };
}

refused! {
    /// Why [`send`](super::Sender::send) gives a message back.
    SendError;
    "let refused = sender.send(9).unwrap_err();"
}
refused! {
    /// Why [`try_send`](super::Sender::try_send) gives a message back.
    TrySendError,
    /// There is no room for it.
    Full, is_full, "sending on a full channel", "Whether it is because there is no room.";
    "let refused = sender.try_send(9).unwrap_err();"
}
refused! {
    /// Why [`send_timeout`](super::Sender::send_timeout) gives a message back.
    SendTimeoutError,
    /// There was no room for it until the end.
    Timeout, is_timeout, "timed out waiting on send operation",
    "Whether it is because there was no room until the end.";
    "let refused = sender.send_timeout(9, std::time::Duration::ZERO).unwrap_err();"
}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(error: SendError<T>) -> Self {
        match error {
            SendError::TooHeavy(message) => Self::TooHeavy(message),
            SendError::Disconnected(message) => Self::Disconnected(message),
        }
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(error: SendError<T>) -> Self {
        match error {
            SendError::TooHeavy(message) => Self::TooHeavy(message),
            SendError::Disconnected(message) => Self::Disconnected(message),
        }
    }
}

impl<T> SendError<T> {
    /// The same with another message.
    pub(super) fn with<U>(self, message: U) -> SendError<U> {
        match self {
            Self::TooHeavy(_) => SendError::TooHeavy(message),
            Self::Disconnected(_) => SendError::Disconnected(message),
        }
    }
}
