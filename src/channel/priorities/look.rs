//! How a receiver looks for the message that is next, and what it waits for.

use core::task::Waker;

use super::Receiver;
use crate::channel::core::{Core, End};
use crate::channel::error::RecvError;
use crate::channel::list::{Patience, Rest, Who};
use crate::channel::metrics::Metric;
use crate::channel::pace::Pauses;
use crate::channel::several::{Before, Several};
use crate::channel::waiters::Waiting;
use crate::position::Word;
use crate::ring::Shared;
use crate::sequencer::Emptying;
use crate::sync::SLOTS_FOR_A_PAUSE;

impl<T> Receiver<T> {
    /// Tries the classes one after the other, the one whose turn it is first if there is one, until `attempt`
    /// gets something out of one; which that is. It is given the number of the class and how many messages it
    /// may take at most, and tells how many it has taken.
    #[inline(always)]
    fn first<R>(
        &self,
        mut attempt: impl FnMut(usize, usize) -> Option<(usize, R)>,
    ) -> Option<(usize, R)> {
        let turn = self.turns.now();
        if turn.is_due() {
            for class in self.turns.order(turn).into_iter().flatten() {
                if let Some((_, taken)) = attempt(class, 1) {
                    self.turns.served(turn, class);
                    return Some((class, taken));
                }
            }
        }
        for class in 0..self.classes.len() {
            if let Some((n, taken)) = attempt(class, turn.most()) {
                self.turns.passed(turn, n);
                return Some((class, taken));
            }
        }
        None
    }

    /// Takes the message that is next, with its class; where it finds none there may yet be one.
    #[inline(always)]
    pub(super) fn at_once(&self) -> Option<(usize, T)> {
        let turn = self.turns.now();
        if !turn.is_due() {
            if let Some(message) = self.classes[0].core.recv_at_once() {
                self.turns.passed(turn, 1);
                return Some((0, message));
            }
        }
        if self.classes.len() == 1 { None } else { self.any_at_once() }
    }

    /// The same where the most urgent class seems to have none, or another has its turn. Who finds nothing has looked
    /// at no word that senders write for each message but the marks of their slots.
    #[inline(never)]
    fn any_at_once(&self) -> Option<(usize, T)> {
        if !self.seems_ready() {
            return None;
        }
        self.first(|class, _| {
            let core = &*self.classes[class].core;
            let ready = if seems_ready(core) { core.recv_at_once() } else { None };
            // It is passed over only where it is empty for sure, which the counters say.
            let otherwise = || if core.ring.len() == 0 { None } else { core.pop() };
            ready.or_else(otherwise).map(|message| (1, message))
        })
    }

    /// Looks at all classes by `take`; the outcome, unless they are empty and one of them is open. As
    /// [`Core::take`] it then lets senders look that wait.
    pub(super) fn look<R>(
        &self,
        mut before: Before<'_>,
        mut take: impl FnMut(&Core<T, Shared>, usize) -> Option<(usize, R)>,
    ) -> Option<Result<(usize, R), RecvError>> {
        let taken = self.first(|class, most| {
            let core = &*self.classes[class].core;
            let mut attempt = || core.take(|| take(core, most));
            let taken = match &mut before {
                Some(before) => {
                    before(class);
                    core.attempt_waited(End::Receiving, attempt)
                }
                None => attempt(),
            };
            taken.and_then(Result::ok)
        });
        match taken {
            Some(taken) => Some(Ok(taken)),
            None => {
                (0..self.classes.len()).all(|class| self.is_over(class)).then_some(Err(RecvError))
            }
        }
    }
}

/// Whether it seems that a class has a message.
#[inline(always)]
fn seems_ready<T>(core: &Core<T, Shared>) -> bool {
    core.ring.seems_ready::<Emptying>()
}

impl<T> Several for Receiver<T> {
    fn count(&self) -> usize {
        self.classes.len()
    }

    /// Closed and empty, which is seen in this order (C1).
    fn is_over(&self, which: usize) -> bool {
        let ring = &self.classes[which].core.ring;
        ring.is_closed() && ring.len() == 0
    }

    fn begin(&self, which: usize, waker: Waker, who: Who) -> Waiting {
        Waiting::begin(self.classes[which].core.waiters(End::Receiving), waker, who)
    }

    fn rest(&self, which: usize, patience: &mut Patience) -> Rest {
        self.classes[which].core.rest(End::Receiving, patience)
    }

    fn seems_ready(&self) -> bool {
        self.classes.iter().any(|class| seems_ready(&class.core))
    }

    fn position(&self) -> Word {
        let positions = self.classes.iter().map(|class| class.core.position(End::Receiving));
        positions.fold(0, Word::wrapping_add)
    }

    /// As for the class that is full first.
    fn pauses(&self) -> Pauses {
        let capacities = self.classes.iter().map(|class| class.core.ring.capacity());
        Pauses::between(1, (capacities.min().unwrap_or(1) / SLOTS_FOR_A_PAUSE) as Word)
    }

    /// It waits for each of the classes.
    fn count_wait(&self, sleeps: bool) {
        let metric = if sleeps { Metric::RecvPark } else { Metric::RecvWait };
        self.classes.iter().for_each(|class| class.core.meter.count(metric, 1));
    }
}
