//! Where cargo keeps the source of a package, in the version of `Cargo.lock`.

use crate::peer::Peer;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::PathBuf;
use std::process::Command;

/// A peer as it is published.
#[derive(Debug)]
pub struct Source {
    pub peer: &'static Peer,
    pub version: String,
    /// What cargo has compared the download with.
    pub checksum: String,
    /// The package, unpacked.
    pub dir: PathBuf,
}

/// The peers, and what ringway is built with for them.
#[derive(Debug)]
pub struct Sources {
    pub peers: Vec<Source>,
    /// All features of ringway.
    pub features: Vec<String>,
}

/// Finds the peers, and loads them if they are not there yet.
pub fn find(peers: &[&'static Peer]) -> Result<Sources> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--all-features", "--format-version", "1"])
        .current_dir(crate::root())
        .output()?;
    if !output.status.success() {
        bail!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout)?;
    let lock = std::fs::read_to_string(crate::root().join("Cargo.lock"))?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let ours = packages.iter().find(|package| package["name"] == "ringway");
    let features = ours.and_then(|ours| ours["features"].as_object()).context("no features")?;
    let found: Result<Vec<_>> = peers
        .iter()
        .map(|&peer| {
            let package = packages.iter().find(|package| package["name"] == peer.name);
            let package = package.with_context(|| format!("{} is not in Cargo.lock", peer.name))?;
            let version = package["version"].as_str().context("no version")?.to_string();
            let manifest = package["manifest_path"].as_str().context("no manifest")?;
            let dir = PathBuf::from(manifest).parent().context("no folder")?.to_path_buf();
            if !dir.join("tests").is_dir() {
                bail!("{} {version} is published without its tests", peer.name);
            }
            let checksum = checksum(&lock, peer.name, &version)
                .with_context(|| format!("no checksum of {}", peer.name))?;
            Ok(Source { peer, version, checksum, dir })
        })
        .collect();
    Ok(Sources { peers: found?, features: features.keys().cloned().collect() })
}

/// The checksum in the lock file.
fn checksum(lock: &str, name: &str, version: &str) -> Option<String> {
    let entry = lock
        .split("[[package]]")
        .find(|entry| entry.contains(&format!("\nname = \"{name}\"\nversion = \"{version}\"\n")))?;
    let line = entry.lines().find_map(|line| line.strip_prefix("checksum = \""))?;
    Some(line.trim_end_matches('"').to_string())
}
