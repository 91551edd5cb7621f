#!/usr/bin/env bash
# crossbeam-channel 0.5.17: what becomes of the messages that are queued when the last receiver goes.
#
# One would have guessed that it does not depend on whether the channel has a bound. Without a bound they are dropped
# at once (crossbeam-rs/crossbeam#669); with one they stay until the last sender goes too. So a client that waits for the
# answer to a request, which carries the sender of that answer, learns that the server is gone, or waits on, by how the
# channel of the requests was made. In the standard library, whose channels come from there, both kinds drop them
# at once (rust-lang/rust#108164).
#
# Seen (whether a queued message is dropped with the last receiver):
#   crossbeam-channel, unbounded: yes
#   crossbeam-channel, bounded: no
#   std::sync::mpsc, channel: yes
#   std::sync::mpsc, sync_channel: yes
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
crossbeam-channel = "=0.5.17"
END
cat >src/main.rs <<'END'
use std::sync::{mpsc, Arc};

/// Whether a message is dropped with the receiver, while the sender is there.
macro_rules! ask {
    ($what:literal, $pair:expr) => {{
        let (sender, receiver) = $pair;
        let message = Arc::new(());
        sender.send(message.clone()).unwrap();
        drop(receiver);
        let is_dropped = Arc::strong_count(&message) == 1;
        println!("{}: {}", $what, if is_dropped { "yes" } else { "no" });
        drop(sender);
        assert_eq!(Arc::strong_count(&message), 1);
    }};
}

fn main() {
    ask!("crossbeam-channel, unbounded", crossbeam_channel::unbounded());
    ask!("crossbeam-channel, bounded", crossbeam_channel::bounded(1));
    ask!("std::sync::mpsc, channel", mpsc::channel());
    ask!("std::sync::mpsc, sync_channel", mpsc::sync_channel(1));
}
END
seen=$(cargo run --quiet)
rustc --version
printf '%s\n' "$seen"
[[ $seen == "crossbeam-channel, unbounded: yes
crossbeam-channel, bounded: no
std::sync::mpsc, channel: yes
std::sync::mpsc, sync_channel: yes" ]]
