//! A result directory, read.
//!
//! Results outlive the contest that wrote them: fields that this version does not know are ignored, and what
//! an older version did not write is unknown, never 0. What is there must be whole: the error for a damaged or
//! half-written file names the file and the line.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::plan::Topology;
use crate::report::place::Place;
use crate::report::table::Table;
use crate::stats::LEAST_NOISE;

/// What a directory holds.
#[derive(Debug, Clone)]
pub struct Run {
    /// The directory, as it was named.
    pub path: PathBuf,
    /// The machine and the settings.
    pub env: Env,
    /// The result of each cell.
    pub rows: Vec<Row>,
    /// Every slice.
    pub slices: Vec<Slice>,
    /// What `contest suspended` printed, if somebody kept it there.
    pub suspended: Option<String>,
}

/// `env.json`, as far as a reader of the report wants to know it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Env {
    /// The date, UTC.
    pub date: Option<String>,
    /// The architecture.
    pub arch: Option<String>,
    /// The processor's model.
    pub cpu: Option<String>,
    /// How many cores the process could use.
    pub cores: Option<usize>,
    /// Name and release of the kernel.
    pub kernel: Option<String>,
    /// The governor of the frequency.
    pub governor: Option<String>,
    /// The compiler.
    pub rustc: Option<String>,
    /// The optimisation level.
    pub opt_level: Option<String>,
    /// The processor that was compiled for.
    pub target_cpu: Option<String>,
    /// Which fences ringway was built with.
    pub fences: Option<String>,
    /// The versions of the packages that the contenders come from.
    pub versions: BTreeMap<String, String>,
    /// The commit of the sources.
    pub commit: Option<String>,
    /// The capacity of every queue, unless a cell says otherwise.
    pub capacity: Option<u64>,
    /// The constants of the common wait.
    pub common_wait: Option<CommonWait>,
    /// What the order of the cells depended on.
    pub seed: Option<u64>,
    /// How often every cell ran.
    pub rounds: Option<u32>,
    /// How long a slice was to take.
    pub slice_ms: Option<f64>,
    /// The command that repeats the run.
    pub command: Option<String>,
    /// How it ended.
    pub end: Option<String>,
    /// What `contest doctor` thought of the machine.
    pub grade: Option<Value>,
    /// For each contender whose real capacity is not the one asked for, what it is.
    pub rounded: BTreeMap<String, String>,
    /// The cells that could not run.
    pub skipped: Vec<Skipped>,
}

/// The constants of the common wait.
#[derive(Debug, Clone, Deserialize)]
pub struct CommonWait {
    /// Pauses after a failed look.
    pub pauses: u32,
    /// The same in ping-pong, if it was another.
    pub prompt: Option<u32>,
    /// For so many slots there was one, up to all of them; before that was so, in ping-pong and with fewer than 8.
    pub slots_for_a_pause: Option<usize>,
    /// Failed looks in a row before yields.
    pub patience: u32,
}

/// A cell that could not run.
#[derive(Debug, Clone, Deserialize)]
pub struct Skipped {
    /// Its name.
    pub cell: String,
    /// Why.
    pub reason: String,
}

/// A median with an interval: of a ratio its confidence interval, of a throughput its least and greatest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The middle.
    pub mid: f64,
    /// The lower end.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
}

impl Interval {
    /// How far it reaches from equality, as a factor less one.
    pub fn noise_floor(&self) -> f64 {
        (self.hi - 1.0).max(1.0 / self.lo - 1.0).max(LEAST_NOISE)
    }
}

/// A line of `summary.csv`.
#[derive(Debug, Clone)]
pub struct Row {
    /// The contender's key.
    pub contender: String,
    /// Where it ran.
    pub place: Place,
    /// Whether it waited by itself.
    pub own_wait: bool,
    /// Millions of messages per second, with the least and the greatest of the rounds.
    pub mmsg_s: Option<Interval>,
    /// Nanoseconds of CPU time per message.
    pub cpu_ns: Option<f64>,
    /// Its throughput beside the reference's.
    pub ratio: Option<Interval>,
    /// What may be said, or why there is no number.
    pub verdict: Option<String>,
    /// How many of its slices are to be distrusted, and why.
    pub flags: String,
    /// Jain's index of how evenly the threads were served.
    pub fairness: Option<f64>,
}

/// A line of `samples.jsonl`.
#[derive(Debug, Clone, Deserialize)]
pub struct Slice {
    /// The contender's key.
    pub contender: String,
    /// Where it ran.
    #[serde(flatten)]
    pub place: Place,
    /// The process that it ran in, where there are several.
    #[serde(default)]
    pub process: u32,
    /// The round.
    pub round: u32,
    /// Whether it waited by itself.
    #[serde(default)]
    pub wait: Option<String>,
    /// How many messages were sent.
    #[serde(default)]
    pub messages: Option<u64>,
    /// How long it took.
    #[serde(default)]
    pub elapsed_ns: Option<u64>,
    /// Reasons to distrust it.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Why there is no measurement.
    #[serde(default)]
    pub failure: Option<String>,
    /// Percentiles of the latency at a fixed rate, in nanoseconds, by name (`p50`, `p99.9`, `max`), among other
    /// things; null if the rate was not achieved.
    #[serde(default)]
    pub latency: Option<BTreeMap<String, Option<f64>>>,
}

impl Slice {
    /// What contenders are compared by, more is better: messages per second; at a fixed rate, which is the same
    /// for all, the inverse of the median latency.
    pub fn score(&self) -> Option<f64> {
        match &self.latency {
            Some(latency) => Some(1e3 / latency.get("p50").copied().flatten()?.max(1.0)),
            None => self.mmsg_s(),
        }
    }

    /// Millions of messages per second.
    pub fn mmsg_s(&self) -> Option<f64> {
        let elapsed = self.elapsed_ns.filter(|&elapsed| elapsed > 0)?;
        Some(self.messages.filter(|&messages| messages > 0)? as f64 * 1e3 / elapsed as f64)
    }
}

impl Run {
    /// Reads a directory.
    ///
    /// # Errors
    ///
    /// If a file is missing or damaged; the error names it, and the line.
    pub fn read(path: &Path) -> Result<Self> {
        let run = Self {
            path: path.to_owned(),
            env: env(&path.join("env.json"))?,
            rows: rows(&path.join("summary.csv"))?,
            slices: slices(&path.join("samples.jsonl"))?,
            suspended: fs::read_to_string(path.join("suspended.txt")).ok(),
        };
        ensure!(!run.rows.is_empty(), "'{}' has no cell", path.join("summary.csv").display());
        Ok(run)
    }

    /// The name of the directory with that of the machine: what tells runs apart.
    pub fn name(&self) -> String {
        let parts: Vec<_> = self.path.components().rev().take(2).collect();
        let words = parts.iter().rev().map(|part| part.as_os_str().to_string_lossy());
        words.collect::<Vec<_>>().join("/")
    }
}

/// The text of a file.
fn text(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => anyhow!("there is no '{}': not a result directory", path.display()),
        _ => anyhow!("cannot read '{}': {error}", path.display()),
    })
}

/// Reads `env.json`.
fn env(path: &Path) -> Result<Env> {
    let text = text(path)?;
    serde_json::from_str(&text)
        .map_err(|error| anyhow!("{}:{}: {error}", path.display(), error.line()))
}

/// Reads `samples.jsonl`.
fn slices(path: &Path) -> Result<Vec<Slice>> {
    let text = text(path)?;
    let mut slices = Vec::new();
    for (line, number) in text.lines().zip(1..) {
        let at = || format!("{}:{number}", path.display());
        match serde_json::from_str(line) {
            Ok(slice) => slices.push(slice),
            Err(error) if error.is_eof() => bail!("{}: the line is half-written", at()),
            Err(error) => bail!("{}: not a slice: {error}", at()),
        }
    }
    Ok(slices)
}

/// Reads `summary.csv`.
fn rows(path: &Path) -> Result<Vec<Row>> {
    let text = text(path)?;
    ensure!(
        text.is_empty() || text.ends_with('\n'),
        "{}:{}: the line is half-written",
        path.display(),
        text.lines().count()
    );
    let table =
        Table::read(&text).map_err(|(line, why)| anyhow!("{}:{line}: {why}", path.display()))?;
    let lines = table.lines().map(|line| {
        let interval = |mid: &str, lo: &str, hi: &str| -> Result<Option<Interval>> {
            let parts = line.positive(mid)?.zip(line.positive(lo)?).zip(line.positive(hi)?);
            Ok(parts.map(|((mid, lo), hi)| Interval { mid, lo, hi }))
        };
        let row = || -> Result<Row> {
            Ok(Row {
                contender: line.text("contender").context("no contender")?.to_owned(),
                place: Place {
                    workload: line.text("workload").map(str::to_owned),
                    topology: topology(line.text("topology").context("no topology")?)?,
                    payload: line.text("payload").map(str::to_owned),
                    capacity: line.parse("capacity")?,
                    batch: line.parse("batch")?.context("no batch")?,
                    policy: line.text("policy").map(str::to_owned),
                },
                own_wait: line.text("wait") == Some("own"),
                mmsg_s: interval("mmsg_s", "mmsg_s_min", "mmsg_s_max")?,
                cpu_ns: line.positive("cpu_ns_per_msg")?,
                ratio: interval("ratio", "ratio_lo", "ratio_hi")?,
                verdict: line.text("verdict").map(str::to_owned),
                flags: line.text("flags").unwrap_or_default().to_owned(),
                fairness: line.positive("fairness")?,
            })
        };
        row().map_err(|error| anyhow!("{}:{}: {error:#}", path.display(), line.number))
    });
    lines.collect()
}

/// Reads `2x2`.
fn topology(text: &str) -> Result<Topology> {
    Topology::try_from(text.to_owned()).map_err(|why| anyhow!(why))
}
