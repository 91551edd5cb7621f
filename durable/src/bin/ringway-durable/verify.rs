//! `verify`: whether a queue is sound.

use std::path::Path;

use ringway_durable::tools;

use crate::figures::{print_damage, summary};
use crate::watched::Watched;
use crate::{Outcome, directory_of_queue, found};

/// Reads all of it.
pub(crate) fn run(dir: &Path) -> anyhow::Result<Outcome> {
    let files = Watched::new(directory_of_queue(dir)?, dir, "verifying", 1);
    let verified = found(dir, tools::verify(&files)?)?;
    drop(files);
    print_damage(&verified.report, &verified.gaps);
    if verified.gaps.is_empty() {
        println!("sound: {}", summary(&verified.report));
        return Ok(Outcome::Well);
    }
    let path = dir.display();
    println!("sound apart from that: {}", summary(&verified.report));
    println!("`ringway-durable repair {path}` keeps what can be read; copy the directory before");
    Ok(Outcome::Damaged)
}
