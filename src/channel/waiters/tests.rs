//! Who is counted, who is told, and who passes that on.

use core::task::Waker;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::channel::tests::room::{Bell, Panics as Breaks};
use crate::sync::now;

impl Waiters {
    /// How many are in the list and not notified. Who is counted may not have come so far, and who has may hold
    /// the list yet: one who is notified meanwhile is so by that one, later.
    pub(in crate::channel) fn places(&self) -> usize {
        self.list.places()
    }
}

/// Nobody waits.
fn none() -> AtEnd {
    AtEnd { ends: Ends::idle(), end: End::Receiving }
}

/// A thread joins the list.
fn begin(waiters: &AtEnd) -> Waiting {
    Waiting::begin(waiters.clone(), Waker::noop().clone(), Who::Thread)
}

/// The word of a list, without the count.
fn notice(waiters: &Waiters) -> Word {
    waiters.word.load(Edge::RELAXED) & (CARE | CONFIRMED)
}

#[test]
fn the_notice_comes_with_a_waiter_and_goes_when_it_is_calm() {
    let waiters = none();
    assert_eq!(waiters.word.load(Edge::RELAXED), 0, "nobody takes care for nobody");
    let waiting = begin(&waiters);
    let expected = if is_fence_free() { CARE | CONFIRMED } else { 0 };
    assert_eq!(notice(&waiters), expected);
    assert!(waiters.has_any());
    waiters.notify(1);
    assert_eq!(count(waiters.word.load(Edge::RELAXED)), 0, "it is notified");
    (1..CALM).for_each(|_| waiters.notify(1));
    assert_eq!(notice(&waiters), expected, "it stays for a while");
    assert!(!waiters.has_any(), "nobody is counted, whatever the notice says");
    waiters.notify(1);
    assert_eq!(waiters.word.load(Edge::RELAXED), 0);
    drop(waiting);
    assert_eq!(waiters.word.load(Edge::RELAXED), 0);
}

/// The notice has bits of its own, above as many as can ever wait.
#[test]
fn the_count_is_beside_the_notice() {
    let waiters = none();
    let all: [_; 5] = core::array::from_fn(|_| begin(&waiters));
    assert_eq!(waiters.len(), 5);
    assert_eq!(count(notice(&waiters)), 0);
    waiters.notify(2);
    assert_eq!(waiters.len(), 3);
    waiters.ask(2, Asks::Passing);
    assert_eq!(waiters.len(), 3, "two are notified already");
    drop(all);
    assert_eq!(waiters.len(), 0);
    let most: Word = CARE | CONFIRMED;
    assert_eq!((count(most), count(Word::MAX)), (0, ALL));
}

/// One who is about to confirm the notice is still counted when all others are notified, and
/// when somebody asks in vain for long (W3, W4).
#[test]
fn no_notice_is_confirmed_that_is_gone() {
    let waiters = none();
    let beside = waiters.clone();
    hook::set(move |point| {
        if point == hook::Point::Asked {
            let other = begin(&beside);
            beside.notify(2);
            (0..2 * CALM).for_each(|_| beside.notify(1));
            drop(other);
        }
    });
    let waiting = begin(&waiters);
    hook::set(|_| ());
    let found = notice(&waiters);
    assert!(found == 0 || found == CARE | CONFIRMED, "the notice is {found:x}");
    drop(waiting);
    assert_eq!(count(waiters.word.load(Edge::RELAXED)), 0);
}

/// Nobody else is told then (W2), and nobody stays counted.
#[test]
fn who_sleeps_uses_its_notification_or_is_counted_no_longer() {
    let waiters = none();
    let sleepers = [(); 2].map(|()| Sleeper::new());
    let [first, next] = sleepers.each_ref().map(|sleeper| {
        Waiting::begin(waiters.clone(), Waker::from(Arc::clone(sleeper)), Who::Thread)
    });
    waiters.notify(1);
    assert!(first.sleep(&sleepers[0], None));
    assert_eq!(waiters.len(), 1, "the next was told too");
    assert!(!next.sleep(&sleepers[1], Some(now())));
    assert_eq!(waiters.len(), 0, "its time is over");
}

#[test]
fn a_task_is_ready_when_it_is_notified() {
    let waiters = none();
    let mut waiting = Waiting::begin(waiters.clone(), Waker::noop().clone(), Who::Task);
    let mut context = Context::from_waker(Waker::noop());
    assert!(waiting.poll(&mut context).is_pending(), "nothing has come");
    waiters.notify(1);
    assert!(waiting.poll(&mut context).is_ready());
    drop(waiting);
    assert_eq!(waiters.len(), 0);
}

/// One was told of something, and pays what others owe before it looks, to one whose waker panics. The next
/// is told in its stead (W2), and nobody stays in the list.
#[test]
fn who_ends_with_the_panic_of_another_passes_on_what_it_was_told() {
    let ends: [fn(Waiting); 3] = [
        drop,
        |mut waiting| _ = waiting.poll(&mut Context::from_waker(Waker::noop())),
        |waiting| _ = waiting.sleep(&Sleeper::new(), Some(now())),
    ];
    for end in ends {
        let waiters = none();
        let bell = Arc::<Bell>::default();
        let wakers = [Waker::noop().clone(), Arc::new(Breaks).into(), Arc::clone(&bell).into()];
        let [first, breaks, next] =
            wakers.map(|waker| Waiting::begin(waiters.clone(), waker, Who::Task));
        waiters.notify(1);
        waiters.list.owe(1);
        assert!(catch_unwind(AssertUnwindSafe(|| end(first))).is_err());
        assert_eq!(bell.rings(), 1, "nobody looks by what was told");
        assert_eq!(waiters.len(), 0);
        drop((breaks, next));
    }
}

#[test]
fn who_joins_and_ends_with_the_panic_of_another_has_left() {
    let waiters = none();
    let breaks = Waiting::begin(waiters.clone(), Arc::new(Breaks).into(), Who::Task);
    waiters.list.owe(1);
    assert!(catch_unwind(AssertUnwindSafe(|| begin(&waiters))).is_err());
    assert_eq!(waiters.len(), 0);
    drop(breaks);
}

/// What is asked for with each message is taken away by nobody who has nothing to do with the channel, wherever the
/// memory begins.
#[test]
fn the_counts_lie_in_lines_in_which_nothing_else_lies() {
    const LINE: usize = 64;
    let ends = none().ends;
    let begin = (&raw const *ends).addr();
    // Those of the `Arc`, as far as they are aligned.
    let before = align_of::<Ends>().max(2 * size_of::<usize>());
    for waiters in [&ends.not_full, &ends.not_empty] {
        let offset = before + (&raw const waiters.word).addr() - begin;
        for memory in (0..LINE).step_by(align_of::<Ends>()) {
            let line = (memory + offset) / LINE * LINE;
            assert!(memory <= line && line + LINE <= memory + before + size_of::<Ends>());
        }
    }
}
