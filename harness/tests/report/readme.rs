//! The figures of the README.

use std::fs;
use std::path::Path;

use crate::fixture::{Cell, Fixture, contest, references};

/// A project with a README that names a result.
fn project() -> (tempfile::TempDir, Fixture) {
    let project = tempfile::tempdir().unwrap();
    let cells = vec![
        Cell::new("concurrent-queue", "1x1", 50.0),
        Cell::new("concurrent-queue", "2x2", 40.0),
    ];
    let fixture = Fixture::new([references(&["1x1", "2x2"]), cells].concat());
    fs::create_dir(project.path().join("docs")).unwrap();
    let readme = format!(
        "before\n<!-- contest {} -->\n<!-- /contest -->\nafter\n",
        fixture.path().display()
    );
    fs::write(project.path().join("README.md"), readme).unwrap();
    (project, fixture)
}

/// What is complained about, if anything is.
fn run(project: &Path, arguments: &[&str]) -> Result<(), String> {
    let output = contest(project, &[&["report", "--readme"], arguments].concat());
    let complaint = String::from_utf8(output.stderr).unwrap();
    if output.status.success() { Ok(()) } else { Err(complaint) }
}

#[test]
fn what_is_written_passes_the_check_until_either_side_changes() {
    let (project, fixture) = project();
    let path = project.path();
    assert!(run(path, &["--check"]).is_err(), "nothing is written yet");
    run(path, &[]).unwrap();
    run(path, &["--check"]).unwrap();
    let readme = fs::read_to_string(path.join("README.md")).unwrap();
    assert!(readme.starts_with("before\n") && readme.ends_with("\nafter\n"));
    assert!(readme.contains("| ringway-mpmc/1x1/1 | the best MPMC peer with the same wait | concurrent-queue/1x1/1 | 2.00× ["), "{readme}");
    run(path, &[]).unwrap();
    assert_eq!(
        fs::read_to_string(path.join("README.md")).unwrap(),
        readme,
        "again makes no difference"
    );

    fs::write(path.join("README.md"), readme.replace("2.00×", "9.00×")).unwrap();
    let complaint = run(path, &["--check"]).unwrap_err();
    assert!(
        complaint.contains("README.md does not say") && complaint.contains("9.00×"),
        "{complaint}"
    );
    fs::write(path.join("README.md"), &readme).unwrap();

    let plot = fs::read_to_string(path.join("docs/contest.svg")).unwrap();
    fs::write(path.join("docs/contest.svg"), plot.replace("2.50×", "9.50×")).unwrap();
    assert!(run(path, &["--check"]).unwrap_err().contains("contest.svg does not say"));
    fs::write(path.join("docs/contest.svg"), &plot).unwrap();

    run(path, &["--check"]).unwrap();
    fixture.change("samples.jsonl", |text| text.replace("\"messages\":50", "\"messages\":90"));
    assert!(run(path, &["--check"]).is_err(), "another result");
}

#[test]
fn another_result_is_named_when_it_is_taken() {
    let (project, _fixture) = project();
    let cells = vec![Cell::new("concurrent-queue", "1x1", 25.0)];
    let other = Fixture::new([references(&["1x1"]), cells].concat());
    let dir = other.path().to_str().unwrap();
    assert!(run(project.path(), &["--check", dir]).is_err());
    run(project.path(), &[dir]).unwrap();
    run(project.path(), &["--check"]).unwrap();
    let readme = fs::read_to_string(project.path().join("README.md")).unwrap();
    assert!(
        readme.contains(&format!("<!-- contest {dir} -->")) && readme.contains("4.00×"),
        "{readme}"
    );
}

#[test]
fn a_readme_without_a_place_for_figures_is_an_error() {
    let (project, _fixture) = project();
    fs::write(project.path().join("README.md"), "nothing\n").unwrap();
    assert!(
        run(project.path(), &[]).unwrap_err().contains("README.md has no '<!-- contest DIR -->'")
    );
}

/// The plot stands alone: it is well-formed XML.
#[test]
fn the_plot_is_well_formed() {
    let (project, _fixture) = project();
    run(project.path(), &[]).unwrap();
    let plot = fs::read_to_string(project.path().join("docs/contest.svg")).unwrap();
    let mut open = Vec::new();
    for tag in plot.split('<').skip(1) {
        let (tag, _) = tag.split_once('>').expect("a tag ends");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name)),
            None => open.push(tag.split([' ', '/']).next().unwrap()),
        }
    }
    assert!(open.is_empty() && plot.contains("xmlns=\"http://www.w3.org/2000/svg\""), "{open:?}");
}
