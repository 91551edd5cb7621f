//! The ends of channels, by operations that do not wait, whose time is over at once, or that are
//! polled once and cancelled.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_core::Stream;
use futures_sink::Sink;
use ringway::channel::{Kind, Receiver, Selector, Sender};
use ringway::ring::{Shared, Solo};

use super::{Empty, Fill, Forced, Push, Seen};

/// What a future that is polled once, and then dropped, has given.
fn once<F: Future>(future: F) -> Option<F::Output> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => Some(output),
        Poll::Pending => None,
    }
}

/// A message by one of the ways that all senders have.
fn push<P: Kind, C: Kind>(sender: &Sender<u64, P, C>, value: u64, way: u64) -> Push {
    match way % 4 {
        0 => match sender.try_send(value) {
            Ok(()) => Push::In,
            Err(error) if error.is_disconnected() => Push::Closed,
            Err(_) => Push::Full,
        },
        1 => match sender.send_timeout(value, Duration::ZERO) {
            Ok(()) => Push::In,
            Err(error) if error.is_disconnected() => Push::Closed,
            Err(_) => Push::Full,
        },
        2 => {
            once(sender.send_async(value)).map_or(Push::Full, |sent| Push::Closed.or(sent.is_ok()))
        }
        _ => {
            let then = |sent: Result<_, _>| Push::Closed.or(sent.is_ok());
            let mut value = Some(value);
            Selector::new().send(sender, &mut value, then).try_wait().unwrap_or(Push::Refused)
        }
    }
}

/// A message through a sink of a clone; what it still holds is taken back.
fn push_into_sink<C: Kind>(sender: &Sender<u64, Shared, C>, value: u64) -> Push {
    let mut sink = pin!(sender.clone().into_sink());
    match sink.as_mut().start_send(value) {
        Ok(()) => {}
        Err(_) => return Push::Closed,
    }
    match sink.as_mut().poll_flush(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(sent) => Push::Closed.or(sent.is_ok()),
        Poll::Pending => {
            assert_eq!(sink.take_unsent(), Some(value));
            Push::Refused
        }
    }
}

/// A message by what only senders have of which there may be many.
fn push_by_another<C: Kind>(sender: &Sender<u64, Shared, C>, value: u64, way: u64) -> Push {
    match way % 6 {
        4 => sender.downgrade().upgrade().map_or(Push::Closed, |other| push(&other, value, 0)),
        5 => push_into_sink(sender, value),
        _ => push(sender, value, way),
    }
}

/// So many messages of a batch that is cancelled.
fn push_many<P: Kind, C: Kind>(sender: &Sender<u64, P, C>, values: &[u64], way: u64) -> usize {
    if way % 2 == 0 {
        let mut left = values.to_vec();
        let _ = once(sender.send_all_async(&mut left));
        return values.len() - left.len();
    }
    let mut sending = pin!(sender.send_slice_async(values));
    let _ = sending.as_mut().poll(&mut Context::from_waker(Waker::noop()));
    values.len() - sending.unsent().len()
}

fn force<P: Kind>(sender: &Sender<u64, P, Shared>, value: u64) -> Option<Forced> {
    let mut evicted = Vec::new();
    let sent = sender.force_send_with(value, |oldest| evicted.push(oldest));
    Some(Forced { is_in: sent.is_ok() && !evicted.contains(&value), evicted })
}

macro_rules! what_is_seen {
    () => {
        fn see(&self) -> Seen {
            (self.len(), self.is_empty(), self.is_full(), self.capacity().expect("it is bounded"))
        }
    };
}

macro_rules! sender {
    ($producers:ident $consumers:ident $push:ident { $($own:item)* }) => {
        impl Fill for Sender<u64, $producers, $consumers> {
            fn push(&mut self, value: u64, way: u64) -> Push {
                $push(self, value, way)
            }
            fn push_many(&mut self, values: &[u64], _: bool, way: u64) -> usize {
                push_many(self, values, way)
            }
            fn close(&mut self) {
                Sender::close(self);
            }
            what_is_seen!();
            $($own)*
        }
    };
}
sender!(Solo Solo push {});
sender!(Solo Shared push {
    fn force(&mut self, value: u64) -> Option<Forced> {
        force(self, value)
    }
});
sender!(Shared Solo push_by_another {
    fn renew(&mut self) {
        *self = self.clone();
    }
});
sender!(Shared Shared push_by_another {
    fn force(&mut self, value: u64) -> Option<Forced> {
        force(self, value)
    }
    fn renew(&mut self) {
        *self = self.clone();
    }
});

/// A message by one of the ways that all receivers have but for the future.
fn pop<C: Kind>(receiver: &Receiver<u64, C>, way: u64) -> Option<u64> {
    match way % 4 {
        0 => receiver.try_recv().ok(),
        1 => receiver.recv_timeout(Duration::ZERO).ok(),
        _ => Selector::new().recv(receiver, Result::ok).try_wait().flatten(),
    }
}

/// A message by what only receivers have of which there may be many.
fn pop_by_another(receiver: &Receiver<u64, Shared>, way: u64) -> Option<u64> {
    match way % 6 {
        4 => receiver.downgrade().upgrade().and_then(|other| other.try_recv().ok()),
        5 => {
            let mut context = Context::from_waker(Waker::noop());
            let polled = match way / 6 % 2 {
                0 => pin!(receiver.stream()).poll_next(&mut context),
                _ => pin!(receiver.clone().into_stream()).poll_next(&mut context),
            };
            match polled {
                Poll::Ready(message) => message,
                Poll::Pending => None,
            }
        }
        way => pop(receiver, way),
    }
}

/// Some messages, by what does not wait.
fn pop_many<C: Kind>(receiver: &Receiver<u64, C>, most: usize, way: u64) -> Vec<u64> {
    match way % 3 {
        0 => receiver.try_iter().take(most).collect(),
        _ => receiver.drain().collect(),
    }
}

// The futures of receivers are there for each kind, and not for all of them at once.
macro_rules! receiver {
    ($consumers:ident $pop:ident of $ways:literal { $($own:item)* }) => {
        impl Empty for Receiver<u64, $consumers> {
            fn pop(&mut self, way: u64) -> Option<u64> {
                match way % $ways {
                    3 => once(self.recv_async()).and_then(Result::ok),
                    _ => $pop(self, way),
                }
            }
            fn pop_many(&mut self, most: usize, _: bool, way: u64) -> Vec<u64> {
                if way % 3 != 2 {
                    return pop_many(self, most, way);
                }
                let mut values = Vec::new();
                let _ = once(self.recv_many_async(&mut values, most));
                values
            }
            what_is_seen!();
            $($own)*
        }
    };
}
receiver!(Solo pop of 4 {});
receiver!(Shared pop_by_another of 6 {
    fn renew(&mut self) {
        *self = self.clone();
    }
});
