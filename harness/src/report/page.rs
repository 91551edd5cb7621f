//! `report.html`: what the reader wants to know first stands first.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::report::across;
use crate::report::agree;
use crate::report::analysis::Analysis;
use crate::report::cells;
use crate::report::duel::Duel;
use crate::report::duels::{duel_table, section_of_duels};
use crate::report::machine;
use crate::report::plots::glyph;
use crate::report::plots::lines::Plot;
use crate::report::plots::scatter::{self, Dot};
use crate::report::sweeps::{self, Axis};
use crate::report::who::{self, Part};
use crate::report::words;

/// The style sheet, a part of the page.
const STYLE: &str = include_str!("style.css");

/// So many duels stand above the fold.
const FIRST_DUELS: usize = 16;

/// So many losses stand above the fold.
const FIRST_LOSSES: usize = 10;

/// The page of one run, or of several below one another.
pub fn html(runs: &[Analysis<'_>]) -> String {
    let title = match runs {
        [one] => format!("The contest: {}", one.run.name()),
        _ => format!("The contest: {} runs", runs.len()),
    };
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                svg width="0" height="0" aria-hidden="true" { (glyph::outlines()) }
                @if runs.len() > 1 { (agree::section(runs)) }
                @for (index, run) in runs.iter().enumerate() { (article(run, index, runs.len() > 1)) }
                footer {
                    p { "Ratios are medians of ratios paired by round, with 95% bootstrap intervals; absolute figures are \
                         medians with the least and the greatest round. What is not known is a dash, never 0." }
                }
            }
        }
    };
    page.into_string()
}

/// One run.
fn article(analysis: &Analysis<'_>, index: usize, many: bool) -> Markup {
    let run = analysis.run;
    let env = &run.env;
    let cores = env.cores.map(|cores| format!("{cores} cores"));
    let about = [
        env.cpu.clone(),
        cores,
        env.date.clone(),
        env.commit.as_ref().map(|c| format!("commit {c}")),
    ];
    let about: Vec<String> = about.into_iter().flatten().collect();
    let prefix = if many { format!("run{}-", index + 1) } else { String::new() };
    html! {
        main {
            header {
                p class="kicker" { "The contest of bounded queues · " (about.join(" · ")) }
                h1 { (words::headline(&analysis.duels, env.cores)) }
                @if let Some(certainty) = words::certainty(&analysis.duels, env.cores) { p class="lead" { (certainty) } }
                @if env.end.as_deref().is_some_and(|end| end != "complete") {
                    p class="warning" { "⚠ This run did not get to its end (" (env.end.as_deref().unwrap_or_default()) "): the rest is missing." }
                }
            }
            div class="first" {
                (beside_the_best(analysis))
                (losses(analysis))
                (machine::section(analysis))
            }
            (across::section(analysis))
            (section_of_duels(analysis))
            (plots("Contention", "More threads on the same cores. Where the ground is shaded there are more threads than cores.", &Axis::Threads.plots(analysis)))
            (plots("Capacity", "The same cell with more or fewer slots.", &Axis::Capacity.plots(analysis)))
            (plots("Batches", "More messages for each operation.", &Axis::Batch.plots(analysis)))
            (plots("Payload", "Larger messages.", &Axis::Payload.plots(analysis)))
            (plots("Latency", "From the time at which a message was to be sent until it was received.", &sweeps::percentiles(analysis)))
            (cost(analysis))
            (fairness(analysis))
            (cells::section(analysis, &prefix))
            (suspended(analysis))
            (missing(analysis))
        }
    }
}

/// The duels with other queues that wait in the same way.
fn beside_the_best(analysis: &Analysis<'_>) -> Markup {
    let peers = analysis.duels.iter().filter(|duel| duel.against == Part::Peer);
    let mut duels: Vec<&Duel> = peers.filter(|duel| analysis.is_usual(&duel.place)).collect();
    duels.sort_by_key(|duel| duel.place.batch != 1);
    let all = duels.len();
    duels.truncate(FIRST_DUELS);
    html! {
        section class="best" {
            h2 { "Beside the best other queue" }
            p class="muted" { "How many times as many messages each ring moves as the best queue with the same wait that can do all that the ring can. Right of 1× ringway leads; the band is the noise floor: a queue beside itself." }
            (duel_table(analysis, &duels))
            @if all > duels.len() { p class="muted" { (all - duels.len()) " more below." } }
        }
    }
}

/// Where another contender is ahead.
fn losses(analysis: &Analysis<'_>) -> Markup {
    let (lost, unproven) = words::losses(&analysis.duels);
    let (first, rest) = lost.split_at(lost.len().min(FIRST_LOSSES));
    let room = FIRST_LOSSES - first.len();
    let (behind, more) = unproven.split_at(unproven.len().min(room));
    html! {
        section class="losses" {
            h2 { "Where ringway loses" }
            p { (words::losses_in_words(&analysis.duels)) }
            @if !first.is_empty() { h3 { "Slower, beyond the noise" } (duel_table(analysis, first)) }
            @if !behind.is_empty() { h3 { "Behind, but undecided" } (duel_table(analysis, behind)) }
            @if rest.len() + more.len() > 0 {
                details { summary { (rest.len() + more.len()) " more" } (duel_table(analysis, &[rest, more].concat())) }
            }
        }
    }
}

/// A section of plots, if there are any.
fn plots(title: &str, about: &str, plots: &[Plot]) -> Markup {
    let pictures: Vec<Markup> = plots.iter().filter_map(Plot::picture).collect();
    html! {
        @if !pictures.is_empty() {
            section { h2 { (title) } p class="muted" { (about) } div class="plots" { @for picture in &pictures { (picture) } } }
        }
    }
}

/// Throughput against CPU time, for single messages in the usual setting.
fn cost(analysis: &Analysis<'_>) -> Markup {
    let pictures: Vec<Markup> = analysis
        .places
        .iter()
        .filter(|(place, _)| place.batch == 1 && analysis.is_usual(place))
        .filter_map(|(place, rows)| {
            let dots = rows.iter().filter(|row| !who::is_echo(&row.contender)).filter_map(|row| {
                let look = analysis.look(&row.contender, row.own_wait);
                Some(Dot {
                    name: row.contender.clone(),
                    shape: look.shape,
                    class: look.part.class(),
                    cpu_ns: row.cpu_ns?,
                    mmsg_s: row.mmsg_s?.mid,
                })
            });
            scatter::picture(&place.to_string(), &dots.collect::<Vec<_>>())
        })
        .collect();
    html! {
        @if !pictures.is_empty() {
            section {
                h2 { "Throughput and its price" }
                p class="muted" { "Up is faster, left is cheaper. A queue whose threads sleep while they wait stands further left than others of its speed." }
                div class="plots" { @for picture in &pictures { (picture) } }
            }
        }
    }
}

/// How evenly threads were served, if that was measured.
fn fairness(analysis: &Analysis<'_>) -> Markup {
    let measured: Vec<_> = analysis
        .places
        .iter()
        .map(|(place, rows)| {
            (place, rows.iter().filter(|row| row.fairness.is_some()).collect::<Vec<_>>())
        })
        .filter(|(place, rows)| !rows.is_empty() && place.topology.threads() > 2)
        .collect();
    html! {
        @if !measured.is_empty() {
            section {
                h2 { "Fairness" }
                p class="muted" { "Jain’s index of the messages that each thread of a side moved: 1 is all alike, 1/n is one thread alone." }
                div class="plots" {
                    @for (place, rows) in &measured {
                        figure class="plot" {
                            figcaption { strong { (place) } }
                            table class="bars" {
                                @for row in rows {
                                    @let look = analysis.look(&row.contender, row.own_wait);
                                    @let index = row.fairness.unwrap_or_default();
                                    tr {
                                        th scope="row" { (glyph::inline(look.shape, look.part.class())) (row.contender) }
                                        td { svg class="row bar" height="14" role="img" aria-label=(format!("{index:.3} of 1")) {
                                            rect class="whole" x="0" y="3" width="100%" height="8" {}
                                            rect class={ "mark " (look.part.class()) } x="0" y="3" width=(format!("{:.2}%", index.min(1.0) * 100.0)) height="8" {}
                                        } }
                                        td class="number" { (format!("{index:.3}")) }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// What was seen of stopped threads.
fn suspended(analysis: &Analysis<'_>) -> Markup {
    html! {
        @if let Some(text) = &analysis.run.suspended {
            section {
                h2 { "With a thread stopped in the middle of an operation" }
                pre tabindex="0" role="region" aria-label="What contest suspended printed" { (text) }
            }
        }
    }
}

/// What this run does not tell.
fn missing(analysis: &Analysis<'_>) -> Markup {
    let rows = &analysis.run.rows;
    let untold = [
        (sweeps::percentiles(analysis).is_empty(), "latency"),
        (rows.iter().all(|row| row.fairness.is_none()), "fairness"),
        (Axis::Capacity.plots(analysis).is_empty(), "other capacities"),
        (Axis::Payload.plots(analysis).is_empty(), "other payloads"),
        (rows.iter().all(|row| row.cpu_ns.is_none()), "CPU time"),
    ];
    let untold: Vec<&str> =
        untold.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| what).collect();
    html! {
        @if !untold.is_empty() {
            section { h2 { "What this run does not tell" } p { "It did not measure " (words::list(&untold, "or")) "." } }
        }
    }
}
