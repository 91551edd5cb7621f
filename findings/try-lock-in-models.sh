#!/usr/bin/env bash
# loom 0.7.3 and shuttle 0.9.1: whether a model ever sees that a lock is held.
#
# One thread locks a mutex of the explorer's, changes what is inside, and lets it go; another tries the
# lock. One would have guessed that an explorer of all interleavings tries it while it is held as well. Under
# loom it never is: threads take turns only at operations that conflict with one of another thread, and between
# lock and release of plain code there is none, so that a critical section is one step. So a model of a
# lock that is only tried shows nothing of what is done where that fails, and passes though it is wrong. An atomic of
# loom that is read inside does not help; one that both threads write does. shuttle sees it either way.
#
# Seen (whether `try_lock` found it held in any execution):
#   loom, plain section: never
#   loom, an atomic is read inside: never
#   loom, an atomic is written inside and by the other: seen
#   shuttle, plain section: seen
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
mkdir src
cat >Cargo.toml <<'END'
[package]
name = "sample"
version = "0.0.0"
edition = "2021"

[dependencies]
loom = "=0.7.3"
shuttle = "=0.9.1"
END
cat >src/main.rs <<'END'
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc as Shared;

/// What is done in the critical section, besides plain code.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    Read,
    Write,
}

/// Of both explorers the same: what a thread does that locks, beside one that tries.
macro_rules! model {
    ($explorer:ident, $inside:expr, $seen:expr) => {{
        let lock = $explorer::sync::Arc::new($explorer::sync::Mutex::new(0));
        let word = $explorer::sync::Arc::new($explorer::sync::atomic::AtomicU32::new(0));
        let (theirs, inside) = (lock.clone(), word.clone());
        let locks = $explorer::thread::spawn(move || {
            let mut value = theirs.lock().unwrap();
            *value += 1;
            match $inside {
                Inside::Nothing => {}
                Inside::Read => _ = inside.load(Ordering::Relaxed),
                Inside::Write => inside.store(1, Ordering::Relaxed),
            }
            *value += 1;
        });
        if $inside == Inside::Write {
            word.store(2, Ordering::Relaxed);
        }
        if lock.try_lock().is_err() {
            $seen.store(true, Ordering::Relaxed);
        }
        locks.join().unwrap();
    }};
}

fn say(what: &str, seen: &AtomicBool) {
    let seen = if seen.load(Ordering::Relaxed) { "seen" } else { "never" };
    println!("{what}: {seen}");
}

fn main() {
    for (what, does) in [
        ("loom, plain section", Inside::Nothing),
        ("loom, an atomic is read inside", Inside::Read),
        ("loom, an atomic is written inside and by the other", Inside::Write),
    ] {
        let seen = Shared::new(AtomicBool::new(false));
        let inside = seen.clone();
        loom::model(move || model!(loom, does, inside));
        say(what, &seen);
    }
    let seen = Shared::new(AtomicBool::new(false));
    let inside = seen.clone();
    shuttle::check_random(move || model!(shuttle, Inside::Nothing, inside), 10_000);
    say("shuttle, plain section", &seen);
}
END
seen=$(cargo run --quiet)
rustc --version
printf '%s\n' "$seen"
[[ $seen == "loom, plain section: never
loom, an atomic is read inside: never
loom, an atomic is written inside and by the other: seen
shuttle, plain section: seen" ]]
