//! The names of async-channel: `send` and `recv` are futures, and a receiver is a stream.

mod wide;

use futures_core::Stream;
use ringway::channel::{self, RecvStream};
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::task::{Context, Poll};

pub use ringway::channel::{RecvError, SendError};

#[derive(PartialEq, Eq, Debug)]
pub enum TrySendError<T> {
    Full(T),
    Closed(T),
}

#[derive(PartialEq, Eq, Debug)]
pub enum TryRecvError {
    Empty,
    Closed,
}

pub struct Sender<T>(channel::Sender<T>);
pub struct WeakSender<T>(channel::WeakSender<T>);
pub struct WeakReceiver<T>(channel::WeakReceiver<T>);

/// The handle, and the stream that it is polled as, once it is.
pub struct Receiver<T> {
    handle: channel::Receiver<T>,
    stream: Option<RecvStream<Box<channel::Receiver<T>>>>,
}

impl<T> Deref for Sender<T> {
    type Target = channel::Sender<T>;
    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Sender<T> {
    pub fn send(&self, message: T) -> impl Future<Output = Result<(), SendError<T>>> + '_ {
        self.0.send_async(message)
    }

    pub fn send_blocking(&self, message: T) -> Result<(), SendError<T>> {
        self.0.send(message)
    }

    pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(message).map_err(|error| match error {
            channel::TrySendError::Full(message) => TrySendError::Full(message),
            channel::TrySendError::Disconnected(message) => TrySendError::Closed(message),
        })
    }

    pub fn downgrade(&self) -> WeakSender<T> {
        WeakSender(self.0.downgrade())
    }
}

impl<T> WeakSender<T> {
    pub fn upgrade(&self) -> Option<Sender<T>> {
        self.0.upgrade().map(Sender)
    }
}

impl<T> Deref for Receiver<T> {
    type Target = channel::Receiver<T>;
    fn deref(&self) -> &Self::Target {
        &self.handle
    }
}

impl<T> From<channel::Receiver<T>> for Receiver<T> {
    fn from(handle: channel::Receiver<T>) -> Self {
        Self { handle, stream: None }
    }
}

impl<T> Clone for Receiver<T> {
    fn clone(&self) -> Self {
        self.handle.clone().into()
    }
}

impl<T> Receiver<T> {
    pub fn recv(&self) -> impl Future<Output = Result<T, RecvError>> + '_ {
        self.handle.recv_async()
    }

    pub fn recv_blocking(&self) -> Result<T, RecvError> {
        self.handle.recv()
    }

    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        self.handle.try_recv().map_err(|error| match error {
            channel::TryRecvError::Empty => TryRecvError::Empty,
            channel::TryRecvError::Disconnected => TryRecvError::Closed,
        })
    }

    pub fn downgrade(&self) -> WeakReceiver<T> {
        WeakReceiver(self.handle.downgrade())
    }
}

impl<T> WeakReceiver<T> {
    pub fn upgrade(&self) -> Option<Receiver<T>> {
        self.0.upgrade().map(Receiver::from)
    }
}

impl<T> Stream for Receiver<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let handle = self.handle.clone();
        Pin::new(self.stream.get_or_insert_with(|| handle.into_stream())).poll_next(context)
    }
}

pub fn bounded<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = channel::bounded(capacity);
    (Sender(sender), receiver.into())
}

pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    let (sender, receiver) = wide::unbounded();
    (Sender(sender), receiver.into())
}
