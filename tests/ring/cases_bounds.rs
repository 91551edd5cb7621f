//! Cases of bounds: what may be sent and shared depends on the values, exactly.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::MutexGuard;

use ringway::ring::{Peeked, Reserved, Staged, TooFew, mpmc, mpsc, spmc, spsc};
use ringway::{InlineQueue, IntoIter, Queue};

/// A check that compiles only if the type has the trait.
macro_rules! assert_is {
    ($trait:ident: $($type:ty),+ $(,)?) => {{
        fn check<T: $trait>() {}
        $(check::<$type>();)+
    }};
}

/// A check that compiles only if the type does not have the trait: with it, `check` could be meant
/// in two ways.
macro_rules! assert_is_not {
    ($trait:ident: $($type:ty),+ $(,)?) => {{
        trait AmbiguousIfImpl<A> {
            fn check() {}
        }
        impl<T> AmbiguousIfImpl<()> for T {}
        impl<T: $trait> AmbiguousIfImpl<u8> for T {}
        $(<$type as AmbiguousIfImpl<_>>::check();)+
    }};
}

/// A value that may be sent and shared.
type Plain = u64;
/// A value that may be sent and not shared.
type Unshared = Cell<u64>;
/// A value that may neither be sent nor shared.
type Bound = Rc<u64>;
/// A value that may be shared and not sent.
type Guard = MutexGuard<'static, u64>;

/// Checks all handles and rings of a kind.
macro_rules! handles {
    ($check:ident $trait:ident, $item:ty: $($kind:ident)+) => {$(
        $check!($trait:
            $kind::Producer<$item>,
            $kind::Consumer<$item>,
            $kind::InlineProducer<'static, $item, 4>,
            $kind::InlineConsumer<'static, $item, 4>,
        );
    )+};
}

/// Checks all guards: reservations of solo producers, peeks of solo consumers.
macro_rules! guards {
    ($check:ident $trait:ident, $guard:ident, $item:ty: $($ring:ty),+) => {
        $check!($trait: $($guard<'static, std::sync::Arc<$ring>>, $guard<'static, &'static $ring>),+);
    };
}

macro_rules! reservations {
    ($check:ident $trait:ident, $item:ty) => {
        guards!($check $trait, Reserved, $item: spsc::Ring<$item>, spmc::Ring<$item>);
    };
}

macro_rules! peeks {
    ($check:ident $trait:ident, $item:ty) => {
        guards!($check $trait, Peeked, $item: spsc::Ring<$item>, mpsc::Ring<$item>);
    };
}

// RUSTSEC-2025-0023, multiqueue2#10, magnetic#9
#[test]
fn b9_handles_are_sent_and_shared_if_values_may_be_sent() {
    handles!(assert_is Send, Plain: spsc mpsc spmc mpmc);
    handles!(assert_is Sync, Plain: spsc mpsc spmc mpmc);
    handles!(assert_is Send, Unshared: spsc mpsc spmc mpmc);
    handles!(assert_is Sync, Unshared: spsc mpsc spmc mpmc);
    handles!(assert_is_not Send, Bound: spsc mpsc spmc mpmc);
    handles!(assert_is_not Sync, Bound: spsc mpsc spmc mpmc);
    handles!(assert_is_not Send, Guard: spsc mpsc spmc mpmc);
    handles!(assert_is_not Sync, Guard: spsc mpsc spmc mpmc);
}

// RUSTSEC-2025-0023
#[test]
fn b9_inline_rings_are_shared_if_values_may_be_sent() {
    assert_is!(Send: spsc::Inline<Plain, 4>, mpmc::Inline<Unshared, 4>);
    assert_is!(Sync: spsc::Inline<Plain, 4>, mpmc::Inline<Unshared, 4>);
    assert_is_not!(Send: spsc::Inline<Bound, 4>, mpsc::Inline<Guard, 4>);
    assert_is_not!(Sync: spmc::Inline<Bound, 4>, mpmc::Inline<Guard, 4>);
}

/// Checks the queues, shared by reference, and what one becomes that is not shared any more.
macro_rules! queues {
    ($check:ident $trait:ident, $item:ty) => {
        $check!($trait:
            Queue<$item>,
            &'static Queue<$item>,
            std::sync::Arc<Queue<$item>>,
            InlineQueue<$item, 4>,
            IntoIter<$item, ringway::ring::Array<$item, 4>>,
        );
    };
}

// RUSTSEC-2025-0023, multiqueue2#10, magnetic#9
#[test]
fn b9_queues_are_sent_and_shared_if_values_may_be_sent() {
    queues!(assert_is Send, Plain);
    queues!(assert_is Sync, Plain);
    queues!(assert_is Send, Unshared);
    queues!(assert_is Sync, Unshared);
    queues!(assert_is_not Send, Bound);
    queues!(assert_is_not Sync, Bound);
    queues!(assert_is_not Send, Guard);
    queues!(assert_is_not Sync, Guard);
}

// RUSTSEC-2025-0023
#[test]
fn b9_reservations_are_sent_and_shared_if_values_may_be_sent() {
    reservations!(assert_is Send, Plain);
    reservations!(assert_is Sync, Plain);
    reservations!(assert_is Send, Unshared);
    reservations!(assert_is Sync, Unshared);
    reservations!(assert_is_not Send, Bound);
    reservations!(assert_is_not Sync, Bound);
    reservations!(assert_is_not Send, Guard);
    reservations!(assert_is_not Sync, Guard);
}

// RUSTSEC-2025-0023: a shared peek shares the values
#[test]
fn b9_peeks_are_sent_if_values_may_be_and_shared_if_values_may_be() {
    peeks!(assert_is Send, Plain);
    peeks!(assert_is Sync, Plain);
    peeks!(assert_is Send, Unshared);
    peeks!(assert_is_not Sync, Unshared);
    peeks!(assert_is_not Send, Bound);
    peeks!(assert_is_not Sync, Bound);
    peeks!(assert_is_not Send, Guard);
    peeks!(assert_is_not Sync, Guard);
}

/// An iterator over values of a type.
type Values<T> = std::vec::IntoIter<T>;

// RUSTSEC-2025-0023
#[test]
fn b9_stages_and_errors_are_as_their_parts() {
    assert_is!(Send: Staged<Values<Plain>, 4>, Staged<Values<Unshared>, 4>, TooFew);
    assert_is!(Sync: Staged<Values<Plain>, 4>, TooFew);
    assert_is_not!(Sync: Staged<Values<Unshared>, 4>);
    assert_is_not!(Send: Staged<Values<Bound>, 4>, Staged<Values<Guard>, 4>);
}

#[test]
fn b9_values_that_stay_in_one_thread_go_through_a_ring_there() {
    let (mut producer, mut consumer) = mpmc::<Bound>(2);
    let value = Rc::new(7);
    producer.push(value.clone()).unwrap();
    assert!(consumer.pop().is_some_and(|same| Rc::ptr_eq(&same, &value)));
}
