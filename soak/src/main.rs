//! Histories of threads that are late anywhere in an operation, at random: `cargo soak`.
//!
//! `cargo soak --rounds N`, `--seconds N`, `--seed S`, and `--again N` for how many times each seed is
//! run; `--failures N` goes on until so many have failed. A round is what its seed says: the queue, what
//! each thread does, and at which of its points it stops for how long. The threads are real ones, so
//! that a seed that failed may pass: run it again many times.

#[cfg(ringway_hooks)]
#[path = "../../tests/ring/threads.rs"]
#[allow(dead_code, reason = "the recorder of the tests uses it")]
mod threads;

#[cfg(ringway_hooks)]
#[path = "../../tests/history/patterns.rs"]
mod patterns;
#[cfg(ringway_hooks)]
#[path = "../../tests/history/record.rs"]
#[allow(dead_code, reason = "what an operation is, and not how the tests record it")]
mod record;
#[cfg(ringway_hooks)]
#[path = "../../tests/history/small.rs"]
mod small;

#[cfg(ringway_hooks)]
mod command;
#[cfg(ringway_hooks)]
mod hands;
#[cfg(ringway_hooks)]
mod late;
#[cfg(ringway_hooks)]
mod round;

#[cfg(ringway_hooks)]
fn main() -> std::process::ExitCode {
    command::main()
}

#[cfg(not(ringway_hooks))]
fn main() -> std::process::ExitCode {
    eprintln!("this is built by `cargo soak`, which sets --cfg ringway_hooks");
    std::process::ExitCode::FAILURE
}
