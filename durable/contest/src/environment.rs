//! Where and with what a contest ran: `environment.json`. The same as in the contest of rings, as far as it matters here.
//!
//! Nothing here names the machine itself: no host name, no path. What is not known is null.

use std::collections::BTreeMap;
use std::process::Command;
use std::{env, fs, thread};

use serde::Serialize;

/// The versions that were built.
const LOCK: &str = include_str!("../Cargo.lock");

/// The packages whose versions are told.
const PACKAGES: [&str; 9] = [
    "commitlog",
    "fjall",
    "libsqlite3-sys",
    "okaywal",
    "redb",
    "ringway",
    "ringway-durable",
    "rusqlite",
    "yaque",
];

/// The machine, the toolchain and the sources.
#[derive(Debug, Serialize)]
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
    /// The compiler.
    pub rustc: Option<String>,
    /// The versions of the contenders.
    pub versions: BTreeMap<&'static str, &'static str>,
    /// The version of SQLite.
    pub sqlite: &'static str,
    /// The commit of the sources, `nogit` if there is none, with `-dirty` if they differ from it.
    pub commit: String,
}

impl Environment {
    /// Looks around.
    pub fn read() -> Self {
        Self {
            date: said("date", &["-u", "+%Y-%m-%d"]).unwrap_or_else(|| "nodate".to_owned()),
            arch: env::consts::ARCH,
            cpu: cpu_model(),
            cores: thread::available_parallelism().map_or(1, usize::from),
            kernel: said("uname", &["-sr"]),
            rustc: said("rustc", &["-V"]),
            versions: PACKAGES
                .into_iter()
                .filter_map(|package| Some((package, version(package)?)))
                .collect(),
            sqlite: rusqlite::version(),
            commit: commit(),
        }
    }

    /// A key for machines of this kind, as in the contest of rings: `x86_64-2c-amd-epyc`.
    pub fn machine_key(&self) -> String {
        let cpu = self.cpu.as_deref().map_or_else(|| "unknown-cpu".to_owned(), slug);
        format!("{}-{}c-{cpu}", self.arch, self.cores)
    }
}

/// The version of a package.
fn version(package: &str) -> Option<&'static str> {
    let (_, entry) = LOCK.split_once(&format!("name = \"{package}\"\nversion = \""))?;
    Some(entry.split_once('"')?.0)
}

/// The processor's model as Linux tells it.
fn cpu_model() -> Option<String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = cpuinfo.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
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
    let Some(hash) = said("git", &["rev-parse", "--short", "HEAD"]) else {
        return "nogit".to_owned();
    };
    let changes = said("git", &["status", "--porcelain", "--", ":(top)", ":(top,exclude)results"]);
    let dirty = if changes.is_none_or(|changes| changes.is_empty()) { "" } else { "-dirty" };
    format!("{hash}{dirty}")
}

/// What a program says, if it says anything.
fn said(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_versions_are_known() {
        assert_eq!(Environment::read().versions.len(), PACKAGES.len());
    }

    #[test]
    fn slugs() {
        assert_eq!(slug("AMD EPYC"), "amd-epyc");
        assert_eq!(slug("Intel(R) Xeon(R) CPU @ 2.20GHz"), "intel-xeon");
    }
}
