//! The kinds of channels that a check runs over, and the macros that make tests of it.

use std::future::Future;

use ringway::channel::{Kind, Receiver, RecvError, SendError, Sender};
use ringway::ring::{Shared, Solo};

/// Small and odd capacities, and one that is neither.
pub const CAPACITIES: [usize; 6] = [1, 2, 3, 7, 8, 100];

/// Words to start a channel of this capacity from: 0, and the beginning of the last and of the
/// third last lap before positions overflow.
pub fn starts(capacity: usize) -> [u64; 3] {
    let lap = capacity.next_power_of_two().max(2) as u64;
    [0, lap.wrapping_neg(), (3 * lap).wrapping_neg()]
}

/// One end of a channel, alone or shared: what only one of the two can do, or does otherwise.
pub trait End: Kind + Send + Sync + Sized + 'static {
    /// Another sender, if there can be one.
    fn another_sender<T, C: Kind>(sender: &Sender<T, Self, C>) -> Option<Sender<T, Self, C>>;

    /// Another receiver, if there can be one.
    fn another_receiver<T>(receiver: &Receiver<T, Self>) -> Option<Receiver<T, Self>>;

    /// Receives as a task.
    fn recv_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
    ) -> impl Future<Output = Result<T, RecvError>> + Send + Unpin;

    /// Receives a batch as a task.
    fn recv_many_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> impl Future<Output = Result<usize, RecvError>> + Send + Unpin;

    /// Sends by force, if receivers of this kind let a sender do that.
    fn force_send<T, P: Kind>(
        sender: &Sender<T, P, Self>,
        message: T,
    ) -> Option<Result<Option<T>, SendError<T>>>;
}

impl End for Shared {
    fn another_sender<T, C: Kind>(sender: &Sender<T, Self, C>) -> Option<Sender<T, Self, C>> {
        Some(sender.clone())
    }

    fn another_receiver<T>(receiver: &Receiver<T, Self>) -> Option<Receiver<T, Self>> {
        Some(receiver.clone())
    }

    fn recv_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
    ) -> impl Future<Output = Result<T, RecvError>> + Send + Unpin {
        receiver.recv_async()
    }

    fn recv_many_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> impl Future<Output = Result<usize, RecvError>> + Send + Unpin {
        receiver.recv_many_async(messages, limit)
    }

    fn force_send<T, P: Kind>(
        sender: &Sender<T, P, Self>,
        message: T,
    ) -> Option<Result<Option<T>, SendError<T>>> {
        Some(sender.force_send(message))
    }
}

impl End for Solo {
    fn another_sender<T, C: Kind>(_: &Sender<T, Self, C>) -> Option<Sender<T, Self, C>> {
        None
    }

    fn another_receiver<T>(_: &Receiver<T, Self>) -> Option<Receiver<T, Self>> {
        None
    }

    fn recv_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
    ) -> impl Future<Output = Result<T, RecvError>> + Send + Unpin {
        receiver.recv_async()
    }

    fn recv_many_async<T: Send>(
        receiver: &mut Receiver<T, Self>,
        messages: &mut Vec<T>,
        limit: usize,
    ) -> impl Future<Output = Result<usize, RecvError>> + Send + Unpin {
        receiver.recv_many_async(messages, limit)
    }

    fn force_send<T, P: Kind>(
        _: &Sender<T, P, Self>,
        _: T,
    ) -> Option<Result<Option<T>, SendError<T>>> {
        None
    }
}

/// So many senders, or the one that there can be.
pub fn senders<T, P: End, C: End>(first: Sender<T, P, C>, n: usize) -> Vec<Sender<T, P, C>> {
    let mut all: Vec<_> = (1..n).map_while(|_| P::another_sender(&first)).collect();
    all.push(first);
    all
}

/// So many receivers, or the one that there can be.
pub fn receivers<T, C: End>(first: Receiver<T, C>, n: usize) -> Vec<Receiver<T, C>> {
    let mut all: Vec<_> = (1..n).map_while(|_| C::another_receiver(&first)).collect();
    all.push(first);
    all
}

/// A channel of the kind with this name.
macro_rules! channel_at {
    (mpmc, $capacity:expr, $start:expr) => {
        ringway::channel::bounded_at($capacity, $start)
    };
    ($kind:ident, $capacity:expr, $start:expr) => {
        ringway::channel::$kind::bounded_at($capacity, $start)
    };
}

/// Makes tests of checks: each is run over the four kinds, with a function from a capacity and a
/// start to a channel.
macro_rules! on_kinds {
    ($($check:ident),+ $(,)?) => {
        $(mod $check { on_kinds!(@each $check spsc mpsc spmc mpmc); })+
    };
    (@each $check:ident $($kind:ident)+) => {
        $(#[test]
        fn $kind() {
            super::$check(|capacity, start| channel_at!($kind, capacity, start));
        })+
    };
}

/// Makes tests of checks of one new channel: each is run over the four kinds, of every capacity,
/// from every start.
macro_rules! on_channels {
    ($($check:ident),+ $(,)?) => {
        $(mod $check { on_channels!(@each $check spsc mpsc spmc mpmc); })+
    };
    (@each $check:ident $($kind:ident)+) => {
        $(#[test]
        fn $kind() {
            for capacity in crate::effort::affordable(crate::common::CAPACITIES) {
                for start in crate::effort::some(crate::common::starts(capacity)) {
                    println!("capacity {capacity} from {start:#x}");
                    let (sender, receiver) = channel_at!($kind, capacity, start);
                    super::$check(sender, receiver);
                }
            }
        })+
    };
}
