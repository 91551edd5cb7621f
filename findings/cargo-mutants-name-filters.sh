#!/usr/bin/env bash
# cargo-mutants 27.1.0: `--re` and `--exclude-re` filter mutants by their names, as `--list` prints them.
#
# One would have guessed that all mutants are filtered. Those of the genre "delete field" are not: they
# are listed, and tried, whichever names were asked for, and cannot be excluded by their name; `--file`
# and `--exclude` do filter them. So a run that is meant for one module also tries mutants of others, and
# a check that compares what survives with what was asked for counts too many.
# (Reported: https://github.com/sourcefrog/cargo-mutants/issues/632)
#
# Seen:
#   --re circle                    src/circle.rs: 6, src/square.rs: 1
#   --exclude-re square            src/circle.rs: 6, src/square.rs: 1
#   --exclude-re 'delete field'    src/circle.rs: 6, src/square.rs: 2
#   --file src/circle.rs           src/circle.rs: 6
#   --exclude src/square.rs        src/circle.rs: 6
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cargo install cargo-mutants --version 27.1.0 --locked --quiet --root "$work/tools"
mkdir -p "$work/sample/src"
cd "$work/sample"

cat >Cargo.toml <<'END'
[package]
name = "sample"
version = "0.0.0"
edition = "2021"
END
cat >src/lib.rs <<'END'
pub mod circle;
pub mod square;
END
cat >src/circle.rs <<'END'
pub fn area(r: u32) -> u32 {
    3 * r * r
}
END
cat >src/square.rs <<'END'
#[derive(Default)]
pub struct Square {
    pub side: u32,
    pub name: u32,
}

pub fn square(side: u32) -> Square {
    Square { side, ..Default::default() }
}
END

# How many mutants of each file there are by a filter.
count() {
    "$work/tools/bin/cargo-mutants" mutants --list "$@" | cut -d: -f1 | sort | uniq -c |
        awk '{ printf "%s%s: %d", (NR > 1 ? ", " : ""), $2, $1 }'
}

failed=0
# expect COUNTS FILTER...: prints what a filter leaves, and compares.
expect() {
    local expected=$1 seen
    shift
    seen=$(count "$@")
    printf '%-30s %s\n' "$*" "$seen"
    [[ $seen == "$expected" ]] || failed=1
}
expect "src/circle.rs: 6, src/square.rs: 1" --re circle
expect "src/circle.rs: 6, src/square.rs: 1" --exclude-re square
expect "src/circle.rs: 6, src/square.rs: 2" --exclude-re "delete field"
expect "src/circle.rs: 6" --file src/circle.rs
expect "src/circle.rs: 6" --exclude src/square.rs
exit $failed
