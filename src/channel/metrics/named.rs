//! Channels that have a name, and the view of all of them.
//!
//! Only a channel with a name has what is kept here. It is in a list of the process, by a weak reference, and
//! leaves it when its memory goes.

use alloc::collections::BTreeMap;
use std::boxed::Box;
use std::string::{String, ToString};
use std::sync::{Arc, LazyLock, OnceLock, Weak};
use std::vec::Vec;

use super::Metrics;
use super::age::{Age, By, Marks, Seen, Sojourns};
use crate::channel::budget::Budget;
use crate::channel::core::Core;
use crate::channel::{Kind, Receiver, Sender};
use crate::position::Position;
use crate::ring::{Count, Ring, Sequencer, Shared, Store};
use crate::sequencer::Uncounted;
use crate::sync::{HAS_CLOCK, Hint, Lock, Serial, now};

/// The channels that have a name, in the order in which they got it.
static NAMED: LazyLock<Lock<BTreeMap<usize, Weak<dyn Look>>>> =
    LazyLock::new(|| Lock::new(BTreeMap::new()));

/// A channel that can be looked at.
trait Look: Send + Sync {
    /// What can be seen of it, if it has a handle.
    fn look(&self) -> Option<Snapshot>;
}

/// What can be seen of a channel that has a name: what [`registered`] returns.
///
/// The numbers are of slightly different moments of the call, as if the handle's own methods were called one
/// after the other.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Its name. Others may have the same.
    pub name: String,
    /// A number that no other channel of the process has, or had.
    pub id: usize,
    /// How many messages are queued: [`Sender::len`].
    pub len: usize,
    /// How many can be.
    pub capacity: usize,
    /// What the messages weigh that are in use, where it is [`weighted`](mod@crate::channel::weighted).
    pub weight: Option<usize>,
    /// How much they may weigh.
    pub limit: Option<usize>,
    /// Whether it takes no more messages.
    pub is_closed: bool,
    /// How many senders there are.
    pub senders: usize,
    /// How many receivers there are.
    pub receivers: usize,
    /// What went through it.
    pub metrics: Metrics,
    /// For how long the oldest message has been queued, as [`len`](Self::len) counts them: nothing if it is 0.
    pub oldest: Option<Age>,
    /// For how long messages were queued, of which some were looked at.
    pub sojourns: Sojourns,
}

/// What a channel has for those who look at it by its name; without one, words that nobody writes.
#[derive(Debug)]
pub(super) struct Sight {
    /// Where a sender makes the next mark.
    due: Hint,
    named: OnceLock<Box<Named>>,
}

/// What a channel has that has a name.
#[derive(Debug)]
struct Named {
    name: Box<str>,
    id: usize,
    /// Where the senders stood at the last mark.
    marked: Hint,
    /// Where the message lies that is to tell for how long it was queued.
    watched: Hint,
    /// None without a clock. Nobody who sends or receives waits for it: where it is held there is no mark.
    marks: Option<Lock<Marks>>,
}

impl Sight {
    /// Of a channel without a name.
    pub(super) fn new<C: Sequencer, S: Store>(ring: &Ring<Shared, C, S>) -> Self {
        let (_, sent) = ring.stands();
        Self { due: Hint::new(sent.closed().0), named: OnceLock::new() }
    }

    /// One has sent.
    #[inline(always)]
    pub(super) fn sent<C: Sequencer, S: Store>(&self, ring: &Ring<Shared, C, S>) {
        if ring.filling::<Uncounted>().next.has_reached(Position(self.due.load())) {
            self.mark(By::Sender, ring);
        }
    }

    /// One has found it full. Who finds that again and again makes no mark where there is one.
    pub(super) fn full<C: Sequencer, S: Store>(&self, ring: &Ring<Shared, C, S>) {
        if let Some(named) = self.named.get() {
            let (_, sent) = ring.stands();
            if sent.0 != named.marked.load() {
                self.mark(By::Full, ring);
            }
        }
    }

    /// One has found it empty: whoever is to tell for how long it was queued does so.
    pub(super) fn empty<C: Sequencer, S: Store>(&self, ring: &Ring<Shared, C, S>) {
        let Some(named) = self.named.get() else { return };
        let (emptied, _) = ring.stands();
        if !emptied.has_reached(Position(named.watched.load())) {
            return;
        }
        if let Some(mut marks) = named.marks.as_ref().and_then(Lock::try_lock) {
            marks.tell(emptied, now());
            named.watch(&marks, emptied);
        }
    }

    /// Makes a mark, unless somebody else does.
    #[cold]
    #[inline(never)]
    fn mark<C: Sequencer, S: Store>(&self, by: By, ring: &Ring<Shared, C, S>) {
        let Some(named) = self.named.get() else { return };
        let Some(mut marks) = named.marks.as_ref().and_then(Lock::try_lock) else { return };
        let seen = look(ring);
        if by == By::Full || seen.next.has_reached(Position(self.due.load())) {
            self.note(named, &mut marks, by, seen);
        }
    }

    /// Makes a mark of what was seen.
    fn note(&self, named: &Named, marks: &mut Marks, by: By, seen: Seen) {
        marks.mark(by, seen);
        named.marked.store(seen.next.0);
        named.watch(marks, seen.emptied);
        self.due.store(marks.due(seen.next).0);
    }

    /// The age of the oldest message, and for how long others were queued. That it was looked is marked.
    fn ages<C: Sequencer, S: Store>(
        &self,
        named: &Named,
        ring: &Ring<Shared, C, S>,
    ) -> (Option<Age>, Sojourns) {
        let Some(marks) = &named.marks else {
            return ((ring.len() > 0).then_some(Age::UNKNOWN), Sojourns::default());
        };
        let mut marks = marks.lock();
        let before = now();
        let (emptied, sent) = ring.stands();
        let age = marks.age(emptied, sent, [before, now()]);
        self.note(named, &mut marks, By::Looker, look(ring));
        (age, marks.sojourns())
    }
}

impl Named {
    /// Notes where the message lies that is to tell next, or that there is none from here on.
    fn watch(&self, marks: &Marks, from: Position) {
        self.watched.store(marks.watched().unwrap_or(from.closed()).0);
    }
}

/// Looks at the counters and the clock.
fn look<C: Sequencer, S: Store>(ring: &Ring<Shared, C, S>) -> Seen {
    let (emptied, sent) = ring.stands();
    let at = now();
    let (_, next) = ring.stands();
    Seen { emptied, sent, at, next }
}

impl<T, C: Kind> Core<T, C> {
    /// For how long a message of a channel of time has been due.
    fn due(&self) -> Option<Age> {
        let since = self.next_instant()?;
        let due = now().checked_duration_since(since)?;
        Some(Age { at_least: due, at_most: Some(due) })
    }

    /// Its name, if it has one.
    pub(in crate::channel) fn name(&self) -> Option<&str> {
        self.meter.sight().named.get().map(|named| &*named.name)
    }
}

impl<T: Send + 'static, C: Kind + 'static> Core<T, C> {
    /// Gives it a name, and puts it on the list, unless it has one.
    fn register(self: &Arc<Self>, name: Box<str>) -> bool {
        static IDS: Serial = Serial::new();
        let (id, (_, sent)) = (IDS.next(), self.ring.stands());
        let [marked, watched] = [sent, sent.closed()].map(|position| Hint::new(position.0));
        let marks =
            HAS_CLOCK.then(|| Lock::new(Marks::new(self.ring.geometry(), look(&self.ring))));
        let sight = self.meter.sight();
        if sight.named.set(Box::new(Named { name, id, marked, watched, marks })).is_err() {
            return false;
        }
        if HAS_CLOCK {
            sight.due.store(sent.0);
        }
        NAMED.lock().insert(id, Arc::downgrade(self) as Weak<dyn Look>);
        true
    }
}

impl<T: Send, C: Kind> Look for Core<T, C> {
    fn look(&self) -> Option<Snapshot> {
        let named = self.meter.sight().named.get()?;
        let (senders, receivers) = (self.count(Count::Producers), self.count(Count::Consumers));
        if senders + receivers == 0 {
            return None;
        }
        let (oldest, sojourns) = self.meter.sight().ages(named, &self.ring);
        let weight_and_limit = self.budget.weight_and_limit();
        Some(Snapshot {
            name: named.name.to_string(),
            id: named.id,
            len: self.len(),
            capacity: self.capacity(),
            weight: weight_and_limit.map(|(weight, _)| weight),
            limit: weight_and_limit.map(|(_, limit)| limit),
            is_closed: self.is_closed(),
            senders,
            receivers,
            metrics: self.metrics(),
            oldest: oldest.or_else(|| self.due()),
            sojourns,
        })
    }
}

impl Drop for Named {
    /// The memory of the channel goes: it leaves the list.
    fn drop(&mut self) {
        // What is taken out is dropped when the list is let go.
        let channel = NAMED.lock().remove(&self.id);
        drop(channel);
    }
}

/// What can be seen of each channel of the process that has a name ([`Sender::register`]) and a handle, a sender or
/// a receiver, in the order in which they got their names.
///
/// It keeps none of them open. It sends, receives and waits for nothing, but it takes locks that others hold for some
/// instructions: that of the list, which channels take when they get a name and when they go, and for each channel
/// that of its marks, for which nobody waits who sends or receives. A forked child must not call it, nor make
/// or drop a channel with a name, if another thread was inside one of these at the moment of the fork.
///
/// ```
/// let (sender, receiver) = ringway::channel::bounded(4);
/// sender.register("orders");
/// sender.send("tea").unwrap();
/// let all = ringway::channel::registered();
/// let orders = all.iter().find(|channel| channel.name == "orders").unwrap();
/// assert_eq!((orders.len, orders.capacity, orders.metrics.sent), (1, 4, 1));
/// assert!(orders.oldest.is_some(), "it waits");
/// drop((sender, receiver));
/// assert!(!ringway::channel::registered().iter().any(|channel| channel.name == "orders"));
/// ```
#[must_use]
pub fn registered() -> Vec<Snapshot> {
    // They are looked at when the list is let go: with the last handle of one it leaves the list.
    let all: Vec<_> = NAMED.lock().values().cloned().collect();
    all.iter().filter_map(|channel| channel.upgrade()?.look()).collect()
}

/// The methods of a handle, by its type and its name.
macro_rules! named {
    ($handle:ident<T $(, $kind:ident)+>, $name:literal) => {
        impl<T: Send + 'static $(, $kind: Kind + 'static)+> $handle<T $(, $kind)+> {
            /// Gives the channel a name, under which [`registered`](crate::channel::registered) lists it. False
            /// if it has one already, which it keeps. Names need not differ.
            ///
            /// The channel is neither kept open nor kept in memory by it. From here on some senders note when they
            /// have sent, some microseconds apart at least, for the ages in a [`Snapshot`](crate::channel::Snapshot).
            /// It waits for no message, but for a lock that is held for some instructions, and it allocates.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = concat!("assert!(", $name, ".register(\"orders\"));")]
            /// assert!(!receiver.register("others"));
            /// assert_eq!(sender.name(), Some("orders"));
            /// ```
            pub fn register(&self, name: impl Into<Box<str>>) -> bool {
                self.core.register(name.into())
            }
        }

        impl<T $(, $kind: Kind)+> $handle<T $(, $kind)+> {
            /// The name of the channel, if it has one.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            /// sender.register("orders");
            #[doc = concat!("assert_eq!(", $name, ".name(), Some(\"orders\"));")]
            /// ```
            #[must_use]
            pub fn name(&self) -> Option<&str> {
                self.core.name()
            }
        }
    };
}

named!(Sender<T, P, C>, "sender");
named!(Receiver<T, C>, "receiver");
