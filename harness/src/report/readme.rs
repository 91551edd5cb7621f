//! The figures of the README: a table and a plot, made from the committed result that the README names.
//!
//! They stand between `<!-- contest DIR -->` and `<!-- /contest -->`; the plot is a file of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail, ensure};
use maud::{PreEscaped, html};

use crate::report::analysis::Analysis;
use crate::report::duel::Duel;
use crate::report::duels::{bounds, interval};
use crate::report::input::{Interval, Run};
use crate::report::plots::forest::{Axis, Mark, ROW};
use crate::report::plots::glyph;
use crate::report::who::{self, Part};
use crate::report::words;

/// The README, seen from the current directory.
const README: &str = "README.md";

/// The plot, seen from there as well.
const PLOT: &str = "docs/contest.svg";

/// What the figures stand between.
const BEGIN: (&str, &str) = ("<!-- contest ", " -->\n");
const END: &str = "<!-- /contest -->";

/// The colours of the plot, for readers in the light and in the dark.
const STYLE: &str = "
svg { font: 13px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #1a1f26; color: #0a58c2; overflow: visible }
.ground { fill: #ffffff } .muted { fill: #555e6b } .grid { stroke: #e4e8ee } .noise { fill: #d5d9e0 }
.one { stroke: #1a1f26; stroke-width: 1.5 } .reach { stroke: currentColor; stroke-width: 1.6 }
.mark { fill: currentColor } .title { font-weight: 600; font-size: 15px }
@media (prefers-color-scheme: dark) {
svg { fill: #e7eaee; color: #6fb1ff } .ground { fill: #0d1117 } .muted { fill: #a3adba }
.grid { stroke: #2a3039 } .noise { fill: #38404c } .one { stroke: #e7eaee }
}";

/// The figures of a result.
#[derive(Debug, PartialEq, Eq)]
struct Figures {
    /// What stands between the marks.
    section: String,
    /// The plot.
    plot: String,
}

/// Writes the figures of the README, or checks them.
///
/// # Errors
///
/// If the result cannot be read, if the README has no place for the figures, or, when they are checked, if they
/// are not those of the result.
pub fn run(dirs: &[PathBuf], check: bool) -> Result<ExitCode> {
    let readme = fs::read_to_string(README).with_context(|| format!("cannot read '{README}'"))?;
    let (named, old) = section(&readme)?;
    let dir = match dirs {
        [] => Path::new(named),
        [dir] => dir,
        _ => bail!("the README's figures come from one result"),
    };
    let shown = dir.to_string_lossy().trim_end_matches('/').to_owned();
    let result = Run::read(dir)?;
    let figures = figures(&shown, &Analysis::of(&result))?;
    if check {
        let plot = fs::read_to_string(PLOT).with_context(|| format!("cannot read '{PLOT}'"))?;
        ensure!(shown == named, "{README} names '{named}', not '{shown}'");
        differs(README, old, &figures.section)?;
        differs(PLOT, &plot, &figures.plot)?;
        eprintln!("{README} and {PLOT} say what '{named}' says");
    } else {
        let new = format!("{}{shown}{}{}", BEGIN.0, BEGIN.1, figures.section);
        let all = format!("{}{named}{}{old}", BEGIN.0, BEGIN.1);
        fs::write(README, readme.replacen(&all, &new, 1))
            .with_context(|| format!("cannot write '{README}'"))?;
        fs::write(PLOT, figures.plot).with_context(|| format!("cannot write '{PLOT}'"))?;
        eprintln!("written to {README} and {PLOT}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The result that a README names, and its figures.
fn section(readme: &str) -> Result<(&str, &str)> {
    let marks = || format!("{README} has no '{}DIR{}' … '{END}'", BEGIN.0, BEGIN.1.trim_end());
    let (_, rest) = readme.split_once(BEGIN.0).with_context(marks)?;
    let (named, rest) = rest.split_once(BEGIN.1).with_context(marks)?;
    let (figures, _) = rest.split_once(END).with_context(marks)?;
    Ok((named, figures))
}

/// Complains about the first line in which a file is not what its result makes of it.
fn differs(file: &str, is: &str, should_be: &str) -> Result<()> {
    if is == should_be {
        return Ok(());
    }
    let (mut is, mut should_be) = (is.lines(), should_be.lines());
    loop {
        let (a, b) = (is.next(), should_be.next());
        if a != b || a.is_none() {
            bail!(
                "{file} does not say what its result says; `cargo contest report --readme` repairs it\n  \
                 it says:    {}\n  the result: {}",
                a.unwrap_or("(nothing)"),
                b.unwrap_or("(nothing)")
            );
        }
    }
}

/// The figures of a result that lies there.
fn figures(dir: &str, analysis: &Analysis<'_>) -> Result<Figures> {
    let env = &analysis.run.env;
    let plain = |duel: &&Duel| {
        duel.against == Part::Peer && duel.place.batch == 1 && analysis.is_usual(&duel.place)
    };
    let duels: Vec<&Duel> = analysis.duels.iter().filter(plain).collect();
    ensure!(!duels.is_empty(), "'{dir}' holds no ring against another queue with the same wait");
    let headline = words::headline(&analysis.duels, env.cores);
    let cores = env.cores.map_or_else(String::new, |cores| format!(", {cores} cores"));
    let mut section = format!(
        "From [`{dir}`]({dir}/report.md): `{}`, {}{cores}, commit {}.\n\n![{headline}]({PLOT})\n\n{}\n\n",
        env.command.as_deref().unwrap_or("an unknown command"),
        env.cpu.as_deref().unwrap_or("an unknown processor"),
        env.commit.as_deref().unwrap_or("unknown"),
        words::noise(&analysis.floors()),
    );
    section += "| cell | beside | which is | ratio [95%] |\n|---|---|---|---:|\n";
    for line in &analysis.across {
        let ratio = Interval { mid: line.ratio, lo: line.ratio_lo, hi: line.ratio_hi };
        let _ = writeln!(
            section,
            "| {} | {} | {} | {} {} |",
            line.subject,
            line.beside,
            line.best,
            words::times(ratio.mid),
            bounds(ratio)
        );
    }
    Ok(Figures { section, plot: plot(analysis, &duels, dir) })
}

/// The plot: a ring beside the best other queue, a row for each place.
fn plot(analysis: &Analysis<'_>, duels: &[&Duel], dir: &str) -> String {
    const WIDTH: f64 = 780.0;
    const NAMES: f64 = 270.0;
    const PICTURE: f64 = 330.0;
    const HEAD: f64 = 62.0;
    let axis = Axis::around(duels.iter().map(|duel| interval(duel.ratio)));
    let height = HEAD + ROW * duels.len() as f64 + 34.0;
    let title = "Messages per second beside the best other queue with the same wait";
    let picture = html! {
        svg xmlns="http://www.w3.org/2000/svg" viewBox={ "0 0 " (WIDTH) " " (height) } width=(WIDTH) height=(height) role="img" aria-label=(title) {
            style { (PreEscaped(STYLE)) }
            (glyph::outlines())
            rect class="ground" width="100%" height="100%" rx="6" {}
            text class="title" x="14" y="26" { (title) }
            svg x=(NAMES) y=(HEAD - 18.0) width=(PICTURE) height="16" class="muted" { (axis.labels()) }
            @for (index, duel) in duels.iter().enumerate() {
                @let y = HEAD + ROW * index as f64;
                @let ratio = interval(duel.ratio);
                @let look = analysis.look(&duel.ring, false);
                @let mark = Mark { ratio, noise: analysis.noise(&duel.place), shape: look.shape, class: "" };
                text x="14" y=(y + 17.5) { (who::short(&duel.ring)) " " (duel.place) }
                text x=(NAMES - 14.0) y=(y + 17.5) class="muted" text-anchor="end" { (duel.opponent) }
                svg x=(NAMES) y=(y) width=(PICTURE) height=(ROW) { (axis.row(Some(mark))) }
                text x=(WIDTH - 14.0) y=(y + 17.5) text-anchor="end" { (words::times(ratio.mid)) " " (bounds(ratio)) }
            }
            text class="muted" x="14" y=(height - 12.0) font-size="11" { "Right of 1× ringway leads. Bars: 95% intervals. Bands: a queue beside itself. " (dir) }
        }
    };
    picture.into_string() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_readme_names_its_result() {
        let readme = "# x\n\n<!-- contest results/a/b -->\nold\n<!-- /contest -->\nrest";
        assert_eq!(section(readme).unwrap(), ("results/a/b", "old\n"));
        for broken in ["", "<!-- contest a -->\n", "<!-- /contest -->"] {
            assert!(section(broken).unwrap_err().to_string().contains("has no"), "{broken}");
        }
    }

    #[test]
    fn the_first_line_that_differs_is_shown() {
        assert!(differs("x", "a\nb\n", "a\nb\n").is_ok());
        let error = differs("x", "a\nb\n", "a\nc\n").unwrap_err().to_string();
        assert!(error.contains("it says:    b") && error.contains("the result: c"), "{error}");
        let error = differs("x", "a\n", "a\nc\n").unwrap_err().to_string();
        assert!(error.contains("(nothing)"), "{error}");
    }
}
