//! The workspace outside the tree in which the tests are built, as often as it takes until what does not compile is
//! cut out.

use crate::Outcome;
use crate::cut::{self, Piece};
use crate::left_out::Test;
use crate::source::Source;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A test file, rewritten.
#[derive(Debug)]
pub struct Suite {
    pub peer: &'static str,
    pub file: String,
    path: PathBuf,
    text: String,
    pieces: Vec<Piece>,
    cut: BTreeSet<usize>,
    executable: Option<PathBuf>,
}

/// A test file, built.
#[derive(Debug)]
pub struct Built {
    pub peer: &'static str,
    pub file: String,
    pub executable: PathBuf,
}

/// What stands in for no bound, and leaves a sign that it did.
const WIDE: &str = include_str!("../adapters/wide.rs");

/// Writes a package for each peer, with its test files.
pub fn write(
    dir: &Path,
    tree: &Path,
    features: &[String],
    sources: &[Source],
) -> Result<Vec<Suite>> {
    let members: Vec<_> = sources.iter().map(|source| source.peer.name).collect();
    fs::write(
        dir.join("Cargo.toml"),
        format!("[workspace]\nresolver = '3'\nmembers = {members:?}\n\n[profile.dev]\ndebug = 0\n"),
    )?;
    // What the tree pins is pinned here.
    fs::copy(tree.join("Cargo.lock"), dir.join("Cargo.lock"))?;
    let mut suites = Vec::new();
    for source in sources {
        let peer = source.peer;
        let package = dir.join(peer.name);
        if package.exists() {
            fs::remove_dir_all(&package)?;
        }
        fs::create_dir_all(package.join("src"))?;
        let own: Vec<_> = peer.features.iter().map(|name| format!("{name} = []\n")).collect();
        fs::write(
            package.join("Cargo.toml"),
            format!(
                "[package]\nname = 'tests-of-{}'\nversion = '0.0.0'\nedition = '2021'\n\n\
                 [features]\ndefault = {:?}\n{}\n\
                 [lib]\nname = 'adapter'\ndoctest = false\n\n\
                 [dependencies]\nringway = {{ path = {tree:?}, features = {features:?} }}\n{}\n",
                peer.name,
                peer.features,
                own.concat(),
                peer.dependencies,
            ),
        )?;
        fs::write(package.join("src/lib.rs"), peer.adapter)?;
        fs::write(package.join("src/wide.rs"), WIDE)?;
        copy(source, &source.dir.join("tests"), &package.join("tests"), true, &mut suites)?;
    }
    Ok(suites)
}

/// Copies a folder of tests, rewritten; those at the top are suites.
fn copy(source: &Source, from: &Path, to: &Path, top: bool, suites: &mut Vec<Suite>) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let target = to.join(&name);
        if path.is_dir() {
            copy(source, &path, &target, false, suites)?;
            continue;
        }
        let file = path.file_stem().context("no name")?.to_string_lossy().into_owned();
        let is_wanted = source.peer.files.is_empty() || source.peer.files.contains(&file.as_str());
        if path.extension().is_none_or(|extension| extension != "rs") || (top && !is_wanted) {
            continue;
        }
        let text = source.peer.rewrite(&fs::read_to_string(&path)?);
        fs::write(&target, &text)?;
        if top {
            let pieces = cut::pieces(&text).with_context(|| path.display().to_string())?;
            let (cut, executable) = (BTreeSet::new(), None);
            suites.push(Suite {
                peer: source.peer.name,
                file,
                path: target,
                text,
                pieces,
                cut,
                executable,
            });
        }
    }
    Ok(())
}

impl Suite {
    fn test(&self, name: &str) -> Test {
        Test { peer: self.peer.into(), file: self.file.clone(), name: name.into() }
    }

    /// Notes that tests do not compile.
    fn note(&self, piece: &Piece, error: &str, outcomes: &mut BTreeMap<Test, Outcome>) {
        if let Some(name) = &piece.test {
            outcomes.insert(self.test(name), Outcome::Broken(error.into()));
        }
    }

    /// Cuts out the item in which an error lies; whether there is one that was not cut out yet.
    fn cut(&mut self, error: &Value, outcomes: &mut BTreeMap<Test, Outcome>) -> bool {
        let lines = error["spans"].as_array().into_iter().flatten();
        let lines = lines.filter(|span| span["is_primary"] == true);
        let lines: Vec<_> = lines.filter_map(|span| self.line(span)).collect();
        let message = error["message"].as_str().unwrap_or_default();
        let mut found = false;
        for line in lines {
            let hit = self.pieces.iter().position(|piece| piece.lines.contains(&line));
            if let Some(at) = hit.filter(|&at| self.cut.insert(at)) {
                found = true;
                self.note(&self.pieces[at], message, outcomes);
                if self.pieces[at].test.is_none() {
                    println!(
                        "no test, and does not compile: {} {}, line {line}: {message}",
                        self.peer, self.file
                    );
                }
            }
        }
        found
    }

    /// The line of this file that an error is about: the outermost one, where macros are in between.
    fn line(&self, span: &Value) -> Option<usize> {
        let outer = self.line_of_expansion(span);
        let is_here = span["file_name"].as_str().is_some_and(|name| self.path.ends_with(name));
        outer.or_else(|| span["line_start"].as_u64().filter(|_| is_here).map(|line| line as usize))
    }

    fn line_of_expansion(&self, span: &Value) -> Option<usize> {
        let expansion = &span["expansion"];
        if expansion.is_null() { None } else { self.line(&expansion["span"]) }
    }
}

/// Builds all suites, and cuts out of them what does not compile.
pub fn build(
    dir: &Path,
    suites: &mut [Suite],
    outcomes: &mut BTreeMap<Test, Outcome>,
) -> Result<Vec<Built>> {
    loop {
        let mut progress = false;
        let mut errors = Vec::new();
        for message in messages(dir)? {
            let path = PathBuf::from(message["target"]["src_path"].as_str().unwrap_or_default());
            let suite = suites.iter_mut().find(|suite| suite.path == path);
            if message["reason"] == "compiler-artifact" {
                if let (Some(suite), Some(executable)) = (suite, message["executable"].as_str()) {
                    suite.executable = Some(executable.into());
                }
            } else if message["reason"] == "compiler-message"
                && message["message"]["level"] == "error"
            {
                let error = &message["message"];
                match suite {
                    Some(suite) => progress |= suite.cut(error, outcomes),
                    None => bail!("{}", error["rendered"].as_str().unwrap_or_default()),
                }
                errors.push((path, error["rendered"].as_str().unwrap_or_default().to_string()));
            }
        }
        if errors.is_empty() {
            break;
        }
        if !progress {
            for suite in
                suites.iter_mut().filter(|suite| errors.iter().any(|(path, _)| *path == suite.path))
            {
                let error = errors.iter().find(|(path, _)| *path == suite.path);
                println!(
                    "{} {} does not compile at all: {}",
                    suite.peer,
                    suite.file,
                    error.map_or("", |(_, e)| e)
                );
                suite.cut = (0..suite.pieces.len()).collect();
                for piece in &suite.pieces {
                    suite.note(piece, "the file does not compile", outcomes);
                }
            }
        }
        for suite in suites.iter_mut() {
            suite.executable = None;
            fs::write(&suite.path, cut::without(&suite.text, &suite.pieces, &suite.cut))?;
        }
    }
    let built = suites.iter().filter_map(|suite| {
        let executable = suite.executable.clone()?;
        Some(Built { peer: suite.peer, file: suite.file.clone(), executable })
    });
    Ok(built.collect())
}

/// What cargo says of one build.
fn messages(dir: &Path) -> Result<Vec<Value>> {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--workspace", "--tests", "--keep-going", "--quiet"])
        .args(["--message-format", "json"])
        .current_dir(dir)
        .env("CARGO_TARGET_DIR", dir.join("target"))
        .env_remove("RUSTFLAGS")
        .stderr(Stdio::piped())
        .output()?;
    let messages: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let has_error = messages.iter().any(|message| message["message"]["level"] == "error");
    if !output.status.success() && !has_error {
        bail!("cargo: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(messages)
}
