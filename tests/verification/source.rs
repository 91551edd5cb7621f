//! What stands in a source file, as far as its text tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The root of the workspace.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The words of a text: identifiers and numbers.
pub fn words(text: &str) -> BTreeSet<String> {
    let is_other = |c: char| !c.is_alphanumeric() && c != '_';
    text.split(is_other).filter(|word| !word.is_empty()).map(String::from).collect()
}

/// The text of a file without its comments.
pub struct Source {
    text: String,
}

impl Source {
    /// Reads a file of the workspace.
    pub fn read(path: &str) -> Self {
        let text = fs::read_to_string(root().join(path));
        let text = text.unwrap_or_else(|error| panic!("{path}: {error}"));
        let lines = text.lines().map(|line| line.split("//").next().expect("there is a first"));
        Self { text: Vec::from_iter(lines).join("\n") }
    }

    /// The names of all functions, those that a macro makes too.
    pub fn functions(&self) -> BTreeSet<String> {
        self.text.match_indices("fn ").filter_map(|(at, _)| self.name_at(at + 3)).collect()
    }

    /// The names of the public functions.
    pub fn public(&self) -> BTreeSet<String> {
        self.text.match_indices("pub fn ").filter_map(|(at, _)| self.name_at(at + 7)).collect()
    }

    fn name_at(&self, at: usize) -> Option<String> {
        let rest = &self.text[at..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        (end > 0).then(|| rest[..end].into())
    }

    /// The items at the margin of the file and in its `impl` blocks: the name, and the text.
    fn items(&self) -> Vec<(String, String)> {
        let mut items: Vec<(String, String)> = Vec::new();
        for line in self.text.lines() {
            let depth = line.len() - line.trim_start().len();
            let start = line.trim_start();
            let name = ["fn ", "const ", "static ", "macro_rules! "].iter().find_map(|keyword| {
                let at = start.find(keyword)?;
                let before = &start[..at];
                let is_item = before.is_empty() || before.starts_with("pub");
                let rest = &start[at + keyword.len()..];
                let end =
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (is_item && depth <= 8 && end > 0).then(|| rest[..end].to_string())
            });
            let is_call = depth == 0 && start.contains("!(") && !start.contains("fn ");
            match (name, items.last_mut()) {
                (Some(name), _) => items.push((name, line.into())),
                (None, _) if is_call => items.push((String::new(), line.into())),
                (None, Some((_, text))) => {
                    text.push('\n');
                    text.push_str(line);
                }
                (None, None) => {}
            }
        }
        items
    }

    /// Whether a function of this name is a test: by its attribute, or by a macro of the file that is
    /// called with its name.
    pub fn runs(&self, name: &str) -> bool {
        let mut is_test = false;
        for line in self.text.lines() {
            let line = line.trim();
            if line.contains("#[test]") {
                is_test = true;
            }
            if line.contains(&format!("fn {name}(")) && is_test {
                return true;
            }
            if !line.is_empty() && !line.starts_with("#[") && !line.starts_with("$(#[") {
                is_test = false;
            }
        }
        // A call of a macro, which may go on for some lines.
        let mut calls = self.text.match_indices("!(").map(|(at, _)| {
            let line = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
            (&self.text[line..at], &self.text[at..])
        });
        calls.any(|(before, call)| {
            let is_at_margin = before.chars().all(|c| c.is_alphanumeric() || c == '_');
            let end = call.find(");").unwrap_or(call.len());
            is_at_margin && !before.is_empty() && words(&call[..end]).contains(name)
        })
    }

    /// The words of a test and of all that it calls in its file.
    pub fn reached(&self, name: &str) -> BTreeSet<String> {
        let items = self.items();
        let mut reached = BTreeSet::from([name.to_string()]);
        let calls = items.iter().filter(|(own, _)| own.is_empty());
        for (_, text) in calls {
            let call = words(text);
            if call.contains(name) {
                reached.extend(call);
            }
        }
        loop {
            let before = reached.len();
            for (own, text) in &items {
                if reached.contains(own) {
                    reached.extend(words(text));
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// All words of the file.
    pub fn words(&self) -> BTreeSet<String> {
        words(&self.text)
    }
}

/// The tests named after a case, by the case: in which file, and how they are called.
pub fn cases() -> BTreeMap<String, Vec<(String, String)>> {
    let mut cases: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for folder in ["src", "tests", "loom-tests", "soak", "harness/src", "harness/tests"] {
        let mut files = Vec::new();
        list(&root().join(folder), &mut files);
        files.sort();
        for file in files {
            let path = file.strip_prefix(root()).expect("it is there");
            let path = path.to_str().expect("names are plain").replace('\\', "/");
            for name in Source::read(&path).functions() {
                if let Some(case) = case_of(&name) {
                    cases.entry(case).or_default().push((path.clone(), name));
                }
            }
        }
    }
    cases
}

/// The case after which a test is named, such as `A5` of `a5_counters_wrap`.
fn case_of(name: &str) -> Option<String> {
    let (case, rest) = name.split_once('_')?;
    let (letter, number) = case.split_at_checked(1)?;
    let is_case = "abcd".contains(letter) && number.parse::<u32>().is_ok() && !rest.is_empty();
    is_case.then(|| case.to_uppercase())
}

fn list(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            list(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push(path);
        }
    }
}
