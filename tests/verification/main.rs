//! The matrix of what is verified how: each operation, beside each who may be late, by each method.
//!
//! `table` says which tests there are for what. Here is checked that they exist and run, that they call
//! what they are said to call, that no cell is empty, that no public operation is missing, and that
//! docs/VERIFICATION.md says the same. That is written by
//!
//! ```text
//! RINGWAY_WRITE=1 cargo test --test verification
//! ```
#![cfg(not(miri))]

mod page;
mod source;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use crate::source::Source;
use crate::table::{
    CASES, Late, Method, NOT_BUILT, OPEN_CASES, REASONS, SUBJECTS, Subject, TESTS, Test,
};

/// A cell: the subject, its operation, who is late, and the method.
type Cell = (&'static str, &'static str, Late, Method);

/// What a cell has.
#[derive(Debug, Default)]
struct Content {
    tests: Vec<&'static Test>,
    /// Numbers of reasons why there can be none.
    reasons: Vec<usize>,
}

fn subject(name: &str) -> &'static Subject {
    let found = SUBJECTS.iter().find(|subject| subject.name == name);
    found.unwrap_or_else(|| panic!("there is no subject {name}"))
}

/// The operations that are meant by these names, of which `*` is all.
fn operations(of: &'static Subject, names: &'static [&'static str]) -> Vec<&'static str> {
    if names == ["*"] {
        return of.operations.iter().map(|operation| operation.name).collect();
    }
    for name in names {
        let is_there = of.operations.iter().any(|operation| operation.name == *name);
        assert!(is_there, "{} has no operation {name}", of.name);
    }
    names.to_vec()
}

/// All cells, each with what it has.
fn matrix() -> BTreeMap<Cell, Content> {
    let mut cells = BTreeMap::new();
    for subject in SUBJECTS {
        for operation in subject.operations {
            for late in Late::ALL {
                for method in Method::ALL {
                    cells.insert((subject.name, operation.name, late, method), Content::default());
                }
            }
        }
    }
    for test in TESTS {
        for (of, names, lates) in test.covers {
            for operation in operations(subject(of), names) {
                for late in Late::of(lates) {
                    for method in test.method.columns() {
                        let cell = cells.get_mut(&(*of, operation, late, *method));
                        cell.expect("all are there").tests.push(test);
                    }
                }
            }
        }
    }
    for (number, reason) in REASONS.iter().chain(NOT_BUILT).enumerate() {
        for (of, names, lates, methods) in reason.cells {
            for operation in operations(subject(of), names) {
                for late in Late::of(lates) {
                    for method in *methods {
                        let cell = cells.get_mut(&(*of, operation, late, *method));
                        cell.expect("all are there").reasons.push(number);
                    }
                }
            }
        }
    }
    cells
}

#[test]
fn no_cell_is_empty() {
    let cells = matrix();
    let is_empty = |content: &Content| content.tests.is_empty() && content.reasons.is_empty();
    let empty = Vec::from_iter(cells.iter().filter(|(_, content)| is_empty(content)));
    assert!(empty.is_empty(), "{} of {} are empty: {empty:#?}", empty.len(), cells.len());
    let both = |content: &Content| !content.tests.is_empty() && !content.reasons.is_empty();
    let both = cells.iter().filter(|(_, content)| both(content));
    let both = Vec::from_iter(both.map(|(cell, _)| cell));
    assert!(both.is_empty(), "there is a reason why there can be no test, and one: {both:#?}");
    for (number, reason) in REASONS.iter().chain(NOT_BUILT).enumerate() {
        let is_used = cells.values().any(|content| content.reasons.contains(&number));
        assert!(is_used, "no cell has the reason: {}", reason.text);
    }
    let twice = cells.iter().find(|(_, content)| content.reasons.len() > 1);
    assert!(twice.is_none(), "two reasons: {twice:?}");
}

#[test]
fn each_test_is_there_and_runs_what_it_is_said_to_run() {
    let mut names = BTreeSet::new();
    for test in TESTS {
        assert!(names.insert((test.at, test.name)), "twice: {} in {}", test.name, test.at);
        let source = Source::read(test.at);
        assert!(source.runs(test.name), "{} has no test {} that runs", test.at, test.name);
        let words = test.words(&source);
        for (of, names, lates) in test.covers {
            for name in operations(subject(of), names) {
                let operation = subject(of).operation(name);
                let is_called = operation.methods.iter().any(|method| words.contains(*method));
                assert!(
                    is_called,
                    "{} in {} calls none of {:?} for {name} of {of}",
                    test.name, test.at, operation.methods
                );
            }
            let is_late = Late::of(lates).any(|late| late != Late::Nobody);
            let stops = test.method.stops();
            assert!(
                !is_late || stops.iter().any(|word| words.contains(*word)),
                "nobody is late in {} in {}: it has none of {stops:?}",
                test.name,
                test.at
            );
        }
    }
}

#[test]
fn each_public_operation_has_a_row_and_each_is_called() {
    for subject in SUBJECTS {
        let mut public = BTreeSet::new();
        let mut all = BTreeSet::new();
        for path in subject.sources {
            let source = Source::read(path);
            public.extend(source.public());
            all.extend(source.functions());
        }
        let rows = subject.operations.iter().flat_map(|operation| operation.methods);
        let known = BTreeSet::from_iter(rows.chain(subject.others).map(ToString::to_string));
        let missing = Vec::from_iter(public.difference(&known));
        assert!(missing.is_empty(), "operations of {} without a row: {missing:?}", subject.name);
        let gone = Vec::from_iter(known.difference(&all));
        assert!(gone.is_empty(), "{} has none of these any more: {gone:?}", subject.name);

        for operation in subject.operations {
            let is_of = |test: &&Test| {
                let mut covers = test.covers.iter();
                covers.any(|(of, names, _)| *of == subject.name && names.contains(&operation.name))
            };
            let mut called = BTreeSet::new();
            for test in TESTS.iter().filter(is_of) {
                called.extend(test.words(&Source::read(test.at)));
            }
            let idle = operation.methods.iter().filter(|method| !called.contains(**method));
            let idle = Vec::from_iter(idle);
            assert!(idle.is_empty(), "no test of {} calls {idle:?}", operation.name);
        }
    }
}

#[test]
fn each_case_has_a_test_or_is_open() {
    let tests = source::cases();
    for (case, _) in CASES {
        let is_open = OPEN_CASES.contains(case);
        assert_eq!(tests.contains_key(*case), !is_open, "case {case}: open is {is_open}");
    }
    let unknown = tests.keys().find(|case| !CASES.iter().any(|(known, _)| known == case));
    assert!(unknown.is_none(), "tests are named after {unknown:?}, which is no case");
}

#[test]
fn the_document_says_the_same() {
    let path = source::root().join("docs/VERIFICATION.md");
    let wanted = page::page(&matrix());
    if std::env::var_os("RINGWAY_WRITE").is_some() {
        std::fs::write(&path, &wanted).expect("the document can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = found.lines().zip(wanted.lines()).position(|(found, wanted)| found != wanted);
    assert!(
        found == wanted,
        "docs/VERIFICATION.md is not what the table says (line {:?}): write it by \
         `RINGWAY_WRITE=1 cargo test --test verification`",
        differs.map(|line| line + 1)
    );
}
