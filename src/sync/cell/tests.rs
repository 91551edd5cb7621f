//! What is written of cells that are empty.

use std::collections::BTreeSet;
use std::vec::Vec;

use super::*;

const LINE: usize = 64;

/// Cells as they lie in a group: from the beginning of a line on.
#[repr(align(64))]
struct Aligned<T, const N: usize>([Cell<T>; N]);

/// Fills some of `N` cells with ones, and checks that of all lines which they lie in, and of nothing else, some
/// bytes are zero then.
fn each_line_is_touched<const SIZE: usize, const N: usize>() {
    for (from, to) in (0..N).flat_map(|from| (from..=N).map(move |to| (from, to))) {
        let group = Aligned::<[u8; SIZE], N>([const { Cell::empty() }; N]);
        let bytes = Cell::values(&group.0).cast::<u8>();
        // SAFETY: the cells are ours, and so many bytes.
        unsafe { bytes.write_bytes(1, SIZE * N) };
        // SAFETY: the cells are ours and count as empty.
        unsafe { Cell::touch::<LINE>(&group.0[from..to]) };
        // SAFETY: all bytes were written.
        let is_zero = |&at: &usize| unsafe { bytes.add(at).read() } == 0;
        let zero = Vec::from_iter((0..SIZE * N).filter(is_zero));
        let own = from * SIZE..to * SIZE;
        assert!(zero.iter().all(|at| own.contains(at)), "{from}..{to} of {N} of {SIZE}: {zero:?}");
        let lines = |bytes: &mut dyn Iterator<Item = usize>| {
            bytes.map(|at| at / LINE).collect::<BTreeSet<_>>()
        };
        let (touched, all) = (lines(&mut zero.iter().copied()), lines(&mut own.clone()));
        assert_eq!(touched, all, "{from}..{to} of {N} of {SIZE}");
        assert!(zero.len() <= all.len() + 1, "{from}..{to} of {N} of {SIZE}: {zero:?}");
    }
}

#[test]
fn each_line_of_empty_cells_is_touched_and_nothing_beside_them() {
    each_line_is_touched::<1, 4>();
    each_line_is_touched::<16, 4>();
    each_line_is_touched::<24, 6>();
    each_line_is_touched::<64, 4>();
    each_line_is_touched::<65, 2>();
    each_line_is_touched::<100, 3>();
    each_line_is_touched::<256, 2>();
}

#[test]
fn cells_without_bytes_are_not_touched() {
    // SAFETY: the cells are ours and count as empty.
    unsafe { Cell::touch::<LINE>(&[const { Cell::<()>::empty() }; 3]) };
    // SAFETY: the same.
    unsafe { Cell::<[u8; 65]>::touch::<LINE>(&[]) };
}
