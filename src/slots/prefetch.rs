//! Which cache lines the processor is asked to have at hand before they are needed.
//!
//! Handles of both sides write to every group that they pass, and nearly all the time that an
//! operation takes is the wait for the first look at a line that the other side wrote last.
//!
//! Where the other side is at work in the lines that are asked for they go back and forth. So it is in rings
//! of few slots. And large values are asked for by producers alone, which have nothing to read there: a
//! consumer would take lines away in which the producer is still writing. (Figures: docs/DESIGN.md.)

use core::ops::Range;

use super::{Group, LINE};
use crate::sequencer::Side;

/// The lines of the largest group of which all are asked for. Of a larger one it is the first: while it
/// copies a value, the processor finds by itself that line follows line.
const MOST: usize = 32;

/// In a ring of no more groups nothing is asked for: the other side is at work there.
pub(super) const FEW: usize = 8;

/// Asks for the lines of the group that is so many groups on, to be written: those that fall to `len` slots
/// from `place` on, the group's being dealt out to its slots, so that whoever passes all of them asks
/// for each line once.
///
/// Behind the last group this names memory that is not ours, which is neither read nor written; its
/// lines are taken from other caches.
#[inline(always)]
pub(super) fn ahead<D: Side, G: Group>(group: &G, place: usize, len: usize, groups: usize) {
    let lines = const { size_of::<G>().div_ceil(LINE) };
    let ahead = (&raw const *group).wrapping_add(groups).cast::<u8>();
    if lines == 1 || (D::FILLS && lines > MOST) {
        to_write(ahead);
    } else if D::FILLS {
        for line in lines_of(place, len, lines, G::LEN) {
            to_write(ahead.wrapping_add(line * LINE));
        }
    }
}

/// The lines that fall to `len` slots from `place` on, of a group of `slots` with so many lines.
#[inline(always)]
const fn lines_of(place: usize, len: usize, lines: usize, slots: usize) -> Range<usize> {
    place * lines / slots..(place + len) * lines / slots
}

/// Asks for one line.
#[inline(always)]
fn to_write(line: *const u8) {
    // The intrinsic becomes this only for processors that are known to have it, and else a
    // prefetch to read, after which the write waits again. Those that do not have it pass over it.
    //
    // SAFETY: a prefetch is a hint: it has no effect on memory and cannot fault.
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    unsafe {
        core::arch::asm!(
            "prefetchw [{}]", in(reg) line, options(readonly, nostack, preserves_flags),
        );
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = line;
}

#[cfg(all(test, not(ringway_modelled)))]
mod tests {
    use super::*;

    #[test]
    fn each_line_of_a_group_falls_to_one_slot_however_its_slots_are_divided_into_runs() {
        for slots in [1, 4] {
            for lines in 1..=MOST {
                for divided in 0..1 << (slots - 1) {
                    // A bit for each slot after the first: whether a run begins there.
                    let begins = (0..slots).filter(|&i| i == 0 || divided >> (i - 1) & 1 == 1);
                    let begins = std::vec::Vec::from_iter(begins.chain([slots]));
                    let runs = begins.windows(2).map(|run| (run[0], run[1] - run[0]));
                    let asked = runs.flat_map(|(place, len)| lines_of(place, len, lines, slots));
                    assert!(asked.eq(0..lines), "{slots} slots, {lines} lines, {divided:b}");
                }
            }
        }
    }
}
