//! What `docs/MIGRATION.md` says of other crates and of ours: each cell of its tables that is code compiles and runs
//! here, on the peer and on ringway, and the versions that it names are those of `Cargo.lock`.

mod async_channel;
mod crossbeam_channel;
mod flume;
mod kanal;
mod measured;
mod rtrb;
mod std_mpsc;
mod tokio;

use std::pin::pin;
use std::task::{Context, Poll, Waker};

const GUIDE: &str = include_str!("../../../docs/MIGRATION.md");

/// What a future gives that has nothing to wait for.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(out) => out,
        Poll::Pending => panic!("it waits"),
    }
}

/// Without what rustfmt adds or moves.
fn squeezed(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect::<String>().replace(",)", ")")
}

/// The code of a cell.
fn codes(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

/// The tables of the guide, by the name of the crate that their heading has.
fn sections() -> impl Iterator<Item = (&'static str, &'static str)> {
    GUIDE.split("\n## From ").skip(1).map(|section| section.split_once('\n').unwrap())
}

#[test]
fn each_cell_of_the_guide_that_is_code_is_part_of_these_tests() {
    let sources = [
        ("async-channel", include_str!("async_channel.rs")),
        ("crossbeam-channel", include_str!("crossbeam_channel.rs")),
        ("flume", include_str!("flume.rs")),
        ("kanal", include_str!("kanal.rs")),
        ("rtrb", include_str!("rtrb.rs")),
        ("std::sync::mpsc", include_str!("std_mpsc.rs")),
        ("tokio::sync::mpsc", include_str!("tokio.rs")),
    ];
    let mut missing = Vec::new();
    let mut found = Vec::new();
    for (heading, section) in sections() {
        let (name, source) = sources.iter().find(|(name, _)| heading.starts_with(name)).unwrap();
        let (there, here) = source.split_once("fn here()").unwrap();
        let (there, here) = (squeezed(there), squeezed(here));
        let rows = section.lines().filter(|line| line.starts_with("| `"));
        for row in rows {
            let cells: Vec<_> = row.split(" | ").collect();
            let theirs = codes(cells[0]).filter(|code| !there.contains(&squeezed(code)));
            let ours = codes(cells[1]).filter(|code| !here.contains(&squeezed(code)));
            missing.extend(theirs.chain(ours).map(|code| format!("{name}: {code}")));
            found.push(*name);
        }
    }
    assert_eq!(missing, Vec::<String>::new());
    for (name, _) in sources {
        assert!(found.contains(&name), "no table for {name}");
    }
}

#[test]
fn the_guide_names_the_versions_that_are_tested() {
    let lock = include_str!("../../../Cargo.lock");
    for (heading, _) in sections() {
        let (name, version) = heading.rsplit_once(' ').unwrap();
        let package = name.split("::").next().unwrap();
        if package != "std" {
            let entry = format!("\nname = \"{package}\"\nversion = \"{version}\"\n");
            assert!(lock.contains(&entry), "{heading} is not the version of Cargo.lock");
        }
    }
}
