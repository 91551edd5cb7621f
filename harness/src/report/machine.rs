//! The machine of a run, how quiet it was, and how the run was made.

use maud::{Markup, html};

use crate::report::analysis::Analysis;
use crate::report::words;

/// The machine and how quiet it was.
pub fn section(analysis: &Analysis<'_>) -> Markup {
    let env = &analysis.run.env;
    let floors = analysis.floors();
    let (flagged, slices) = analysis.flagged();
    let or_unknown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let versions: Vec<String> =
        env.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
    let grade = env
        .grade
        .as_ref()
        .map(|grade| grade.as_str().map_or_else(|| grade.to_string(), str::to_owned));
    let wait = env.common_wait.as_ref().map(|wait| {
        let prompt = match (wait.prompt, wait.slots_for_a_pause) {
            (Some(pauses), Some(slots)) => {
                format!(" (one for each {slots} slots, if fewer; {pauses} in ping-pong)")
            }
            (Some(pauses), None) => {
                format!(" ({pauses} in ping-pong and with fewer slots than a cache line has)")
            }
            _ => String::new(),
        };
        format!(
            "{} pauses{prompt} after a failed look, yields after {} of them",
            wait.pauses, wait.patience
        )
    });
    let extent = [
        env.rounds.map(|rounds| format!("{rounds} rounds")),
        env.slice_ms.map(|slice| format!("slices of {slice:.1} ms")),
        env.seed.map(|seed| format!("seed {seed}")),
        Some(format!("{flagged} of {slices} slices flagged")),
    ];
    let facts = [
        ("Processor", format!("{} ({})", or_unknown(&env.cpu), or_unknown(&env.arch))),
        ("Cores", env.cores.map_or_else(|| "unknown".to_owned(), |cores| cores.to_string())),
        ("System", or_unknown(&env.kernel)),
        ("Governor", or_unknown(&env.governor)),
        (
            "Compiler",
            format!(
                "{}, opt-level {}, target-cpu {}",
                or_unknown(&env.rustc),
                or_unknown(&env.opt_level),
                env.target_cpu.as_deref().unwrap_or("the target’s default")
            ),
        ),
        ("Fences", or_unknown(&env.fences)),
        (
            "Capacity",
            env.capacity.map_or_else(
                || "as each cell says".to_owned(),
                |c| format!("{c}, unless a cell says otherwise"),
            ),
        ),
        ("The common wait", wait.unwrap_or_else(|| "unknown".to_owned())),
        ("Extent", extent.into_iter().flatten().collect::<Vec<_>>().join(", ")),
        ("Versions", versions.join(", ")),
    ];
    html! {
        section class="machine" {
            h2 { "The machine" }
            div class="grades" {
                p { span class="grade" { (words::quietness(&floors)) } " during this run. " (words::noise(&floors)) }
                p { span class="grade" { (grade.as_deref().unwrap_or("not graded")) } " by " code { "cargo contest doctor" } "." }
            }
            dl { @for (name, fact) in facts.iter().filter(|(_, fact)| !fact.is_empty()) { div { dt { (name) } dd { (fact) } } } }
            @if !env.rounded.is_empty() {
                p { "Real capacities other than asked for: " @for (index, (key, found)) in env.rounded.iter().enumerate() { @if index > 0 { "; " } (key) " " (found) } "." }
            }
            p { "The whole run again: " code class="command" { (env.command.as_deref().unwrap_or("unknown")) } }
        }
    }
}
