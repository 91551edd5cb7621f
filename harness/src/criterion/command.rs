//! The command: the cells that both measure, side by side, and those that only one of them does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use clap::Args;
use comfy_table::CellAlignment::{Left, Right};

use crate::commands::print;
use crate::compare;
use crate::contenders::REFERENCE;
use crate::criterion::cells::{Contested, Measured, cell, contenders};
use crate::criterion::saved::{self, Benchmark};
use crate::criterion::{Agreement, FACTOR};
use crate::environment::{CARGO_CONTEST, Environment};
use crate::output::files::{RESULTS, newest};
use crate::output::table::{self, short};
use crate::record::CellName;
use crate::report::duels::{bounds, interval};
use crate::report::words;
use crate::stats::Ratio;
use crate::summary::Throughputs;

/// The settings of `agree`.
#[derive(Debug, Args)]
pub struct Agree {
    /// The directory of a result [default: the newest of this machine below results/]
    #[arg(value_name = "DIR")]
    pub result: Option<PathBuf>,
    /// Where criterion saved its estimates [default: criterion/ in the target directory]
    #[arg(long, value_name = "DIR")]
    pub criterion: Option<PathBuf>,
}

/// A cell that both measured.
#[derive(Debug)]
struct Common {
    criterion: Measured,
    contest: Contested,
    /// The ratios to the reference, and how they go together; nothing for the reference itself, or where one of
    /// the two lacks it.
    beside: Option<(Ratio, Ratio, Agreement)>,
}

/// Puts criterion's estimates and a result side by side. Fails if they contradict each other.
///
/// # Errors
///
/// If one of them is missing or damaged, or if they have no cell in common.
pub(crate) fn run(arguments: &Agree) -> Result<ExitCode> {
    let saved = arguments.criterion.clone().unwrap_or_else(saved::usual_directory);
    let benchmarks = saved::read(&saved)?;
    let result = match &arguments.result {
        Some(result) => result.clone(),
        None => newest_here()?,
    };
    let contest = compare::Measured::read(&result)?;
    let cells: Vec<Measured> =
        benchmarks.iter().filter_map(|b| Measured::of(b).transpose()).collect::<Result<_>>()?;
    let common = common(&cells, &contest.throughputs);
    ensure!(
        common.iter().any(|cell| cell.beside.is_some()),
        "criterion and '{}' have no cell in common in which both have {REFERENCE} as well: see `cargo bench` and \
         `{CARGO_CONTEST} quick`",
        result.display()
    );
    let counts = [Agreement::Agree, Agreement::Apart, Agreement::Contradict].map(|agreement| {
        common.iter().filter(|cell| matches!(cell.beside, Some((.., a)) if a == agreement)).count()
    });
    let [agree, apart, contradict] = counts;
    let [only_contest, strangers] = only_contest(&common, &contest.throughputs);
    print(&format!(
        "criterion: {}\nthe contest: {}, {}\n\n{}\n\n{}\n\
         Of {} cells beside {REFERENCE}, {agree} agree, {apart} are apart, {contradict} contradict each other.\n\
         They agree if the intervals overlap or the ratios differ by no more than {FACTOR} times. They contradict \
         each other if by one a queue is faster, by the other slower, both beyond the contest's noise floor.\n",
        saved.display(),
        result.display(),
        contest.origin.text(),
        rows(&common),
        list("Only criterion measured", &only_criterion(&benchmarks, &cells, &common))
            + &list("Only the contest measured", &only_contest)
            + &list("Only the contest has, with so many cells", &strangers),
        counts.iter().sum::<usize>(),
    ))?;
    Ok(if contradict == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The newest result of this machine.
fn newest_here() -> Result<PathBuf> {
    let machine = Environment::read().machine_key();
    newest(Path::new(RESULTS), &machine)
        .with_context(|| format!("run `{CARGO_CONTEST} quick` first"))
}

/// The cells that both measured.
fn common(cells: &[Measured], throughputs: &Throughputs) -> Vec<Common> {
    let reference = |at: &CellName| {
        let cell = CellName::new(REFERENCE, at.group);
        cells.iter().find(|measured| measured.cell == cell && cell != *at)
    };
    let both = cells.iter().filter_map(|criterion| {
        let contest = Contested::of(&criterion.cell, throughputs)?;
        let ratios = reference(&criterion.cell).map(|r| criterion.beside(r)).zip(contest.ratio);
        let beside = ratios.map(|(a, b)| (a, b, Agreement::of(&a, &b, contest.noise)));
        Some(Common { criterion: criterion.clone(), contest, beside })
    });
    both.collect()
}

/// The table of these cells, those of a place together.
fn rows(common: &[Common]) -> String {
    let columns = [
        ("cell", Left),
        ("criterion, M msg/s [95%]", Right),
        ("contest, M msg/s (min–max)", Right),
        ("criterion, × mpmc [95%]", Right),
        ("contest, × mpmc [95%]", Right),
        ("criterion", Left),
        ("contest", Left),
        ("", Left),
    ];
    let mut table = table::table(&columns);
    let mut sorted: Vec<&Common> = common.iter().collect();
    sorted.sort_by_key(|common| common.criterion.cell.group);
    for Common { criterion, contest, beside } in sorted {
        let (saved, spread) = (criterion.mmsg_s, contest.mmsg_s);
        let mut row = vec![
            name(&contest.cell),
            format!("{} [{}–{}]", short(saved.value), short(saved.lo), short(saved.hi)),
            format!("{} ({}–{})", short(spread.median), short(spread.min), short(spread.max)),
        ];
        if let Some((a, b, agreement)) = beside {
            row.extend([a, b].map(|ratio| {
                format!("{} {}", words::times(ratio.median), bounds(interval(*ratio)))
            }));
            row.extend([a, b].map(|ratio| ratio.verdict(contest.noise).word().to_owned()));
            row.push(agreement.word().to_owned());
        } else if criterion.cell.contender == REFERENCE {
            row.extend(["1", "1", "reference", "reference"].map(str::to_owned));
        }
        table.add_row(row);
    }
    table.trim_fmt()
}

/// What only criterion measured: cells, and how many benchmarks that are no cells, by group.
fn only_criterion(benchmarks: &[Benchmark], cells: &[Measured], common: &[Common]) -> Vec<String> {
    let shared = |cell: &&Measured| common.iter().any(|common| common.criterion == **cell);
    let own = cells.iter().filter(|cell| !shared(cell)).map(|cell| name(&cell.cell));
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for benchmark in benchmarks.iter().filter(|benchmark| cell(benchmark).is_none()) {
        *others.entry(&benchmark.group).or_default() += 1;
    }
    own.chain(others.iter().map(|(group, count)| format!("{count} of '{group}'"))).collect()
}

/// What only the contest measured: cells of contenders that have benchmarks, and the other contenders.
fn only_contest(common: &[Common], throughputs: &Throughputs) -> [Vec<String>; 2] {
    let met: BTreeSet<&CellName> = common.iter().map(|common| &common.contest.cell).collect();
    let mut cells: Vec<String> = Vec::new();
    let mut others: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in throughputs.cells().filter(|cell| !met.contains(cell)) {
        if contenders().any(|key| key == cell.contender) {
            cells.push(name(cell));
        } else {
            *others.entry(&cell.contender).or_default() += 1;
        }
    }
    let others = others.iter().map(|(key, count)| format!("{key} ({count})"));
    [cells, others.collect()]
}

/// A line that begins so, if there is anything to list.
fn list(begin: &str, what: &[String]) -> String {
    if what.is_empty() { String::new() } else { format!("{begin}: {}.\n", what.join(", ")) }
}

/// The name of a cell as filters write it.
fn name(cell: &CellName) -> String {
    format!("{}/{}", cell.contender, cell.group)
}
