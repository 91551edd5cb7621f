//! `cargo contest channels`: rounds of all channels in all workloads, and the tables.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use comfy_table::CellAlignment::{self, Left, Right};
use serde::Serialize;

use super::contenders::{CHANNELS, Channel, REFERENCE};
use super::{Figure, Figures, WORKLOADS, Workload};
use crate::cli::Channels;
use crate::commands::{CTRL_C, INTERRUPTED, ensure_release, on_ctrl_c, print};
use crate::output::table::{self, short};
use crate::platform;
use crate::stats::{Ratio, Spread};

/// The header of the table, with the alignment of each column.
const COLUMNS: [(&str, CellAlignment); 7] = [
    ("workload", Left),
    ("channel", Left),
    ("figure", Left),
    ("median", Right),
    ("least", Right),
    ("most", Right),
    ("ringway is better by", Right),
];

/// A slice that takes so much longer than it should hangs.
const HANG: Duration = Duration::from_secs(30);

/// The samples of a channel in a workload, by round.
type Samples = BTreeMap<(usize, usize, usize), f64>;

/// A line of `--json`: a figure of a channel in a workload in a round.
#[derive(Debug, Serialize)]
struct Line {
    workload: String,
    channel: &'static str,
    figure: Figure,
    round: usize,
    value: f64,
}

/// Runs all workloads and reports.
///
/// # Errors
///
/// If the filters leave nothing, if this is a debug build, or if nothing can be printed.
pub fn run(arguments: &Channels) -> Result<ExitCode> {
    let chosen = Vec::from_iter(
        WORKLOADS.into_iter().filter(|workload| arguments.includes(&workload.to_string())),
    );
    ensure!(!chosen.is_empty(), "no workload matches; there are: {}", names());
    ensure_release("channels")?;
    ctrlc::set_handler(on_ctrl_c).context("cannot listen to Ctrl-C")?;
    let cores = platform::allowed_cores();
    let failed = check(&chosen)?;
    let runners = |workload: &Workload| runners(*workload, &failed);
    let slices: usize = chosen.iter().map(|workload| runners(workload).count()).sum();
    ensure!(slices > 0, "no channel passed its checks: {failed:?}");
    let time = arguments.seconds / (slices * arguments.rounds) as u32;
    let seed = arguments.seed.unwrap_or_else(|| fastrand::u64(..));
    eprintln!(
        "{} workloads, {} rounds, slices of {:.0} ms, seed {seed}",
        chosen.len(),
        arguments.rounds,
        time.as_secs_f64() * 1e3,
    );
    let mut random = fastrand::Rng::with_seed(seed);
    let (mut lines, mut hung) = (Vec::new(), None);
    'rounds: for round in 0..arguments.rounds {
        let all = chosen.iter().flat_map(|workload| runners(workload).map(|one| (*workload, one)));
        let mut order = Vec::from_iter(all);
        random.shuffle(&mut order);
        for (workload, channel) in order {
            if CTRL_C.load(Ordering::Relaxed) {
                break 'rounds;
            }
            let Some(figures) = watched(channel, workload, &cores, time) else {
                hung = Some(format!("{} hangs in {workload}", channel.name));
                break 'rounds;
            };
            lines.extend(figures.into_iter().map(|(figure, value)| Line {
                workload: workload.to_string(),
                channel: channel.name,
                figure,
                round,
                value,
            }));
        }
    }
    if arguments.json {
        let lines: Result<Vec<_>, _> = lines.iter().map(serde_json::to_string).collect();
        print(&format!("{}\n", lines?.join("\n")))?;
    } else {
        print(&text(&chosen, &lines, &failed, time))?;
    }
    Ok(match hung {
        _ if CTRL_C.load(Ordering::Relaxed) => ExitCode::from(INTERRUPTED),
        Some(what) => {
            eprintln!("{what}");
            ExitCode::FAILURE
        }
        None => ExitCode::SUCCESS,
    })
}

/// The names of all workloads.
fn names() -> String {
    let names = Vec::from_iter(WORKLOADS.iter().map(|workload| format!("'{workload}'")));
    names.join(", ")
}

/// The channels that did not pass their checks, by their numbers in the list, and what went wrong.
type Failed = BTreeMap<usize, String>;

/// Checks every channel that runs one of these workloads: there is no number of one that is no channel.
///
/// # Errors
///
/// If one hangs: nothing can be measured beside its threads.
fn check(workloads: &[Workload]) -> Result<Failed> {
    let runs = |channel: &Channel| workloads.iter().any(|one| channel.obstacle(*one).is_none());
    let mut failed = Failed::new();
    for (number, channel) in CHANNELS.iter().enumerate().filter(|(_, channel)| runs(channel)) {
        let outcome = within(HANG, || channel.check()).flatten();
        let outcome = outcome.with_context(|| format!("{} hangs in its checks", channel.name))?;
        if let Err(why) = outcome {
            failed.insert(number, why);
        }
    }
    Ok(failed)
}

/// The channels that run a workload.
fn runners(workload: Workload, failed: &Failed) -> impl Iterator<Item = &'static Channel> {
    let takes_part = move |(number, channel): &(usize, &Channel)| {
        channel.obstacle(workload).is_none() && !failed.contains_key(number)
    };
    CHANNELS.iter().enumerate().filter(takes_part).map(|(_, channel)| channel)
}

/// What `work` gives, or nothing if it takes longer than that.
fn within<T: Send + 'static>(
    limit: Duration,
    work: impl FnOnce() -> T + Send + 'static,
) -> Option<T> {
    let (done, is_done) = mpsc::channel();
    // Nothing can be measured beside the threads of a channel that hangs: they are left behind.
    thread::spawn(move || done.send(work()));
    is_done.recv_timeout(limit).ok()
}

/// Runs one slice; nothing if it hangs.
fn watched(
    channel: &'static Channel,
    workload: Workload,
    cores: &[usize],
    time: Duration,
) -> Option<Figures> {
    let cores = cores.to_vec();
    within(time + HANG, move || channel.run(workload, &cores, time))
}

/// The table, and how to read it.
fn text(workloads: &[Workload], lines: &[Line], failed: &Failed, time: Duration) -> String {
    let mut table = table::table(&COLUMNS);
    let mut left_out = String::new();
    for workload in workloads {
        let name = workload.to_string();
        let samples = Samples::from_iter(
            lines
                .iter()
                .filter(|line| line.workload == name)
                .map(|line| ((place(line.channel), line.figure as usize, line.round), line.value)),
        );
        for channel in runners(*workload, failed) {
            for figure in FIGURES {
                if let Some(row) = row(&name, channel, figure, &samples) {
                    table.add_row(row);
                }
            }
        }
        for channel in &CHANNELS {
            let mut others = CHANNELS.iter().filter(|other| other.name == channel.name);
            let runs = others.any(|other| other.obstacle(*workload).is_none());
            if let (false, Some(why)) = (runs, channel.obstacle(*workload)) {
                let _ = writeln!(left_out, "{name}: no {} ({why})", channel.name);
            }
        }
    }
    for (number, why) in failed {
        let _ = writeln!(left_out, "not measured: {} ({why})", CHANNELS[*number].name);
    }
    format!(
        "{}\n\nEach channel waits in its own default way; capacity {}; slices of {:.0} ms in shuffled \
         rounds.\nBetter by: the median of the ratios of paired rounds, with its 95% interval; above 1 \
         ringway is better.\n\n{left_out}",
        table.trim_fmt(),
        crate::plan::CAPACITY,
        time.as_secs_f64() * 1e3,
    )
}

/// The figures in the order of the table.
const FIGURES: [Figure; 5] =
    [Figure::Rate, Figure::Median, Figure::P99, Figure::CpuPerMessage, Figure::CpuPerSecond];

/// The number of a name.
fn place(name: &str) -> usize {
    CHANNELS.iter().position(|channel| channel.name == name).expect("it is in the list")
}

/// A row of the table, if there are such figures.
fn row(
    workload: &str,
    channel: &Channel,
    figure: Figure,
    samples: &Samples,
) -> Option<Vec<String>> {
    let of = |name: &str| -> BTreeMap<usize, f64> {
        let key = (place(name), figure as usize);
        let mine = samples.range((key.0, key.1, 0)..=(key.0, key.1, usize::MAX));
        mine.map(|((_, _, round), value)| (*round, *value)).collect()
    };
    let mine = of(channel.name);
    let spread = Spread::of(&Vec::from_iter(mine.values().copied()))?;
    let reference = of(REFERENCE);
    let ratios = Vec::from_iter(mine.iter().filter_map(|(round, other)| {
        let ringway = reference.get(round)?;
        let ratio = if figure.is_more_better() { ringway / other } else { other / ringway };
        // Of two that use nothing none is better.
        ratio.is_finite().then_some(ratio)
    }));
    let better = match Ratio::estimate(&ratios) {
        Some(_) if channel.name == REFERENCE => "–".to_owned(),
        Some(ratio) => {
            format!("{} [{}, {}]", short(ratio.median), short(ratio.lo), short(ratio.hi))
        }
        None => "–".to_owned(),
    };
    Some(vec![
        workload.to_owned(),
        channel.name.to_owned() + if channel.is_baseline { " (baseline)" } else { "" },
        figure.to_string(),
        short(spread.median),
        short(spread.min),
        short(spread.max),
        better,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The last column of a row of crossbeam-channel beside ringway.
    fn better(figure: Figure, ringway: f64, other: f64) -> String {
        let other_place = place("crossbeam-channel");
        let samples = Samples::from_iter((0..9).flat_map(|round| {
            [(place(REFERENCE), ringway), (other_place, other)]
                .map(|(place, value)| ((place, figure as usize, round), value))
        }));
        row("w", &CHANNELS[other_place], figure, &samples).expect("there are samples").remove(6)
    }

    #[test]
    fn better_is_more_of_a_rate_and_less_of_all_else() {
        assert!(better(Figure::Rate, 30.0, 10.0).starts_with("3.00 "));
        assert!(better(Figure::Median, 30.0, 10.0).starts_with("0.33 "));
        assert!(better(Figure::CpuPerMessage, 10.0, 30.0).starts_with("3.00 "));
    }

    #[test]
    fn of_two_that_use_nothing_none_is_better() {
        assert_eq!(better(Figure::CpuPerSecond, 0.0, 0.0), "–");
    }

    #[test]
    fn a_channel_that_failed_its_checks_has_no_row_and_a_reason() {
        let number = place("flume");
        let failed = Failed::from([(number, "lost a message".to_owned())]);
        let workload = Workload::PingPong;
        let lines = ["flume", "kanal"].map(|channel| Line {
            workload: workload.to_string(),
            channel,
            figure: Figure::Median,
            round: 0,
            value: 5.0,
        });
        let text = text(&[workload], &lines, &failed, Duration::from_millis(1));
        assert!(text.contains("not measured: flume (lost a message)"));
        assert!(text.contains("kanal  ") && !text.contains("flume  "), "{text}");
        assert!(runners(workload, &failed).all(|channel| channel.name != "flume"));
    }

    #[test]
    fn a_channel_runs_or_says_why() {
        for workload in WORKLOADS {
            assert!(
                runners(workload, &Failed::new()).any(|channel| channel.name == REFERENCE),
                "{workload}"
            );
        }
        let tokio = &CHANNELS[place("tokio-mpsc")];
        assert_eq!(tokio.obstacle(Workload::PingPong).as_deref(), Some("tasks only"));
        let tasks = |receivers| Workload::Tasks {
            executor: super::super::Executor::MultiThread,
            senders: 4,
            receivers,
        };
        assert_eq!(tokio.obstacle(tasks(1)), None);
        assert_eq!(tokio.obstacle(tasks(4)).as_deref(), Some("MPSC only"));
    }
}
