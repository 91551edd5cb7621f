//! Memory of zeroes, none of which is written before it is used.

use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error};
use core::alloc::Layout;
use core::ops::Deref;
use core::ptr::NonNull;

/// An alignment for which the system gives zeroes without writing them, on every target. The standard
/// library writes a block that is to be aligned to a cache line (`findings/alloc-zeroed-alignment.sh`).
const ALIGNMENT: usize = 8;

/// The memory of so many values and of what it takes to align them; nothing if that is too much.
fn layout<T>(n: usize) -> Option<Layout> {
    let size = size_of::<T>().checked_mul(n)?;
    let size = size.checked_add(align_of::<T>().saturating_sub(ALIGNMENT))?;
    Layout::from_size_align(size, ALIGNMENT).ok()
}

/// Values on the heap that all began as zeroes. They are not dropped.
#[derive(Debug)]
pub(super) struct Zeroed<T> {
    values: NonNull<[T]>,
    memory: NonNull<u8>,
    layout: Layout,
}

impl<T> Zeroed<T> {
    /// So many values.
    ///
    /// # Safety
    ///
    /// Zeroes are a `T`.
    pub(super) unsafe fn new(n: usize) -> Self {
        let layout = layout::<T>(n).expect("the slots fit into the address space");
        if layout.size() == 0 {
            let values = NonNull::slice_from_raw_parts(NonNull::dangling(), n);
            return Self { values, memory: NonNull::dangling(), layout };
        }
        // SAFETY: the layout has a size.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
        let padding = memory.align_offset(align_of::<T>());
        // SAFETY: the layout has room for what aligns a block that is aligned to `ALIGNMENT`.
        let first = unsafe { memory.add(padding) };
        Self { values: NonNull::slice_from_raw_parts(first.cast(), n), memory, layout }
    }
}

impl<T> Deref for Zeroed<T> {
    type Target = [T];

    #[inline(always)]
    fn deref(&self) -> &[T] {
        // SAFETY: they are ours, aligned, within the memory, and were zeroes, which are a `T`.
        unsafe { self.values.as_ref() }
    }
}

impl<T> Drop for Zeroed<T> {
    fn drop(&mut self) {
        if self.layout.size() != 0 {
            // SAFETY: the memory was allocated with this layout, and goes once.
            unsafe { dealloc(self.memory.as_ptr(), self.layout) }
        }
    }
}

// SAFETY: it owns its values, as a box does.
unsafe impl<T: Send> Send for Zeroed<T> {}

// SAFETY: it shares its values, as a box does.
unsafe impl<T: Sync> Sync for Zeroed<T> {}
