//! Tasks on executors, and threads beside them on the same channel.

use std::sync::Arc;
use std::thread;

use ringway::channel::{Receiver, Sender, bounded, mpsc, spmc, spsc};

use crate::arrivals::Arrivals;
use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::executors::{Run, Task};

on_executors!(
    tasks_send_to_tasks,
    tasks_and_threads_share_a_channel,
    tasks_answer_each_other,
    tasks_that_wait_end_with_the_channel,
    tasks_are_cancelled_and_nothing_is_lost,
);

/// How many messages a sender sends.
const EACH: usize = times(1500);

/// Moves all messages, every second handle by a thread if there are threads.
fn transfer<P: End, C: End>(
    (sender, receiver): (Sender<u64, P, C>, Receiver<u64, C>),
    with_threads: bool,
    run: Run,
) {
    let (senders, receivers) = (senders(sender, 4), receivers(receiver, 4));
    let arrivals = Arc::new(Arrivals::of(senders.len(), EACH));
    let (mut tasks, mut threads) = (Vec::<Task>::new(), Vec::new());
    for (id, sender) in senders.into_iter().enumerate() {
        let messages = arrivals.messages(id);
        if with_threads && id % 2 == 0 {
            threads.push(thread::spawn(move || {
                messages.into_iter().for_each(|message| sender.send(message).unwrap());
            }));
        } else {
            tasks.push(Box::pin(async move {
                for message in messages {
                    sender.send_async(message).await.unwrap();
                }
            }));
        }
    }
    for (id, mut receiver) in receivers.into_iter().enumerate() {
        let arrivals = arrivals.clone();
        if with_threads && id % 2 == 1 {
            threads.push(thread::spawn(move || {
                let mut book = arrivals.book();
                receiver.into_iter().for_each(|message| book.note(message));
            }));
        } else {
            tasks.push(Box::pin(async move {
                let mut book = arrivals.book();
                while let Ok(message) = C::recv_async(&mut receiver).await {
                    book.note(message);
                }
            }));
        }
    }
    run(tasks);
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    arrivals.assert_all();
}

fn tasks_send_to_tasks(run: Run) {
    for capacity in [1, 16] {
        transfer(bounded(capacity), false, run);
        transfer(spsc::bounded(capacity), false, run);
        transfer(mpsc::bounded(capacity), false, run);
        transfer(spmc::bounded(capacity), false, run);
    }
}

fn tasks_and_threads_share_a_channel(run: Run) {
    for capacity in [1, 16] {
        transfer(bounded(capacity), true, run);
        transfer(spsc::bounded(capacity), true, run);
        transfer(mpsc::bounded(capacity), true, run);
        transfer(spmc::bounded(capacity), true, run);
    }
}

fn tasks_answer_each_other(run: Run) {
    let (ask, asked) = bounded(1);
    let (answer, answers) = bounded(1);
    let server = async move {
        while let Ok(question) = asked.recv_async().await {
            answer.send_async(question + 1).await.unwrap();
        }
    };
    let client = async move {
        for question in 0..times(1000) {
            ask.send_async(question).await.unwrap();
            assert_eq!(answers.recv_async().await, Ok(question + 1));
        }
    };
    run(vec![Box::pin(server), Box::pin(client)]);
}

fn tasks_that_wait_end_with_the_channel(run: Run) {
    let (sender, receiver) = bounded::<u64>(1);
    let (full, kept) = bounded(1);
    full.send(0).unwrap();
    let mut tasks: Vec<Task> = (1..5)
        .flat_map(|message| -> [Task; 2] {
            let (receiver, full) = (receiver.clone(), full.clone());
            [
                Box::pin(async move { assert!(receiver.recv_async().await.is_err()) }),
                Box::pin(async move {
                    let refused = full.send_async(message).await.unwrap_err();
                    assert_eq!(refused.into_inner(), message);
                }),
            ]
        })
        .collect();
    tasks.push(Box::pin(async move {
        drop(sender);
        drop(kept);
    }));
    run(tasks);
}

fn tasks_are_cancelled_and_nothing_is_lost(run: Run) {
    use futures_util::future::{Either, select};
    let (sender, receiver) = bounded(1);
    let arrivals = Arc::new(Arrivals::of(1, times(5000)));
    let messages = arrivals.messages(0);
    let sending: Task = Box::pin(async move {
        for message in messages {
            sender.send_async(message).await.unwrap();
        }
    });
    let receiving = (0..3).map(|_| -> Task {
        let (receiver, arrivals) = (receiver.clone(), arrivals.clone());
        Box::pin(async move {
            let mut book = arrivals.book();
            // Two race, and the one that loses is dropped, notified or not.
            while let Either::Left((Ok(message), _)) | Either::Right((Ok(message), _)) =
                select(receiver.recv_async(), receiver.recv_async()).await
            {
                book.note(message);
            }
        })
    });
    run(receiving.chain([sending]).collect());
    arrivals.assert_all();
}
