//! The list by itself: who is notified, who pays, and when more are notified than were asked for.

use core::cell::Cell;
use std::sync::Arc;
use std::task::Wake;
use std::vec;
use std::vec::Vec;

use super::places::PATIENCE;
use super::*;
use crate::channel::tests::room::Bell;

impl List {
    /// How many are in the list; whoever held it before has let it go, so that nothing is left to that one.
    pub(in crate::channel) fn places(&self) -> usize {
        self.places.lock().as_ref().map_or(0, |places| places.waiting.len())
    }
}

/// A list with so many who wait, and the bell of each.
fn joined(count: usize, who: Who) -> (List, Vec<(Ticket, Arc<Bell>)>) {
    let list = List::new();
    let join = |_| {
        let bell = Arc::<Bell>::default();
        (list.join(Waker::from(Arc::clone(&bell)), who, &|_| (), &mut Panics::default()), bell)
    };
    let joined = (0..count).map(join).collect();
    (list, joined)
}

/// How often each was woken.
fn rings(joined: &[(Ticket, Arc<Bell>)]) -> Vec<usize> {
    joined.iter().map(|(_, bell)| bell.rings()).collect()
}

#[test]
fn those_who_wait_the_longest_are_notified_first_and_once() {
    let (list, waiting) = joined(4, Who::Task);
    let told = Cell::new(0);
    let tell = |n| told.set(told.get() + n);
    list.notify(1, &tell, &mut Panics::default());
    assert_eq!((rings(&waiting), told.take()), ([1, 0, 0, 0].into(), 1));
    list.notify(2, &tell, &mut Panics::default());
    assert_eq!((rings(&waiting), told.take()), ([1, 1, 1, 0].into(), 2));
    list.notify(7, &tell, &mut Panics::default());
    assert_eq!((rings(&waiting), told.take()), ([1; 4].into(), 1));
    list.notify(7, &tell, &mut Panics::default());
    assert_eq!((rings(&waiting), told.take()), ([1; 4].into(), 0));
    assert!(waiting.into_iter().all(|(ticket, _)| list.leave(
        ticket,
        &tell,
        &mut Panics::default()
    )));
}

/// Many more than are notified while the list is held once, and some who go meanwhile.
#[test]
fn all_are_all() {
    let (list, mut waiting) = joined(5 * BATCH + 3, Who::Thread);
    let (gone, _) = waiting.swap_remove(BATCH + 1);
    assert!(!list.leave(gone, &|_| (), &mut Panics::default()), "nobody has notified it");
    let told = Cell::new(0);
    list.notify(ALL, &|n| told.set(told.get() + n), &mut Panics::default());
    assert_eq!(told.get(), waiting.len());
    assert_eq!(rings(&waiting), vec![1; waiting.len()]);
}

/// As where a signal handler interrupts a thread that holds the list, or that is suspended there.
#[test]
fn who_lets_the_list_go_pays_what_was_left_to_it() {
    let (list, waiting) = joined(3 * BATCH, Who::Task);
    let told = Cell::new(0);
    let tell = |n: usize| told.set(told.get() + n);
    let leave = || list.notify(BATCH as Word, &tell, &mut Panics::default());
    list.with(&tell, &mut Panics::default(), |_| {
        leave();
        assert_eq!(list.ask(BATCH, Asks::Passing, &tell, &mut Panics::default()), Rest::Sleep);
        assert_eq!(told.get(), 0, "the list is held");
    });
    assert_eq!(told.take(), 2 * BATCH);
    // And where nothing is to be done but to notify.
    let held = list.places.lock();
    leave();
    assert_eq!(told.get(), 0);
    drop(held);
    list.notify(0, &tell, &mut Panics::default());
    list.notify(1, &tell, &mut Panics::default());
    assert_eq!(told.take(), BATCH);
    assert_eq!(rings(&waiting), [1; 3 * BATCH]);
}

/// So many that they would not be counted any more.
#[test]
fn what_is_owed_does_not_overflow() {
    let (list, waiting) = joined(2, Who::Task);
    let owe = |_| list.notify(1 << (Word::BITS - 1), &|_| (), &mut Panics::default());
    list.with(&|_| (), &mut Panics::default(), |_| (0..2).for_each(owe));
    assert_eq!(rings(&waiting), [1; 2]);
}

/// Whoever waits may be notified between two of its own steps.
#[test]
fn a_waker_that_is_changed_is_the_one_that_is_woken() {
    let (list, mut waiting) = joined(1, Who::Task);
    let (ticket, before) = waiting.remove(0);
    let bell = Arc::<Bell>::default();
    let waker = Waker::from(Arc::clone(&bell));
    for _ in 0..2 {
        assert!(!list.is_notified(&ticket, &waker, &|_| (), &mut Panics::default()));
    }
    list.notify(1, &|_| (), &mut Panics::default());
    assert_eq!([before, bell].map(|bell| bell.rings()), [0, 1]);
    assert!(list.is_notified(&ticket, &waker, &|_| (), &mut Panics::default()));
}

/// Who looks again is not asked for twice.
#[test]
fn who_asks_counts_on_threads_that_were_notified() {
    let (list, waiting) = joined(4, Who::Thread);
    let ask = |n| list.ask(n, Asks::Due(1), &|_| (), &mut Panics::default());
    assert_eq!((ask(1), rings(&waiting)), (Rest::Sleep, [1, 0, 0, 0].into()));
    assert_eq!((ask(1), rings(&waiting)), (Rest::Sleep, [1, 0, 0, 0].into()));
    assert_eq!((ask(3), rings(&waiting)), (Rest::Sleep, [1, 1, 1, 0].into()));
}

/// L2: a turn for those who were notified; then one more, two, four.
#[test]
fn who_asks_does_not_count_on_tasks_for_ever() {
    let (list, waiting) = joined(20, Who::Task);
    let mut patience = Patience::of(Who::Thread);
    let mut woken = || {
        let rest = list.ask(1, patience.asks(), &|_| (), &mut Panics::default());
        patience.note(rest);
        (rings(&waiting).into_iter().sum::<usize>(), rest)
    };
    let turns: Vec<_> = (0..7).map(|_| woken()).collect();
    let counts = [1, 2, 4, 8, 16, 20, 20];
    let rests = [Rest::Turn; 5];
    assert!(turns.iter().map(|turn| turn.0).eq(counts), "{turns:?}");
    assert!(
        turns.iter().map(|turn| turn.1).eq(rests.into_iter().chain([Rest::Sleep; 2])),
        "{turns:?}"
    );
}

#[test]
fn a_task_that_is_polled_or_dropped_is_counted_on_again_in_passing() {
    for is_polled in [false, true] {
        let (list, mut waiting) = joined(9, Who::Task);
        let ask = || list.ask(1, Asks::Passing, &|_| (), &mut Panics::default());
        (0..3 * PATIENCE).for_each(|_| _ = ask());
        assert_eq!(rings(&waiting).into_iter().sum::<usize>(), 4);
        let (ticket, _) = waiting.remove(0);
        if is_polled {
            assert!(list.is_notified(&ticket, Waker::noop(), &|_| (), &mut Panics::default()));
        } else {
            assert!(list.leave(ticket, &|_| (), &mut Panics::default()));
        }
        (0..PATIENCE).for_each(|_| _ = ask());
        assert_eq!(rings(&waiting).into_iter().sum::<usize>(), 3, "not counted anew");
        _ = ask();
        assert_eq!(rings(&waiting).into_iter().sum::<usize>(), 4, "one more");
    }
}

#[test]
fn who_passes_has_patience_with_tasks() {
    let (list, waiting) = joined(4, Who::Task);
    let ask = || {
        assert_eq!(
            list.ask(1, Asks::Passing, &|_| (), &mut Panics::default()),
            Rest::Sleep,
            "it does not sleep"
        );
        rings(&waiting).into_iter().sum::<usize>()
    };
    assert!((0..=PATIENCE).all(|_| ask() == 1));
    assert!((0..=PATIENCE).all(|_| ask() == 2));
    assert_eq!(ask(), 4);
}

/// A task is polled again at once, which is no turn yet for those who are on their way.
#[test]
fn a_task_that_is_to_sleep_has_more_patience_than_a_thread() {
    let turns_of = |who| {
        let mut patience = Patience::of(who);
        let mut turns = || {
            let mut turns = 0;
            loop {
                let asks = patience.asks();
                patience.note(Rest::Turn);
                match asks {
                    Asks::Due(_) => return turns,
                    _ => turns += 1,
                }
            }
        };
        [turns(), turns()]
    };
    assert_eq!(turns_of(Who::Thread), [1, 0], "it sleeps for each turn");
    assert_eq!(turns_of(Who::Task), [256, 255]);
    let mut patience = Patience::of(Who::Thread);
    patience.note(Rest::Turn);
    patience.note(Rest::Sleep);
    assert_eq!(patience.asks(), Asks::Resting, "it was woken since");
}

/// Who counts on a thread counts on one that looks.
#[test]
fn what_a_thread_passes_on_comes_to_a_thread_or_to_all() {
    let list = List::new();
    let join = |who| list.join(Waker::noop().clone(), who, &|_| (), &mut Panics::default());
    let leave = |ticket| list.leave(ticket, &|_| (), &mut Panics::default());
    let told = Cell::new(0);
    let pass_on = |who| {
        list.pass_on(who, &|n| told.set(told.get() + n), &mut Panics::default());
        told.take()
    };
    let _tasks: [_; 2 * BATCH] = core::array::from_fn(|_| join(Who::Task));
    let _threads = [(); 2].map(|()| join(Who::Thread));
    let tasks = [(); 3].map(|()| join(Who::Task));
    assert_eq!(pass_on(Who::Task), 1);
    assert_eq!(pass_on(Who::Thread), 2 * BATCH, "the others of the tasks, and a thread");
    assert_eq!([(); 3].map(|()| pass_on(Who::Thread)), [1, 3, 0]);
    assert!(tasks.into_iter().all(leave));
}

/// Joins the list when it is woken.
struct Again(Arc<List>);

impl Wake for Again {
    fn wake(self: Arc<Self>) {
        self.0.join(Waker::noop().clone(), Who::Task, &|_| (), &mut Panics::default());
    }
}

#[test]
fn what_is_passed_on_does_not_come_to_those_who_join_by_it() {
    let list = Arc::new(List::new());
    let again = Waker::from(Arc::new(Again(Arc::clone(&list))));
    for _ in 0..2 * BATCH {
        list.join(again.clone(), Who::Task, &|_| (), &mut Panics::default());
    }
    let told = Cell::new(0);
    list.pass_on(Who::Thread, &|n| told.set(told.get() + n), &mut Panics::default());
    assert_eq!(told.get(), 2 * BATCH);
}

/// One who asks when it is to sleep, where those who were told in passing are gone.
#[test]
fn who_is_to_sleep_does_not_count_on_a_task_that_it_tells() {
    for (who, rest) in [(Who::Task, Rest::Turn), (Who::Thread, Rest::Sleep)] {
        let (list, waiting) = joined(2, who);
        assert_eq!(list.ask(1, Asks::Resting, &|_| (), &mut Panics::default()), rest);
        assert_eq!(rings(&waiting), [1, 0]);
    }
}

/// Nobody knows then whom the notification comes to.
#[test]
fn who_is_to_sleep_and_finds_the_list_held_asks_again() {
    let (list, waiting) = joined(1, Who::Task);
    list.with(&|_| (), &mut Panics::default(), |_| {
        let ask = |asks| list.ask(1, asks, &|_| (), &mut Panics::default());
        assert_eq!(ask(Asks::Resting), Rest::Turn);
        assert_eq!(ask(Asks::Passing), Rest::Sleep);
    });
    assert_eq!(rings(&waiting), [1]);
}
