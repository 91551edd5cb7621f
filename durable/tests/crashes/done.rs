//! Histories that were run on a disk, to be interrupted anywhere.

use std::ops::RangeInclusive;

use ringway_durable::Options;

use super::common::oracle::{Oracle, Promise};
use super::common::run::{Run, Step};
use super::common::sim::{NameOrder, Random, SimDisk, Unit};
use super::common::survival::{History, Then, survive};

/// A history that was run on a disk.
pub struct Done {
    pub disk: SimDisk,
    pub oracle: Oracle,
    pub numbered: Vec<bytes::Bytes>,
    pub options: Options,
    pub is_kill: bool,
    /// The positions before the last step, and at the end of it.
    pub last_step: usize,
    pub end: usize,
}

/// Runs these steps, closes, and keeps what was told.
pub fn run(steps: &[Step], options: &Options, promise: Promise) -> Done {
    let disk = SimDisk::new();
    let mut run = Run::on(&disk, options, Oracle::new(promise)).expect("the disk is empty");
    let (last, before) = steps.split_last().expect("there is a step");
    run.steps(before);
    let last_step = disk.position();
    run.steps(std::slice::from_ref(last));
    let end = disk.position();
    run.close().expect("nothing fails");
    let numbered = run.numbered().to_vec();
    Done {
        disk,
        oracle: run.oracle.clone(),
        numbered,
        options: options.clone(),
        is_kill: false,
        last_step,
        end,
    }
}

impl Done {
    pub fn history(&self) -> History<'_> {
        History {
            oracle: &self.oracle,
            options: &self.options,
            numbered: &self.numbered,
            is_kill: self.is_kill,
        }
    }

    /// Tries all states of these positions, if there are no more of pages and of sectors; else so many of them. How many.
    pub fn all_states(
        &self,
        positions: RangeInclusive<usize>,
        most: [u128; 2],
        random: &mut Random,
    ) -> Result<u64, String> {
        let mut count = 0;
        for (unit, most) in [Unit::Page, Unit::Sector].into_iter().zip(most) {
            let crashes = self.disk.crashes(unit, NameOrder::Free);
            for point in crashes.points().skip(*positions.start()).take(positions.clone().count()) {
                let position = point.position();
                let states: Box<dyn Iterator<Item = SimDisk>> = if point.count() <= most {
                    Box::new(point.states())
                } else {
                    let mut draws = Random::new(random.number());
                    Box::new(
                        (0..most)
                            .map(move |_| point.draw(&mut draws))
                            .collect::<Vec<_>>()
                            .into_iter(),
                    )
                };
                for (number, state) in states.enumerate() {
                    let then = if random.of_16(8) { Then::Nothing } else { Then::draw(random) };
                    survive(&state, position, &self.history(), then, random).map_err(|error| {
                        format!(
                            "{unit:?} state {number} at position {position}: {error}; {:#?}",
                            self.disk.log()
                        )
                    })?;
                    count += 1;
                }
            }
        }
        Ok(count)
    }
}
