//! When whoever listens is called.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::vec::Vec;

use tracing::subscriber::with_default;
use tracing::{Event, Metadata, Subscriber, span};

use super::*;

/// Listens to all and does nothing.
struct Listens;

impl Subscriber for Listens {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &Event<'_>) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// The subscriber of the whole process may do anything, and nobody else keeps it from being called in its own midst.
#[test]
fn no_call_is_made_from_within_another_and_the_next_one_is_made_also_after_a_panic() {
    with_default(Listens, || {
        let mut calls = Vec::new();
        apart(Level::DEBUG, || {
            calls.push("outer");
            apart(Level::DEBUG, || unreachable!("it is called from within a call"));
        });
        let panics = || apart(Level::DEBUG, || panic!("the subscriber panics"));
        assert!(catch_unwind(AssertUnwindSafe(panics)).is_err());
        apart(Level::TRACE, || calls.push("next"));
        assert_eq!(calls, ["outer", "next"]);
    });
}
