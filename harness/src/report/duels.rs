//! Duels as forest plots that are tables: names, pictures and figures in one row.

use maud::{Markup, html};

use crate::report::analysis::Analysis;
use crate::report::duel::Duel;
use crate::report::input::Interval;
use crate::report::plots::forest::{Axis, Mark};
use crate::report::who::{self, Part};
use crate::report::words;
use crate::stats::{Ratio, Verdict};

/// The duels that do not stand above the fold: each class of opponents in a table of its own.
pub fn section_of_duels(analysis: &Analysis<'_>) -> Markup {
    let about = [
        (Part::Peer, "Beside other queues with the same wait"),
        (Part::OwnWait, "Beside queues that wait by themselves"),
        (Part::Baseline, "Beside mutexes"),
        (Part::Control, "Beside controls: what a promise costs"),
    ];
    let tables: Vec<_> = about
        .into_iter()
        .map(|(part, title)| {
            (title, analysis.duels.iter().filter(|duel| duel.against == part).collect::<Vec<_>>())
        })
        .filter(|(_, duels)| !duels.is_empty())
        .collect();
    html! {
        @if !tables.is_empty() {
            section {
                h2 { "All comparisons" }
                p class="muted" { "Each ring beside the best of a class, which is the contender with the highest median there. A control is no queue to use: " em { "claim-publish" } " is the same ring without the skipping of late threads." }
                div class="two" { @for (title, duels) in &tables { div { h3 { (title) } (duel_table(analysis, duels)) } } }
            }
        }
    }
}

/// A forest plot of duels.
pub fn duel_table(analysis: &Analysis<'_>, duels: &[&Duel]) -> Markup {
    let axis = Axis::around(duels.iter().map(|duel| interval(duel.ratio)));
    html! {
        table class="forest" role="table" {
            thead role="rowgroup" {
                tr role="row" {
                    th scope="col" role="columnheader" { "ring, best other" }
                    th scope="col" role="columnheader" class="picture" { (head(&axis)) }
                    th scope="col" role="columnheader" { "ratio [95%]" }
                }
            }
            tbody role="rowgroup" {
                @for duel in duels {
                    @let look = analysis.look(&duel.ring, false);
                    @let mark = Mark { ratio: interval(duel.ratio), noise: analysis.noise(&duel.place), shape: look.shape, class: look.part.class() };
                    tr role="row" {
                        th scope="row" role="rowheader" {
                            span class="name" { (who::short(&duel.ring)) " " (duel.place) }
                            " " span class="muted" { (duel.opponent) @if duel.against == Part::OwnWait { ", own wait" } }
                        }
                        td role="cell" class="picture" { (axis.picture(Some(mark))) }
                        td role="cell" class="ratio" { (figures(interval(duel.ratio), duel.verdict)) }
                    }
                }
            }
        }
    }
}

/// The values beside an axis, as the head of a column.
pub fn head(axis: &Axis) -> Markup {
    html! { svg class="row head" height="16" role="img" aria-label="ratio, on a logarithmic axis" { (axis.labels()) } }
}

/// A ratio with its interval and what it says.
fn figures(ratio: Interval, verdict: Verdict) -> Markup {
    let sign = match verdict {
        Verdict::Faster => "▲",
        Verdict::Slower => "▼",
        Verdict::Tie => "=",
        Verdict::Undecided => "?",
    };
    html! {
        span class="figure" { (words::times(ratio.mid)) " " span class="muted" { (bounds(ratio)) } }
        " " span class={ "verdict " (words::verdict(verdict)) } { span aria-hidden="true" { (sign) } " " (words::verdict(verdict)) }
    }
}

/// The ends of an interval.
pub fn bounds(ratio: Interval) -> String {
    let end = |value: f64| words::times(value).replace('×', "");
    format!("[{}–{}]", end(ratio.lo), end(ratio.hi))
}

/// The interval of a ratio.
pub fn interval(ratio: Ratio) -> Interval {
    Interval { mid: ratio.median, lo: ratio.lo, hi: ratio.hi }
}
