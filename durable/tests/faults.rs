//! Calls of the storage fail: each of them, in each way.

mod common;

use std::io::ErrorKind;
use std::sync::Arc;

use common::oracle::{Oracle, Promise};
use common::run::{LONG, Run, Step, options};
use common::sim::{Call, Fault, FaultyStorage, NameOrder, Random, SimDisk, Unit};
use common::survival::{History, Then, survive};
use ringway_durable::{ConsumeError, OpenError, Queue, Refusal, TicketError};

/// Uses all that a queue does: segments follow each other and are done with, and a message is copied forward.
fn steps() -> Vec<Step> {
    use Step::{Ack, Again, Batch, Bury, GiveBack, Once, Publish, Receive, Reopen, Revive, Sync};
    let mut steps = vec![
        Publish(20),
        Once(20),
        Receive,
        Receive,
        Bury(1),
        Batch(vec![20, 20]),
        Sync,
        Reopen,
        Receive,
    ];
    for _ in 0..4 {
        steps.extend([
            Publish(30_000),
            Receive,
            Ack(1),
            Publish(25_000),
            Receive,
            Receive,
            Ack(1),
            Ack(1),
        ]);
    }
    steps.extend([Revive, Sync, GiveBack(0), Again, Ack(0), Sync]);
    steps
}

/// How a call fails.
#[derive(Clone, Copy, Debug)]
enum How {
    Once,
    ForEver,
    Done,
}

/// Runs the steps with this fault, checks what is told, and recovers; false if nothing failed.
fn fails(
    number: u64,
    calls: &[Call],
    kind: ErrorKind,
    how: How,
    forgets: bool,
) -> Result<bool, String> {
    let disk = SimDisk::new();
    let faulty = FaultyStorage::new(disk.clone());
    let fault = Fault::at(number, calls, kind);
    faulty.fail(match how {
        How::Once => fault,
        How::ForEver => fault.for_ever(),
        How::Done => fault.done(),
    });
    if forgets {
        let disk = disk.clone();
        faulty.when_failing(move |call| {
            if call == Call::Sync {
                disk.forget_unsynced();
            }
        });
    }
    let mut oracle = Oracle::new(Promise::Ticket);
    let mut numbered = Vec::new();
    if let Ok(mut run) = Run::open(&disk, Arc::new(faulty.clone()), &options(), oracle.clone()) {
        let mut stopped = false;
        for step in &steps() {
            let done = run.step(step);
            let Err(why) = done else { continue };
            if faulty.failed() == 0 {
                return Err(format!("{step:?} stopped without a fault: {why:?}"));
            }
            if why.is_full {
                continue;
            }
            stopped = !calls.iter().any(|call| Call::LOOKS.contains(call));
            if run.is_open() && stopped {
                has_failed(run.queue())?;
            }
            break;
        }
        let was_open = run.is_open();
        if run.close().is_ok() && stopped && was_open {
            return Err("it was closed in order after it had failed".into());
        }
        oracle = run.oracle.clone();
        numbered = run.numbered().to_vec();
    }
    if faulty.failed() == 0 {
        return Ok(false);
    }
    if kind != ErrorKind::StorageFull && !calls.iter().any(|call| Call::LOOKS.contains(call)) {
        nothing_follows(&faulty, calls, number)?;
    }
    // The process is gone; the system has what was written, or has forgotten what it could not write.
    let position = disk.position();
    let history =
        History { oracle: &oracle, options: &options(), numbered: &numbered, is_kill: false };
    let mut random = Random::new(number);
    let point = disk.crashes(Unit::Page, NameOrder::Free).at(position);
    for _ in 0..3 {
        survive(&point.draw(&mut random), position, &history, Then::draw(&mut random), &mut random)
            .map_err(|error| format!("power was lost: {error}; {:#?}", disk.log()))?;
    }
    let (run, _) = Run::recover(&disk, position, &options(), &oracle)
        .map_err(|error| format!("opened again: {error}; {:#?}", disk.log()))?;
    let opened = run.opened;
    let after = run.oracle.clone();
    drop(run);
    let crashes = disk.crashes(Unit::Page, NameOrder::Free);
    for _ in 0..3 {
        let position = position + random.below(disk.position() - position + 1);
        let oracle = if position < opened { &oracle } else { &after };
        let history = History { oracle, ..history.clone() };
        survive(
            &crashes.at(position).draw(&mut random),
            position,
            &history,
            Then::Nothing,
            &mut random,
        )
        .map_err(|error| {
            format!("opened again, and power was lost at {position}: {error}; {:#?}", disk.log())
        })?;
    }
    Ok(true)
}

/// Whoever asks is told that the queue has failed.
fn has_failed(queue: &Queue) -> Result<(), String> {
    let refused = queue.publish("x").map(|ticket| ticket.wait_timeout(LONG));
    let is_told = match refused {
        Err(error) => matches!(error.why, Refusal::Failed(_)) && error.message == "x",
        Ok(Ok(Err(TicketError::Refused { messages, why: Refusal::Failed(_) }))) => {
            messages == ["x"]
        }
        Ok(_) => false,
    };
    if !is_told {
        return Err("it has failed, and still publishes".into());
    }
    let consumer = queue.consumer(1).map_err(|error| error.to_string())?;
    match consumer.recv_timeout(LONG) {
        Err(ConsumeError::Failed(_)) => Ok(()),
        other => Err(format!("it has failed, and delivers {other:?}")),
    }
}

/// After a call that failed nothing is changed, and nothing synced, by the same queue.
fn nothing_follows(faulty: &FaultyStorage, calls: &[Call], number: u64) -> Result<(), String> {
    let all = faulty.calls();
    let failed =
        all.iter().enumerate().filter(|(_, call)| calls.contains(call)).nth(number as usize - 1);
    let Some((place, call)) = failed else { return Err("the call is not there".into()) };
    let after: Vec<_> =
        all[place + 1..].iter().filter(|call| Call::CHANGES.contains(call)).collect();
    match after.is_empty() {
        true => Ok(()),
        false => Err(format!("{call:?} failed, and after it there was {after:?}")),
    }
}

/// Lets each call fail, one after the other.
fn each_fails(calls: &[Call], kind: ErrorKind, how: How, forgets: bool) {
    for number in 1.. {
        match fails(number, calls, kind, how, forgets) {
            Ok(true) => {}
            Ok(false) => {
                assert!(number > 1, "no call of {calls:?} was made");
                return;
            }
            Err(error) => panic!("call {number} of {calls:?} fails {how:?} with {kind:?}: {error}"),
        }
    }
}

#[test]
fn each_change_fails_once() {
    each_fails(&Call::CHANGES, ErrorKind::Other, How::Once, false);
}

#[test]
fn each_change_fails_and_all_after_it() {
    each_fails(&Call::CHANGES, ErrorKind::PermissionDenied, How::ForEver, false);
}

#[test]
fn each_change_is_done_and_fails() {
    each_fails(&Call::CHANGES, ErrorKind::TimedOut, How::Done, false);
}

#[test]
fn each_sync_fails_and_the_system_forgets() {
    each_fails(&[Call::Sync], ErrorKind::Other, How::Once, true);
}

#[test]
fn each_change_finds_the_disk_full() {
    each_fails(&Call::CHANGES, ErrorKind::StorageFull, How::Once, false);
    each_fails(&Call::CHANGES, ErrorKind::StorageFull, How::ForEver, false);
}

#[test]
fn each_look_fails() {
    each_fails(&Call::LOOKS, ErrorKind::Other, How::Once, false);
}

#[test]
fn what_is_interrupted_is_tried_again() {
    let disk = SimDisk::new();
    let mut oracle = Oracle::new(Promise::Ticket);
    for call in [Call::Write, Call::Read] {
        let faulty = FaultyStorage::new(disk.clone());
        for number in 1..40 {
            faulty.fail(Fault::at(2 * number, &[call], ErrorKind::Interrupted));
        }
        let mut run = Run::open(&disk, Arc::new(faulty.clone()), &options(), oracle).unwrap();
        run.steps(&[Step::Publish(20), Step::Sync]);
        for seen in run.receive_all() {
            run.oracle.delivered(&seen.bytes, seen.sequence, 0);
        }
        run.close().unwrap();
        assert!(faulty.failed() > 1, "{call:?}");
        oracle = run.oracle.clone();
    }
    Run::recover(&disk, usize::MAX, &options(), &oracle).unwrap();
}

#[test]
fn writes_may_be_short() {
    let disk = SimDisk::new();
    let faulty = FaultyStorage::new(disk.clone());
    faulty.write_at_most(Some(1000));
    let mut run =
        Run::open(&disk, Arc::new(faulty), &options(), Oracle::new(Promise::Ticket)).unwrap();
    run.steps(&steps());
    run.close().unwrap();
    let numbered = run.numbered().to_vec();
    let history =
        History { oracle: &run.oracle, options: &options(), numbered: &numbered, is_kill: false };
    let mut random = Random::new(5);
    for point in disk.crashes(Unit::Sector, NameOrder::Free).points().step_by(7) {
        let state = point.draw(&mut random);
        survive(&state, point.position(), &history, Then::draw(&mut random), &mut random).unwrap();
    }
}

#[test]
fn a_second_queue_is_told_who_has_the_first() {
    let disk = SimDisk::new();
    let queue = Queue::open_in(Arc::new(disk.clone()), options()).unwrap();
    let position = disk.position();
    match Queue::open_in(Arc::new(disk.clone()), options()) {
        Err(OpenError::Locked { path, pid }) => {
            assert_eq!((path.as_str(), pid), ("simulated/LOCK", Some(std::process::id())));
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(disk.position(), position, "nothing was changed");
    queue.publish("a").unwrap().wait().unwrap();
    drop(queue);
    Queue::open_in(Arc::new(disk.clone()), options()).unwrap();
}

/// The disk is full at each size in turn: what does not fit is refused, the rest goes on, and all goes on when there is room.
#[test]
fn a_full_disk_refuses_and_goes_on() {
    let mut refusals = 0;
    for pages in 0..80 {
        let disk = SimDisk::new();
        disk.set_capacity(Some(pages * 4096));
        let oracle = Oracle::new(Promise::Ticket);
        let mut run = match Run::on(&disk, &options().spares(0), oracle) {
            Ok(run) => run,
            Err(error) => {
                assert!(pages < 19, "{pages} pages: {error}");
                continue;
            }
        };
        let mut published = 0;
        let refused = loop {
            match run.step(&Step::Publish(5000)) {
                Ok(()) => published += 1,
                Err(stopped) => break stopped,
            }
        };
        assert!(refused.is_full, "{pages} pages: {refused:?}");
        refusals += 1;
        // What has room in the file that grows may still be published. All is delivered and settled.
        let steps = vec![vec![Step::Receive, Step::Ack(0)]; published].concat();
        run.steps(&steps);
        run.steps(&[Step::Sync]);
        // What was acknowledged makes room, or somebody else does.
        disk.set_capacity(Some((pages + 17) * 4096));
        let mut tried = 0;
        while let Err(stopped) = run.step(&Step::Publish(5000)) {
            assert!(stopped.is_full, "{pages} pages: {stopped:?}");
            tried += 1;
            assert!(tried < 3, "{pages} pages: there is room, and it is refused");
        }
        run.close().unwrap_or_else(|stopped| panic!("{pages} pages: {stopped:?}"));
        // Opening takes space for a segment.
        disk.set_capacity(None);
        let (_, left) = Run::recover(&disk, usize::MAX, &options(), &run.oracle).unwrap();
        assert_eq!(left.waiting.len(), 1);
    }
    assert!(refusals > 50);
}
