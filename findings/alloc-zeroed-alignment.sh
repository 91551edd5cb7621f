#!/usr/bin/env bash
# Rust's standard library 1.95.0 on Linux, with bytemuck 1.25.0: memory that is asked for as zeroes.
#
# `alloc_zeroed` of a large block goes to `calloc`, which takes fresh pages from the system: they are
# zero already, and none is resident before it is used. One would have guessed that this holds for every
# alignment. It ends at 16 bytes: from an alignment of 32 on, the block is allocated as it is and
# then written with zeroes, so that all of it is resident at once. `bytemuck::zeroed_slice_box`, which
# stands on it, does the same. A ring of slots that are aligned to a cache line is such a block.
#
# Seen (resident share of a block of 256 MiB, in per cent):
#   alloc_zeroed, alignment 16: 0
#   alloc_zeroed, alignment 32: 100
#   alloc_zeroed, alignment 64: 100
#   zeroed_slice_box, alignment 8: 0
#   zeroed_slice_box, alignment 64: 100
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
bytemuck = { version = "=1.25.0", features = ["extern_crate_alloc"] }
END
cat >src/main.rs <<'END'
use std::alloc::{alloc_zeroed, dealloc, Layout};

const LEN: usize = 256 << 20;

#[derive(Clone, Copy)]
#[repr(C, align(64))]
struct Line([u64; 8]);
unsafe impl bytemuck::Zeroable for Line {}

fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn measure<R>(what: &str, make: impl FnOnce() -> R) -> R {
    let before = resident();
    let made = std::hint::black_box(make());
    println!("{what}: {}", (resident() - before) * 100 / LEN);
    made
}

fn main() {
    for align in [16, 32, 64] {
        let layout = Layout::from_size_align(LEN, align).unwrap();
        let what = format!("alloc_zeroed, alignment {align}");
        let block = measure(&what, || unsafe { alloc_zeroed(layout) });
        unsafe { dealloc(block, layout) };
    }
    measure("zeroed_slice_box, alignment 8", || bytemuck::zeroed_slice_box::<u64>(LEN / 8));
    measure("zeroed_slice_box, alignment 64", || bytemuck::zeroed_slice_box::<Line>(LEN / 64));
}
END
seen=$(cargo run --release --quiet)
rustc --version
printf '%s\n' "$seen"
[[ $seen == "alloc_zeroed, alignment 16: 0
alloc_zeroed, alignment 32: 100
alloc_zeroed, alignment 64: 100
zeroed_slice_box, alignment 8: 0
zeroed_slice_box, alignment 64: 100" ]]
