//! The cell of one slot: a place for a `T` that its owner of the moment may touch.
//!
//! Only the owner of a position touches the cell of its slot; who owns it is the protocol's
//! business (`sequencer`), and each access here repeats it as its safety condition. In models
//! the cell records every access, so that a model fails where two owners meet or where a value is
//! read that is not there.

use core::mem::MaybeUninit;

#[cfg(ringway_shuttle)]
mod checked;

#[cfg(ringway_shuttle)]
use checked::UnsafeCell;
#[cfg(not(ringway_modelled))]
use core::cell::UnsafeCell;
#[cfg(ringway_loom)]
use loom::cell::UnsafeCell;

/// A slot's place for a value.
#[cfg(not(ringway_modelled))]
#[derive(Debug)]
#[repr(transparent)]
pub struct Cell<T>(UnsafeCell<MaybeUninit<T>>);

/// A slot's place for a value, and whether bytes were moved there that were not read since.
#[cfg(ringway_modelled)]
#[derive(Debug)]
pub struct Cell<T>(UnsafeCell<MaybeUninit<T>>, core::cell::Cell<bool>);

// SAFETY: a cell hands out no reference to its value by itself; every access is an unsafe call
// whose caller owns the slot (invariant R1 of `buffer`). Sharing the cell between threads thus
// only moves values from one thread to another, which `T: Send` allows.
unsafe impl<T: Send> Sync for Cell<T> {}

impl<T> Cell<T> {
    const_unless_loom! {
        /// A cell without a value.
        pub(crate) fn empty() -> Self {
            Self(
                UnsafeCell::new(MaybeUninit::uninit()),
                #[cfg(ringway_modelled)]
                core::cell::Cell::new(false),
            )
        }
    }
}

#[cfg(not(ringway_modelled))]
impl<T> Cell<T> {
    /// Where the values of consecutive cells stand.
    #[inline(always)]
    pub(crate) fn values(cells: &[Self]) -> *mut T {
        // `Cell<T>` is transparent over `UnsafeCell<MaybeUninit<T>>`, which is laid out as `T`.
        cells.as_ptr() as *mut T
    }

    /// Drops the values of all the cells in place, each once even if one of them panics.
    ///
    /// # Safety
    ///
    /// The caller owns the slots of all the cells, and each holds a value; the cells count as
    /// empty afterwards.
    unsafe fn drop_values(cells: &[Self]) {
        let values = core::ptr::slice_from_raw_parts_mut(Self::values(cells), cells.len());
        // SAFETY: the caller owns the cells, so nobody else uses the values (R1), which are
        // there (R2) and not used again.
        unsafe { core::ptr::drop_in_place(values) }
    }

    /// Moves `cells.len()` values from `source` into the cells.
    ///
    /// # Safety
    ///
    /// The caller owns the slots of all the cells, and `source` holds as many values, which
    /// nobody uses or drops afterwards.
    #[inline(always)]
    pub(crate) unsafe fn fill(cells: &[Self], source: *const T) {
        // SAFETY: the caller owns the cells, so nobody else reads or writes them (R1), and
        // `source` is a place outside of the ring, so the two do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(source, Self::values(cells), cells.len()) }
    }

    /// Moves the values of all the cells to `target`.
    ///
    /// # Safety
    ///
    /// The caller owns the slots of all the cells, each holds a value, and `target` has room for
    /// as many; the cells count as empty afterwards.
    #[inline(always)]
    pub(crate) unsafe fn empty_into(cells: &[Self], target: *mut T) {
        // SAFETY: the caller owns the cells, so nobody else writes them (R1), and `target` is a
        // place outside of the ring, so the two do not overlap.
        unsafe { core::ptr::copy_nonoverlapping(Self::values(cells), target, cells.len()) }
    }

    /// Writes to each line of so many bytes that the cells lie in.
    ///
    /// # Safety
    ///
    /// The caller owns the slots of all the cells, and they are empty.
    #[inline(always)]
    pub(crate) unsafe fn touch<const LINE: usize>(cells: &[Self]) {
        let bytes = Self::values(cells).cast::<u8>();
        let write = |at| {
            // SAFETY: the byte is one of the cells', whom nobody else reads or writes (R1), and of no value.
            unsafe { bytes.add(at).write(0) }
        };
        let len = size_of_val(cells);
        (0..len).step_by(LINE).for_each(write);
        // They may begin within a line and end in one more.
        if size_of::<T>() % LINE != 0 && len > 0 {
            write(len - 1);
        }
    }
}

#[cfg(ringway_modelled)]
impl<T> Cell<T> {
    /// Checks that there is something to read, once.
    fn read(&self) {
        assert!(self.1.replace(false), "a value is read that is not there");
    }

    /// Drops the values of all the cells.
    ///
    /// # Safety
    ///
    /// As outside of models.
    unsafe fn drop_values(cells: &[Self]) {
        for cell in cells {
            cell.0.with_mut(|value| {
                cell.read();
                // SAFETY: the caller owns the cell (R1; it checks that), which holds a value.
                unsafe { (*value).assume_init_drop() }
            });
        }
    }

    /// Moves `cells.len()` values from `source` into the cells.
    ///
    /// # Safety
    ///
    /// As outside of models.
    pub(crate) unsafe fn fill(cells: &[Self], source: *const T) {
        for (i, cell) in cells.iter().enumerate() {
            cell.0.with_mut(|value| {
                cell.1.set(true);
                // SAFETY: the caller owns the cell (R1; it checks that), and `source` holds a
                // value at each of its `cells.len()` places.
                unsafe { (*value).write(core::ptr::read(source.add(i))) };
            });
        }
    }

    /// Moves the values of all the cells to `target`.
    ///
    /// # Safety
    ///
    /// As outside of models.
    pub(crate) unsafe fn empty_into(cells: &[Self], target: *mut T) {
        for (i, cell) in cells.iter().enumerate() {
            cell.0.with_mut(|value| {
                cell.read();
                // SAFETY: the caller owns the cell (R1; it checks that), which holds a value, and
                // `target` has room for `cells.len()` of them.
                unsafe { core::ptr::write(target.add(i), (*value).assume_init_read()) };
            });
        }
    }
}

/// Drops the values of cells when it is dropped.
#[derive(Debug)]
pub(crate) struct DropValues<'a, T>(&'a [Cell<T>]);

impl<'a, T> DropValues<'a, T> {
    /// Will drop the values of these cells.
    ///
    /// # Safety
    ///
    /// The caller owns the slots of all the cells until this is dropped, and each holds a value;
    /// the cells count as empty from now on.
    pub(crate) unsafe fn new(cells: &'a [Cell<T>]) -> Self {
        Self(cells)
    }
}

impl<T> Drop for DropValues<'_, T> {
    fn drop(&mut self) {
        // SAFETY: the maker of this owns the cells, which hold values.
        unsafe { Cell::drop_values(self.0) }
    }
}

#[cfg(all(test, feature = "std", not(ringway_modelled)))]
mod tests;
