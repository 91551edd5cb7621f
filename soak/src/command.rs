//! The command: rounds by the number or by the time.

use std::collections::HashMap;
use std::env;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::late::Dice;
use crate::round::Round;

/// What is asked for.
struct Wish {
    seed: u64,
    rounds: u64,
    seconds: u64,
    again: u64,
    /// After how many that failed it ends.
    failures: u64,
}

/// The wish of the arguments, or what is wrong with them.
fn wish() -> Result<Wish, String> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let mut values = HashMap::new();
    for pair in arguments.chunks(2) {
        let [name, value] = pair else { return Err(format!("{} has no value", pair[0])) };
        let value = value.parse().map_err(|_| format!("{value} is no number"))?;
        values.insert(name.as_str(), value);
    }
    let mut take = |name, or| values.remove(name).unwrap_or(or);
    let wish = Wish {
        seed: take("--seed", 1),
        rounds: take("--rounds", u64::MAX),
        seconds: take("--seconds", u64::MAX),
        again: take("--again", 1),
        failures: take("--failures", 1),
    };
    if wish.rounds == u64::MAX && wish.seconds == u64::MAX {
        return Err("--rounds or --seconds says how much".into());
    }
    match values.keys().next() {
        Some(name) => Err(format!("what is {name}?")),
        None => Ok(wish),
    }
}

/// Runs rounds until one fails or all have passed.
pub fn main() -> ExitCode {
    let wish = match wish() {
        Ok(wish) => wish,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    // What a thread that fails says is in the outcome of its round.
    std::panic::set_hook(Box::new(|_| ()));
    let begun = Instant::now();
    let limit = Duration::from_secs(wish.seconds);
    let mut seeds = Dice::of(wish.seed, 0);
    let mut seed = wish.seed;
    let (mut rounds, mut failures) = (0, 0);
    let mut slowest = (Duration::ZERO, 0);
    while rounds < wish.rounds && begun.elapsed() < limit {
        let round = Round::of(seed);
        for _ in 0..wish.again {
            let before = begun.elapsed();
            let outcome = round.run();
            slowest = slowest.max((begun.elapsed() - before, seed));
            if let Err(wrong) = outcome {
                println!("seed {seed}, round {rounds} after {:?}: {round:x?}", begun.elapsed());
                println!("{wrong}");
                println!("again: cargo soak --rounds 1 --again 10000 --seed {seed}");
                println!("It decides the same, and threads may meet otherwise.");
                failures += 1;
                if failures == wish.failures {
                    return ExitCode::FAILURE;
                }
            }
        }
        rounds += 1;
        seed = seeds.next();
    }
    println!(
        "{rounds} rounds from seed {} on, {:?}: {failures} failed",
        wish.seed,
        begun.elapsed()
    );
    println!("the slowest took {:?}: seed {}", slowest.0, slowest.1);
    if failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
