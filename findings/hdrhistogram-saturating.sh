#!/usr/bin/env bash
# hdrhistogram 7.6.0: what `saturating_record` records in a histogram that `Histogram::new` has made.
#
# `Histogram::new` makes one that grows, and that has room for values up to 2047 (with three digits) before it does.
# `saturating_record` clamps to the range and does not let it grow, as its documentation says. One would have guessed that a value
# too large is then recorded as the largest that there is room for. It is recorded as 2: the clamp is to the highest value that the
# histogram was made for, which `new` sets to 2, and only values without room are clamped. So a value that is larger may be
# recorded as one that is smaller: of latencies all long ones become the shortest, and the percentiles look splendid.
#
# Seen (what is recorded in a histogram of its own):
#   record, 5000: 5000
#   saturating_record, 2: 2
#   saturating_record, 2047: 2047
#   saturating_record, 2048: 2
#   saturating_record, 5000: 2
#   saturating_record, 5000, bounds 1 to 4000: 4000
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
hdrhistogram = { version = "=7.6.0", default-features = false }
END
cat >src/main.rs <<'END'
use hdrhistogram::Histogram;

/// The one value in a histogram, to its precision.
fn only(histogram: &Histogram<u64>) -> u64 {
    assert_eq!(histogram.len(), 1);
    histogram.iter_recorded().next().unwrap().value_iterated_to()
}

fn main() {
    let mut histogram = Histogram::new(3).unwrap();
    histogram.record(5000).unwrap();
    println!("record, 5000: {}", histogram.lowest_equivalent(only(&histogram)));
    for value in [2, 2047, 2048, 5000] {
        let mut histogram = Histogram::new(3).unwrap();
        histogram.saturating_record(value);
        println!("saturating_record, {value}: {}", only(&histogram));
    }
    let mut histogram = Histogram::new_with_bounds(1, 4000, 3).unwrap();
    histogram.saturating_record(5000);
    println!("saturating_record, 5000, bounds 1 to 4000: {}", histogram.lowest_equivalent(only(&histogram)));
}
END
seen=$(cargo run --quiet)
rustc --version
printf '%s\n' "$seen"
[[ $seen == "record, 5000: 5000
saturating_record, 2: 2
saturating_record, 2047: 2047
saturating_record, 2048: 2
saturating_record, 5000: 2
saturating_record, 5000, bounds 1 to 4000: 4000" ]]
