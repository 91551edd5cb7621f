//! Whose turn it is, so that no class starves.
//!
//! Messages go by urgency, but for one after each `every` of them, which goes by turn: it is of the class whose
//! turn it is, or of the next after that which has one, round and round among all but the most urgent class.
//! The turn after that is of the class behind the one that was served. So
//!
//! - **P1** between two turns a handle receives `every` messages by urgency;
//! - **P2** a class that has a message is passed by no turn, so that each turn which serves another brings its
//!   own nearer by one at least, and it is served by one of any `n - 1` turns in a row;
//! - **P3** where no class but the first has a message the turn is one by urgency.
//!
//! By P1 and P2, of any `(every + 1) * (n - 1)` messages in a row that a handle receives while a class always has
//! one, one at least is of that class.
//!
//! The count is that of a handle, in a word that nobody else writes as long as threads do not share the handle.
//! Where they do, whoever has been overtaken counts nothing: the word never goes back, and moves on with one
//! at least of any messages that are received at once, by one who has looked at the class whose turn it was.
//! A clone goes on in the midst of the count of its original, which moves on as by a message that it
//! would have received: where each message is received by a clone of its own, these count as one handle would.

use core::ops::Range;

use crate::position::Word;
use crate::sync::{Atomic, edge::Edge};

/// Where the number of the class lies in the word. Below it is how many go by urgency before the next turn.
const CLASS: u32 = Word::BITS / 2;
const LEFT: Word = (1 << CLASS) - 1;

/// The count of a handle.
#[derive(Debug)]
pub(super) struct Turns {
    word: Atomic,
    /// So many go by urgency between two turns; none is ever by turn if it is 0.
    every: u16,
    classes: usize,
}

/// Where the count stands for one who looks for a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Turn {
    word: Word,
    is_strict: bool,
}

impl Turns {
    /// For so many classes.
    pub(super) fn new(classes: usize, every: u16) -> Self {
        // One class alone has nobody to be held up by.
        let every = if classes > 1 { every } else { 0 };
        Self { word: Atomic::new(word(1, every)), every, classes }
    }

    /// The same count from the beginning, with another number of messages between two turns.
    pub(super) fn with(&self, every: u16) -> Self {
        Self::new(self.classes, every)
    }

    /// Where the count stands.
    #[inline(always)]
    pub(super) fn now(&self) -> Turn {
        let is_strict = self.every == 0;
        Turn { word: if is_strict { 0 } else { self.word.load(Edge::RELAXED) }, is_strict }
    }

    /// The classes in the order of their turns, as two ranges, where one of them has its turn now.
    pub(super) fn order(&self, turn: Turn) -> [Range<usize>; 2] {
        let class = (turn.word >> CLASS) as usize;
        [class..self.classes, 1..class]
    }

    /// So many were received by urgency by one who looked when the count stood there; the turn with them where there was
    /// one and nobody had a message for it (P3).
    #[inline(always)]
    pub(super) fn passed(&self, turn: Turn, n: usize) {
        if !turn.is_strict {
            let next = match (turn.word & LEFT).checked_sub(n as Word) {
                Some(left) => turn.word & !LEFT | left,
                None => turn.word & !LEFT | Word::from(self.every),
            };
            self.move_on(turn, next);
        }
    }

    /// This class had its turn.
    pub(super) fn served(&self, turn: Turn, class: usize) {
        let next = if class + 1 < self.classes { class + 1 } else { 1 };
        self.move_on(turn, word(next, self.every));
    }

    /// For a clone: it takes the next step, whatever that is, and the original the one after it.
    pub(super) fn share(&self) -> Self {
        let turn = self.now();
        if turn.is_due() {
            self.served(turn, (turn.word >> CLASS) as usize);
        } else {
            self.passed(turn, 1);
        }
        Self { word: Atomic::new(turn.word), every: self.every, classes: self.classes }
    }

    /// Moves the count on, unless another thread that shares the handle has.
    #[inline(always)]
    fn move_on(&self, turn: Turn, next: Word) {
        let _ = self.word.compare_exchange(turn.word, next, Edge::RELAXED);
    }
}

impl Turn {
    /// Whether one goes by turn now.
    #[inline(always)]
    pub(super) fn is_due(self) -> bool {
        !self.is_strict && self.word & LEFT == 0
    }

    /// How many may go by urgency before the next turn; one where it is that, and nobody has a message for it.
    #[inline(always)]
    pub(super) fn most(self) -> usize {
        if self.is_strict { usize::MAX } else { ((self.word & LEFT) as usize).max(1) }
    }
}

fn word(class: usize, left: u16) -> Word {
    (class as Word) << CLASS | Word::from(left)
}
