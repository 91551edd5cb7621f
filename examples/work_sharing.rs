//! Jobs for competing workers: one producer, many consumers, each job done once.

use std::thread;

use ringway::ring;

fn main() {
    let (mut jobs, worker) = ring::spmc::<u64>(64);
    let workers: Vec<_> = (0..3)
        .map(|number| {
            let mut jobs = worker.clone();
            thread::spawn(move || {
                let (mut done, mut sum) = (0, 0);
                loop {
                    // Asked before the pop: what was pushed before the producer went is there.
                    let over = jobs.is_disconnected();
                    match jobs.pop() {
                        Some(job) => {
                            done += 1;
                            sum += job;
                        }
                        None if over => return (number, done, sum),
                        None => thread::yield_now(),
                    }
                }
            })
        })
        .collect();
    drop(worker);

    for job in 1..=100_000 {
        let mut refused = jobs.push(job);
        while let Err(job) = refused {
            thread::yield_now();
            refused = jobs.push(job);
        }
    }
    drop(jobs);

    let mut total = 0;
    for worker in workers {
        let (number, done, sum) = worker.join().expect("a worker has panicked");
        println!("worker {number}: {done} jobs");
        total += sum;
    }
    assert_eq!(total, 100_000 * 100_001 / 2);
    println!("sum of all jobs: {total}");
}
