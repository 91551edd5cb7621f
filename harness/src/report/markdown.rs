//! `report.md`: the same in Markdown, for those who read it where it lies.

use std::fmt::Write as _;

use crate::report::across;
use crate::report::agree;
use crate::report::analysis::Analysis;
use crate::report::duel::Duel;
use crate::report::duels::{bounds, interval};
use crate::report::input::{Interval, Row};
use crate::report::place::Place;
use crate::report::plots::scale;
use crate::report::who::{self, Part};
use crate::report::words;

/// What a report says first.
pub fn first_words(runs: &[Analysis<'_>]) -> String {
    match runs {
        [one] => {
            let losses = words::losses_in_words(&one.duels);
            format!("{}\n{losses}", words::headline(&one.duels, one.run.env.cores))
        }
        _ => agree::in_words(runs),
    }
}

/// The report of one run, or of several below one another.
pub fn markdown(runs: &[Analysis<'_>]) -> String {
    let mut text = String::new();
    if runs.len() > 1 {
        let _ = writeln!(text, "# {} runs\n\n{}\n", runs.len(), agree::in_words(runs));
        for found in agree::contradictions(runs).1 {
            let said =
                found.said.iter().map(|(number, verdict)| format!("{verdict} in run {number}"));
            let _ = writeln!(text, "- {}: {}", found.cell, said.collect::<Vec<_>>().join(", "));
        }
    }
    text + &runs.iter().map(run).collect::<Vec<_>>().join("\n")
}

/// One run.
fn run(analysis: &Analysis<'_>) -> String {
    let env = &analysis.run.env;
    let unknown = |value: &Option<String>| value.clone().unwrap_or_else(|| "unknown".to_owned());
    let cores = env.cores.map_or_else(|| "unknown".to_owned(), |cores| cores.to_string());
    let versions = env.versions.iter().map(|(name, version)| format!("{name} {version}"));
    let (flagged, slices) = analysis.flagged();
    let (lost, unproven) = words::losses(&analysis.duels);
    let mut text = format!(
        "# {}\n\n{}\n\n{}\n\n## Where ringway loses\n\n{}\n\n",
        analysis.run.name(),
        words::headline(&analysis.duels, env.cores),
        words::certainty(&analysis.duels, env.cores).unwrap_or_default(),
        words::losses_in_words(&analysis.duels),
    );
    text += &duels(&[lost, unproven].concat());
    text += &across::markdown(analysis);
    let _ = write!(
        text,
        "## The machine\n\n\
         - {} ({}), {cores} cores, {}, governor {}\n\
         - {}, opt-level {}, target-cpu {}\n\
         - fences: {}\n\
         - {}\n\
         - {}; {flagged} of {slices} slices flagged\n\
         - {}, commit {}; {}\n\n\
         ```sh\n{}\n```\n\n",
        unknown(&env.cpu),
        unknown(&env.arch),
        unknown(&env.kernel),
        unknown(&env.governor),
        unknown(&env.rustc),
        unknown(&env.opt_level),
        env.target_cpu.as_deref().unwrap_or("the target's default"),
        unknown(&env.fences),
        versions.collect::<Vec<_>>().join(", "),
        words::noise(&analysis.floors()).trim_end_matches('.'),
        unknown(&env.date),
        unknown(&env.commit),
        if env.end.as_deref() == Some("complete") { "complete" } else { "not complete" },
        unknown(&env.command),
    );
    for part in [Part::Peer, Part::OwnWait, Part::Baseline, Part::Control] {
        let of_part: Vec<&Duel> =
            analysis.duels.iter().filter(|duel| duel.against == part).collect();
        if !of_part.is_empty() {
            let _ = write!(
                text,
                "## Each ring beside the best of: {}\n\n{}",
                part.text(),
                duels(&of_part)
            );
        }
    }
    for (place, rows) in &analysis.places {
        text += &cell(analysis, place, rows);
    }
    text
}

/// A table of duels; nothing if there are none.
pub fn duels(duels: &[&Duel]) -> String {
    if duels.is_empty() {
        return String::new();
    }
    let mut text =
        "| ring | cell | beside | ratio [95%] | verdict |\n|---|---|---|---:|---|\n".to_owned();
    for duel in duels {
        let ratio = interval(duel.ratio);
        let own = if duel.against == Part::OwnWait { " (own wait)" } else { "" };
        let _ = writeln!(
            text,
            "| {} | {} | {}{own} | {} {} | {} |",
            who::short(&duel.ring),
            duel.place,
            escape(&duel.opponent),
            words::times(ratio.mid),
            bounds(ratio),
            words::verdict(duel.verdict),
        );
    }
    text + "\n"
}

/// One place.
fn cell(analysis: &Analysis<'_>, place: &Place, rows: &[&Row]) -> String {
    let noise = analysis.noise(place);
    let noise =
        noise.map_or_else(|| "unknown".to_owned(), |noise| format!("±{:.0}%", noise * 100.0));
    let mut text = format!(
        "## {place}\n\nNoise floor {noise}. Repeat a row: `{}`\n\n\
         | contender | wait | M msg/s (min–max) | CPU ns/msg | × reference [95%] | verdict | flagged slices |\n\
         |---|---|---:|---:|---:|---|---|\n",
        analysis.command("CONTENDER", place),
    );
    for row in rows {
        let dash = || "–".to_owned();
        let throughput = row.mmsg_s.map_or_else(dash, |Interval { mid, lo, hi }| {
            let [mid, lo, hi] = [mid, lo, hi].map(scale::label);
            format!("{mid} ({lo}–{hi})")
        });
        let ratio = row
            .ratio
            .map_or_else(dash, |ratio| format!("{} {}", words::times(ratio.mid), bounds(ratio)));
        let _ = writeln!(
            text,
            "| {} | {} | {throughput} | {} | {ratio} | {} | {} |",
            escape(&row.contender),
            if row.own_wait { "own" } else { "common" },
            row.cpu_ns.map_or_else(dash, scale::label),
            escape(row.verdict.as_deref().unwrap_or("–")),
            row.flags,
        );
    }
    text + "\n"
}

/// A text that cannot end its cell or begin markup.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        if matches!(letter, '|' | '<' | '`' | '*' | '\\' | '[') {
            escaped.push('\\');
        }
        escaped.push(if letter.is_control() { ' ' } else { letter });
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_cell() {
        assert_eq!(escape("a|b"), "a\\|b");
        assert_eq!(escape("<b>\n`x`"), "\\<b> \\`x\\`");
        assert_eq!(escape("rtrb-1.2"), "rtrb-1.2");
    }
}
