//! The names of kanal: one type of handle for threads and one for tasks, and errors that say which end is gone.

mod wide;

use ringway::channel::{self, bounded as ours};
use std::future::Future;

#[derive(PartialEq, Eq, Debug)]
pub enum SendError {
    Closed,
    ReceiveClosed,
}

#[derive(PartialEq, Eq, Debug)]
pub enum ReceiveError {
    Closed,
    SendClosed,
}

#[derive(PartialEq, Eq, Debug)]
pub struct CloseError;

macro_rules! sender {
    ($name:ident) => {
        pub struct $name<T>(channel::Sender<T>);

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T> $name<T> {
            pub fn close(&self) -> Result<(), CloseError> {
                self.0.close().then_some(()).ok_or(CloseError)
            }

            fn why(&self) -> SendError {
                if self.0.receiver_count() == 0 {
                    SendError::ReceiveClosed
                } else {
                    SendError::Closed
                }
            }
        }
    };
}

macro_rules! receiver {
    ($name:ident) => {
        pub struct $name<T>(channel::Receiver<T>);

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                Self(self.0.clone())
            }
        }

        impl<T> $name<T> {
            pub fn close(&self) -> Result<(), CloseError> {
                self.0.close().then_some(()).ok_or(CloseError)
            }

            pub fn drain_into(&self, messages: &mut Vec<T>) -> Result<usize, ReceiveError> {
                let drained = self.0.drain();
                let count = drained.len();
                messages.extend(drained);
                Ok(count)
            }

            fn why(&self) -> ReceiveError {
                if self.0.sender_count() == 0 {
                    ReceiveError::SendClosed
                } else {
                    ReceiveError::Closed
                }
            }
        }
    };
}

sender!(Sender);
sender!(AsyncSender);
receiver!(Receiver);
receiver!(AsyncReceiver);

impl<T> Sender<T> {
    pub fn send(&self, message: T) -> Result<(), SendError> {
        self.0.send(message).map_err(|_| self.why())
    }
}

impl<T> Receiver<T> {
    pub fn recv(&self) -> Result<T, ReceiveError> {
        self.0.recv().map_err(|_| self.why())
    }
}

impl<T> AsyncSender<T> {
    pub fn send(&self, message: T) -> impl Future<Output = Result<(), SendError>> + '_ {
        let sending = self.0.send_async(message);
        async move { sending.await.map_err(|_| self.why()) }
    }
}

impl<T> AsyncReceiver<T> {
    pub fn recv(&self) -> impl Future<Output = Result<T, ReceiveError>> + '_ {
        let receiving = self.0.recv_async();
        async move { receiving.await.map_err(|_| self.why()) }
    }

    pub fn stream(&self) -> channel::RecvStream<&channel::Receiver<T>> {
        self.0.stream()
    }
}

pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = ours(capacity);
    (Sender(sender), Receiver(receiver))
}

pub fn bounded_async<T>(capacity: usize) -> (AsyncSender<T>, AsyncReceiver<T>) {
    let (sender, receiver) = ours(capacity);
    (AsyncSender(sender), AsyncReceiver(receiver))
}

pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = wide::unbounded();
    (Sender(sender), Receiver(receiver))
}

pub fn unbounded_async<T>() -> (AsyncSender<T>, AsyncReceiver<T>) {
    let (sender, receiver) = wide::unbounded();
    (AsyncSender(sender), AsyncReceiver(receiver))
}
