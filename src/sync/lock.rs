//! A lock that is held for some instructions, never while code of others runs.

#[cfg(ringway_modelled)]
use super::explorer::sync as mutex;
#[cfg(not(ringway_modelled))]
use std::sync as mutex;
use std::sync::{PoisonError, TryLockError};

/// What one thread has at a time.
#[derive(Debug)]
pub(crate) struct Lock<T> {
    value: mutex::Mutex<T>,
    /// Whoever has locked looks at it, so that the explorer may let others have a turn. Else loom (0.7.3) takes
    /// what is done under the lock for one step, and nobody ever finds it held
    /// (`findings/try-lock-in-models.sh`).
    #[cfg(ringway_modelled)]
    turn: super::Atomic,
}

/// What a thread holds until this is dropped.
pub(crate) type Held<'a, T> = mutex::MutexGuard<'a, T>;

impl<T> Lock<T> {
    /// Nobody holds it.
    pub(crate) fn new(value: T) -> Self {
        Self {
            value: mutex::Mutex::new(value),
            #[cfg(ringway_modelled)]
            turn: super::Atomic::new(0),
        }
    }

    /// Waits until nobody holds it.
    pub(crate) fn lock(&self) -> Held<'_, T> {
        // Nobody panics who holds it.
        let held = self.value.lock().unwrap_or_else(PoisonError::into_inner);
        #[cfg(ringway_modelled)]
        self.turn.load(super::edge::Edge::RELAXED);
        held
    }

    /// Does not wait: none if somebody holds it. It never fails while nobody does.
    pub(crate) fn try_lock(&self) -> Option<Held<'_, T>> {
        let held = match self.value.try_lock() {
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Ok(held) => held,
        };
        #[cfg(ringway_modelled)]
        self.turn.load(super::edge::Edge::RELAXED);
        Some(held)
    }
}
