//! `inspect`: what is in a queue.

use std::path::Path;

use ringway_durable::tools::{self, Inspection, Segment};

use crate::figures::{Bytes, print_damage, summary};
use crate::watched::Watched;
use crate::{Outcome, directory_of_queue, found};

/// Says what is there.
pub(crate) fn run(dir: &Path) -> anyhow::Result<Outcome> {
    let files = Watched::new(directory_of_queue(dir)?, dir, "reading", 1);
    let inspection = found(dir, tools::inspect(&files)?)?;
    drop(files);
    print(&inspection);
    Ok(if inspection.gaps.is_empty() { Outcome::Well } else { Outcome::Damaged })
}

/// Prints it.
fn print(it: &Inspection) {
    let id: String = it.id.iter().map(|byte| format!("{byte:02x}")).collect();
    let end = if it.closed {
        "closed in order"
    } else {
        "not closed: it is open, or its process has ended without closing it"
    };
    println!("queue       {id}, opened {} times", it.epoch);
    println!("state       {end}");
    print!("messages    {} not acknowledged", it.unacknowledged);
    if it.dead > 0 {
        print!(", {} of them dead letters", it.dead);
    }
    if let Some(oldest) = it.oldest_unacknowledged {
        print!("; the oldest is {oldest}");
    }
    println!("; the next will be {}", it.next_sequence);
    println!("delivered   through {}", it.delivered_through);
    println!(
        "files       {}, each of {}; {} spare",
        summary(&it.report),
        Bytes(it.segment_size),
        it.spares.len()
    );
    for (what, names) in [("left over", &it.leftovers), ("put aside", &it.aside)] {
        if !names.is_empty() {
            println!("{what}   {}", names.join(", "));
        }
    }
    println!(
        "{:>9} {:>7} {:>12} {:>10} {:>10} {:>10}  written",
        "segment", "epoch", "first", "messages", "batches", "records"
    );
    for segment in &it.segments {
        let Segment { number, epoch, first_sequence, published, frames, records, end, .. } =
            segment;
        println!(
            "{number:>9} {epoch:>7} {first_sequence:>12} {published:>10} {frames:>10} {records:>10}  {}",
            Bytes(*end)
        );
    }
    print_damage(&it.report, &it.gaps);
}
