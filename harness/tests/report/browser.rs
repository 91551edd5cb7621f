//! The page in a real browser: every plot drew, and nothing is clipped or hangs over, on narrow and wide
//! screens, in the light and in the dark.

use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use ringway_harness::report::analysis::Analysis;
use ringway_harness::report::input::Run;
use ringway_harness::report::page;

use crate::fixture::{Cell, Fixture, committed, everything, references};

/// Browsers that take Chromium's options.
const BROWSERS: [&str; 5] =
    ["chromium", "chromium-browser", "google-chrome", "chrome", "headless_shell"];

/// The screens that are tried: a phone's, a tablet's, a desk's.
const WIDTHS: [u32; 3] = [360, 800, 1400];

/// Measures pages in frames of those widths; see there.
const MEASURE: &str = include_str!("measure.html");

/// The first browser there is.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let there = |name: &str| {
        std::env::split_paths(&path).map(|dir| dir.join(name)).find(|file| file.is_file())
    };
    BROWSERS.iter().find_map(|name| there(name))
}

/// What the browser measured of a page, a line for each finding; nothing without a browser.
fn measured(html: &str, dark: bool) -> Option<Vec<String>> {
    let Some(browser) = browser() else {
        // Past the test runner, which keeps what tests print to itself.
        let _ = writeln!(
            stderr(),
            "\nSKIPPED: no browser ({}), so no page was looked at\n",
            BROWSERS.join(", ")
        );
        return None;
    };
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("report.html"), html).unwrap();
    let frames = WIDTHS.map(|width| {
        format!("<iframe src=\"report.html\" width=\"{width}\" height=\"900\"></iframe>")
    });
    let measure = MEASURE.replace("<!-- frames -->", &frames.concat());
    let page = directory.path().join("measure.html");
    fs::write(&page, measure).unwrap();
    let dom = dom(&browser, &page, &directory.path().join("profile"), dark);
    let (_, findings) =
        dom.split_once("<pre id=\"findings\">").unwrap_or_else(|| panic!("no findings: {dom}"));
    let (findings, _) = findings.split_once("</pre>").unwrap();
    Some(findings.lines().map(str::to_owned).collect())
}

/// A page after its scripts ran.
fn dom(browser: &Path, page: &Path, profile: &Path, dark: bool) -> String {
    let output = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--dump-dom",
        ])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .args(["--allow-file-access-from-files", "--window-size=1500,900"])
        .arg(format!("--blink-settings=preferredColorScheme={}", if dark { 0 } else { 1 }))
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Looks at a page on all screens.
fn look_at(html: &str) {
    let plots = html.matches("role=\"img\"").count();
    thread::scope(|scope| {
        for dark in [false, true] {
            scope.spawn(move || {
                let Some(findings) = measured(html, dark) else { return };
                let scheme = if dark { "dark" } else { "light" };
                for width in WIDTHS {
                    let looked =
                        format!("looked at {width} px, {scheme}: {plots} plots, 0 problems");
                    assert!(findings.contains(&looked), "no '{looked}' in {findings:#?}");
                }
            });
        }
    });
}

#[test]
fn a_page_with_everything_is_whole_on_every_screen() {
    let run = everything().run();
    look_at(&page::html(&[Analysis::of(&run)]));
}

#[test]
fn the_pages_of_committed_results_are_whole_on_every_screen() {
    let runs: Vec<Run> = committed().iter().map(|dir| Run::read(dir).unwrap()).collect();
    let runs: Vec<Analysis<'_>> = runs.iter().map(Analysis::of).collect();
    look_at(&page::html(&runs));
}

/// The measure itself: each kind of damage is found.
#[test]
fn damaged_pages_are_found_out() {
    let other = ["1x1", "2x2"].map(|topology| Cell::new("concurrent-queue", topology, 50.0));
    let run = Fixture::new([references(&["1x1", "2x2"]), other.to_vec()].concat()).run();
    let html = page::html(&[Analysis::of(&run)]);
    let damages = [
        ("overflow", "</style>", "main { width: 1450px }</style>"),
        ("plot without a mark", "</style>", ".mark { display: none }</style>"),
        ("plot without size", "</style>", "svg.row { width: 0 }</style>"),
        ("text outside", "</style>", "svg.field text { transform: translate(60px, 0) }</style>"),
        ("texts on each other", "</style>", "svg.field text { font-size: 60px }</style>"),
        (
            "clipped",
            "</style>",
            ".entry { width: 120px; white-space: nowrap; overflow: hidden }</style>",
        ),
    ];
    for (problem, from, to) in damages {
        let Some(findings) = measured(&html.replacen(from, to, 1), false) else { return };
        let found = findings.iter().any(|finding| finding.contains(problem));
        assert!(found, "no '{problem}' in {findings:#?}");
    }
}
