//! What some execution of a model has to reach.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Something that at least one execution of a model sees.
///
/// It stands outside of what loom models and keeps its state from one execution to the next.
#[derive(Debug)]
pub struct Witness(Arc<AtomicBool>);

impl Witness {
    /// A witness to ask after the exploration, and the same for the model to tell.
    pub fn pair() -> (Self, Self) {
        let seen = Arc::new(AtomicBool::new(false));
        (Self(Arc::clone(&seen)), Self(seen))
    }

    /// It happens in this execution.
    pub fn see(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it happened in any.
    pub fn was_seen(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
