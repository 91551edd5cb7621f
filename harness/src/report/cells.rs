//! The cells: for each place a forest plot of everybody beside the reference, the figures, and the commands
//! that repeat them.

use std::collections::BTreeMap;

use maud::{Markup, html};

use crate::report::analysis::Analysis;
use crate::report::duels::{bounds, head};
use crate::report::input::{Interval, Row};
use crate::report::place::Place;
use crate::report::plots::forest::{Axis, Mark};
use crate::report::plots::glyph;
use crate::report::plots::scale;
use crate::report::who::{self, Part};
use crate::report::words;

/// All cells.
pub fn section(analysis: &Analysis<'_>, prefix: &str) -> Markup {
    let axis = Axis::around(analysis.ratios());
    html! {
        section {
            h2 { "Every cell" }
            p class="muted" { "All contenders of a cell beside its reference, which stands at 1×. The band is the noise floor: what the reference differs by from itself (A/A). All cells share one axis. What stands last is no queue and gets no verdict: a " em { "ceiling" } " does the least that queues of one kind do, the " em { "overhead" } " is the loop that measures." }
            ul class="legend parts" {
                @for part in Part::ALL {
                    @if analysis.parts().contains(&part) { li class=(part.class()) { (glyph::inline(0, part.class())) (part.text()) } }
                }
            }
            nav aria-label="Cells" { ul class="jumps" { @for place in analysis.places.keys() { li { a href={ "#" (prefix) (place.anchor()) } { (place) } } } } }
            div class="cells" { @for (place, rows) in &analysis.places { (cell(analysis, place, rows, &axis, prefix)) } }
        }
    }
}

/// One place.
fn cell(
    analysis: &Analysis<'_>,
    place: &Place,
    rows: &[&Row],
    axis: &Axis,
    prefix: &str,
) -> Markup {
    let noise = analysis.noise(place);
    let skipped = skipped(analysis, place);
    html! {
        article class="cell" id={ (prefix) (place.anchor()) } {
            h3 { (place) }
            p class="muted" { (noise.map_or_else(|| "Noise floor unknown, so there is no verdict.".to_owned(), |noise| {
                let hint = if noise > 0.1 { ": too noisy to call a tie" } else { "" };
                format!("Noise floor ±{:.0}%{hint}.", noise * 100.0)
            })) }
            table class="forest" role="table" {
                thead role="rowgroup" {
                    tr role="row" {
                        th scope="col" role="columnheader" { "contender" }
                        th scope="col" role="columnheader" class="picture" { (head(axis)) }
                        th scope="col" role="columnheader" { "× reference [95%]" }
                    }
                }
                tbody role="rowgroup" { @for row in rows { (forest_row(analysis, row, axis, noise)) } }
            }
            @if !skipped.is_empty() { p class="muted" { "Not run: " (skipped) "." } }
            details {
                summary { "Figures and commands" }
                div class="figures" { @for row in rows { (figures(analysis, row)) } }
            }
        }
    }
}

/// A contender beside the reference.
fn forest_row(analysis: &Analysis<'_>, row: &Row, axis: &Axis, noise: Option<f64>) -> Markup {
    let look = analysis.look(&row.contender, row.own_wait);
    let is_reference = row.verdict.as_deref() == Some("reference") && !who::is_echo(&row.contender);
    let mark = row.ratio.filter(|_| !is_reference).map(|ratio| Mark {
        ratio,
        noise,
        shape: look.shape,
        class: look.part.class(),
    });
    let own = if is_reference {
        Some(Mark {
            ratio: Interval { mid: 1.0, lo: 1.0, hi: 1.0 },
            noise,
            shape: look.shape,
            class: look.part.class(),
        })
    } else {
        None
    };
    html! {
        tr role="row" {
            th scope="row" role="rowheader" {
                (glyph::inline(look.shape, look.part.class())) span class="name" { (row.contender) }
                @if row.own_wait { " " span class="tag" { "own wait" } }
            }
            td role="cell" class="picture" { (axis.picture(mark.or(own))) }
            td role="cell" class="ratio" {
                @match row.ratio {
                    Some(_) if is_reference => span class="figure" { "1" },
                    Some(ratio) => { span class="figure" { (words::times(ratio.mid)) " " span class="muted" { (bounds(ratio)) } } }
                    None => span class="figure" { "–" },
                }
                " " (standing(row))
            }
        }
    }
}

/// What is said of a contender in a cell.
fn standing(row: &Row) -> Markup {
    let word = match &row.verdict {
        _ if who::is_echo(&row.contender) => "A/A",
        Some(verdict) => verdict,
        None => "not measured",
    };
    let (class, sign) = match word {
        "faster" => ("faster", "▲"),
        "slower" => ("slower", "▼"),
        "tie" => ("tie", "="),
        "undecided" => ("undecided", "?"),
        "reference" | "A/A" => ("reference", "●"),
        "ceiling" | "overhead" => ("reference", "↕"),
        _ => ("failed", "⚠"),
    };
    html! { span class={ "verdict " (class) } { span aria-hidden="true" { (sign) } " " (word) } }
}

/// The figures of a contender in a cell, and the command that repeats them.
fn figures(analysis: &Analysis<'_>, row: &Row) -> Markup {
    let throughput = row.mmsg_s.map_or_else(
        || "–".to_owned(),
        |Interval { mid, lo, hi }| {
            let [mid, lo, hi] = [mid, lo, hi].map(scale::label);
            format!("{mid} ({lo}–{hi}) M msg/s")
        },
    );
    let cpu = row.cpu_ns.map_or_else(|| "–".to_owned(), scale::duration);
    html! {
        div class="entry" {
            strong { (row.contender) }
            span { (throughput) }
            span { (cpu) " CPU/msg" }
            @if !row.flags.is_empty() { span class="flags" { "⚑ " (row.flags) } }
            code class="command" { (analysis.command(&row.contender, &row.place)) }
        }
    }
}

/// Who did not run in a place, by reason.
fn skipped(analysis: &Analysis<'_>, place: &Place) -> String {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for skipped in &analysis.run.env.skipped {
        if let Some((key, at)) = skipped.cell.split_once('/')
            && [place.key(false), place.key(true)].iter().any(|key| key == at)
        {
            reasons.entry(&skipped.reason).or_default().push(key);
        }
    }
    let words = reasons.iter().map(|(reason, keys)| format!("{} ({reason})", keys.join(", ")));
    words.collect::<Vec<_>>().join("; ")
}
