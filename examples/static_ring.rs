//! A ring in a `static`: no allocation, here for the log of a program's threads.

use std::thread;

use ringway::ring::mpsc;

static LOG: mpsc::Inline<(u8, u32), 256> = mpsc::Inline::new();

fn main() {
    let (log, mut reader) = LOG.split().expect("the log is split once");
    let threads: Vec<_> = (0..4_u8)
        .map(|number| {
            let mut log = log.clone();
            thread::spawn(move || {
                for event in 0..1000 {
                    while log.push((number, event)).is_err() {
                        thread::yield_now();
                    }
                }
            })
        })
        .collect();
    drop(log);

    let mut next = [0; 4];
    loop {
        let over = reader.is_disconnected();
        match reader.pop() {
            Some((thread, event)) => {
                assert_eq!(event, next[usize::from(thread)], "events of a thread come in order");
                next[usize::from(thread)] += 1;
            }
            None if over => break,
            None => thread::yield_now(),
        }
    }
    threads.into_iter().for_each(|thread| thread.join().expect("a thread has panicked"));
    println!("events of each thread: {next:?}");
}
