//! Batches of what there is room for now, or what is there now.

use std::vec::Vec;

use super::batches::{Unsent, attempt_many, attempt_slice};
use super::error::{TryRecvError, TrySendError};
use super::kind::Kind;
use super::{Receiver, Sender};

impl<T, P: Kind, C: Kind> Sender<T, P, C> {
    /// Sends copies of the messages of a slice, in order, as far as there is room now. It does not wait for
    /// room.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Gives those back that were not sent if the channel is full, closed, or has no receiver.
    ///
    /// ```
    /// use ringway::channel::{TrySendError, bounded};
    ///
    /// let (sender, receiver) = bounded(3);
    /// assert_eq!(sender.try_send_slice(&[1, 2]), Ok(()));
    /// assert_eq!(sender.try_send_slice(&[3, 4, 5]), Err(TrySendError::Full(&[4, 5][..])));
    /// assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [1, 2, 3]);
    /// ```
    pub fn try_send_slice<'v>(&self, messages: &'v [T]) -> Result<(), TrySendError<&'v [T]>>
    where
        T: Copy,
    {
        let mut unsent = messages;
        let Some(sent) = attempt_slice(&self.core, &mut unsent) else {
            self.refused(unsent.len());
            return Err(TrySendError::Full(unsent));
        };
        Ok(sent?)
    }

    /// Sends the messages of a vector, in order, as far as there is room now. It does not wait for room.
    ///
    /// Messages of others may come between, where not all of them had room at once.
    ///
    /// # Errors
    ///
    /// Leaves those in the vector that were not sent if the channel is full, closed, or has no receiver.
    ///
    /// ```
    /// let (sender, receiver) = ringway::channel::bounded(2);
    /// let mut messages = vec!["a".to_string(), "b".to_string(), "c".to_string()];
    /// assert!(sender.try_send_all(&mut messages).unwrap_err().is_full());
    /// assert_eq!(messages, ["c"]);
    /// assert_eq!(receiver.try_iter().collect::<String>(), "ab");
    /// assert!(sender.try_send_all(&mut messages).is_ok() && messages.is_empty());
    /// ```
    pub fn try_send_all(&self, messages: &mut Vec<T>) -> Result<(), TrySendError<()>> {
        let mut unsent = Unsent::of(&self.core, messages);
        let Some(sent) = unsent.attempt(&self.core) else {
            self.refused(unsent.len());
            return Err(TrySendError::Full(()));
        };
        Ok(sent?)
    }
}

impl<T, C: Kind> Receiver<T, C> {
    /// Moves the messages that are there to the end of a vector, at most `limit`, and returns how many. It
    /// does not wait for one. A limit of 0 returns at once.
    ///
    /// # Errors
    ///
    /// Fails if the channel is empty.
    ///
    /// ```
    /// use ringway::channel::{TryRecvError, bounded};
    ///
    /// let (sender, receiver) = bounded(8);
    /// sender.send_slice(&[1, 2, 3]).unwrap();
    /// let mut messages = Vec::new();
    /// assert_eq!(receiver.try_recv_many(&mut messages, 10), Ok(3));
    /// assert_eq!(receiver.try_recv_many(&mut messages, 10), Err(TryRecvError::Empty));
    /// assert_eq!(messages, [1, 2, 3]);
    /// ```
    pub fn try_recv_many(
        &self,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> Result<usize, TryRecvError> {
        match attempt_many(&self.core, messages, limit) {
            Some(received) => Ok(received?),
            None => Err(TryRecvError::Empty),
        }
    }
}
