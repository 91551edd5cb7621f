//! `Select`: what it chooses, and what becomes of it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Wake, Waker};
use std::thread::{self, ThreadId};
use std::time::{Duration, Instant};

use ringway::channel::{
    ReadyTimeoutError, Receiver, RecvError, Select, SelectTimeoutError, SendError, Sender,
    TryReadyError, TrySelectError, bounded, mpsc, weighted,
};
use static_assertions::{assert_impl_all, assert_not_impl_any};

use crate::common::End;
use crate::effort::times;
use crate::polls::{poll, poll_once};

assert_impl_all!(Select<'static>: Send, Sync, Clone);
assert_not_impl_any!(ringway::channel::SelectedOperation<'static>: Send);

on_channels!(it_receives_and_sends_on_each_kind);

fn it_receives_and_sends_on_each_kind<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    let mut sends = Select::new();
    sends.send(&sender);
    let mut receives = Select::new();
    receives.recv(&receiver);
    for message in 0..20 {
        assert_eq!((sends.try_ready(), receives.try_ready()), (Ok(0), Err(TryReadyError)));
        assert_eq!(sends.select().send(&sender, message), Ok(()));
        assert_eq!((receives.ready(), receiver.len()), (0, 1), "it is not received by that");
        assert_eq!(receives.try_select().unwrap().recv(&receiver), Ok(message));
    }
    assert_eq!(receives.try_select().unwrap_err(), TrySelectError);
}

#[test]
fn operations_keep_their_indices() {
    let (sender, receiver) = bounded(1);
    let (other, others) = bounded::<u8>(1);
    let mut select = Select::new();
    let indices = [select.recv(&receiver), select.send(&sender), select.recv(&others)];
    assert_eq!(indices, [0, 1, 2]);
    select.remove(1);
    assert_eq!(select.send(&other), 3, "no index is given again");
    select.remove(3);
    assert_eq!(select.try_ready(), Err(TryReadyError));
    other.send(7).unwrap();
    let operation = select.select();
    assert_eq!(operation.index(), 2);
    assert_eq!(operation.recv(&others), Ok(7));
    sender.send(1).unwrap();
    assert_eq!(select.select().recv(&receiver), Ok(1));
    for gone in [1, 3, 4] {
        assert!(catch_unwind(AssertUnwindSafe(|| select.remove(gone))).is_err(), "{gone}");
    }
}

#[test]
fn each_comes_first_as_often_as_the_others() {
    const ROUNDS: usize = 12 * times(100);
    for all in 2..=4 {
        let channels: Vec<_> = (0..all).map(|_| bounded(ROUNDS)).collect();
        channels.iter().for_each(|(sender, _)| (0..ROUNDS).for_each(|_| sender.send(()).unwrap()));
        let mut select = Select::new();
        channels.iter().for_each(|(_, receiver)| _ = select.recv(receiver));
        let (mut counts, mut ready) = (vec![0; all], vec![0; all]);
        for _ in 0..ROUNDS {
            ready[select.ready()] += 1;
            let operation = select.select();
            let index = operation.index();
            operation.recv(&channels[index].1).unwrap();
            counts[index] += 1;
        }
        let is_fair = |counts: &[usize]| counts.iter().all(|&n| 2 * all * n > ROUNDS);
        assert!(is_fair(&counts) && is_fair(&ready), "{counts:?} {ready:?}");
        // From the order in which the last choice has left them they would be further apart.
        let are_apart = counts.iter().max().unwrap() - counts.iter().min().unwrap();
        assert!(are_apart <= 8, "{counts:?}");
    }
}

#[test]
fn one_that_is_biased_takes_the_first() {
    let channels: Vec<_> = (0..3).map(|_| bounded(4)).collect();
    let mut select = Select::new_biased();
    channels.iter().rev().for_each(|(_, receiver)| _ = select.recv(receiver));
    channels.iter().for_each(|(sender, _)| sender.send_slice(&[1, 2, 3, 4]).unwrap());
    for index in 0..3 {
        for message in 1..=4 {
            assert_eq!((select.ready(), select.try_ready()), (index, Ok(index)));
            let operation = select.select();
            assert_eq!(operation.index(), index);
            assert_eq!(operation.recv(&channels[2 - index].1), Ok(message));
        }
    }
}

#[test]
fn the_end_of_a_channel_is_chosen_and_is_ready() {
    let (sender, receiver) = bounded::<u8>(2);
    let (_open, waiting) = bounded::<u8>(1);
    sender.send(1).unwrap();
    drop(sender);
    let mut select = Select::new();
    select.recv(&waiting);
    select.recv(&receiver);
    assert_eq!(select.ready(), 1);
    assert_eq!(select.select().recv(&receiver), Ok(1), "what was sent before comes first");
    assert_eq!((select.ready(), select.try_ready()), (1, Ok(1)));
    assert_eq!(select.select().recv(&receiver), Err(RecvError));

    let (sender, receiver) = bounded(1);
    sender.send(0).unwrap();
    let mut select = Select::new();
    select.send(&sender);
    assert_eq!(select.try_ready(), Err(TryReadyError), "it is full");
    drop(receiver);
    assert_eq!((select.ready(), select.try_ready()), (0, Ok(0)));
    assert_eq!(select.select().send(&sender, 7), Err(SendError(7)));
}

#[test]
fn it_waits_no_longer_than_it_may() {
    let (sender, receiver) = bounded(1);
    sender.send(1).unwrap();
    let (_silent, silence) = bounded::<u8>(1);
    let (soon, now) = (Duration::from_millis(5), Instant::now());
    let mut select = Select::new();
    select.recv(&silence);
    select.send(&sender);
    assert_eq!(select.select_timeout(soon).unwrap_err(), SelectTimeoutError);
    assert_eq!(select.ready_timeout(soon), Err(ReadyTimeoutError));
    assert!(now.elapsed() >= 2 * soon);
    assert_eq!(select.select_deadline(now).unwrap_err(), SelectTimeoutError);
    assert_eq!(select.ready_deadline(now), Err(ReadyTimeoutError));
    assert_eq!(receiver.len(), 1, "nothing was done");
    // What can be done is done though the time is over.
    let mut select = Select::new();
    select.recv(&receiver);
    assert_eq!(select.ready_deadline(now), Ok(0));
    assert_eq!(select.select_deadline(now).unwrap().recv(&receiver), Ok(1));
    // Without a choice as well.
    let mut none = Select::default();
    assert_eq!(none.try_select().unwrap_err(), TrySelectError);
    assert_eq!(none.select_timeout(soon).unwrap_err(), SelectTimeoutError);
    assert_eq!(none.ready_timeout(soon), Err(ReadyTimeoutError));
}

#[test]
fn errors_and_what_is_chosen_are_shown() {
    const BLOCKED: &str = "all operations in select would block";
    const OVER: &str = "timed out waiting on select";
    assert_eq!([TrySelectError.to_string(), TryReadyError.to_string()], [BLOCKED; 2]);
    assert_eq!([SelectTimeoutError.to_string(), ReadyTimeoutError.to_string()], [OVER; 2]);
    let (sender, _receiver) = bounded(1);
    let mut select = Select::new();
    select.send(&sender);
    assert_eq!(format!("{select:?}"), "Select { operations: 1, .. }");
    let operation = select.select();
    assert_eq!(format!("{operation:?}"), "SelectedOperation { index: 0, .. }");
    operation.send(&sender, 1).unwrap();
}

#[test]
#[should_panic(expected = "no operations have been added")]
fn a_select_without_a_choice_says_so() {
    let _ = Select::new().select();
}

#[test]
#[should_panic(expected = "no operations have been added")]
fn and_one_that_is_to_be_ready() {
    Select::new().ready();
}

/// What the panic says with which this ends.
fn says(work: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(work)).expect_err("it panics");
    match panic.downcast::<String>() {
        Ok(said) => *said,
        Err(panic) => panic.downcast::<&str>().expect("it says something").to_string(),
    }
}

#[test]
fn an_operation_that_is_not_completed_panics_and_loses_what_it_was_for() {
    const DROPPED: &str = "dropped `SelectedOperation` without completing the operation";
    let (sender, receiver) = bounded(2);
    let message = Arc::new(());
    sender.send(Arc::clone(&message)).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    assert_eq!(says(|| drop(select.select())), DROPPED);
    assert_eq!(Arc::strong_count(&message), 1, "it is dropped");
    assert!(select.try_ready().is_err());
    let mut select = Select::new();
    select.send(&sender);
    for _ in 0..10 {
        assert_eq!(says(|| drop(select.select())), DROPPED);
    }
    sender.try_send(Arc::clone(&message)).unwrap();
    assert_eq!((receiver.try_iter().count(), receiver.len()), (1, 0));
}

#[test]
fn it_is_completed_by_its_own_channel_and_end() {
    const SENDER: &str = "passed a sender that wasn't selected";
    const RECEIVER: &str = "passed a receiver that wasn't selected";
    let (sender, receiver) = bounded(2);
    let (other, others) = bounded(2);
    let mut select = Select::new();
    select.send(&sender);
    assert_eq!(says(|| _ = select.select().send(&other, 1)), SENDER);
    assert_eq!(says(|| _ = select.select().recv(&receiver)), RECEIVER);
    assert_eq!((receiver.try_recv().ok(), others.try_recv().ok()), (None, None));
    sender.send(7).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    assert_eq!(says(|| _ = select.select().recv(&others)), RECEIVER);
    sender.send(7).unwrap();
    assert_eq!(says(|| _ = select.select().send(&sender, 1)), SENDER);
    // Another handle will do.
    sender.send(8).unwrap();
    assert_eq!(select.select().recv(&receiver.clone()), Ok(8));
}

#[test]
fn messages_may_borrow_and_need_not_be_sent_to_threads() {
    let words = [String::from("a"), String::from("b")];
    let (sender, receiver) = bounded::<(&str, Rc<u8>)>(2);
    let mut select = Select::new();
    select.send(&sender);
    for word in &words {
        select.select().send(&sender, (word, Rc::new(1))).unwrap();
    }
    let mut select = Select::new();
    select.recv(&receiver);
    let word = select.select().recv(&receiver).unwrap().0;
    drop(select);
    assert_eq!(word, "a");
}

#[test]
fn messages_of_any_size_are_kept() {
    #[repr(align(128))]
    #[derive(Debug, PartialEq)]
    struct Large([u8; 300]);

    let (sender, receiver) = bounded(1);
    let (units, unit) = bounded(1);
    let mut select = Select::new();
    select.recv(&receiver);
    select.recv(&unit);
    sender.send(Large([7; 300])).unwrap();
    let operation = select.select();
    assert_eq!(operation.recv(&receiver), Ok(Large([7; 300])));
    units.send(()).unwrap();
    assert_eq!(select.select().recv(&unit), Ok(()));
}

/// What is said of a receiver that another thread must not use.
const STAYS: &str =
    "a receiver that is alone, or of messages by weight, is selected from on its own thread";

/// Whoever has it, another thread must not receive by it beside the one that has the receiver.
#[test]
fn a_receiver_that_is_alone_is_selected_from_on_its_own_thread() {
    let (sender, receiver) = mpsc::bounded(1);
    sender.send(1).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    let mut another = select.clone();
    let elsewhere = std::thread::scope(|scope| {
        scope.spawn(move || says(|| _ = another.try_ready())).join().unwrap()
    });
    assert_eq!(elsewhere, STAYS);
    assert_eq!(select.select().recv(&receiver), Ok(1));
}

/// A message is dropped where it may be.
#[test]
fn what_another_thread_has_chosen_and_not_completed_is_not_dropped_there() {
    let (sender, receiver) = bounded(1);
    let message = Arc::new(());
    sender.send(Arc::clone(&message)).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    std::thread::scope(|scope| {
        scope.spawn(move || _ = says(|| drop(select.select()))).join().unwrap();
    });
    assert_eq!(Arc::strong_count(&message), 2, "it leaks");
    // SAFETY: that is the one that leaks.
    unsafe { Arc::decrement_strong_count(Arc::as_ptr(&message)) };
    assert!(receiver.is_empty());
}

/// Messages are weighed by code that sees them, which other threads must not call.
#[test]
fn a_receiver_by_weight_is_selected_from_on_its_own_thread() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let weighs = Arc::clone(&seen);
    let (sender, receiver) = weighted(1, 10, move |_: &Rc<u8>| {
        weighs.lock().unwrap().push(thread::current().id());
        1
    });
    sender.send(Rc::new(7)).unwrap();
    let mut select = Select::new();
    select.recv(&receiver);
    let mut another = select.clone();
    let elsewhere = thread::scope(|scope| {
        scope.spawn(move || says(|| drop(another.try_select()))).join().unwrap()
    });
    assert_eq!(elsewhere, STAYS);
    assert_eq!(select.select().recv(&receiver), Ok(Rc::new(7)));
    assert!(seen.lock().unwrap().iter().all(|&who| who == thread::current().id()));
}

/// A message that tells where it was dropped.
struct Tells(Arc<Mutex<Vec<ThreadId>>>);

impl Drop for Tells {
    fn drop(&mut self) {
        self.0.lock().unwrap().push(thread::current().id());
    }
}

/// A waker that does something, and panics.
struct Panics<F>(F);

impl<F: Fn() + Send + Sync + 'static> Wake for Panics<F> {
    fn wake(self: Arc<Self>) {
        (self.0)();
        panic!("the waker panics");
    }
}

/// It leaks where it must not be dropped, by whatever way it does not come to who has chosen it.
#[test]
fn what_another_thread_receives_as_a_waker_panics_is_not_dropped_there() {
    let panics = Waker::from(Arc::new(Panics(|| ())));
    for capacity in [0, 1] {
        let dropped = Arc::default();
        let (sender, receiver) = bounded(capacity);
        if capacity > 0 {
            sender.send(Tells(Arc::clone(&dropped))).unwrap();
        }
        // Where there is no room it waits for that, else with its message.
        let mut waits = sender.send_async(Tells(Arc::clone(&dropped)));
        assert!(poll(&mut waits, &panics).is_pending());
        let mut select = Select::new();
        select.recv(&receiver);
        thread::scope(|scope| {
            let says = scope.spawn(move || says(|| drop(select.select()))).join().unwrap();
            assert_eq!(says, "the waker panics");
        });
        assert!(dropped.lock().unwrap().is_empty(), "{capacity}");
    }
}

/// The same of one that was met while it waits, and whose wait ends by that panic.
#[test]
fn what_another_thread_was_given_as_a_waker_panics_is_not_dropped_there() {
    let (sender, receiver) = bounded(0);
    let (others, other) = bounded::<u8>(0);
    let dropped = Arc::default();
    let message = Mutex::new(Some(Tells(Arc::clone(&dropped))));
    let gives = move || {
        let message = message.lock().unwrap().take();
        assert!(message.is_none_or(|message| sender.try_send(message).is_ok()));
    };
    let mut waits = other.recv_async();
    assert!(poll(&mut waits, &Waker::from(Arc::new(Panics(gives)))).is_pending());
    let mut select = Select::new_biased();
    select.recv(&receiver);
    select.send(&others);
    thread::scope(|scope| {
        let says = scope.spawn(move || says(|| drop(select.select()))).join().unwrap();
        assert_eq!(says, "the waker panics");
    });
    assert!(dropped.lock().unwrap().is_empty());
    assert!(poll_once(&mut waits).is_pending());
}
