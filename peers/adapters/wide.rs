//! What stands in for a channel without a bound.

use ringway::channel::{Receiver, Sender, bounded};
use std::mem::size_of;

/// More than any test sends without a receiver, and no more than a GiB of addresses; what is not used takes no memory.
pub fn wide<T>() -> usize {
    (1 << 20).min((1 << 30) / size_of::<T>().max(1))
}

/// Leaves a sign for `cargo peers` that a wide bound stands in for none.
pub fn note() {
    if let Some(path) = std::env::var_os("RINGWAY_PEERS_WIDE") {
        std::fs::write(path, "").unwrap();
    }
}

/// A channel with a wide bound.
#[allow(dead_code)]
pub fn unbounded<T>() -> (Sender<T>, Receiver<T>) {
    note();
    bounded(wide::<T>())
}
