//! The comparisons across cells in plain words: what each ring comes to beside the best of its kind, beside a
//! mutex, beside what its promises cost.

use maud::{Markup, html};

use crate::headline::Line;
use crate::report::analysis::Analysis;
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

/// What is said of each topic, in the order of the comparisons; `noise` is the noise floor of a place, by its name.
fn said(lines: &[Line], noise: impl Fn(&str) -> Option<f64>) -> Vec<Said> {
    let topics = lines.chunk_by(|a, b| topic(a) == topic(b));
    topics.map(|lines| one(topic(&lines[0]), lines, &noise)).collect()
}

/// What is said of the comparisons of a run.
fn said_of(analysis: &Analysis<'_>) -> Vec<Said> {
    said(&analysis.across, |name| {
        let mut places = analysis.places.keys().filter(|place| analysis.is_usual(place));
        analysis.noise(places.find(|place| place.key(false) == name)?)
    })
}

/// What a comparison is about.
fn topic(line: &Line) -> Topic<'_> {
    Topic { ring: parts(&line.subject).0, beside: line.beside }
}

/// What is said of a topic.
fn one(
    Topic { ring, beside }: Topic<'_>,
    lines: &[Line],
    noise: impl Fn(&str) -> Option<f64>,
) -> Said {
    let medians = || lines.iter().map(|line| line.ratio);
    let (least, most) = (medians().fold(f64::INFINITY, f64::min), medians().fold(0.0, f64::max));
    let (least, most) = (about(least), about(most));
    let range = if least == most { least } else { format!("{least} to {most}") };
    let is_shown = |line: &&Line| {
        let most = noise(parts(&line.subject).1).map(|noise| 1.0 + noise);
        most.is_some_and(|most| line.ratio_lo > most || line.ratio_hi < 1.0 / most)
    };
    let doubt = match (lines.iter().filter(is_shown).count(), lines.len()) {
        (shown, all) if shown == all => String::new(),
        (0, 1) => ", but not shown beyond the noise".to_owned(),
        (shown, all) => format!(", shown beyond the noise in {shown} of {all} cells"),
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
pub fn section(analysis: &Analysis<'_>) -> Markup {
    let all = said_of(analysis);
    html! {
        @if !all.is_empty() {
            section class="across" {
                h2 { (TITLE) }
                ul {
                    @for said in all { li { (said.sentence) " " span class="muted" { (said.figures) } } }
                }
            }
        }
    }
}

/// The same in Markdown.
pub fn markdown(analysis: &Analysis<'_>) -> String {
    let all = said_of(analysis);
    if all.is_empty() {
        return String::new();
    }
    let items = all.into_iter().map(|said| format!("- {} {}\n", said.sentence, said.figures));
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
            line("ringway-mpmc/1x1/1", peer, "kanal/1x1/1", [1.5, 1.2, 2.0]),
            line("ringway-mpmc/2x2/8", peer, "flume/2x2/1", [4.0, 3.0, 5.0]),
            line("ringway-queue/2x2/1", peer, "flume/2x2/1", [0.5, 0.4, 0.95]),
            line("ringway-queue/2x2/1", mutex, "mutex-condvar/2x2/1", [30.0, 20.0, 40.0]),
        ];
        // 2×2 is so noisy that three times as fast would be noise.
        let noise = |place: &str| match place {
            "2x2/8" => Some(2.5),
            _ => Some(0.1),
        };
        let said: Vec<_> =
            said(&lines, noise).into_iter().map(|s| (s.sentence, s.figures)).collect();
        let expected = [
            (
                "mpmc is 1.5× to 4.0× as fast as the best MPMC peer, shown beyond the noise in 1 of 2 cells.",
                "1×1: 1.50× [1.20–2.00] kanal · 2×2, batch 8: 4.00× [3.00–5.00] flume",
            ),
            (
                "queue is 0.50× as fast as the best MPMC peer, but not shown beyond the noise.",
                "2×2: 0.50× [0.40–0.95] flume",
            ),
            ("queue is 30× as fast as a mutex.", "2×2: 30.0× [20.0–40.0] mutex-condvar"),
        ];
        assert_eq!(said, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    }
}
