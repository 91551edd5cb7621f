//! Power is lost: at each position of short histories, whatever may be left then; and at random in longer ones.

#[path = "../common/mod.rs"]
mod common;

mod done;

use std::env;
use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use common::oracle::{Oracle, Promise};
use common::run::{Run, Step, options};
use common::sim::{Call, Fault, FaultyStorage, NameOrder, Random, SimDisk, Unit};
use common::survival::{History, Then, survive};
use done::{Done, run};
use ringway_durable::{Level, Options};

/// The next history in which each step is one of the letters.
fn next(word: &mut [usize], letters: usize) -> bool {
    for letter in word.iter_mut().rev() {
        *letter += 1;
        if *letter < letters {
            return true;
        }
        *letter = 0;
    }
    false
}

#[test]
fn each_state_of_each_short_history_is_recovered() {
    let letters: [&[Step]; 5] = [
        &[Step::Publish(20)],
        &[Step::Batch(vec![3000, 3000])],
        &[Step::Receive, Step::Ack(0), Step::Sync],
        &[Step::Receive, Step::Bury(0), Step::Sync],
        &[Step::Once(20)],
    ];
    let mut random = Random::new(1);
    let mut count = 0;
    for len in 1..=4 {
        let mut word = vec![0; len];
        loop {
            let steps: Vec<Step> =
                word.iter().flat_map(|&letter| letters[letter].to_vec()).collect();
            let done = run(&steps, &options(), Promise::Ticket);
            // What comes before the last step was tried with the shorter history.
            let first = if len == 1 { 0 } else { done.last_step + 1 };
            let tried = done.all_states(first..=done.end, [4096, 12], &mut random);
            count += tried.unwrap_or_else(|error| panic!("{steps:?}: {error}"));
            // The last letter is much like the first: the longest histories are without it.
            if !next(&mut word, letters.len() - usize::from(len == 4)) {
                break;
            }
        }
    }
    println!("{count} states");
}

/// How many states are drawn: more where a variable of the environment says so.
fn states(usual: u64) -> u64 {
    env::var("RINGWAY_STATES")
        .map_or(usual, |states| states.parse().expect("RINGWAY_STATES is a number"))
}

/// A step at random.
fn draw_step(random: &mut Random) -> Step {
    let len = [8, 20, 500, 3000, 9000, 20_000][random.below(6)];
    let place = random.below(4);
    match random.below(20) {
        0..=4 => Step::Publish(len),
        5 => Step::Begin(len),
        6 => Step::Batch(vec![len / 3 + 8; 1 + random.below(4)]),
        7 => Step::Once(len),
        8 => Step::Again,
        9..=12 => Step::Receive,
        13..=15 => Step::Ack(place),
        16 => Step::GiveBack(place),
        17 => [Step::Bury(place), Step::Revive, Step::Remove][random.below(3)].clone(),
        18 => Step::Sync,
        _ => [Step::Sync, Step::Reopen][random.below(2)].clone(),
    }
}

/// Draws states of this many histories at random, so many of each.
fn long_histories(seeds: u64, each: u64, options: &Options, promise: Promise, is_kill: bool) {
    for seed in 0..seeds {
        let mut random = Random::new(seed);
        let steps: Vec<_> = (0..10 + random.below(60)).map(|_| draw_step(&mut random)).collect();
        let done = Done { is_kill, ..run(&steps, options, promise) };
        let crashes = done.disk.crashes(Unit::Sector, NameOrder::Free);
        for _ in 0..each / 5 {
            let point = crashes.draw_point(&mut random);
            for _ in 0..5 {
                let state = if is_kill { point.all_kept() } else { point.draw(&mut random) };
                let then = Then::draw(&mut random);
                let survived =
                    survive(&state, point.position(), &done.history(), then, &mut random);
                survived.unwrap_or_else(|error| {
                    panic!(
                        "seed {seed}, position {}: {error}; {steps:?}; {:#?}",
                        point.position(),
                        done.disk.log()
                    )
                });
            }
        }
    }
}

#[test]
fn states_of_long_histories_are_recovered() {
    long_histories(states(3000).div_ceil(100), 100, &options(), Promise::Ticket, false);
}

/// Without a sync of each batch a loss of power takes what was written after the last one, and the queue is opened all the same.
#[test]
fn a_loss_of_power_where_batches_are_not_synced_each() {
    for level in [Level::OsBuffered, Level::Memory] {
        let options = options().level(level).sync_interval(Duration::from_secs(3600));
        long_histories(states(1000).div_ceil(200), 100, &options, Promise::Sync, false);
    }
}

#[test]
fn a_killed_process_loses_nothing_that_the_system_has() {
    let options = options().sync_interval(Duration::from_secs(3600));
    let buffered = options.clone().level(Level::OsBuffered);
    long_histories(states(500).div_ceil(50), 50, &buffered, Promise::Ticket, true);
    let memory = options.level(Level::Memory);
    long_histories(states(500).div_ceil(50), 50, &memory, Promise::Sync, true);
}

/// What was synced is as safe where nothing else is: the number of a message too, whose segment is gone.
#[test]
fn each_state_of_a_history_without_a_sync_of_each_batch() {
    use Step::{Ack, Once, Publish, Receive, Reopen, Sync};
    let options = options().level(Level::OsBuffered).sync_interval(Duration::from_secs(3600));
    let steps =
        [Once(20), Receive, Ack(0), Sync, Reopen, Publish(20), Receive, Publish(20), Ack(0), Sync];
    let done = run(&steps, &options, Promise::Sync);
    let mut random = Random::new(4);
    done.all_states(0..=done.disk.position(), [32, 8], &mut random).unwrap();
}

/// Where a process is killed the system has all that it wrote, synced or not. Power may be lost after it was opened again.
#[test]
fn a_killed_process_and_then_a_loss_of_power() {
    let steps = [
        Step::Publish(20),
        Step::Batch(vec![5000, 20]),
        Step::Receive,
        Step::Ack(0),
        Step::Once(20),
        Step::Reopen,
        Step::Receive,
        Step::Bury(0),
        Step::Publish(20),
        Step::Sync,
    ];
    let mut random = Random::new(2);
    for killed_at in 1.. {
        let disk = SimDisk::new();
        let faulty = FaultyStorage::new(disk.clone());
        faulty.fail(Fault::at(killed_at, &Call::CHANGES, ErrorKind::Other).for_ever());
        let opened =
            Run::open(&disk, Arc::new(faulty.clone()), &options(), Oracle::new(Promise::Ticket));
        let (oracle, numbered) = match opened {
            Ok(mut run) => {
                let _ = steps.iter().try_for_each(|step| run.step(step));
                let _ = run.close();
                (run.oracle.clone(), run.numbered().to_vec())
            }
            Err(_) => (Oracle::new(Promise::Ticket), Vec::new()),
        };
        let killed = disk.position();
        let history =
            History { oracle: &oracle, options: &options(), numbered: &numbered, is_kill: false };
        let opened = Run::recover(&disk, killed, &options(), &oracle);
        let (mut run, found) = opened.unwrap_or_else(|error| {
            panic!("killed at call {killed_at}: {error}; {:#?}", disk.log())
        });
        run.steps(&[Step::Ack(0), Step::Publish(20), Step::Sync]);
        run.close().expect("nothing fails");
        let crashes = disk.crashes(Unit::Page, NameOrder::Free);
        for point in crashes.points().skip(killed) {
            let position = point.position();
            // What was found when it was opened is there from then on.
            let oracle = if position < run.opened { &oracle } else { &run.oracle };
            for _ in 0..4 {
                let state = point.draw(&mut random);
                let history = History { oracle, ..history.clone() };
                let then = Then::draw(&mut random);
                survive(&state, position, &history, then, &mut random).unwrap_or_else(|error| {
                    panic!("killed at call {killed_at}, found {found:?}, power lost at {position}: {error}; {:#?}", disk.log())
                });
            }
        }
        if faulty.failed() == 0 {
            return;
        }
    }
}

/// All states of histories in which something rare happens.
#[test]
fn each_state_of_chosen_histories_is_recovered() {
    use Step::{
        Ack, Again, Batch, Bury, GiveBack, Once, Publish, Receive, Remove, Reopen, Revive, Sync,
    };
    let full = [
        Publish(20_000),
        Receive,
        Ack(1),
        Publish(20_000),
        Receive,
        Ack(1),
        Publish(20_000),
        Receive,
        Ack(1),
    ];
    let histories = [
        // The segment is gone in which the number was used.
        vec![Once(20), Receive, Ack(0), Sync, Reopen, Sync, Again, Sync],
        // Segments follow each other, are done with, and are used again.
        [&full[..], &[Ack(0)], &full, &[Ack(0)], &full, &[Sync]].concat(),
        // One message stays, and is copied forward; then it is acknowledged where it lies now.
        [&[Publish(20), Receive][..], &full, &full, &full, &full, &[Sync, Ack(0), Sync], &full]
            .concat(),
        // So does a dead letter.
        [
            &[Publish(20), Receive, Bury(0), Publish(20), Receive],
            &full[..],
            &full,
            &full,
            &full,
            &[Revive, Sync],
        ]
        .concat(),
        vec![
            Publish(20),
            Batch(vec![20, 20]),
            Receive,
            Receive,
            GiveBack(0),
            Bury(0),
            Sync,
            Reopen,
            Revive,
            Receive,
        ],
        vec![
            Publish(20),
            Publish(20),
            Receive,
            Receive,
            Bury(0),
            Bury(0),
            Remove,
            Revive,
            Sync,
            Reopen,
            Receive,
        ],
        vec![
            Batch(vec![9000, 9000, 9000]),
            Batch(vec![9000, 9000, 9000]),
            Batch(vec![9000, 9000, 9000]),
            Reopen,
        ],
        vec![Reopen, Reopen, Publish(20), Reopen, Reopen, Receive, Ack(0), Reopen, Publish(20)],
    ];
    let mut random = Random::new(3);
    for steps in histories {
        let done = run(&steps, &options(), Promise::Ticket);
        let tried = done.all_states(0..=done.disk.position(), [16, 2], &mut random);
        println!("{}", tried.unwrap_or_else(|error| panic!("{steps:?}: {error}")));
    }
}

/// A backup is put back beside files that came later and wait to be used again: in them are batches with numbers that are
/// still to come.
#[test]
fn a_backup_beside_files_that_came_later() {
    use Step::{Ack, Publish, Receive, Sync};
    let disk = SimDisk::new();
    let mut run = Run::on(&disk, &options(), Oracle::new(Promise::Ticket)).unwrap();
    run.steps(&[Publish(20), Publish(20), Sync]);
    let (mut files, oracle) = (disk.files(), run.oracle.clone());
    run.steps(&[Receive, Receive, Ack(0), Ack(0)]);
    for _ in 0..100 {
        run.steps(&[Publish(3000), Receive, Ack(0)]);
    }
    run.close().unwrap();
    let later = disk.files().into_iter().filter(|(name, _)| name.starts_with("spare-"));
    files.extend(later);
    assert!(files.keys().any(|name| name.starts_with("spare-")), "there is none");
    let disk = SimDisk::with_files(files);
    let (mut run, found) = Run::recover(&disk, usize::MAX, &options(), &oracle).unwrap();
    assert_eq!(found.waiting.len(), 2);
    run.steps(&[Publish(20), Sync]);
    let point = disk.crashes(Unit::Page, NameOrder::Kept).at(disk.position());
    Run::recover(&point.nothing_kept(), disk.position(), &options(), &run.oracle).unwrap();
}
