//! What a page shows of what was measured: nothing is left out, and nothing stands in another's place.

use std::sync::LazyLock;

use ringway_harness::report::analysis::Analysis;
use ringway_harness::report::input::Run;
use ringway_harness::report::{markdown, page, words};
use ringway_harness::stats::Verdict;
use serde_json::json;

use crate::fixture::{Cell, Fixture, everything, references};

/// The page and the Markdown of runs.
fn shown(runs: &[&Run]) -> [String; 2] {
    let runs: Vec<Analysis<'_>> = runs.iter().map(|run| Analysis::of(run)).collect();
    [page::html(&runs), markdown::markdown(&runs)]
}

/// The page of a contest with everything in it.
static FULL: LazyLock<String> = LazyLock::new(|| {
    let [page, _] = shown(&[&everything().run()]);
    page
});

/// The part of a text from one heading to the next.
fn part<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("no {to} after {from}")).0
}

/// A ring that loses in twelve places, the more the larger the capacity, and lies behind in one without proof.
fn loser() -> Fixture {
    let mut cells = Vec::new();
    for (number, times) in (1..14).zip([3, 5, 4, 6, 7, 9, 8, 10, 12, 11, 13, 14, 0]) {
        let at = |cell: Cell| cell.at("capacity", json!(number));
        cells.extend(references(&["1x1"]).into_iter().map(at));
        let other = match times {
            0 => Cell::new("concurrent-queue", "1x1", 107.0).spread(0.9),
            _ => Cell::new("concurrent-queue", "1x1", 100.0 * f64::from(times)),
        };
        cells.push(at(other));
    }
    Fixture::new(cells)
}

#[test]
fn every_loss_is_shown_the_clearest_first() {
    let run = loser().run();
    let duels = Analysis::of(&run).duels;
    let (lost, unproven) = words::losses(&duels);
    assert_eq!((lost.len(), unproven.len()), (12, 1));
    assert!(lost.is_sorted_by(|a, b| a.ratio.median <= b.ratio.median), "{lost:?}");

    let [page, markdown] = shown(&[&run]);
    let losses = part(&page, "Where ringway loses", "</section>");
    let said = part(&markdown, "Where ringway loses", "##");
    for duel in lost.iter().chain(&unproven) {
        let place = duel.place.to_string();
        assert!(losses.contains(&format!("mpmc {place}</span>")), "{place}");
        assert!(said.contains(&format!("| mpmc | {place} | ")), "{place}");
    }
    assert!(losses.contains("<summary>3 more</summary>"), "ten of them are always open");
}

#[test]
fn a_control_that_is_faster_is_no_loss() {
    let controls = ["claim-publish", "copy-limit"].map(|key| Cell::new(key, "1x1", 300.0));
    let run = Fixture::new([references(&["1x1"]), controls.to_vec()].concat()).run();
    let duels = Analysis::of(&run).duels;
    assert!(!duels.is_empty());
    let (lost, unproven) = words::losses(&duels);
    assert!(lost.is_empty() && unproven.is_empty(), "{lost:?} {unproven:?}");
}

#[test]
fn a_loss_without_proof_is_shown_where_there_is_no_other() {
    let wild = Cell::new("concurrent-queue", "1x1", 107.0).spread(0.9);
    let run = Fixture::new([references(&["1x1"]), vec![wild]].concat()).run();
    let [page, markdown] = shown(&[&run]);
    let losses = part(&page, "Where ringway loses", "</section>");
    assert!(losses.contains("Behind, but undecided") && losses.contains("mpmc 1×1"), "{losses}");
    assert!(part(&markdown, "Where ringway loses", "##").contains("| mpmc | 1×1 |"));
}

/// A contest with a queue that is slower, one that is faster, one that is level, and one of which nothing is known.
fn each_verdict() -> Fixture {
    let topologies = ["1x1", "2x1", "1x2", "2x2"];
    let other = |topology, mmsg_s| Cell::new("concurrent-queue", topology, mmsg_s);
    let cells = vec![
        other("1x1", 50.0),
        other("2x1", 200.0),
        other("1x2", 100.0),
        other("2x2", 103.0).spread(0.9),
    ];
    Fixture::new([references(&topologies), cells].concat())
}

/// Beside each verdict stands its own sign, in every table.
#[test]
fn verdicts_have_their_signs() {
    let [page, _] = shown(&[&each_verdict().run()]);
    for section in
        [part(&page, "All comparisons", "</section>"), part(&page, "Every cell", "</section>")]
    {
        for (word, sign) in [("faster", "▲"), ("slower", "▼"), ("tie", "="), ("undecided", "?")]
        {
            let own = format!(
                "class=\"verdict {word}\"><span aria-hidden=\"true\">{sign}</span> {word}<"
            );
            assert_eq!(section.matches(&format!("</span> {word}<")).count(), 1, "{word}");
            assert_eq!(section.matches(&own).count(), 1, "{word}");
        }
    }
}

#[test]
fn intervals_begin_with_their_lower_end() {
    let run = each_verdict().run();
    let wild = Analysis::of(&run).duels.into_iter().find(|duel| duel.verdict == Verdict::Undecided);
    let ratio = wild.unwrap().ratio;
    assert!(ratio.lo < ratio.median && ratio.median < ratio.hi);
    let [page, markdown] = shown(&[&run]);
    let bounds = format!("[{:.2}–{:.2}]", ratio.lo, ratio.hi);
    assert!(part(&page, "All comparisons", "</section>").contains(&bounds), "{bounds}");
    assert!(markdown.contains(&format!("{:.2}× {bounds} | undecided |", ratio.median)));
    let said = format!("{:.2} times, interval {:.2} to {:.2}", ratio.median, ratio.lo, ratio.hi);
    assert!(part(&page, "All comparisons", "</section>").contains(&said), "{said}");
}

#[test]
fn of_the_others_the_best_stands_out_and_all_look_alike_everywhere() {
    let of =
        |key: &'static str, mmsg_s| ["1x1", "2x2"].map(|at| Cell::new(key, at, mmsg_s)).to_vec();
    let cells = [references(&["1x1", "2x2"]), of("concurrent-queue", 50.0), of("lfqueue", 20.0)];
    let [page, _] = shown(&[&Fixture::new(cells.concat()).run()]);
    let contention = part(&page, "<h2>Contention</h2>", "</section>");
    let cells = part(&page, "<h2>Every cell</h2>", "</section>");
    assert!(contention.contains("class=\"series peer strong\"><title>concurrent-queue</title>"));
    assert!(contention.contains("class=\"series peer\"><title>lfqueue</title>"));
    let key = |text: &str, after: &str| {
        let (before, _) = text.split_once(after).unwrap_or_else(|| panic!("no {after}"));
        before[before.rfind("<svg class=\"key\"").unwrap()..].to_owned()
    };
    let [concurrent, lfqueue] = ["concurrent-queue", "lfqueue"].map(|name| {
        let here = key(contention, &format!("{name}</li>"));
        assert_eq!(here, key(cells, &format!("<span class=\"name\">{name}</span>")).trim_end());
        here
    });
    assert_ne!(concurrent, lfqueue);
}

#[test]
fn the_command_of_a_cell_is_about_that_cell() {
    for row in &everything().run().rows {
        let place = row.place.key(true);
        let escaped =
            row.contender.replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;");
        let contender = escaped.replace("&'", "&amp;'");
        let command = format!(
            "<code class=\"command\">cargo contest quick --filter '{contender}/{place}'</code>"
        );
        assert_eq!(FULL.matches(&command).count(), 1, "{command}");
    }
}

#[test]
fn sweeps_of_batches_and_percentiles_are_drawn() {
    let batch = |cell: Cell| [cell.clone(), cell.at("batch", json!(8))];
    let mut cells = references(&["1x1"]);
    cells.push(Cell::new("rtrb", "1x1", 50.0));
    let run = Fixture::new(cells.into_iter().flat_map(batch).collect()).run();
    let [page, _] = shown(&[&run]);
    let batches = part(&page, "<h2>Batches</h2>", "</section>");
    for name in ["ringway-mpmc", "rtrb"] {
        assert!(batches.contains(&format!("<title>{name}</title>")), "{name}");
    }

    let latency = part(&FULL, "<h2>Latency</h2>", "</section>");
    for step in ["p50", "p90", "p99", "p99.9", "max"] {
        assert!(latency.contains(&format!("text-anchor=\"middle\">{step}</text>")), "{step}");
    }
    assert!(latency.contains(
        "ringway-mpmc: 900 ns at p50, 2 µs at p90, 2.5 µs at p99, 18 µs at p99.9, 4 ms at max"
    ));
}

#[test]
fn the_ground_is_shaded_from_where_there_are_more_threads_than_cores() {
    let topologies = ["1x1", "2x1", "2x2"];
    let others = topologies.map(|topology| Cell::new("concurrent-queue", topology, 50.0));
    let run = Fixture::new([references(&topologies), others.to_vec()].concat()).run();
    let [page, _] = shown(&[&run]);
    let contention = part(&page, "<h2>Contention</h2>", "</section>");
    let shaded = "class=\"crowded\" x=\"50.00%\" y=\"0\" width=\"50.00%\"";
    assert_eq!(contention.matches("<figure").count(), 2, "1×1 to 2×1, and to 2×2");
    assert_eq!(contention.matches(shaded).count(), 2, "{contention}");
}

#[test]
fn bars_of_fairness_are_as_long_as_it_says() {
    let bar = "aria-label=\"0.800 of 1\"><rect class=\"whole\" x=\"0\" y=\"3\" width=\"100%\" height=\"8\"></rect>\
               <rect class=\"mark ringway\" x=\"0\" y=\"3\" width=\"80.00%\"";
    assert!(FULL.contains(bar));
}

#[test]
fn names_and_verdicts_do_not_break_a_table_of_markdown() {
    let odd = |key: &str| Cell::new(key, "1x1", 500.0);
    let cells = vec![odd("a|b"), odd("concurrent-queue").failed("no | message\nin [time]")];
    let run = Fixture::new([references(&["1x1"]), cells].concat()).run();
    let [_, markdown] = shown(&[&run]);
    assert!(markdown.contains("| mpmc | 1×1 | a\\|b | 0.20×"), "{markdown}");
    assert!(markdown.contains("\n| a\\|b | common | "), "{markdown}");
    assert!(markdown.contains("| no \\| message in \\[time] |"), "{markdown}");
}

#[test]
fn what_disturbed_a_run_is_said() {
    let fixture =
        Fixture::new([references(&["1x1"]), vec![Cell::new("rtrb", "1x1", 50.0)]].concat());
    fixture
        .change("samples.jsonl", |text| text.replacen("\"flags\":[]", "\"flags\":[\"stolen\"]", 2));
    fixture.change("env.json", |text| {
        let skipped =
            r#""skipped":[{"cell":"kanal/1x1/1","reason":"too slow"}],"end":"interrupted""#;
        text.replace(r#""end":"complete""#, skipped)
    });
    let [page, markdown] = shown(&[&fixture.run()]);
    assert!(page.contains("2 of 27 slices flagged") && markdown.contains("2 of 27 slices flagged"));
    assert!(page.contains("This run did not get to its end (interrupted)"));
    assert!(page.contains("Not run: kanal (too slow)."));
    assert!(!FULL.contains("did not get to its end"));
}

#[test]
fn what_suspended_printed_is_kept() {
    let [page, _] = shown(&[&everything().run()]);
    assert!(
        part(&page, "stopped in the middle of an operation", "</pre>")
            .contains("a long line a long line")
    );
}

#[test]
fn several_runs_say_where_they_contradict_each_other_and_do_not_share_anchors() {
    let run = |mmsg_s| {
        Fixture::new([references(&["1x1"]), vec![Cell::new("rtrb", "1x1", mmsg_s)]].concat()).run()
    };
    let (slow, fast) = (run(50.0), run(200.0));
    let [page, markdown] = shown(&[&slow, &fast]);
    let found = "rtrb, 1×1: slower in run 1, faster in run 2";
    assert!(
        page.contains(&format!("<li>{found}</li>")) && markdown.contains(&format!("- {found}\n"))
    );
    let mut anchors: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap_or_default())
        .collect();
    let all = anchors.len();
    anchors.sort_unstable();
    anchors.dedup();
    assert_eq!((anchors.len(), all > 1), (all, true));
    for link in page.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap_or_default();
        assert!(anchors.contains(&target), "{target}");
    }
}
