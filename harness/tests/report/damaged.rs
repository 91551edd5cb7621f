//! Files that are damaged, half-written, old or new.

use ringway_harness::report::input::Run;

use crate::fixture::{Cell, Fixture, committed, contest, references};

fn fixture() -> Fixture {
    Fixture::new([references(&["1x1"]), vec![Cell::new("rtrb", "1x1", 50.0)]].concat())
}

/// What the command complains about after a file was changed.
fn complaint(name: &str, change: impl FnOnce(String) -> String) -> String {
    let fixture = fixture();
    fixture.change(name, change);
    let output = contest(fixture.path(), &["report", "."]);
    assert!(!output.status.success(), "{name}");
    assert!(!fixture.path().join("report.html").exists(), "nothing is written");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(!complaint.contains("panicked"), "{complaint}");
    complaint
}

/// A text with a line, from 1, in other words.
fn with_line(text: &str, number: usize, change: impl Fn(&str) -> String) -> String {
    let lines = (1..).zip(text.lines());
    lines
        .map(|(at, line)| if at == number { change(line) } else { line.to_owned() } + "\n")
        .collect()
}

#[test]
fn a_half_written_line_is_named() {
    let cut = |text: String| text[..text.len() - 40].to_owned();
    assert!(complaint("samples.jsonl", cut).contains("samples.jsonl:27: the line is half-written"));
    assert!(complaint("summary.csv", cut).contains("summary.csv:4: the line is half-written"));
    assert!(complaint("env.json", cut).contains("env.json:1: EOF"));
}

#[test]
fn a_damaged_line_is_named() {
    let damage = |from: &'static str, to: &'static str| {
        move |text: String| with_line(&text, 3, |line| line.replacen(from, to, 1))
    };
    let of_samples = |from, to| complaint("samples.jsonl", damage(from, to));
    assert!(of_samples("\"round\":2", "\"round\":-2").contains("samples.jsonl:3: not a slice"));
    assert!(of_samples("1x1", "1by1").contains("'1by1' is no topology"));
    assert!(of_samples("{", "<<<").contains("samples.jsonl:3: not a slice"));

    let of_summary = |from, to| complaint("summary.csv", damage(from, to));
    assert!(of_summary(",1x1,", ",1by1,").contains("summary.csv:3: '1by1' is no topology"));
    assert!(of_summary(",1x1,", ",1x1,,,,").contains("summary.csv:3: "));
    let number = |text: String| with_line(&text, 4, |line| line.replacen(",50", ",-50", 1));
    assert!(complaint("summary.csv", number).contains("summary.csv:4: "));
}

#[test]
fn a_missing_file_is_named() {
    let fixture = fixture();
    for name in ["env.json", "summary.csv", "samples.jsonl"] {
        let kept = std::fs::read(fixture.path().join(name)).unwrap();
        std::fs::remove_file(fixture.path().join(name)).unwrap();
        let error = Run::read(fixture.path()).unwrap_err().to_string();
        assert!(error.contains(name) && error.contains("not a result directory"), "{error}");
        std::fs::write(fixture.path().join(name), kept).unwrap();
    }
    fixture.change("summary.csv", |text| {
        with_line(&text, 1, str::to_owned).lines().next().unwrap().to_owned() + "\n"
    });
    assert!(Run::read(fixture.path()).unwrap_err().to_string().contains("has no cell"));
}

#[test]
fn what_is_not_known_is_not_zero() {
    let fixture = fixture();
    let drop = |text: String| with_line(&text, 4, |line| line.replacen(",50", ",", 1));
    fixture.change("summary.csv", drop);
    let run = fixture.run();
    let rtrb = run.rows.iter().find(|row| row.contender == "rtrb").unwrap();
    assert_eq!((rtrb.mmsg_s, rtrb.fairness, rtrb.place.capacity), (None, None, None));
    assert!(rtrb.ratio.is_some(), "the rest is known");
    assert_eq!(run.env.governor, None);
}

#[test]
fn committed_results_are_read() {
    for dir in committed() {
        let run = Run::read(&dir).unwrap();
        assert!(run.rows.len() > 50 && run.slices.len() > 500, "{}", dir.display());
    }
}
