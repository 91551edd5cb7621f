//! Points inside an operation at which a test may stop a thread. Nothing outside of tests.

/// A point inside an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Point {
    /// An operation looks at a position.
    Asking,
    /// The position is claimed, its value not moved.
    Claimed,
    /// The value is moved, the mark not stored.
    Moved,
    /// The mark is stored, whether it was in time not yet known.
    Committed,
    /// An intent to skip another thread is raised.
    Intended,
    /// A skipped owner is about to leave its slot.
    Leaving,
    /// Its mark is stored, and the slot still held.
    Left,
}

/// What a thread does at each point.
#[cfg(test)]
type Action = std::boxed::Box<dyn FnMut(Point)>;

#[cfg(test)]
std::thread_local! {
    /// What this thread does at each point.
    static ACTION: core::cell::RefCell<Option<Action>> =
        const { core::cell::RefCell::new(None) };
}

/// Sets what this thread does at each point.
#[cfg(test)]
pub(crate) fn set(action: impl FnMut(Point) + 'static) {
    ACTION.set(Some(std::boxed::Box::new(action)));
}

/// The thread is at a point.
#[inline(always)]
pub(crate) fn at(point: Point) {
    #[cfg(test)]
    if let Some(mut action) = ACTION.take() {
        action(point);
        ACTION.set(Some(action));
    }
    #[cfg(not(test))]
    let _ = point;
}
