//! Time-outs for tasks by the clock of tokio (feature `tokio`).

use std::time::Duration;

use tokio::time::{Sleep, sleep};

use super::future::{RecvAsync, SendAsync};
use super::kind::{Kind, Weighted};
use super::until::Until;
use super::{Receiver, Sender};
use crate::ring::{Shared, Solo};

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// Sends a message, or waits for room for so long at most: [`send_timeout`](Self::send_timeout) for tasks of
    /// tokio, which is `send_async` with [`until`](SendAsync::until) and `tokio::time::sleep`.
    ///
    /// # Cancel safety
    ///
    /// Dropped before it is done, it has not sent its message, which is dropped with it.
    ///
    /// # Errors
    ///
    /// Gives the message back if the time is over, or the channel closed or without receivers.
    ///
    /// # Panics
    ///
    /// Panics, when it is called, outside of a runtime of tokio whose time is enabled.
    ///
    /// ```
    /// use ringway::channel::{SendTimeoutError, bounded};
    /// use std::time::Duration;
    ///
    /// # let mut runtime = tokio::runtime::Builder::new_current_thread();
    /// # runtime.enable_time().build().unwrap().block_on(async {
    /// let (sender, _receiver) = bounded(1);
    /// assert_eq!(sender.send_timeout_async(1, Duration::from_millis(1)).await, Ok(()));
    /// let late = sender.send_timeout_async(2, Duration::from_millis(1)).await;
    /// assert_eq!(late, Err(SendTimeoutError::Timeout(2)));
    /// # });
    /// ```
    #[track_caller]
    pub fn send_timeout_async(
        &self,
        message: T,
        timeout: Duration,
    ) -> Until<SendAsync<'_, T, P, C>, Sleep> {
        self.send_async(message).until(sleep(timeout))
    }
}

/// The method of a receiver, by the way in which it can be shared.
macro_rules! receives {
    ($kind:ty, ($($reference:tt)+), $module:literal) => {
        impl<T> Receiver<T, $kind> {
            /// Receives a message, or waits for one for so long at most:
            /// [`recv_timeout`](Self::recv_timeout) for tasks of tokio, which is `recv_async` with
            /// [`until`](RecvAsync::until) and `tokio::time::sleep`.
            ///
            /// # Cancel safety
            ///
            /// Dropped before it is done, it has received nothing.
            ///
            /// # Errors
            ///
            /// Fails if the time is over, or if the channel is empty and is closed or has no sender
            /// left.
            ///
            /// # Panics
            ///
            /// Panics, when it is called, outside of a runtime of tokio whose time is enabled.
            ///
            /// ```
            /// use ringway::channel::RecvTimeoutError;
            /// use std::time::Duration;
            ///
            /// # #[allow(unused_mut)]
            /// # let mut runtime = tokio::runtime::Builder::new_current_thread();
            /// # runtime.enable_time().build().unwrap().block_on(async {
            #[doc = concat!("let (sender, mut receiver) = ringway::channel::", $module, "bounded::<u8>(1);")]
            /// let late = receiver.recv_timeout_async(Duration::from_millis(1)).await;
            /// assert_eq!(late, Err(RecvTimeoutError::Timeout));
            /// # drop(sender);
            /// # });
            /// ```
            #[track_caller]
            pub fn recv_timeout_async(
                $($reference)+ self,
                timeout: Duration,
            ) -> Until<RecvAsync<$($reference)+ Self>, Sleep> {
                self.recv_async().until(sleep(timeout))
            }
        }
    };
}

receives!(Shared, (&), "");
receives!(Weighted, (&), "");
receives!(Solo, (&mut), "mpsc::");
