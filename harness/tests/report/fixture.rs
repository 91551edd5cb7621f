//! Results of contests that never were, with speeds that are known.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use ringway_harness::contenders::{REFERENCE, REFERENCE_AGAIN};
use ringway_harness::report::input::Run;
use ringway_harness::stats::{Ratio, Spread};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

/// How many rounds there are.
const ROUNDS: u32 = 9;

/// A cell: who, where and how fast.
#[derive(Debug, Clone)]
pub struct Cell {
    contender: String,
    place: Map<String, Value>,
    own_wait: bool,
    mmsg_s: f64,
    /// How far rounds are from that speed, as a part of it.
    spread: f64,
    failure: Option<String>,
    more: Map<String, Value>,
}

/// A result that is being made up.
#[derive(Debug)]
pub struct Fixture {
    dir: TempDir,
    cells: Vec<Cell>,
    env: Value,
}

impl Cell {
    /// A contender in a topology, with so many million messages per second in every round, or nearly.
    pub fn new(contender: &str, topology: &str, mmsg_s: f64) -> Self {
        let place = json!({ "topology": topology, "batch": 1 });
        Self {
            contender: contender.to_owned(),
            place: place.as_object().unwrap().clone(),
            own_wait: false,
            mmsg_s,
            spread: 0.01,
            failure: None,
            more: Map::new(),
        }
    }

    /// The same with its own wait.
    pub fn own_wait(self) -> Self {
        Self { own_wait: true, ..self }
    }

    /// The same with rounds that differ by that part.
    pub fn spread(self, spread: f64) -> Self {
        Self { spread, ..self }
    }

    /// The same in a place that is told more of.
    pub fn at(mut self, axis: &str, value: Value) -> Self {
        self.place.insert(axis.to_owned(), value);
        self
    }

    /// The same with more in each of its slices.
    pub fn with(mut self, field: &str, value: Value) -> Self {
        self.more.insert(field.to_owned(), value);
        self
    }

    /// The same, failed.
    pub fn failed(self, why: &str) -> Self {
        Self { failure: Some(why.to_owned()), ..self }
    }

    /// Its speed in a round: evenly spread, in an order that is the same for all.
    fn speed(&self, round: u32) -> f64 {
        let place = f64::from(round * 4 % ROUNDS) / f64::from(ROUNDS - 1) * 2.0 - 1.0;
        self.mmsg_s * (1.0 + self.spread * place)
    }

    /// Its speeds in all rounds, unless it failed.
    fn speeds(&self) -> Option<Vec<f64>> {
        self.failure.is_none().then(|| (0..ROUNDS).map(|round| self.speed(round)).collect())
    }
}

impl Fixture {
    /// A result of a machine with two cores.
    pub fn new(cells: Vec<Cell>) -> Self {
        let env = json!({
            "date": "2026-01-02", "arch": "x86_64", "cpu": "A <made-up> CPU", "cores": 2, "commit": "abc1234",
            "capacity": 1024, "common_wait": { "pauses": 64, "patience": 8 }, "rounds": ROUNDS,
            "command": "cargo contest quick --seconds 42 --seed 7", "end": "complete", "unheard_of": [1, 2],
        });
        let fixture = Self { dir: tempfile::tempdir().unwrap(), cells, env };
        fixture.write();
        fixture
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// It, read.
    pub fn run(&self) -> Run {
        Run::read(self.path()).unwrap()
    }

    /// Changes one of its files.
    pub fn change(&self, name: &str, change: impl FnOnce(String) -> String) {
        let path = self.path().join(name);
        let text = fs::read_to_string(&path).unwrap();
        fs::write(path, change(text)).unwrap();
    }

    fn write(&self) {
        fs::write(self.path().join("env.json"), self.env.to_string()).unwrap();
        let mut samples = String::new();
        let lines = self.cells.iter().flat_map(|cell| (0..ROUNDS).map(move |round| (cell, round)));
        for (cell, round) in lines {
            let mut line = cell.place.clone();
            line.extend(cell.more.clone());
            let wait = if cell.own_wait { "own" } else { "common" };
            let messages =
                (cell.failure.is_none()).then_some((cell.speed(round) * 1e6).round() as u64);
            for (name, value) in [
                ("round", json!(round)),
                ("contender", json!(cell.contender)),
                ("wait", json!(wait)),
                ("messages", json!(messages)),
                ("elapsed_ns", json!(messages.map(|_| 1_000_000_000))),
                ("flags", json!([])),
                ("failure", json!(cell.failure)),
                ("unheard_of", json!({ "of": 1 })),
            ] {
                line.insert(name.to_owned(), value);
            }
            let _ = writeln!(samples, "{}", Value::Object(line));
        }
        fs::write(self.path().join("samples.jsonl"), samples).unwrap();
        fs::write(self.path().join("summary.csv"), self.summary()).unwrap();
    }

    /// `summary.csv`, with the statistics of the contest.
    fn summary(&self) -> Vec<u8> {
        let axes = ["workload", "topology", "payload", "capacity", "batch", "policy"];
        let figures = [
            "mmsg_s",
            "mmsg_s_min",
            "mmsg_s_max",
            "cpu_ns_per_msg",
            "ratio",
            "ratio_lo",
            "ratio_hi",
        ];
        let mut csv = csv::Writer::from_writer(Vec::new());
        let columns = [
            &["contender", "wait", "unheard_of"][..],
            &axes,
            &figures,
            &["verdict", "flags", "fairness"],
        ];
        csv.write_record(columns.concat()).unwrap();
        let speeds: BTreeMap<(&str, String), Vec<f64>> = self
            .cells
            .iter()
            .filter_map(|cell| Some(((&*cell.contender, place(cell)), cell.speeds()?)))
            .collect();
        let ratio = |key: &str, place: &str| {
            let (one, reference) = (
                speeds.get(&(key, place.to_owned()))?,
                speeds.get(&(REFERENCE, place.to_owned()))?,
            );
            Ratio::estimate(&one.iter().zip(reference).map(|(a, b)| a / b).collect::<Vec<_>>())
        };
        for cell in &self.cells {
            let place = place(cell);
            let spread = cell.speeds().and_then(|speeds| Spread::of(&speeds));
            let beside = ratio(&cell.contender, &place);
            let noise = ratio(REFERENCE_AGAIN, &place).map(|noise| noise.noise_floor());
            let verdict = match beside {
                _ if cell.contender.starts_with(REFERENCE) => "reference".to_owned(),
                Some(ratio) => format!("{:?}", ratio.verdict(noise)).to_lowercase(),
                None => cell.failure.clone().unwrap_or_default(),
            };
            let text =
                |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let known =
                |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let mut record = vec![
                cell.contender.clone(),
                if cell.own_wait { "own" } else { "common" }.to_owned(),
                "?".to_owned(),
            ];
            record.extend(axes.map(|axis| cell.place.get(axis).map(text).unwrap_or_default()));
            record.extend([
                known(spread.map(|spread| spread.median)),
                known(spread.map(|spread| spread.min)),
                known(spread.map(|spread| spread.max)),
                known(spread.map(|spread| 2e3 / spread.median)),
                known(beside.map(|ratio| ratio.median)),
                known(beside.map(|ratio| ratio.lo)),
                known(beside.map(|ratio| ratio.hi)),
                verdict,
                String::new(),
                cell.more.get("fairness").map(text).unwrap_or_default(),
            ]);
            csv.write_record(record).unwrap();
        }
        csv.into_inner().unwrap()
    }
}

/// Where a cell is, as text.
fn place(cell: &Cell) -> String {
    Value::Object(cell.place.clone()).to_string()
}

/// The reference, twice, in some topologies, at 100.
pub fn references(topologies: &[&str]) -> Vec<Cell> {
    let keys = [REFERENCE, REFERENCE_AGAIN];
    let cells =
        topologies.iter().flat_map(|topology| keys.map(|key| Cell::new(key, topology, 100.0)));
    cells.collect()
}

/// A contest with everything in it that a report can show, and with names that try to break it.
pub fn everything() -> Fixture {
    let contenders = [
        (REFERENCE, 100.0, false),
        (REFERENCE_AGAIN, 101.0, false),
        ("ringway-queue", 90.0, false),
        ("concurrent-queue", 70.0, false),
        ("crossfire", 140.0, true),
        ("parking-lot", 12.0, false),
        ("claim-publish", 120.0, false),
        ("my<b>\"queue\"&'co", 0.3, false),
        ("a-queue-with-a-name-that-is-longer-than-anybody-would-choose-it", 55.0, true),
    ];
    let slow = json!({ "achieved": 0.4, "p50": null, "p99": null, "max": null });
    let mut cells = Vec::new();
    for (index, (key, speed, own)) in contenders.into_iter().enumerate() {
        for (topology, factor) in [("1x1", 1.0), ("2x2", 0.7), ("4x4", 0.4), ("2x1", 0.5)] {
            for capacity in [2_u64, 64, 1024, 65_536] {
                let slower = if capacity == 2 { 0.2 } else { 1.0 };
                let cell = Cell::new(key, topology, speed * factor * slower)
                    .at("capacity", json!(capacity));
                let cell = if own { cell.own_wait() } else { cell };
                let cell = if topology == "2x2" {
                    cell.with("fairness", json!(1.0 - index as f64 / 10.0))
                } else {
                    cell
                };
                cells.push(cell.clone().at("payload", json!("8B")));
                if capacity == 1024 {
                    cells.push(cell.clone().at("payload", json!("box")).spread(0.4));
                    let fixed = cell.at("payload", json!("8B")).at("workload", json!("rate-1m"));
                    let latency = json!({
                        "achieved": 1.0, "p50": 9e4 / speed, "p90": 2e5 / speed, "p99": 2500, "p999": 18_000,
                        "max": 4_000_000,
                    });
                    let latency = if speed < 1.0 { slow.clone() } else { latency };
                    cells.push(fixed.with("latency", latency));
                }
            }
        }
    }
    let hung = Cell::new("kanal", "2x2", 1.0)
        .at("capacity", json!(64))
        .at("payload", json!("8B"))
        .own_wait();
    cells.push(hung.failed("hangs: <no> message for 20 s"));
    let fixture = Fixture::new(cells);
    fs::write(
        fixture.path().join("suspended.txt"),
        format!("{}\n<x>\n", "a long line ".repeat(20)),
    )
    .unwrap();
    fixture
}

/// The committed results.
pub fn committed() -> Vec<PathBuf> {
    let pattern = concat!(env!("CARGO_MANIFEST_DIR"), "/../results/*/*/env.json");
    let found = glob::glob(pattern).unwrap().map(|path| path.unwrap().parent().unwrap().to_owned());
    let found: Vec<PathBuf> = found.collect();
    assert!(!found.is_empty());
    found
}

/// Runs the contest in a directory.
pub fn contest(directory: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-harness"));
    command.args(arguments).current_dir(directory).output().expect("the contest starts")
}
