//! Points inside an operation at which a test or a model may stop a thread. Nothing outside of
//! these.

/// A point inside an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Point {
    /// An operation looks at a position.
    Asking,
    /// An eviction has reserved its new position, and not claimed the old one.
    Reserved,
    /// Between two looks at what others change.
    Looked,
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
    /// One who is about to wait in a channel has asked for care, and not confirmed it.
    #[cfg(feature = "std")]
    Asked,
    /// A thread holds the list of those who wait in a channel.
    #[cfg(feature = "std")]
    Holds,
    /// One who is about to wait in a channel is in the list, and has not looked once more.
    #[cfg(feature = "std")]
    Listed,
}

/// What a thread does at each point.
#[cfg(any(test, ringway_hooks, ringway_modelled))]
type Action = std::boxed::Box<dyn FnMut(Point)>;

#[cfg(all(any(test, ringway_hooks), not(ringway_modelled)))]
std::thread_local! {
    /// What this thread does at each point.
    static ACTION: core::cell::RefCell<Option<Action>> =
        const { core::cell::RefCell::new(None) };
}

#[cfg(ringway_modelled)]
super::explorer::thread_local! {
    /// What this thread does at each point.
    static ACTION: core::cell::RefCell<Option<Action>> = core::cell::RefCell::new(None);
}

/// Sets what this thread does at each point; nothing while it does that.
#[cfg(all(any(test, ringway_hooks), not(ringway_modelled)))]
pub fn set(action: impl FnMut(Point) + 'static) {
    // What the one before owns may act on a channel when it is dropped.
    drop(ACTION.replace(Some(std::boxed::Box::new(action))));
}

/// Sets what this thread of a model does at each point; nothing while it does that.
#[cfg(ringway_modelled)]
pub fn set(action: impl FnMut(Point) + 'static) {
    let before = ACTION.with(|own| own.borrow_mut().replace(std::boxed::Box::new(action)));
    drop(before);
}

/// In unit tests: an operation that goes round for ever panics, so that its test ends and says so.
#[cfg(all(test, not(ringway_modelled)))]
mod endless {
    use core::cell::Cell;

    /// More than any operation of a test needs, the budget of the largest ring among them.
    const MOST: u32 = 100_000;

    std::thread_local! {
        /// How often the operation has gone round, and whether it has asked since.
        static TURNS: Cell<(u32, bool)> = const { Cell::new((0, false)) };
    }

    /// Who asks twice and did not go round in between has begun another operation.
    pub(super) fn asks() {
        let (turns, has_asked) = TURNS.get();
        TURNS.set((if has_asked { 0 } else { turns }, true));
    }

    /// Once more.
    pub(super) fn goes_round() {
        let turns = TURNS.get().0 + 1;
        TURNS.set((turns, false));
        assert!(turns <= MOST, "an operation does not end: it has gone round {turns} times");
    }
}

/// In unit tests: how many full fences this thread has passed, those that come with a store too.
#[cfg(all(test, not(ringway_modelled)))]
mod fences {
    use core::cell::Cell;

    std::thread_local! {
        static PASSED: Cell<usize> = const { Cell::new(0) };
    }

    /// One more.
    pub(super) fn pass() {
        PASSED.set(PASSED.get() + 1);
    }

    /// How many this thread passes while it does that.
    #[cfg(feature = "alloc")]
    pub(crate) fn passed_by(operation: impl FnOnce()) -> usize {
        let before = PASSED.get();
        operation();
        PASSED.get() - before
    }
}
#[cfg(all(test, feature = "alloc", not(ringway_modelled)))]
pub(crate) use fences::passed_by as fences_passed_by;

/// The thread passes a full fence.
#[inline(always)]
pub(crate) fn fenced() {
    #[cfg(all(test, not(ringway_modelled)))]
    fences::pass();
}

/// The thread begins its operation again.
#[inline(always)]
pub(crate) fn goes_round() {
    #[cfg(all(test, not(ringway_modelled)))]
    endless::goes_round();
}

/// The thread is at a point.
#[inline(always)]
pub(crate) fn at(point: Point) {
    #[cfg(all(test, not(ringway_modelled)))]
    if point == Point::Asking {
        endless::asks();
    }
    #[cfg(all(any(test, ringway_hooks), not(ringway_modelled)))]
    if let Some(mut action) = ACTION.take() {
        action(point);
        ACTION.set(Some(action));
    }
    #[cfg(ringway_modelled)]
    ACTION.with(|own| {
        let action = own.borrow_mut().take();
        if let Some(mut action) = action {
            action(point);
            *own.borrow_mut() = Some(action);
        }
    });
    #[cfg(not(any(test, ringway_hooks, ringway_modelled)))]
    let _ = point;
}
