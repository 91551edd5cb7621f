//! What the figures say, in words.

use ringway_harness::report::agree;
use ringway_harness::report::analysis::Analysis;
use ringway_harness::report::duel::Rounds;
use ringway_harness::report::input::Run;
use ringway_harness::report::who::Part;
use ringway_harness::report::words;
use serde_json::json;

use crate::fixture::{Cell, Fixture, committed, references};

/// What is said of a contest first, and of where ringway loses.
fn said(fixture: &Fixture) -> [String; 3] {
    let run = fixture.run();
    let analysis = Analysis::of(&run);
    let cores = run.env.cores;
    [
        words::headline(&analysis.duels, cores),
        words::certainty(&analysis.duels, cores).unwrap_or_default(),
        words::losses_in_words(&analysis.duels),
    ]
}

fn with(topologies: &[&str], cells: Vec<Cell>) -> Fixture {
    Fixture::new([references(topologies), cells].concat())
}

#[test]
fn a_lead_is_told_with_crowded_cells_apart() {
    let slow = |topology, mmsg_s| Cell::new("concurrent-queue", topology, mmsg_s);
    let cells = vec![
        slow("1x1", 50.0),
        slow("2x2", 40.0),
        slow("4x4", 25.0),
        Cell::new("lfqueue", "2x2", 10.0),
    ];
    let [headline, certainty, losses] = said(&with(&["1x1", "2x2", "4x4"], cells));
    assert_eq!(
        headline,
        "On this machine, ringway’s mpmc is 2.0× as fast as the best other MPMC queue with a core for each thread, \
         and 2.5× to 4.0× with more threads than cores."
    );
    assert_eq!(
        certainty,
        "The best other, with the same wait, is concurrent-queue. With a core for each thread (1×1): shown beyond \
         the noise. With more threads than cores (2×2, 4×4): shown beyond the noise in all 2 cells."
    );
    assert_eq!(losses, "No contender is shown to beat a ring in any of 3 comparisons.");
}

#[test]
fn a_loss_is_told_as_plainly() {
    let cells = vec![
        Cell::new("concurrent-queue", "1x1", 200.0),
        Cell::new("kanal", "1x1", 150.0).own_wait(),
    ];
    let [headline, certainty, losses] = said(&with(&["1x1"], cells));
    assert!(headline.contains("is 0.50× as fast as the best other MPMC queue"), "{headline}");
    assert!(certainty.ends_with("(1×1): lost."), "{certainty}");
    assert_eq!(losses, "A ring is shown to be slower in 2 of 2 comparisons.");
}

#[test]
fn what_is_no_queue_is_shown_last_and_beaten_by_nobody() {
    let faster = |key| Cell::new(key, "1x1", 900.0);
    let bounds = ["fetch-add", "empty-loop", "copy-limit"];
    let cells = bounds.map(faster).into_iter().chain([
        Cell::new("concurrent-queue", "1x1", 50.0),
        Cell::new("claim-publish", "1x1", 120.0),
    ]);
    let fixture = with(&["1x1"], cells.collect());
    let run = fixture.run();
    let analysis = Analysis::of(&run);
    let opponents: Vec<_> = analysis.duels.iter().map(|duel| &*duel.opponent).collect();
    assert_eq!(opponents, ["concurrent-queue", "claim-publish"]);
    assert!(words::losses(&analysis.duels).0.is_empty());
    let headline = words::headline(&analysis.duels, run.env.cores);
    assert!(headline.contains("is 2.0× as fast as the best other MPMC queue"), "{headline}");
    let rows: Vec<_> = analysis.places.values().flatten().map(|row| &*row.contender).collect();
    assert_eq!(rows.len(), 7);
    assert!(rows[4..].iter().all(|key| bounds.contains(key)), "{rows:?}");
}

#[test]
fn what_is_undecided_is_called_so() {
    let wild = |key, mmsg_s| Cell::new(key, "1x1", mmsg_s).spread(0.9);
    let [_, certainty, losses] = said(&with(&["1x1"], vec![wild("concurrent-queue", 103.0)]));
    assert!(certainty.ends_with("(1×1): undecided."), "{certainty}");
    assert_eq!(
        losses,
        "No contender is shown to beat a ring in any of 1 comparisons. 1 is undecided; in 1 of these ringway lies behind."
    );
}

#[test]
fn a_run_without_others_says_so() {
    let [headline, certainty, _] = said(&with(&["1x1"], Vec::new()));
    assert_eq!((headline.contains("against no other queue"), &*certainty), (true, ""));
}

#[test]
fn a_ring_meets_the_best_of_those_that_can_stand_in_its_place() {
    let cells = vec![
        Cell::new("ringway-spsc", "1x1", 120.0),
        Cell::new("rtrb", "1x1", 90.0),
        Cell::new("ringbuf", "1x1", 95.0),
        Cell::new("concurrent-queue", "1x1", 50.0),
        Cell::new("kanal", "1x1", 300.0).own_wait(),
        Cell::new("somebody-s-queue", "1x1", 40.0),
    ];
    let run = with(&["1x1"], cells).run();
    let duels = Rounds::of(&run).duels();
    let met = |ring: &str, against| {
        let duel = duels.iter().find(|duel| duel.ring == ring && duel.against == against).unwrap();
        duel.opponent.clone()
    };
    assert_eq!(met("ringway-spsc", Part::Peer), "ringbuf");
    assert_eq!(
        met("ringway-mpmc", Part::Peer),
        "concurrent-queue",
        "an SPSC queue cannot replace it"
    );
    assert_eq!(met("ringway-mpmc", Part::OwnWait), "kanal", "in a duel of its own");
    assert!(duels.iter().all(|duel| duel.ring != "ringway-mpmc-aa"));
}

#[test]
fn where_all_wait_alike_those_that_wait_by_themselves_are_met_where_they_do() {
    let common = |cell: Cell| cell.at("policy", json!("common"));
    let mut cells: Vec<Cell> = references(&["1x1"]).into_iter().map(common).collect();
    cells.push(common(Cell::new("kanal", "1x1", 20.0)));
    cells.push(Cell::new("kanal", "1x1", 50.0).own_wait().at("policy", json!("own")));
    let run = Fixture::new(cells).run();
    let duels = Rounds::of(&run).duels();
    let found: Vec<_> =
        duels.iter().map(|duel| (duel.against, duel.ratio.median.round())).collect();
    assert_eq!(found, [(Part::Peer, 5.0), (Part::OwnWait, 2.0)]);
}

#[test]
fn at_a_fixed_rate_the_lower_latency_wins() {
    let fixed = |cell: Cell, p50: Option<u32>| {
        let latency = json!({ "achieved": if p50.is_some() { 1.0 } else { 0.5 }, "p50": p50 });
        cell.at("workload", json!("rate-1m")).with("latency", latency)
    };
    let mut cells: Vec<Cell> =
        references(&["1x1"]).into_iter().map(|cell| fixed(cell, Some(100))).collect();
    cells.push(fixed(Cell::new("concurrent-queue", "1x1", 100.0), Some(300)));
    cells.push(fixed(Cell::new("crossbeam-queue", "1x1", 100.0), None));
    let run = Fixture::new(cells).run();
    let duels = Rounds::of(&run).duels();
    assert_eq!((duels.len(), &*duels[0].opponent), (1, "concurrent-queue"));
    assert!((duels[0].ratio.median - 3.0).abs() < 1e-9);
}

#[test]
fn processes_are_rounds_of_their_own() {
    let fixture = with(&["1x1"], vec![Cell::new("concurrent-queue", "1x1", 50.0)]);
    fixture.change("samples.jsonl", |text| {
        let second = text.replace("\"round\":", "\"process\":1,\"round\":");
        text + &second
    });
    let run = fixture.run();
    let duels = Rounds::of(&run).duels();
    assert_eq!(duels[0].ratio.rounds, 18);
}

#[test]
fn runs_contradict_each_other_only_with_opposite_verdicts() {
    let run = |mmsg_s, spread| {
        with(&["1x1"], vec![Cell::new("rtrb", "1x1", mmsg_s).spread(spread)]).run()
    };
    let (slow, fast, unsure) = (run(50.0, 0.01), run(200.0, 0.01), run(99.0, 0.9));
    let words = |runs: &[&Run]| {
        let runs: Vec<_> = runs.iter().map(|run| Analysis::of(run)).collect();
        (agree::in_words(&runs), agree::contradictions(&runs).1.len())
    };
    assert_eq!(words(&[&slow, &fast]).1, 1);
    assert!(words(&[&slow, &fast]).0.starts_with("In 1 of 1 common cells"));
    assert_eq!(words(&[&slow, &unsure, &slow]).1, 0);
    assert!(words(&[&slow, &unsure]).0.starts_with("In none of 1"));
}

#[test]
fn noise_is_graded_by_how_many_places_it_spares() {
    for (floors, grade) in [
        (&[0.03; 10][..], "quiet"),
        (&[0.03, 0.03, 0.09, 0.08], "usable"),
        (&[0.03, 0.09, 0.5], "noisy"),
        (&[0.03, 0.2, 0.5], "very noisy"),
        (&[], "unknown"),
    ] {
        assert_eq!(words::quietness(floors), grade, "{floors:?}");
    }
    let said = words::noise(&[0.03, 0.08, 1.5]);
    assert!(
        said.contains("±3% in 1 of 3 places and within ±10% in 2") && said.contains("150%"),
        "{said}"
    );
}

#[test]
fn factors_have_digits_that_mean_something() {
    for (factor, figure, word) in [
        (2.234, "2.23×", "2.2×"),
        (0.834, "0.83×", "0.83×"),
        (16.73, "16.7×", "17×"),
        (147.9, "148×", "148×"),
        (0.0123, "0.012×", "0.01×"),
    ] {
        assert_eq!((&*words::times(factor), &*words::about(factor)), (figure, word));
    }
    assert_eq!(words::list(&["a", "b", "c"], "or"), "a, b or c");
    assert_eq!(words::list(&["a"], "or"), "a");
}

#[test]
fn the_slices_of_committed_results_give_the_ratios_of_their_summaries() {
    for dir in committed() {
        let run = Run::read(&dir).unwrap();
        let rounds = Rounds::of(&run);
        for row in &run.rows {
            let again = rounds.ratio(&row.place, &row.contender, "ringway-mpmc");
            let close = |a: f64, b: f64| (a / b - 1.0).abs() < 1e-9;
            let (Some(ratio), Some(again)) = (row.ratio, again) else { continue };
            assert!(
                close(ratio.mid, again.median) && close(ratio.lo, again.lo),
                "{} {}",
                row.contender,
                row.place
            );
        }
    }
}
