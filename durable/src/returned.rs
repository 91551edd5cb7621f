//! Deliveries that came back, on their way to whoever receives next.
//!
//! They go through a channel with room for as many as consumers may have at once. Where more have come back, because others
//! were received meanwhile, the rest waits beside it: whoever receives sees to it that it follows.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering, fence};
use std::sync::{Mutex, PoisonError};

use ringway::channel::{Sender, TrySendError};

use crate::shared::Item;

/// What came back.
#[derive(Debug)]
pub(crate) struct Returned {
    channel: Sender<Item>,
    rest: Mutex<VecDeque<Item>>,
    /// How many are in the rest, or about to be.
    count: AtomicUsize,
}

impl Returned {
    /// Nothing, and this channel.
    pub(crate) fn new(channel: Sender<Item>) -> Self {
        Self { channel, rest: Mutex::default(), count: AtomicUsize::new(0) }
    }

    /// A delivery has come back. It never waits; where the queue has ended it is dropped.
    pub(crate) fn push(&self, item: Item) {
        if let Err(TrySendError::Full(item)) = self.channel.try_send(item) {
            let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
            rest.push_back(item);
            self.count.fetch_add(1, Ordering::Relaxed);
            // Whoever makes room in the channel after this sees the count, or the room is seen here.
            fence(Ordering::SeqCst);
            self.refill(&mut rest);
        }
    }

    /// Something was received: what waits beside the channel follows.
    pub(crate) fn follow(&self) {
        fence(Ordering::SeqCst);
        if self.count.load(Ordering::Relaxed) > 0 {
            self.refill(&mut self.rest.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Nothing comes back any more.
    pub(crate) fn close(&self) {
        self.channel.close();
    }

    /// Moves as many as there is room for.
    fn refill(&self, rest: &mut VecDeque<Item>) {
        while let Some(item) = rest.pop_front() {
            if let Err(TrySendError::Full(item)) = self.channel.try_send(item) {
                rest.push_front(item);
                return;
            }
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn what_has_no_room_follows_when_there_is_some() {
        let (sender, receiver) = ringway::channel::bounded(2);
        let returned = Returned::new(sender);
        let item = |sequence| Item { sequence, attempts: 1, message: Bytes::new() };
        (1..=5).for_each(|sequence| returned.push(item(sequence)));
        let mut received = Vec::new();
        while let Ok(item) = receiver.try_recv() {
            received.push(item.sequence);
            returned.follow();
        }
        assert_eq!(received, [1, 2, 3, 4, 5]);
        assert_eq!(returned.count.load(Ordering::Relaxed), 0);
    }
}
