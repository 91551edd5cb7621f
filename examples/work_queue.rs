//! A work queue with competing consumers: the work goes to whichever worker is free, and when a
//! worker is killed the others take over.
//!
//! A worker takes a job out of the queue and then owns it, so a job that its worker dies on would
//! be lost. Here each worker keeps its job where the supervisor finds it after the worker's death,
//! and puts it back into the queue: at least once, not exactly once.
//!
//! ```text
//! cargo run --example work_queue
//! ```

use std::sync::Mutex;
use std::thread;

use ringway::channel::{Receiver, Sender, bounded};

/// A job: a number to square.
type Job = u64;

/// One of these jobs kills the worker that takes it, the first time.
const DEADLY: Job = 13;

/// What a worker is at.
#[derive(Default)]
struct Desk(Mutex<Option<Job>>);

/// Takes jobs until the queue is closed and empty.
fn work(jobs: &Receiver<Job>, results: &Sender<(Job, u64)>, desk: &Desk, is_careful: bool) {
    for job in jobs {
        *desk.0.lock().unwrap() = Some(job);
        assert!(job != DEADLY || is_careful, "killed");
        results.send((job, job * job)).expect("somebody collects");
        *desk.0.lock().unwrap() = None;
    }
}

fn main() {
    std::panic::set_hook(Box::new(|_| println!("a worker dies on job {DEADLY}")));
    // The queue holds 8 jobs: whoever adds more waits, so memory stays bounded.
    let (add, jobs) = bounded::<Job>(8);
    let (results, collected) = bounded(8);
    let desks = [const { Desk(Mutex::new(None)) }; 3];

    let squares = thread::scope(|scope| {
        let workers = Vec::from_iter(desks.iter().map(|desk| {
            let (jobs, results) = (jobs.clone(), results.clone());
            scope.spawn(move || work(&jobs, &results, desk, false))
        }));
        let collector = scope.spawn(move || Vec::from_iter(collected.iter()));
        (0..100).for_each(|job| add.send(job).expect("somebody works"));
        drop(add);

        // The others go on. What is left on the desk of a dead worker is done again.
        let died = workers.into_iter().map(|worker| worker.join()).filter(Result::is_err).count();
        let (again, jobs) = bounded(desks.len());
        for desk in &desks {
            let left = desk.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).take();
            if let Some(job) = left {
                again.send(job).expect("the receiver is here");
            }
        }
        drop(again);
        println!("{died} of {} workers died; {} job is done again", desks.len(), jobs.len());
        work(&jobs, &results, &Desk::default(), true);
        drop(results);
        collector.join().unwrap()
    });

    assert_eq!(squares.len(), 100);
    println!("{} jobs done", squares.len());
}
