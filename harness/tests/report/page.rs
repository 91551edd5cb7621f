//! The page and its Markdown twin, as text.

use ringway_harness::report::analysis::Analysis;
use ringway_harness::report::{markdown, page};

use crate::fixture::{Cell, Fixture, contest, everything, references};

fn html(fixture: &Fixture) -> String {
    let run = fixture.run();
    page::html(&[Analysis::of(&run)])
}

#[test]
fn names_do_not_become_markup() {
    let fixture = everything();
    let html = html(&fixture);
    assert!(html.contains("my&lt;b&gt;&quot;queue&quot;&amp;'co"));
    for raw in ["<b>", "<no>", "<x>", "<made-up>"] {
        assert!(!html.contains(raw), "{raw}");
    }
    let run = fixture.run();
    let markdown = markdown::markdown(&[Analysis::of(&run)]);
    assert!(markdown.contains("my\\<b>") && !markdown.contains("y<b>"));
}

#[test]
fn nothing_is_fetched_and_nothing_is_not_a_number() {
    let html = html(&everything());
    for word in ["<script", "http:", "https:", "src=", "@import", "url(", "NaN", "inf%"] {
        assert!(!html.contains(word), "{word}");
    }
    assert!(html.contains(include_str!("../../src/report/style.css")), "the style is in the page");
}

#[test]
fn every_cell_has_the_command_that_repeats_it() {
    let fixture = everything();
    let rows = fixture.run().rows.len();
    let html = html(&fixture);
    assert_eq!(html.matches("cargo contest quick --filter '").count(), rows);
}

#[test]
fn what_was_measured_has_its_section_and_what_was_not_is_said() {
    let sections =
        ["Contention", "Capacity", "Payload", "Latency", "Throughput and its price", "Fairness"];
    let full = html(&everything());
    for section in sections {
        assert!(full.contains(&format!("<h2>{section}</h2>")), "{section}");
    }
    assert!(!full.contains("What this run does not tell"));

    let bare = html(&Fixture::new(references(&["1x1"])));
    for section in ["Contention", "Capacity", "Payload", "Latency", "Fairness"] {
        assert!(!bare.contains(&format!("<h2>{section}</h2>")), "{section}");
    }
    assert!(
        bare.contains("It did not measure latency, fairness, other capacities or other payloads.")
    );
}

#[test]
fn losses_stand_before_everything_else_that_is_long() {
    let cells = vec![Cell::new("concurrent-queue", "1x1", 200.0)];
    let html = html(&Fixture::new([references(&["1x1"]), cells].concat()));
    let at = |text: &str| html.find(text).unwrap_or_else(|| panic!("no {text}"));
    assert!(at("Where ringway loses") < at("The machine"));
    assert!(at("Slower, beyond the noise") < at("All comparisons"));
    assert!(at("<h1>") < at("Where ringway loses"));
}

#[test]
fn comparisons_across_cells_are_told_high_up() {
    let cells = vec![
        Cell::new("mutex-condvar", "2x2", 4.0),
        Cell::new("crossbeam-queue", "2x2", 50.0),
        Cell::new("concurrent-queue", "4x4", 25.0),
    ];
    let run = Fixture::new([references(&["2x2", "4x4"]), cells].concat()).run();
    let runs = [Analysis::of(&run)];
    let (page, markdown) = (page::html(&runs), markdown::markdown(&runs));
    for (text, next) in [(&page, "All comparisons"), (&markdown, "## The machine")] {
        let (before, _) = text.split_once(next).unwrap();
        let (_, said) = before.split_once("In plain words").unwrap_or_else(|| panic!("{before}"));
        let peer = "mpmc is 2.0× to 4.0× as fast as the best MPMC peer with the same wait.";
        assert!(said.contains(peer), "{said}");
        assert!(
            said.contains("mpmc is 25× as fast as a mutex with condition variables."),
            "{said}"
        );
        assert!(said.contains("] crossbeam-queue · 4×4: 4.00× ["), "{said}");
    }
    let alone = Fixture::new(references(&["2x2"]));
    assert!(!html(&alone).contains("In plain words"));
}

#[test]
fn the_command_writes_where_it_is_told_and_says_what_it_found() {
    let (one, two) = (everything(), Fixture::new(references(&["1x1"])));
    let out = tempfile::tempdir().unwrap();
    let dirs = [one.path().to_str().unwrap(), two.path().to_str().unwrap()];
    let output = contest(out.path(), &["report", dirs[0], dirs[1]]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let html = std::fs::read_to_string(out.path().join("report.html")).unwrap();
    assert_eq!(html.matches("<main>").count(), 2);
    assert!(std::fs::read_to_string(out.path().join("report.md")).unwrap().starts_with("# 2 runs"));

    let output = contest(out.path(), &["report", dirs[0], "--out", "there"]);
    assert!(
        String::from_utf8(output.stdout).unwrap().starts_with("On this machine, ringway’s mpmc")
    );
    assert!(out.path().join("there/report.html").exists());

    let output = contest(out.path(), &["report"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("no result below 'results'"));
}
