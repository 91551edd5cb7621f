//! What criterion has saved: `<benchmark>/new/benchmark.json` and `estimates.json`, as far as it is needed.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// A benchmark and what was estimated of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Benchmark {
    /// Its group: `transfer`.
    pub group: String,
    /// Its name in the group: `mpmc/capacity 1024/2x2`.
    pub name: String,
    /// The messages of an iteration, if they are counted.
    pub messages: Option<u64>,
    /// The median of an iteration, in nanoseconds, with the ends of its interval.
    pub median: Estimate,
}

/// A value with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// The lower end.
    pub lo: f64,
    /// The upper end.
    pub hi: f64,
}

/// `benchmark.json`.
#[derive(Deserialize)]
struct Identity {
    group_id: String,
    function_id: Option<String>,
    throughput: Option<Value>,
}

/// `estimates.json`.
#[derive(Deserialize)]
struct Estimates {
    median: Statistic,
}

/// A statistic in there.
#[derive(Deserialize)]
struct Statistic {
    point_estimate: f64,
    confidence_interval: Interval,
}

/// Its interval.
#[derive(Deserialize)]
struct Interval {
    lower_bound: f64,
    upper_bound: f64,
}

/// Where criterion saves what it measures, by the rules of its own.
pub fn usual_directory() -> PathBuf {
    let of = |name| env::var_os(name).map(PathBuf::from);
    of("CRITERION_HOME").unwrap_or_else(|| {
        of("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into()).join("criterion")
    })
}

/// Reads all benchmarks below a directory, in the order of their names.
///
/// # Errors
///
/// If there is none, or if a file is missing or damaged; the error names it.
pub fn read(directory: &Path) -> Result<Vec<Benchmark>> {
    let mut benchmarks = Vec::new();
    collect(directory, &mut benchmarks)?;
    if benchmarks.is_empty() {
        bail!(
            "criterion has measured nothing below '{}': run `cargo bench` first, or name its directory by \
             --criterion",
            directory.display()
        );
    }
    benchmarks.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    Ok(benchmarks)
}

/// Adds the benchmarks below a directory. One that is not there has none.
fn collect(directory: &Path, benchmarks: &mut Vec<Benchmark>) -> Result<()> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(()) };
    for entry in entries.flatten() {
        let path = entry.path();
        if !path.is_dir() {
            continue;
        }
        if entry.file_name() == "new" {
            benchmarks.push(benchmark(&path)?);
        } else {
            collect(&path, benchmarks)?;
        }
    }
    Ok(())
}

/// Reads one benchmark.
fn benchmark(directory: &Path) -> Result<Benchmark> {
    let identity: Identity = json(&directory.join("benchmark.json"))?;
    let path = directory.join("estimates.json");
    let Estimates { median } = json(&path)?;
    let interval = median.confidence_interval;
    let estimate = Estimate {
        value: median.point_estimate,
        lo: interval.lower_bound,
        hi: interval.upper_bound,
    };
    ensure!(
        0.0 < estimate.lo && estimate.lo <= estimate.value && estimate.value <= estimate.hi,
        "'{}' is damaged: {estimate:?} is no time with an interval",
        path.display()
    );
    Ok(Benchmark {
        group: identity.group_id,
        name: identity.function_id.unwrap_or_default(),
        messages: identity.throughput.and_then(|throughput| throughput.get("Elements")?.as_u64()),
        median: estimate,
    })
}

/// Reads a file.
fn json<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read '{}'", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("'{}' is damaged", path.display()))
}
