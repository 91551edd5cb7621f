//! The comparisons across cells in plain words: what each ring comes to beside the best of its kind, beside a
//! mutex, beside what its promises cost.

use maud::{Markup, html};

use crate::headline::Line;
use crate::report::duels::bounds;
use crate::report::input::Interval;
use crate::report::who;
use crate::report::words::{about, times};

/// What it is called, on the page and in Markdown.
const TITLE: &str = "In plain words";

/// The comparisons of one ring with one class of opponents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Topic<'a> {
    ring: &'a str,
    beside: &'a str,
}

/// What is said of a topic: a sentence, and the figures that it rests on.
#[derive(Debug, PartialEq, Eq)]
struct Said {
    sentence: String,
    figures: String,
}

/// What is said of each topic, in the order of the comparisons.
fn said(lines: &[Line]) -> Vec<Said> {
    lines.chunk_by(|a, b| topic(a) == topic(b)).map(|lines| one(topic(&lines[0]), lines)).collect()
}

/// What a comparison is about.
fn topic(line: &Line) -> Topic<'_> {
    Topic { ring: parts(&line.subject).0, beside: line.beside }
}

/// What is said of a topic.
fn one(Topic { ring, beside }: Topic<'_>, lines: &[Line]) -> Said {
    let medians = || lines.iter().map(|line| line.ratio);
    let (least, most) = (medians().fold(f64::INFINITY, f64::min), medians().fold(0.0, f64::max));
    let (least, most) = (about(least), about(most));
    let range = if least == most { least } else { format!("{least} to {most}") };
    let open = lines.iter().filter(|line| line.ratio_lo <= 1.0 && 1.0 <= line.ratio_hi).count();
    let doubt = match (open, lines.len()) {
        (0, _) => String::new(),
        (_, 1) => ", but may be level: the interval holds 1×".to_owned(),
        (open, all) => {
            format!(", but may be level in {open} of {all} cells: the interval holds 1×")
        }
    };
    let figures = lines.iter().map(|line| {
        let ratio = Interval { mid: line.ratio, lo: line.ratio_lo, hi: line.ratio_hi };
        let (opponent, _) = parts(&line.best);
        format!("{}: {} {} {opponent}", place(&line.subject), times(ratio.mid), bounds(ratio))
    });
    Said {
        sentence: format!("{} is {range} as fast as {beside}{doubt}.", who::short(ring)),
        figures: figures.collect::<Vec<_>>().join(" · "),
    }
}

/// The contender of a cell, and the rest of its name.
fn parts(cell: &str) -> (&str, &str) {
    cell.split_once('/').unwrap_or((cell, ""))
}

/// Where a cell is: `2×2`, or `2×2, batch 8`.
fn place(cell: &str) -> String {
    let (topology, batch) = parts(parts(cell).1);
    let batch = if batch == "1" { String::new() } else { format!(", batch {batch}") };
    format!("{}{batch}", topology.replace('x', "×"))
}

/// All of them for the page; nothing if there are none.
pub fn section(lines: &[Line]) -> Markup {
    html! {
        @if !lines.is_empty() {
            section class="across" {
                h2 { (TITLE) }
                ul {
                    @for said in said(lines) { li { (said.sentence) " " span class="muted" { (said.figures) } } }
                }
            }
        }
    }
}

/// The same in Markdown.
pub fn markdown(lines: &[Line]) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let items =
        said(lines).into_iter().map(|said| format!("- {} {}\n", said.sentence, said.figures));
    format!("## {TITLE}\n\n{}\n", items.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(subject: &str, beside: &'static str, best: &str, [ratio, lo, hi]: [f64; 3]) -> Line {
        let (subject, best) = (subject.to_owned(), best.to_owned());
        Line { subject, beside, best, ratio, ratio_lo: lo, ratio_hi: hi }
    }

    #[test]
    fn cells_of_one_ring_beside_the_same_are_one_sentence() {
        let (peer, mutex) = ("the best MPMC peer", "a mutex");
        let lines = [
            line("ringway-mpmc/1x1/1", peer, "kanal/1x1/1", [1.5, 0.9, 2.0]),
            line("ringway-mpmc/2x2/8", peer, "flume/2x2/1", [4.0, 3.0, 5.0]),
            line("ringway-queue/2x2/1", peer, "flume/2x2/1", [0.5, 0.4, 1.2]),
            line("ringway-queue/2x2/1", mutex, "mutex-condvar/2x2/1", [30.0, 20.0, 40.0]),
        ];
        let said: Vec<_> = said(&lines).into_iter().map(|s| (s.sentence, s.figures)).collect();
        let expected = [
            (
                "mpmc is 1.5× to 4.0× as fast as the best MPMC peer, but may be level in 1 of 2 cells: the interval \
                 holds 1×.",
                "1×1: 1.50× [0.90–2.00] kanal · 2×2, batch 8: 4.00× [3.00–5.00] flume",
            ),
            (
                "queue is 0.50× as fast as the best MPMC peer, but may be level: the interval holds 1×.",
                "2×2: 0.50× [0.40–1.20] flume",
            ),
            ("queue is 30× as fast as a mutex.", "2×2: 30.0× [20.0–40.0] mutex-condvar"),
        ];
        assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
