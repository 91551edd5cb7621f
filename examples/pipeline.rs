//! A pipeline with back-pressure: read, parse, sum. The slowest stage sets the pace, and no queue
//! grows beyond its capacity: a stage that is ahead waits in `send`.
//!
//! ```text
//! cargo run --example pipeline
//! ```

use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::spsc;

/// How many lines go through.
const LINES: u32 = 200;

/// What the slowest stage takes for a line.
const SLOW: Duration = Duration::from_millis(1);

fn main() {
    let (lines_out, lines_in) = spsc::bounded(4);
    let (numbers_out, numbers_in) = spsc::bounded(4);
    let begun = Instant::now();

    let read = thread::spawn(move || {
        let mut longest = Duration::ZERO;
        for line in 0..LINES {
            let asked = Instant::now();
            if lines_out.send(line.to_string()).is_err() {
                break;
            }
            longest = longest.max(asked.elapsed());
        }
        longest
    });
    let parse = thread::spawn(move || {
        for line in lines_in {
            let number: u32 = line.parse().expect("a line is a number");
            if numbers_out.send(number).is_err() {
                break;
            }
        }
    });
    let mut sum = 0;
    for number in numbers_in {
        thread::sleep(SLOW);
        sum += number;
    }
    let longest = read.join().unwrap();
    parse.join().unwrap();

    assert_eq!(sum, LINES * (LINES - 1) / 2);
    println!("{LINES} lines in {:.0?}, at the pace of the last stage", begun.elapsed());
    println!("the first stage waited for room up to {longest:.1?} at a time");
}
