//! Cases of blocking calls in tasks.
#![cfg(all(feature = "tokio", debug_assertions))]

use ringway::channel::{Receiver, Selector, Sender, bounded};
use tokio::runtime::{Builder, Runtime};
use tokio::task::{block_in_place, spawn_blocking};

use crate::watch::finishes;

/// What may block.
type Call = fn(&Sender<u8>, &Receiver<u8>);

/// A runtime of two threads.
fn runtime() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).build().unwrap()
}

/// What a panic says.
fn words(error: tokio::task::JoinError) -> String {
    let panic = error.into_panic();
    let words = panic.downcast_ref::<String>().cloned();
    words.or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string)).unwrap()
}

/// It would stop the thread that runs the task which it waits for.
#[test]
fn c13_a_blocking_call_in_a_task_says_what_to_use() {
    finishes(blocks_in_a_task);
}

fn blocks_in_a_task() {
    let (sender, receiver) = bounded::<u8>(1);
    let calls: [Call; 3] = [
        |_, receiver| _ = receiver.recv(),
        |sender, _| (0..2).for_each(|message| sender.send(message).unwrap()),
        |_, receiver| {
            receiver.try_iter().for_each(drop);
            Selector::new().recv(receiver, |_| ()).wait();
        },
    ];
    for call in calls {
        let (sends, receives) = (sender.clone(), receiver.clone());
        let blocks = async move { call(&sends, &receives) };
        let error = runtime().block_on(async { tokio::spawn(blocks).await.unwrap_err() });
        assert!(words(error).contains("use the `_async` methods"));
    }
}

/// What does not wait blocks nothing, and neither does a thread that is there to be blocked.
#[test]
fn c13_a_blocking_call_may_block_a_thread_that_runs_no_tasks() {
    finishes(blocks_beside_tasks);
}

fn blocks_beside_tasks() {
    let (sender, receiver) = bounded::<u8>(1);
    let runtime = runtime();
    runtime.block_on(async {
        let (sends, receives) = (sender.clone(), receiver.clone());
        let at_once = tokio::spawn(async move {
            sends.send(1).unwrap();
            receives.recv().unwrap()
        });
        assert_eq!(at_once.await.unwrap(), 1);
        let receives = receiver.clone();
        let blocked = spawn_blocking(move || receives.recv().unwrap());
        sender.send_async(2).await.unwrap();
        assert_eq!(blocked.await.unwrap(), 2);
        let receives = receiver.clone();
        let in_place = tokio::spawn(async move { block_in_place(|| receives.recv().unwrap()) });
        sender.send_async(3).await.unwrap();
        assert_eq!(in_place.await.unwrap(), 3);
    });
    let _entered = runtime.enter();
    let other = std::thread::spawn(move || sender.send(4).unwrap());
    assert_eq!(receiver.recv(), Ok(4));
    other.join().unwrap();
}
