//! Futures that nobody polls again are told, one after the other, while somebody sleeps behind them; and whoever
//! could let it act counts on others, finds the list held, or is about to sleep.

use std::boxed::Box;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::vec;
use std::vec::Vec;

use super::finishes;
use super::room::{Bell, Stopped, poll};
use crate::channel::core::End;
use crate::channel::list::Who;
use crate::channel::waiters::Waiting;
use crate::channel::{Receiver, SendAsync, Sender, bounded};
use crate::sync::hook::Point;

/// A future, and how often its bell had rung when it was polled last.
struct Task<'a>(Pin<Box<dyn Future<Output = ()> + 'a>>, Arc<Bell>, usize);

impl<'a> Task<'a> {
    /// One that waits.
    fn waits(future: impl Future<Output = ()> + 'a) -> Self {
        let mut task = Self(Box::pin(future), Arc::default(), 0);
        assert!(poll(&mut task.0, &task.1).is_pending());
        task
    }
}

/// Polls those that are woken, until nobody is; how many have come to their end.
fn run(mut tasks: Vec<Task<'_>>) -> usize {
    let count = tasks.len();
    rest(&mut tasks);
    count - tasks.len()
}

/// Polls those that are woken, until nobody is; how often.
fn rest(tasks: &mut Vec<Task<'_>>) -> usize {
    let mut polls = 0;
    let mut is_any = true;
    while is_any && polls < 100_000 {
        is_any = false;
        tasks.retain_mut(|Task(future, bell, seen)| {
            if bell.rings() == *seen {
                return true;
            }
            is_any = true;
            polls += 1;
            *seen = bell.rings();
            poll(future, bell).is_pending()
        });
    }
    polls
}

/// So many that are polled once.
fn keep(sender: &Sender<u64>, count: usize) -> Vec<SendAsync<'_, u64>> {
    let mut kept: Vec<_> = (0..count).map(|_| sender.send_async(9)).collect();
    for future in &mut kept {
        let polled = Pin::new(future).poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(polled, Poll::Pending);
    }
    kept
}

/// Senders that are kept wait for room, and one behind them. A thread is stopped by `stop` while it holds
/// their list, and what is in the channel is gone; then a receiver waits, and the thread goes on.
fn beside_one_who_holds_the_list(stop: fn(&Sender<u64>, &Receiver<u64>) -> Stopped<()>) {
    finishes(move || {
        let (sender, receiver) = bounded(1);
        sender.try_send(7).unwrap();
        let kept = keep(&sender, 5);
        let sends = Task::waits(async { sender.send_async(1).await.unwrap() });
        let stopped = stop(&sender, &receiver);
        let receives = Task::waits(async { assert_eq!(receiver.recv_async().await, Ok(1)) });
        stopped.release();
        assert_eq!(run(vec![sends, receives]), 2, "both ends sleep");
        drop(kept);
    });
}

/// Another receiver is in the midst of telling a sender. The one that finds the channel empty may leave that to
/// it, but not sleep before it knows what came of it.
#[test]
fn beside_one_who_holds_the_list_to_tell() {
    beside_one_who_holds_the_list(|_, receiver| {
        let theirs = receiver.clone();
        Stopped::at(Point::Holds, move || assert_eq!(theirs.try_recv(), Ok(7)))
    });
}

/// Nobody was told before, so that nobody seems to be kept.
#[test]
fn beside_one_who_holds_the_list_to_leave() {
    beside_one_who_holds_the_list(|sender, receiver| {
        let theirs = sender.clone();
        let mut holds = 0;
        let is_leaving = move |point| {
            holds += usize::from(point == Point::Holds);
            // It has joined, and looked whether it was told.
            holds == 3
        };
        let leave = move || drop(Task::waits(async { theirs.send_async(9).await.unwrap() }));
        let stopped = Stopped::when(is_leaving, leave);
        assert_eq!(receiver.try_recv(), Ok(7));
        stopped
    });
}

/// A thread was told, and goes without having looked for that: it had found a message before, or its select has
/// done another thing. What it passes on comes to one who is kept.
#[test]
fn behind_a_thread_that_was_told_and_goes() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let thread =
            |end| Waiting::begin(sender.core.waiters(end), Waker::noop().clone(), Who::Thread);
        sender.try_send(7).unwrap();
        let told = thread(End::Sending);
        let kept = keep(&sender, 1);
        let sends = Task::waits(async { sender.send_async(1).await.unwrap() });
        assert_eq!(receiver.try_recv(), Ok(7));
        let receives = Task::waits(async { assert_eq!(receiver.recv_async().await, Ok(1)) });
        drop(told);
        assert_eq!(run(vec![sends, receives]), 2, "both ends sleep");
        drop(kept);
    });
}

/// The same at the other end.
#[test]
fn behind_a_receiver_that_was_told_and_goes() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let told =
            Waiting::begin(sender.core.waiters(End::Receiving), Waker::noop().clone(), Who::Thread);
        let mut kept = [(); 2].map(|()| receiver.recv_async());
        for future in &mut kept {
            assert!(poll(future, &Arc::default()).is_pending());
        }
        let receives = Task::waits(async { assert_eq!(receiver.recv_async().await, Ok(2)) });
        sender.try_send(1).unwrap();
        assert_eq!(receiver.try_recv(), Ok(1));
        sender.try_send(2).unwrap();
        let sends = Task::waits(async { sender.send_async(3).await.unwrap() });
        drop(told);
        assert_eq!(run(vec![sends, receives]), 2, "both ends sleep");
        drop(kept);
    });
}

/// A thread is suspended in the midst of its send. Those who wait at either end may look some hundred times,
/// and sleep then.
#[test]
fn beside_one_who_is_suspended_both_ends_come_to_rest() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        let theirs = sender.clone();
        let receives = (0..4).map(|_| Task::waits(async { _ = receiver.recv_async().await }));
        let mut tasks = Vec::from_iter(receives);
        let stopped = Stopped::of(move || theirs.try_send(1));
        tasks.push(Task::waits(async { sender.send_async(2).await.unwrap() }));
        let polls = rest(&mut tasks);
        assert!(polls < 5000, "{polls} polls");
        assert_eq!(stopped.release(), Ok(()));
        assert!(rest(&mut tasks) < 5000);
        assert_eq!(tasks.len(), 2, "two messages went through");
    });
}
