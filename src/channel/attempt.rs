//! What one who waits tries again and again.

use super::core::End;
use super::list::{Rest, Who};

/// Something to try: as a rule a closure, which is the outcome if there is one.
pub(super) trait Attempt<R> {
    /// Tries.
    fn attempt(&mut self) -> Option<R>;

    /// It was told to look again and has looked in vain: where it waits from here on.
    fn told_in_vain(&mut self, end: End) -> End {
        end
    }

    /// What it does before it looks again, apart from what those of the other end ask of it.
    fn rest(&mut self, _: Who) -> Rest {
        Rest::Sleep
    }
}

impl<R, F: FnMut() -> Option<R>> Attempt<R> for F {
    fn attempt(&mut self) -> Option<R> {
        self()
    }
}
