//! The ledger: which values an execution made, and which of them were dropped.

use std::sync::{Mutex, PoisonError};

/// What became of the values of one execution.
///
/// It stands outside of what loom models. Its values hold nothing but a number and a reference,
/// so that one which a wrong ring delivers twice is counted twice and does no other harm.
#[derive(Debug, Default)]
pub struct Ledger {
    entries: Mutex<Entries>,
}

/// The numbers of the values, in order.
#[derive(Debug, Default)]
struct Entries {
    made: Vec<u64>,
    dropped: Vec<u64>,
}

impl Ledger {
    /// Makes the value of this number.
    pub fn value(&'static self, id: u64) -> Value {
        self.with(|entries| entries.made.push(id));
        Value { id, ledger: self }
    }

    /// The numbers of the values that were dropped, in that order.
    pub fn dropped(&self) -> Vec<u64> {
        self.with(|entries| entries.dropped.clone())
    }

    /// Begins with no values, and forgets those before.
    pub(crate) fn open(&self) {
        self.with(|entries| *entries = Entries::default());
    }

    /// Ends an execution.
    ///
    /// # Panics
    ///
    /// Panics unless every value that was made was dropped exactly once.
    pub(crate) fn close(&self) {
        let Entries { mut made, mut dropped } = self.with(std::mem::take);
        made.sort_unstable();
        dropped.sort_unstable();
        assert_eq!(dropped, made, "dropped and made differ");
    }

    fn with<R>(&self, f: impl FnOnce(&mut Entries) -> R) -> R {
        f(&mut self.entries.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A value that enters its drop in the ledger.
#[derive(Debug)]
pub struct Value {
    id: u64,
    ledger: &'static Ledger,
}

impl Value {
    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Value {
    fn drop(&mut self) {
        self.ledger.with(|entries| entries.dropped.push(self.id));
    }
}
