//! What must hold for a state that a crash has left, and for what comes after it.

use std::collections::BTreeMap;

use bytes::Bytes;
use ringway_durable::Options;

use super::oracle::{Oracle, Recovered};
use super::run::{Run, Step};
use super::sim::{NameOrder, Random, SimDisk, Unit};

/// A history that was interrupted.
#[derive(Clone, Debug)]
pub struct History<'a> {
    pub oracle: &'a Oracle,
    pub options: &'a Options,
    /// The messages that were published with numbers.
    pub numbered: &'a [Bytes],
    /// Whether the process was killed, and all that was written is there; else power was lost.
    pub is_kill: bool,
}

/// What is tried with a state beside recovering it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Nothing,
    /// The recovery is interrupted too.
    Interrupt,
    /// The queue is used, and interrupted again.
    Use,
    /// What had a number is published again.
    Repeat,
    /// It is emptied, closed and opened again.
    Empty,
}

impl Then {
    pub const ALL: [Self; 5] =
        [Self::Nothing, Self::Interrupt, Self::Use, Self::Repeat, Self::Empty];

    /// One of them.
    pub fn draw(random: &mut Random) -> Self {
        Self::ALL[random.below(Self::ALL.len())]
    }
}

/// Recovers what a crash at this position has left, checks it, and goes on with it.
///
/// # Errors
///
/// What is wrong.
pub fn survive(
    state: &SimDisk,
    position: usize,
    history: &History<'_>,
    then: Then,
    random: &mut Random,
) -> Result<(), String> {
    let (mut run, recovered) = recover(state, position, history)?;
    let found = |error| format!("{then:?} of {recovered:?}: {error}");
    match then {
        Then::Nothing => {}
        Then::Interrupt => {
            let interrupted = random.below(state.position() + 1);
            let crashed = crash(state, interrupted, history, random);
            let (_, again) =
                Run::recover(&crashed, interrupted, history.options, &run.oracle).map_err(found)?;
            if !is_same(&recovered, &again) {
                return Err(found(format!("the second time {again:?}")));
            }
        }
        Then::Use => {
            let steps = [
                Step::Ack(0),
                Step::Publish(100),
                Step::Bury(1),
                Step::Sync,
                Step::Ack(0),
                Step::Once(10),
            ];
            run.steps(&steps[..random.below(steps.len() + 1)]);
            crash_again(state, run, history, random).map_err(found)?;
        }
        Then::Repeat => {
            for number in 1..=history.numbered.len() {
                run.again(number).map_err(|stopped| found(stopped.why))?;
            }
            // They come now, if they had not come.
            let fresh = run.receive_all();
            for seen in &fresh {
                run.oracle.delivered(&seen.bytes, seen.sequence, 0);
            }
            if let Some(old) = fresh
                .iter()
                .find(|fresh| recovered.waiting.iter().any(|old| old.bytes == fresh.bytes))
            {
                return Err(found(format!("it was repeated, and came twice: {old:?}")));
            }
            crash_again(state, run, history, random).map_err(found)?;
        }
        Then::Empty => {
            while run.held() > 0 {
                run.steps(&[Step::Ack(0)]);
            }
            run.close().map_err(|stopped| found(stopped.why))?;
            let oracle = run.oracle.clone();
            let (run, left) =
                Run::recover(state, usize::MAX, history.options, &oracle).map_err(found)?;
            if !left.waiting.is_empty() || left.dead != recovered.dead {
                return Err(found(format!("it was emptied, and {left:?} was left")));
            }
            drop(run);
        }
    }
    Ok(())
}

/// Recovers a state.
fn recover(
    state: &SimDisk,
    position: usize,
    history: &History<'_>,
) -> Result<(Run, Recovered), String> {
    let (run, recovered) = Run::recover(state, position, history.options, history.oracle)?;
    Ok((run.with_numbered(history.numbered.to_vec()), recovered))
}

/// A second crash, while the queue is used that was recovered.
fn crash_again(
    state: &SimDisk,
    mut run: Run,
    history: &History<'_>,
    random: &mut Random,
) -> Result<(), String> {
    // Closing is a part of it.
    let _ = run.close();
    let position = random.below(state.position() + 1);
    let crashed = crash(state, position, history, random);
    Run::recover(&crashed, position, history.options, &run.oracle)
        .map(drop)
        .map_err(|error| format!("a second crash at {position}: {error}; {:?}", state.log()))
}

/// What may be left at this position.
fn crash(disk: &SimDisk, position: usize, history: &History<'_>, random: &mut Random) -> SimDisk {
    let unit = if random.of_16(8) { Unit::Page } else { Unit::Sector };
    let point = disk.crashes(unit, NameOrder::Free).at(position);
    if history.is_kill { point.all_kept() } else { point.draw(random) }
}

/// Whether the same messages are there. Those that were delivered before may come in another order: the oracle looks at the
/// others.
fn is_same(one: &Recovered, other: &Recovered) -> bool {
    let identity = |recovered: &Recovered| {
        let waiting = recovered.waiting.iter().map(|seen| (seen.sequence, seen.bytes.clone()));
        (waiting.collect::<BTreeMap<_, _>>(), recovered.dead.clone())
    };
    identity(one) == identity(other)
}
