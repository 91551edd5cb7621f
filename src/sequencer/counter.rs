//! The counter of one side, and what a handle or an operation keeps of it.

use core::ops::Deref;

use super::{Protocol, Side, Track};
use crate::line::{Line, Padded};
use crate::position::Position;
use crate::sync::{Atomic, Hint, const_unless_loom, edge::Edge};

/// The counter of one side: the next position that it claims. A cache line of its own.
#[derive(Debug)]
pub struct Counter(Padded<Words>);

/// What lies in the cache line of a counter, and in the one beside it.
#[derive(Debug)]
struct Words {
    claimed: Atomic,
    beside: Line<Beside>,
}

/// What is not in the line of the counter. A ring uses one of the two.
#[derive(Debug)]
struct Beside {
    /// A guess of the counter, for operations without a handle that could keep one: a position at
    /// which one of them stopped, not always the last.
    ///
    /// A processor reads a word late that it has just changed by a locked instruction, and all
    /// that follows from the word waits. This one was stored, and is read at once. The other side, which looks
    /// at the counter where it finds nothing, does not take its line away.
    guess: Hint,
    /// At this word the other side looks where it finds nothing, if both sides have one handle. It does not take the
    /// line away that each message is a store to.
    batched: Atomic,
}

impl Counter {
    const_unless_loom! {
        /// A counter that stands at this position.
        pub(crate) fn new(position: Position) -> Self {
            let Position(word) = position;
            let beside = Line(Beside { guess: Hint::new(word), batched: Atomic::new(word) });
            Self(Padded::new(Words { claimed: Atomic::new(word), beside }))
        }
    }

    /// How far the side has come by its last batch, if both sides have one handle.
    #[inline(always)]
    pub(crate) fn batched(&self) -> &Atomic {
        &self.0.beside.0.batched
    }

    /// A cursor where the counter stands.
    #[inline(always)]
    pub(crate) fn cursor<F: Tally>(&self) -> Cursor<F> {
        Cursor::at(Position(self.load(Edge::RELAXED)))
    }

    /// Notes where the next operation without a handle may begin.
    #[inline(always)]
    pub(crate) fn note(&self, guess: Position) {
        self.0.beside.0.guess.store(guess.0);
    }

    /// A cursor at the guess. On a side of one handle, which believes its cursor, where the counter
    /// stands.
    #[inline(always)]
    pub(crate) fn guessed<K: Protocol, F: Tally>(&self) -> Cursor<F> {
        if K::SHARED { Cursor::at(Position(self.0.beside.0.guess.load())) } else { self.cursor() }
    }
}

impl Deref for Counter {
    type Target = Atomic;

    #[inline(always)]
    fn deref(&self) -> &Atomic {
        &self.0.claimed
    }
}

/// A count, or none, of what few care for and what only paths out of line add to. A count that lies in memory,
/// for their sake, makes every operation slower by a twentieth (docs/DESIGN.md, section 8).
pub trait Tally: Default {
    /// Whether a handle keeps the cursor. Else it is kept in the ring, as a guess for the next operation.
    const HAS_HANDLE: bool = false;

    /// Adds `n`.
    fn add(&mut self, n: usize);

    /// Takes a path out of line from one that should know nothing of the count.
    fn aside<R>(cursor: &mut Cursor<Self>, path: impl FnOnce(&mut Cursor<Self>) -> R) -> R;
}

/// Of an operation of a handle.
impl Tally for () {
    const HAS_HANDLE: bool = true;

    #[inline(always)]
    fn add(&mut self, _: usize) {}

    #[inline(always)]
    fn aside<R>(cursor: &mut Cursor, path: impl FnOnce(&mut Cursor) -> R) -> R {
        path(cursor)
    }
}

/// Of an operation without a handle that counts nothing.
#[derive(Debug, Default)]
pub struct Uncounted;

impl Tally for Uncounted {
    #[inline(always)]
    fn add(&mut self, _: usize) {}

    #[inline(always)]
    fn aside<R>(cursor: &mut Cursor<Self>, path: impl FnOnce(&mut Cursor<Self>) -> R) -> R {
        path(cursor)
    }
}

/// Of an operation without a handle.
impl Tally for usize {
    #[inline(always)]
    fn add(&mut self, n: usize) {
        *self = self.wrapping_add(n);
    }

    /// On a copy: the cursor itself stays in registers.
    #[inline(always)]
    fn aside<R>(cursor: &mut Cursor<usize>, path: impl FnOnce(&mut Cursor<usize>) -> R) -> R {
        let mut copy = cursor.clone();
        let outcome = path(&mut copy);
        *cursor = copy;
        outcome
    }
}

/// What one handle keeps to itself, or one operation that counts what it has freed, if `F` does.
#[derive(Clone, Debug)]
pub struct Cursor<F = ()> {
    /// The position after the last that was committed through this handle. Solo: the next to
    /// claim. Shared: a guess of it, to begin with; the counter decides.
    pub next: Position,
    /// How many slots from there on are known to be ready, if both sides have one handle.
    pub ready: usize,
    /// How many positions the consumers' counter was moved past through this cursor without a
    /// claim, each of them room for the producers that no value made. For producers: how often one
    /// was late and has left slots, which were in the way of others that may be free.
    pub freed: F,
}

impl<F: Tally> Cursor<F> {
    /// A cursor at this position.
    #[inline(always)]
    fn at(next: Position) -> Self {
        Self { next, ready: 0, freed: F::default() }
    }

    /// The next operation begins here. Where no handle keeps that, the ring does, at once: what is stored
    /// between the claim and the end of an operation is at hand sooner.
    #[inline(always)]
    pub fn go_on_at<D: Side, K: Protocol, G>(&mut self, track: &Track<'_, G>, next: Position) {
        self.next = next;
        if K::SHARED && !F::HAS_HANDLE {
            D::counter(track).note(next);
        }
    }
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use super::super::{Shared, Solo};
    use super::*;
    use crate::position::Word;

    /// Who finds nothing looks at the counter, or where both sides have one handle at the word of the batches. It
    /// takes neither the guess away nor the counter to which each message of a lone side is a store.
    #[test]
    fn what_the_other_side_looks_at_in_vain_is_not_in_the_line_of_what_this_side_stores() {
        let counter = Counter::new(Position(5));
        let line = |word: *const ()| word.addr() / align_of::<Line<()>>();
        let claimed = line((&raw const *counter).cast());
        assert_ne!(line((&raw const counter.0.beside.0.guess).cast()), claimed);
        assert_ne!(line((&raw const *counter.batched()).cast()), claimed);
    }

    #[test]
    fn an_operation_begins_at_the_guess_and_a_lone_side_where_the_counter_is() {
        let counter = Counter::new(Position(5));
        counter.note(Position(9));
        assert_eq!(counter.guessed::<Shared, ()>().next, Position(9));
        assert_eq!(counter.guessed::<Solo, ()>().next, Position(5));
    }

    #[test]
    fn what_paths_out_of_line_do_to_a_cursor_stays_done() {
        let counter = Counter::new(Position(5));
        let mut cursor = counter.guessed::<Shared, usize>();
        for n in [2, 3] {
            usize::aside(&mut cursor, |cursor| {
                cursor.next = Position(7 + n as Word);
                cursor.freed.add(n);
            });
        }
        assert_eq!((cursor.next, cursor.freed), (Position(10), 5), "of both");
    }
}
