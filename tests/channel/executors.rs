//! Executors of others, to run the same tasks on each.

use std::future::Future;
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::Pin;
use std::sync::mpsc;

use futures_util::FutureExt;

use crate::watch::finishes;

/// What an executor runs.
pub type Task = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs all tasks to their end, beside each other. If one panics, so does this.
pub type Run = fn(Vec<Task>);

/// On the threads of tokio.
pub fn tokio_threads(tasks: Vec<Task>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    wait(tasks, |task| drop(runtime.spawn(task)));
}

/// All on one thread, by tokio.
pub fn tokio_thread(tasks: Vec<Task>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    finishes(move || {
        runtime.block_on(async {
            let tasks: Vec<_> = tasks.into_iter().map(tokio::spawn).collect();
            for task in tasks {
                task.await.unwrap();
            }
        });
    });
}

/// On the threads of the crate `futures`.
pub fn futures_pool(tasks: Vec<Task>) {
    let pool = futures_executor::ThreadPool::builder().pool_size(3).create().unwrap();
    wait(tasks, |task| pool.spawn_ok(task));
}

/// Starts the tasks and waits for them.
fn wait(tasks: Vec<Task>, start: impl Fn(Task)) {
    let (done, ends) = mpsc::channel();
    for task in tasks {
        let done = done.clone();
        start(Box::pin(async move {
            let end = AssertUnwindSafe(task).catch_unwind().await;
            let _ = done.send(end);
        }));
    }
    drop(done);
    finishes(move || ends.into_iter().for_each(|end| end.unwrap_or_else(|why| resume_unwind(why))));
}

/// Makes tests of checks: each is given a way to run tasks, which is one executor after the other.
macro_rules! on_executors {
    ($($check:ident),+ $(,)?) => {
        $(mod $check { on_executors!(@each $check tokio_threads tokio_thread futures_pool); })+
    };
    (@each $check:ident $($executor:ident)+) => {
        $(#[test]
        fn $executor() {
            super::$check(crate::executors::$executor);
        })+
    };
}
