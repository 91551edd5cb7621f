//! The machine, the toolchain and the sources of a contest: `env.json`.
//!
//! Nothing here names the machine itself: no host name, no path. What is not known is null.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::process::Command;

use serde::Serialize;

use crate::plan::CAPACITY;
use crate::platform;
use crate::registry::entries;
use crate::wait;

/// Whether this is the portable twin: compiled with `--cfg ringway_portable`, by which ringway does
/// without `membarrier` on Linux too.
pub const IS_PORTABLE: bool = cfg!(ringway_portable);

/// The fences of ringway, as this build chose them.
pub const FENCES: &str =
    if IS_PORTABLE { "portable (--cfg ringway_portable)" } else { "the system's (default)" };

/// What stands for `cargo contest` on the command line of this build.
pub const CARGO_CONTEST: &str =
    if IS_PORTABLE { "cargo contest-portable" } else { "cargo contest" };

/// What the name of a run's directory ends with.
pub const LABEL: &str = if IS_PORTABLE { "quick-portable" } else { "quick" };

/// Where and with what a contest ran.
#[derive(Debug, Clone, Serialize)]
pub struct Environment {
    /// The date, UTC.
    pub date: String,
    /// The architecture.
    pub arch: &'static str,
    /// The processor's model.
    pub cpu: Option<String>,
    /// How many cores the process may use.
    pub cores: usize,
    /// Name and release of the kernel.
    pub kernel: Option<String>,
    /// The governor of the first core's frequency.
    pub governor: Option<String>,
    /// The compiler.
    pub rustc: Option<&'static str>,
    /// The target that was compiled for.
    pub target: Option<&'static str>,
    /// The optimisation level.
    pub opt_level: Option<&'static str>,
    /// The processor that was compiled for; null: the target's default.
    pub target_cpu: Option<&'static str>,
    /// The fences of ringway.
    pub fences: &'static str,
    /// The versions of the packages that the contenders come from.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The commit of the sources, `nogit` if there is none, with `-dirty` if they differ from it.
    pub commit: String,
    /// The capacity of every queue.
    pub capacity: usize,
    /// The constants of the common wait.
    pub common_wait: CommonWait,
}

/// The constants of the common wait.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct CommonWait {
    /// Pauses after a failed look.
    pub pauses: u32,
    /// The same in ping-pong.
    pub prompt: u32,
    /// For so many slots there is one, up to all of them.
    pub slots_for_a_pause: usize,
    /// Failed looks in a row before yields.
    pub patience: u32,
}

impl Environment {
    /// Looks around.
    pub fn read() -> Self {
        Self {
            date: jiff::Timestamp::now().strftime("%Y-%m-%d").to_string(),
            arch: env::consts::ARCH,
            cpu: cpu_model(),
            cores: platform::allowed_cores().len(),
            kernel: platform::kernel(),
            governor: read_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor"),
            rustc: known(env!("HARNESS_RUSTC")),
            target: known(env!("HARNESS_TARGET")),
            opt_level: known(env!("HARNESS_OPT_LEVEL")),
            target_cpu: known(env!("HARNESS_TARGET_CPU")),
            fences: FENCES,
            versions: entries()
                .iter()
                .filter_map(|entry| Some((entry.info.package, entry.version()?)))
                .collect(),
            commit: commit(),
            capacity: CAPACITY,
            common_wait: CommonWait {
                pauses: wait::PAUSES,
                prompt: wait::PROMPT,
                slots_for_a_pause: wait::SLOTS_FOR_A_PAUSE,
                patience: wait::PATIENCE,
            },
        }
    }

    /// A key for machines of this kind: `x86_64-2c-amd-epyc`.
    pub fn machine_key(&self) -> String {
        let cpu = self.cpu.as_deref().map_or_else(|| "unknown-cpu".to_owned(), slug);
        format!("{}-{}c-{cpu}", self.arch, self.cores)
    }
}

/// The version of a package that the harness depends on directly; of `std`, the compiler's.
pub fn version_of(package: &str) -> Option<&'static str> {
    if package == "std" {
        return known(env!("HARNESS_RUSTC"))?.split(' ').nth(1);
    }
    locked_versions().find(|(name, _)| *name == package).map(|(_, version)| version)
}

/// What the build found in `Cargo.lock`.
fn locked_versions() -> impl Iterator<Item = (&'static str, &'static str)> {
    env!("HARNESS_VERSIONS").split(' ').filter_map(|entry| entry.split_once('='))
}

/// What the build knew, if it knew it.
fn known(value: &'static str) -> Option<&'static str> {
    (!value.is_empty()).then_some(value)
}

/// The processor's model as Linux tells it.
fn cpu_model() -> Option<String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// The first line of a file of the system.
fn read_line(path: &str) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.lines().next()?.to_owned())
}

/// A name as part of a path: `Intel(R) Xeon(R) CPU @ 2.20GHz` is `intel-xeon`.
fn slug(name: &str) -> String {
    let name = name.split('@').next().unwrap_or(name).to_lowercase();
    let name = name.replace("(r)", " ").replace("(tm)", " ");
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let telling = words.filter(|word| !["", "cpu", "processor"].contains(word));
    telling.collect::<Vec<_>>().join("-")
}

/// The commit of the working directory. Results do not count as changes of the sources.
fn commit() -> String {
    let Some(hash) = git(&["rev-parse", "--short", "HEAD"]) else { return "nogit".to_owned() };
    let changes = git(&["status", "--porcelain", "--", ":(top)", ":(top,exclude)results"]);
    let dirty = if changes.is_none_or(|changes| changes.is_empty()) { "" } else { "-dirty" };
    format!("{hash}{dirty}")
}

/// What git says, if it says anything.
fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_portable_twin_is_told_by_its_flag() {
        let words = [FENCES, CARGO_CONTEST, LABEL];
        assert_eq!(words.map(|word| word.contains("portable")), [cfg!(ringway_portable); 3]);
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("AMD EPYC"), "amd-epyc");
        assert_eq!(slug("Intel(R) Xeon(R) CPU @ 2.20GHz"), "intel-xeon");
        assert_eq!(slug("AMD Ryzen 7 5800X 8-Core Processor"), "amd-ryzen-7-5800x-8-core");
    }

    #[test]
    fn the_version_of_every_contender_is_known() {
        for entry in entries() {
            assert!(entry.version().is_some(), "{}", entry.key);
        }
    }
}
