//! Channels bounded by weight beside those bounded by number, in one run and by turns: `cargo bench --bench weighted`.
//!
//! Messages of eight bytes, 1024 places, and a limit that the places reach first; a ratio of 1 is as fast as `bounded`. The
//! first row is `bounded` beside itself.

use std::thread;
use std::time::Instant;

use ringway::channel::{bounded, weighted};

/// The messages of one trial.
const MESSAGES: u64 = 1 << 21;

/// The trials of each, by turns.
const ROUNDS: usize = 41;

/// So many million messages in a second, by what is done for each.
macro_rules! rate {
    ($threads:expr, $channel:expr) => {{
        let (sender, receiver) = $channel;
        let share = MESSAGES / $threads;
        let begun = Instant::now();
        thread::scope(|scope| {
            for _ in 0..$threads {
                let (sender, receiver) = (sender.clone(), receiver.clone());
                scope.spawn(move || (0..share).for_each(|n| sender.send(n).unwrap()));
                scope.spawn(move || {
                    let sum = (0..share)
                        .fold(0, |sum: u64, _| sum.wrapping_add(receiver.recv().unwrap()));
                    std::hint::black_box(sum);
                });
            }
        });
        MESSAGES as f64 / begun.elapsed().as_secs_f64() / 1e6
    }};
}

fn main() {
    for threads in [1, 2] {
        let bounded_rate = || rate!(threads, bounded(1024));
        let by_one = || rate!(threads, weighted(1024, 1 << 20, |_: &u64| 1));
        let by_size = || rate!(threads, weighted(1024, 1 << 20, |n: &u64| (n % 512) as usize));
        let by_weight = || rate!(threads, weighted(4096, 1024, |_: &u64| 1));
        let reserving = || rate!(threads, ringway::channel::reserving(1024));
        let all: [(&str, &dyn Fn() -> f64); 5] = [
            ("bounded", &bounded_rate),
            ("weighted, all weigh 1", &by_one),
            ("weighted, 0 to 511", &by_size),
            ("weighted, full by weight", &by_weight),
            ("reserving", &reserving),
        ];
        let mut ratios = vec![Vec::new(); all.len()];
        for round in 0..ROUNDS {
            let base = bounded_rate();
            for n in 0..all.len() {
                let which = (n + round) % all.len();
                ratios[which].push(all[which].1() / base);
            }
        }
        for ((name, _), ratios) in all.iter().zip(&mut ratios) {
            ratios.sort_by(f64::total_cmp);
            let at = |part: usize| ratios[ROUNDS * part / 4];
            println!("{threads}x{threads} {name}: {:.2} [{:.2}-{:.2}]", at(2), at(1), at(3));
        }
    }
}
