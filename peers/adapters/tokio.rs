//! The names of tokio's mpsc. Its bounded channel has permits, and gives room in the order of the senders: that is
//! `reserving` here, where each message weighs 1.

#[allow(dead_code)]
mod wide;

pub mod mpsc {
    pub mod error {
        pub use ringway::channel::TryRecvError;

        #[derive(PartialEq, Eq, Clone, Copy)]
        pub struct SendError<T>(pub T);

        #[derive(PartialEq, Eq, Clone, Copy)]
        pub enum TrySendError<T> {
            Full(T),
            Closed(T),
        }

        #[derive(PartialEq, Eq, Clone, Copy)]
        pub enum SendTimeoutError<T> {
            Timeout(T),
            Closed(T),
        }
    }

    use self::error::{SendError, SendTimeoutError, TryRecvError, TrySendError};
    use crate::wide::{note, wide};
    use futures_core::Stream;
    use ringway::channel::{self, RecvStream, weighted};
    use std::fmt;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    pub type PermitIterator<'a, T> = Permits<'a, T>;

    fn closed<T>(error: weighted::SendError<T>) -> SendError<T> {
        SendError(error.into_inner())
    }

    fn refused<T>(error: weighted::TrySendError<T>) -> TrySendError<T> {
        if error.is_disconnected() {
            TrySendError::Closed(error.into_inner())
        } else {
            TrySendError::Full(error.into_inner())
        }
    }

    pub fn channel<T>(capacity: usize) -> (Sender<T>, Receiver<T>) {
        let (sender, receiver) = channel::reserving(capacity);
        (Sender(sender), Receiver { handle: receiver, stream: None })
    }

    pub fn unbounded_channel<T>() -> (UnboundedSender<T>, UnboundedReceiver<T>) {
        note();
        let (sender, receiver) = channel::reserving(wide::<T>());
        (UnboundedSender(sender), UnboundedReceiver { handle: receiver, stream: None })
    }

    macro_rules! sender {
        ($sender:ident, $weak:ident) => {
            pub struct $sender<T>(weighted::Sender<T>);

            pub struct $weak<T>(weighted::WeakSender<T>);

            impl<T> Clone for $sender<T> {
                fn clone(&self) -> Self {
                    Self(self.0.clone())
                }
            }

            impl<T> Clone for $weak<T> {
                fn clone(&self) -> Self {
                    Self(self.0.clone())
                }
            }

            impl<T> $weak<T> {
                pub fn upgrade(&self) -> Option<$sender<T>> {
                    self.0.upgrade().map($sender)
                }

                pub fn strong_count(&self) -> usize {
                    self.0.strong_count()
                }

                pub fn weak_count(&self) -> usize {
                    self.0.weak_count()
                }
            }

            impl<T> $sender<T> {
                pub fn downgrade(&self) -> $weak<T> {
                    $weak(self.0.downgrade())
                }

                pub fn same_channel(&self, other: &Self) -> bool {
                    self.0.same_channel(&other.0)
                }

                pub fn is_closed(&self) -> bool {
                    self.0.is_closed()
                }

                pub fn strong_count(&self) -> usize {
                    self.0.sender_count()
                }

                pub fn weak_count(&self) -> usize {
                    self.0.weak_count()
                }

                pub async fn closed(&self) {
                    self.0.closed().await;
                }
            }
        };
    }

    macro_rules! receiver {
        ($receiver:ident) => {
            pub struct $receiver<T> {
                handle: weighted::Receiver<T>,
                stream: Option<RecvStream<Box<weighted::Receiver<T>>>>,
            }

            impl<T> $receiver<T> {
                pub async fn recv(&mut self) -> Option<T> {
                    self.handle.recv_async().await.ok()
                }

                pub async fn recv_many(&mut self, messages: &mut Vec<T>, limit: usize) -> usize {
                    self.handle.recv_many_async(messages, limit).await.unwrap_or(0)
                }

                pub fn poll_recv(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
                    let handle = self.handle.clone();
                    Pin::new(self.stream.get_or_insert_with(|| handle.into_stream()))
                        .poll_next(context)
                }

                pub fn try_recv(&mut self) -> Result<T, TryRecvError> {
                    self.handle.try_recv()
                }

                pub fn blocking_recv(&mut self) -> Option<T> {
                    self.handle.recv().ok()
                }

                pub fn close(&mut self) {
                    self.handle.close();
                }

                pub fn is_closed(&self) -> bool {
                    self.handle.is_closed()
                }

                pub fn is_empty(&self) -> bool {
                    self.handle.is_empty()
                }

                pub fn len(&self) -> usize {
                    self.handle.len()
                }

                pub fn sender_strong_count(&self) -> usize {
                    self.handle.sender_count()
                }

                pub fn sender_weak_count(&self) -> usize {
                    self.handle.weak_sender_count()
                }
            }
        };
    }

    /// Says its name; the tests ask for it, also where `T` has none.
    macro_rules! debug {
        ($($name:ident<$($lifetime:lifetime,)? T>)+) => {
            $(
                impl<T> fmt::Debug for $name<$($lifetime,)? T> {
                    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(stringify!($name))
                    }
                }
            )+
        };
    }

    debug!(Sender<T> WeakSender<T> Receiver<T> UnboundedSender<T> WeakUnboundedSender<T> UnboundedReceiver<T>);
    debug!(SendError<T> TrySendError<T> SendTimeoutError<T>);
    debug!(Permit<'_, T> OwnedPermit<T> Permits<'_, T>);

    sender!(Sender, WeakSender);
    sender!(UnboundedSender, WeakUnboundedSender);
    receiver!(Receiver);
    receiver!(UnboundedReceiver);

    impl<T> UnboundedSender<T> {
        pub fn send(&self, message: T) -> Result<(), SendError<T>> {
            self.0.try_send(message).map_err(|error| SendError(error.into_inner()))
        }
    }

    impl<T> Receiver<T> {
        pub fn capacity(&self) -> usize {
            self.handle.limit() - self.handle.weight()
        }

        pub fn max_capacity(&self) -> usize {
            self.handle.limit()
        }
    }

    impl<T> Sender<T> {
        pub async fn send(&self, message: T) -> Result<(), SendError<T>> {
            self.0.send_async(message).await.map_err(closed)
        }

        pub fn try_send(&self, message: T) -> Result<(), TrySendError<T>> {
            self.0.try_send(message).map_err(refused)
        }

        pub fn blocking_send(&self, message: T) -> Result<(), SendError<T>> {
            self.0.send(message).map_err(closed)
        }

        pub fn capacity(&self) -> usize {
            self.0.limit() - self.0.weight()
        }

        pub fn max_capacity(&self) -> usize {
            self.0.limit()
        }

        pub async fn reserve(&self) -> Result<Permit<'_, T>, SendError<()>> {
            self.0.reserve_async(1).await.map(Permit).map_err(closed)
        }

        pub async fn reserve_owned(self) -> Result<OwnedPermit<T>, SendError<()>> {
            self.0.reserve_owned_async(1).await.map(OwnedPermit).map_err(closed)
        }

        pub fn try_reserve(&self) -> Result<Permit<'_, T>, TrySendError<()>> {
            self.0.try_reserve(1).map(Permit).map_err(refused)
        }

        pub fn try_reserve_owned(self) -> Result<OwnedPermit<T>, TrySendError<Self>> {
            self.0.try_reserve_owned(1).map(OwnedPermit).map_err(|error| match refused(error) {
                TrySendError::Full(sender) => TrySendError::Full(Self(sender)),
                TrySendError::Closed(sender) => TrySendError::Closed(Self(sender)),
            })
        }

        pub async fn reserve_many(&self, n: usize) -> Result<Permits<'_, T>, SendError<()>> {
            self.0.reserve_many_async(n, 1).await.map(Permits).map_err(closed)
        }

        pub fn try_reserve_many(&self, n: usize) -> Result<Permits<'_, T>, TrySendError<()>> {
            self.0.try_reserve_many(n, 1).map(Permits).map_err(refused)
        }
    }

    pub struct Permit<'a, T>(weighted::Permit<'a, T>);
    pub struct OwnedPermit<T>(weighted::OwnedPermit<T>);
    pub struct Permits<'a, T>(weighted::Permits<'a, T>);

    impl<T> Permit<'_, T> {
        pub fn send(self, message: T) {
            let _ = self.0.send(message);
        }
    }

    impl<T> OwnedPermit<T> {
        pub fn send(self, message: T) -> Sender<T> {
            match self.0.send(message) {
                Ok(sender) => Sender(sender),
                Err(_) => panic!("the sender is gone with the message"),
            }
        }

        pub fn release(self) -> Sender<T> {
            Sender(self.0.release())
        }
    }

    impl<'a, T> Iterator for Permits<'a, T> {
        type Item = Permit<'a, T>;

        fn next(&mut self) -> Option<Self::Item> {
            self.0.next().map(Permit)
        }

        fn size_hint(&self) -> (usize, Option<usize>) {
            self.0.size_hint()
        }
    }

    impl<T> ExactSizeIterator for Permits<'_, T> {}
}
