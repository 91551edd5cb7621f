//! `repair`: a damaged queue becomes one that can be opened.

use std::path::Path;

use ringway_durable::tools;

use crate::watched::Watched;
use crate::{Outcome, directory_of_queue, found};

/// Repairs it, and says what is lost.
pub(crate) fn run(dir: &Path) -> anyhow::Result<Outcome> {
    let files = Watched::new(directory_of_queue(dir)?, dir, "repairing", 2);
    let repaired = found(dir, tools::repair(&files)?)?;
    drop(files);
    if repaired.gaps.is_empty() {
        println!("nothing is damaged, and nothing was changed");
        return Ok(Outcome::Well);
    }
    for gap in &repaired.gaps {
        println!("damaged: {gap}");
    }
    for name in &repaired.aside {
        println!("put aside: {}", dir.join(name).display());
    }
    println!("repaired: {} messages are not acknowledged", repaired.messages);
    Ok(Outcome::Well)
}
