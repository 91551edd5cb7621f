//! A pipeline of two threads that moves lines in batches, from an iterator and into a vector.

use std::thread;

use ringway::ring::{self, Staged};

fn main() {
    let (mut lines, mut reader) = ring::spsc::<String>(128);

    let writer = thread::spawn(move || {
        // What does not fit stays on the stage, and comes first the next time.
        let mut text = Staged::<_, 32>::new((1..=1000).map(|number| format!("line {number}")));
        while !text.is_done() {
            if lines.push_iter(&mut text) == 0 {
                thread::yield_now();
            }
        }
    });

    let mut received = Vec::new();
    let mut batches = 0;
    while received.len() < 1000 {
        match reader.pop_vec(&mut received, 64) {
            0 => thread::yield_now(),
            _ => batches += 1,
        }
    }
    writer.join().expect("the writer has panicked");
    assert_eq!(received[999], "line 1000");
    println!("{} lines in {batches} batches", received.len());
}
