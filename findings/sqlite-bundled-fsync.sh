#!/usr/bin/env bash
# rusqlite 0.43.0 with `bundled` (libsqlite3-sys 0.40.0, SQLite 3.54.1) on Linux: which call syncs a commit.
#
# With `journal_mode=wal` and `synchronous=full` each commit is one sync. The SQLite that distributions build syncs by
# `fdatasync`, which spares the file's times where only bytes changed. One would have guessed the same of the SQLite that
# the crate builds from the same sources. It calls `fsync`: SQLite asks for `HAVE_FDATASYNC`, which its `configure` defines and
# the crate's build script, which does without `configure`, does not. The same holds for all that builds on that crate
# (diesel, sqlx). `LIBSQLITE3_FLAGS=-DHAVE_FDATASYNC=1` when building gives `fdatasync`.
#
# The program counts the calls itself: SQLite is linked into it statically, so its `fsync` and `fdatasync` are those here.
#
# Seen (for 10 commits after the first):
#   as it is built: 10 fsync, 0 fdatasync
#   with -DHAVE_FDATASYNC=1: 0 fsync, 10 fdatasync
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
libc = "0.2"
libsqlite3-sys = { version = "=0.40.0", features = ["bundled"] }
rusqlite = { version = "=0.43.0", features = ["bundled"] }
END
cat >src/main.rs <<'END'
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

static FSYNC: AtomicU32 = AtomicU32::new(0);
static FDATASYNC: AtomicU32 = AtomicU32::new(0);

#[no_mangle]
pub extern "C" fn fsync(file: libc::c_int) -> libc::c_int {
    FSYNC.fetch_add(1, Relaxed);
    unsafe { libc::syscall(libc::SYS_fsync, file) as libc::c_int }
}

#[no_mangle]
pub extern "C" fn fdatasync(file: libc::c_int) -> libc::c_int {
    FDATASYNC.fetch_add(1, Relaxed);
    unsafe { libc::syscall(libc::SYS_fdatasync, file) as libc::c_int }
}

fn main() -> rusqlite::Result<()> {
    let name = std::env::args().nth(1).unwrap();
    let connection = rusqlite::Connection::open(name)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "synchronous", "full")?;
    connection.execute_batch("CREATE TABLE messages (message)")?;
    connection.execute("INSERT INTO messages VALUES (0)", [])?;
    let before = [&FSYNC, &FDATASYNC].map(|count| count.load(Relaxed));
    for number in 1..=10 {
        connection.execute("INSERT INTO messages VALUES (?)", [number])?;
    }
    let [fsync, fdatasync] = [&FSYNC, &FDATASYNC].map(|count| count.load(Relaxed));
    println!("{} fsync, {} fdatasync", fsync - before[0], fdatasync - before[1]);
    Ok(())
}
END
unset LIBSQLITE3_FLAGS
as_it_is=$(cargo run --quiet -- one.sqlite)
with_flag=$(LIBSQLITE3_FLAGS=-DHAVE_FDATASYNC=1 cargo run --quiet -- two.sqlite)
seen="as it is built: $as_it_is
with -DHAVE_FDATASYNC=1: $with_flag"
rustc --version
printf '%s\n' "$seen"
[[ $seen == "as it is built: 10 fsync, 0 fdatasync
with -DHAVE_FDATASYNC=1: 0 fsync, 10 fdatasync" ]]
