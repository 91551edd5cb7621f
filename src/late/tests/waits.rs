//! Tasks that wait in a channel beside threads that are stopped in its operations, drawn from a seed: none
//! sleeps beside what it waits for.

use core::future::Future;
use core::pin::Pin;
use core::task::{Context, Waker};
use std::boxed::Box;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Wake;
use std::time::Duration;

use super::*;
use crate::channel::{Receiver, Selector, Sender, bounded_at};

/// Whether a task was woken.
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A task that sends, or receives.
struct Task {
    future: Pin<Box<dyn Future<Output = ()>>>,
    woken: Arc<Woken>,
    sends: bool,
}

impl Task {
    /// A task that has not begun.
    fn new(way: usize, sender: &Sender<u64>, receiver: &Receiver<u64>) -> Self {
        let (sender, receiver) = (sender.clone(), receiver.clone());
        let future: Pin<Box<dyn Future<Output = ()>>> = match way {
            0 | 1 => Box::pin(async move { _ = receiver.recv_async().await }),
            2 => Box::pin(async move { _ = receiver.recv_many_async(&mut Vec::new(), 2).await }),
            3 | 4 => Box::pin(async move { _ = sender.send_async(1).await }),
            _ => Box::pin(async move { _ = sender.send_slice_async(&[2, 3, 4]).await }),
        };
        Self { future, woken: Arc::new(Woken(true.into())), sends: way > 2 }
    }
}

/// Polls all that were woken, in any order, until each is done or sleeps.
fn rest(tasks: &mut Vec<Task>, dice: &mut Dice) {
    for _ in 0..10_000 {
        let woken = (0..tasks.len()).filter(|&i| tasks[i].woken.0.load(Ordering::SeqCst));
        let woken = Vec::from_iter(woken);
        if woken.is_empty() {
            return;
        }
        let i = woken[dice.below(woken.len())];
        let task = &mut tasks[i];
        task.woken.0.store(false, Ordering::SeqCst);
        let waker = Waker::from(Arc::clone(&task.woken));
        if task.future.as_mut().poll(&mut Context::from_waker(&waker)).is_ready() {
            drop(tasks.swap_remove(i));
        }
    }
    panic!("they wake each other for ever");
}

/// An operation of a thread that may be stopped.
fn operate(way: usize, sender: &Sender<u64>, receiver: &Receiver<u64>) {
    match way {
        0 => _ = sender.try_send(5),
        1 => _ = receiver.try_recv(),
        2 => _ = receiver.recv_timeout(Duration::ZERO),
        3 => _ = sender.force_send(6),
        4 => {
            let mut sending = sender.send_slice_async(&[7, 8]);
            _ = Pin::new(&mut sending).poll(&mut Context::from_waker(Waker::noop()));
        }
        5 => {
            let mut message = Some(9);
            let select = Selector::new().recv(receiver, |_| ()).send(sender, &mut message, |_| ());
            _ = select.try_wait();
        }
        _ => _ = receiver.drain(),
    }
}

/// How many slots each of the operations owns at most, but the last, which owns what it finds.
const OWNS: [usize; 6] = [1, 1, 1, 2, 2, 1];

/// Lets tasks wait beside stopped threads, which own fewer slots than there are, and looks whether any
/// sleeps beside what it waits for; in the end the channel is closed beside such threads.
///
/// With every other seed they stand where they have a message in hand, and have yet to tell nobody of one.
fn waits_beside_stopped(seed: usize) {
    let dice = &mut Dice(seed as u64);
    let capacity = [2, 3, 4, 5, 8][dice.below(5)];
    let start = if seed % 4 < 2 { 0 } else { u64::MAX - 3 };
    let in_hand = seed % 2 == 0;
    let (sender, receiver) = bounded_at(capacity, start);
    let (mut tasks, mut stopped) = (Vec::new(), Vec::<(usize, Stopped<()>)>::new());
    for round in 0..60 {
        let owned: usize = stopped.iter().map(|(owns, _)| owns).sum();
        match dice.below(12) {
            0..=4 => tasks.push(Task::new(dice.below(6), &sender, &receiver)),
            5 | 6 => operate(dice.below(7), &sender, &receiver),
            7 | 8 => {
                let way = dice.below(if in_hand { 2 } else { OWNS.len() });
                if owned + OWNS[way] < capacity {
                    let (sends, receives) = (sender.clone(), receiver.clone());
                    let (point, nth) = (POINTS[dice.below(2)], 1 + dice.below(14));
                    let is_there = move |seen: &[Point]| match in_hand {
                        true => seen.ends_with(&[point]),
                        false => seen.len() == nth,
                    };
                    let work = move || operate(way, &sends, &receives);
                    stopped.push((OWNS[way], Stopped::if_ever(is_there, work).0));
                }
            }
            9 | 10 if !stopped.is_empty() => {
                stopped.swap_remove(dice.below(stopped.len())).1.release();
            }
            11 if !tasks.is_empty() => drop(tasks.swap_remove(dice.below(tasks.len()))),
            _ => {}
        }
        if round % 20 == 19 {
            stopped.drain(..).for_each(|(_, thread)| thread.release());
        } else if dice.below(2) == 0 {
            // Some go, or are overtaken, before they look.
            continue;
        }
        rest(&mut tasks, dice);
        let at = std::format!("seed {seed}, round {round}, capacity {capacity}");
        let waits = |tasks: &[Task], sends| tasks.iter().any(|task| task.sends == sends);
        if in_hand || stopped.is_empty() {
            assert!(!(waits(&tasks, true) && waits(&tasks, false)), "{at}: both ends sleep");
            assert!(!(waits(&tasks, false) && receiver.try_recv().is_ok()), "{at}: a message");
            rest(&mut tasks, dice);
        }
        // A receiver that has passed positions has to tell of that room yet.
        if stopped.is_empty() {
            assert!(!(waits(&tasks, true) && sender.try_send(0).is_ok()), "{at}: there is room");
            rest(&mut tasks, dice);
        }
    }
    sender.close();
    rest(&mut tasks, dice);
    assert!(tasks.is_empty(), "seed {seed}: the channel is closed, and {} wait", tasks.len());
    stopped.drain(..).for_each(|(_, thread)| thread.release());
}

#[test]
fn no_task_sleeps_beside_what_it_waits_for_where_threads_were_late() {
    (0..times(1000)).for_each(waits_beside_stopped);
}
