//! Memory of zeroes, none of which is written before it is used.

use alloc::alloc::{alloc_zeroed, dealloc, handle_alloc_error};
use core::alloc::Layout;
use core::marker::PhantomData;
use core::ptr::NonNull;
use core::slice;

use super::Group;
use super::storage::Sectors;
use crate::late::{SECTORS, has_sectors};
use crate::position::Geometry;
use crate::sync::Atomic;

/// An alignment for which the system gives zeroes without writing them, on every target. The standard
/// library writes a block that is to be aligned to a cache line (`findings/alloc-zeroed-alignment.sh`).
const ALIGNMENT: usize = 8;

/// A block of no more bytes may be written, and takes none to align it.
const FEW: usize = 4096;

/// What a ring has on the heap, in one block, all of which began as zeroes. None of it is dropped.
///
/// - **Z1** The block is laid out as its `Plan` says: the watches of the sectors, if those are several and here, end where the first
///   group begins; behind the groups comes a late word for each slot of a ring in which anybody can be late, and
///   a word. Where the block is to be aligned here, a pointer to its beginning is in front of all that.
#[derive(Debug)]
pub struct Zeroed<G: Group, W: Sectors> {
    pub(super) geometry: Geometry,
    first: NonNull<G>,
    /// What is behind the groups.
    behind: NonNull<Atomic>,
    sectors: PhantomData<W>,
}

/// How a block is laid out.
struct Plan {
    layout: Layout,
    /// How many bytes are in front of the first group.
    before: usize,
    /// Whether it is to be aligned here.
    is_apart: bool,
}

/// What stands in front of a block that is aligned here.
type Begin = NonNull<u8>;

impl<G: Group, W: Sectors> Zeroed<G, W> {
    /// How many late words there are.
    #[inline(always)]
    fn count_lates(geometry: Geometry) -> usize {
        if G::CAN_BE_LATE { geometry.capacity() } else { 0 }
    }

    /// How many groups there are.
    #[inline(always)]
    fn count_groups(geometry: Geometry) -> usize {
        geometry.capacity().div_ceil(G::LEN)
    }

    /// Whether the watches of more sectors than one are here.
    #[inline(always)]
    fn has_sectors(geometry: Geometry) -> bool {
        W::ARE_APART && G::CAN_BE_LATE && has_sectors(geometry.capacity())
    }

    /// How it is laid out; nothing if the address space has no room for that.
    fn plan(geometry: Geometry) -> Option<Plan> {
        let alignment = align_of::<G>();
        let sectors = size_of::<[Atomic; SECTORS]>().next_multiple_of(alignment);
        let before = if Self::has_sectors(geometry) { sectors } else { 0 };
        let words = Self::count_lates(geometry).checked_add(1)?;
        let words = size_of::<Atomic>().checked_mul(words)?;
        let groups = size_of::<G>().checked_mul(Self::count_groups(geometry))?;
        let size = groups.checked_add(words)?.checked_add(before)?;
        if size <= FEW {
            let layout = Layout::from_size_align(size, alignment).ok()?;
            return Some(Plan { layout, before, is_apart: false });
        }
        let size = size.checked_add(alignment)?;
        let layout = Layout::from_size_align(size, ALIGNMENT).ok()?;
        Some(Plan { layout, before, is_apart: true })
    }

    /// Whether the address space has room for it.
    pub(super) fn fits(geometry: Geometry) -> bool {
        Self::plan(geometry).is_some()
    }

    /// All of it.
    ///
    /// # Safety
    ///
    /// Zeroes are a `G`.
    pub(super) unsafe fn new(geometry: Geometry) -> Self {
        // A pointer fits into what an alignment may need.
        const { assert!(align_of::<G>() >= ALIGNMENT && ALIGNMENT >= size_of::<Begin>()) };
        let Plan { layout, before, is_apart } =
            Self::plan(geometry).expect("the slots fit into the address space");
        // SAFETY: the layout has a size: that of a word at least.
        let memory = NonNull::new(unsafe { alloc_zeroed(layout) });
        let memory = memory.unwrap_or_else(|| handle_alloc_error(layout));
        // SAFETY: all of that is within the block: one that is aligned here is larger by an alignment, and
        // begins at a multiple of `ALIGNMENT`, so that there is room for a pointer where it is in front.
        let first = unsafe {
            if is_apart {
                let behind = memory.add(size_of::<Begin>());
                let aligned = behind.add(behind.align_offset(align_of::<G>()));
                aligned.cast::<Begin>().sub(1).write(memory);
                aligned.add(before)
            } else {
                memory.add(before)
            }
        };
        let first = first.cast::<G>();
        // SAFETY: so many groups lie there, and a word at least behind them.
        let behind = unsafe { first.add(Self::count_groups(geometry)).cast() };
        Self { geometry, first, behind, sectors: PhantomData }
    }

    /// The groups.
    #[inline(always)]
    pub(super) fn groups(&self) -> &[G] {
        // SAFETY: so many are ours, aligned, within the block (Z1), and were zeroes, which are a `G`.
        unsafe { slice::from_raw_parts(self.first.as_ptr(), Self::count_groups(self.geometry)) }
    }

    /// The watches of the sectors, if those are several and here.
    #[inline(always)]
    pub(super) fn sectors(&self) -> Option<&[Atomic; SECTORS]> {
        // SAFETY: where they are, they end where the groups begin (Z1), are ours, and were zeroes, which are words.
        Self::has_sectors(self.geometry)
            .then(|| unsafe { self.first.cast::<[Atomic; SECTORS]>().sub(1).as_ref() })
    }

    /// The late words.
    #[inline(always)]
    pub(super) fn lates(&self) -> &[Atomic] {
        // SAFETY: so many lie there (Z1), are ours, and were zeroes, which are words.
        unsafe { slice::from_raw_parts(self.behind.as_ptr(), Self::count_lates(self.geometry)) }
    }

    /// A word.
    pub(super) fn word(&self) -> &Atomic {
        // SAFETY: it lies behind the late words (Z1), is ours, and was zeroes, which are a word.
        unsafe { self.behind.add(Self::count_lates(self.geometry)).as_ref() }
    }
}

impl<G: Group, W: Sectors> Drop for Zeroed<G, W> {
    fn drop(&mut self) {
        let Plan { layout, before, is_apart } =
            Self::plan(self.geometry).expect("it was so before");
        // SAFETY: the block was allocated with this layout, and begins there, or where it says in front (Z1). It
        // goes once.
        unsafe {
            let aligned = self.first.cast::<u8>().sub(before);
            let memory = if is_apart { aligned.cast::<Begin>().sub(1).read() } else { aligned };
            dealloc(memory.as_ptr(), layout);
        }
    }
}

// SAFETY: it owns its groups, as a box does.
unsafe impl<G: Group + Send, W: Sectors> Send for Zeroed<G, W> {}

// SAFETY: it shares its groups, as a box does.
unsafe impl<G: Group + Sync, W: Sectors> Sync for Zeroed<G, W> {}
