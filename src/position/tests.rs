//! The arithmetic of positions against plain counting in wider numbers.

use std::ops::RangeInclusive;

use proptest::prelude::*;

use super::{Geometry, HALF, Position, Word};

/// How many low bits of a position the index takes, counted up.
fn bits(capacity: usize) -> u32 {
    (1..).find(|&bits| 1_u128 << bits >= capacity as u128).unwrap()
}

/// How many laps there are before they begin again at 0.
fn laps(capacity: usize) -> u128 {
    1 << (Word::BITS - bits(capacity))
}

/// The position that comes so many positions after the first.
fn at(capacity: usize, count: u128) -> Position {
    let (lap, index) = (count / capacity as u128, count % capacity as u128);
    Position((lap << bits(capacity) | index) as Word)
}

fn geometry(capacity: usize) -> Geometry {
    Geometry::new(capacity).expect("a capacity within the limits")
}

/// Capacities: all that are small, and some large ones on and beside powers of two.
fn capacities() -> impl Strategy<Value = usize> {
    let large = |bits: RangeInclusive<u32>| bits.prop_map(|bits| 1_usize << bits);
    let most = Geometry::MAX_BITS - 2;
    prop_oneof![
        4 => 1..=65_usize,
        1 => large(7..=most),
        1 => large(7..=most).prop_map(|power| power - 1),
        1 => large(7..=most - 1).prop_map(|power| power + 1),
    ]
}

/// A capacity and a count of positions: a lap or two before the laps begin again, or anywhere.
fn places() -> impl Strategy<Value = (usize, u128)> {
    capacities().prop_flat_map(|capacity| {
        let all = laps(capacity) * capacity as u128;
        let last = all - 2 * capacity as u128;
        (Just(capacity), prop_oneof![last..=all, 0..all])
    })
}

proptest! {
    #[test]
    fn a_position_is_its_lap_and_its_index((capacity, count) in places()) {
        let (geometry, position) = (geometry(capacity), at(capacity, count));
        let lap = count / capacity as u128 % laps(capacity);
        let start = at(capacity, lap * capacity as u128);
        prop_assert_eq!(geometry.capacity(), capacity);
        prop_assert_eq!(geometry.index(position) as u128, count % capacity as u128);
        prop_assert_eq!(geometry.lap_of(position), start.0);
    }

    #[test]
    fn to_advance_is_to_count(
        (capacity, count, n) in places().prop_flat_map(|(capacity, count)| {
            (Just(capacity), Just(count), 0..=capacity)
        }),
    ) {
        let (geometry, position) = (geometry(capacity), at(capacity, count));
        prop_assert_eq!(geometry.advance(position, n), at(capacity, count + n as u128));
        let lap_later = at(capacity, count + capacity as u128);
        prop_assert_eq!(geometry.next_lap(position), lap_later);
        prop_assert_eq!(geometry.advance(position, capacity), lap_later);
    }

    #[test]
    fn a_distance_is_the_difference_of_counts(
        (capacity, count, n) in places().prop_flat_map(|(capacity, count)| {
            (Just(capacity), Just(count), 0..=capacity)
        }),
        more in 0..1000_u128,
    ) {
        // With few laps to tell apart, two positions have to be nearer to each other.
        let n = n as u128 + if capacity <= 65 { more * capacity as u128 } else { 0 };
        let (from, to) = (at(capacity, count), at(capacity, count + n));
        prop_assert_eq!(geometry(capacity).distance(from, to), n as isize);
        prop_assert_eq!(geometry(capacity).distance(to, from), -(n as isize));
    }

    #[test]
    fn laps_are_numbered((capacity, count) in places()) {
        let lap = count / capacity as u128 % laps(capacity);
        let geometry = geometry(capacity);
        let high = geometry.lap_of(at(capacity, count));
        prop_assert_eq!(high as u128, lap * geometry.lap() as u128);
        prop_assert_eq!(geometry.lap_number(at(capacity, count).0) as u128, lap);
    }

    #[test]
    fn laps_are_counted_on_and_back((capacity, count) in places(), laps in -9..10_isize) {
        // With few laps to tell apart, two of them have to be nearer to each other.
        let laps = if capacity <= 65 { laps } else { laps.signum() };
        let (geometry, from) = (geometry(capacity), at(capacity, count));
        let to = geometry.offset_laps(from, laps);
        let back = geometry.offset_laps(to, -laps);
        prop_assert_eq!((geometry.index(to), back), (geometry.index(from), from));
        prop_assert_eq!(geometry.distance(from, to), laps * capacity as isize);
        prop_assert_eq!(geometry.laps_ahead(to.0, from), laps);
        prop_assert_eq!(geometry.laps_ahead(geometry.lap_of(to) | 1, from), laps);
    }

    #[cfg(feature = "alloc")]
    #[test]
    fn any_word_leads_to_the_start_of_its_lap(capacity in capacities(), word: Word) {
        let (geometry, start) = (geometry(capacity), geometry(capacity).lap_start(word));
        prop_assert_eq!(geometry.index(start), 0);
        prop_assert_eq!(geometry.lap_of(start), geometry.lap_of(Position(word)));
    }
}

#[test]
fn every_position_of_a_small_ring_is_passed_across_the_overflow() {
    for capacity in 1..=65 {
        let geometry = geometry(capacity);
        let all = laps(capacity) * capacity as u128;
        let from = all - 2 * capacity as u128;
        let mut position = at(capacity, from);
        for n in 0..4 * capacity {
            assert_eq!(position, at(capacity, from + n as u128));
            assert_eq!(geometry.distance(at(capacity, from), position), n as isize);
            position = geometry.advance(position, 1);
        }
        assert_eq!(position, at(capacity, 2 * capacity as u128), "the laps began again");
    }
}

#[test]
fn a_capacity_has_limits() {
    assert_eq!(Geometry::new(0), None);
    for capacity in [Geometry::MAX_CAPACITY + 1, usize::MAX / 2, usize::MAX] {
        assert_eq!(Geometry::new(capacity), None);
    }
    for capacity in [1, 2, 3, Geometry::MAX_CAPACITY - 1, Geometry::MAX_CAPACITY] {
        assert_eq!(geometry(capacity).capacity(), capacity);
    }
}

#[cfg(feature = "std")]
#[test]
fn a_closed_position_is_far_from_all_that_an_open_ring_has() {
    for at in [0, 5, Word::MAX, HALF, HALF - 1, HALF + 1] {
        for ahead in [0, 1, 1 << 20] {
            let (emptied, filled) = (Position(at), Position(at.wrapping_add(ahead)));
            assert!(filled.is_near(emptied) && emptied.is_near(filled));
            assert_eq!(filled.opened_near(emptied), filled);
            assert!(!filled.closed().is_near(emptied) && !emptied.is_near(filled.closed()));
            assert_eq!(filled.closed().opened_near(emptied), filled);
        }
    }
}

#[cfg(feature = "std")]
#[test]
fn a_counter_seems_open_or_closed_and_never_both_however_far_it_is() {
    for at in [0, 5, Word::MAX, HALF] {
        for ahead in [0, 1, HALF / 2 - 1, HALF / 2, HALF / 2 + 1, HALF - 1, HALF, HALF + 1] {
            let (emptied, filled) = (Position(at), Position(at.wrapping_add(ahead)));
            let is_near = filled.is_near(emptied);
            assert_ne!(is_near, filled.closed().is_near(emptied), "{ahead:#x} ahead");
            let opened = filled.opened_near(emptied);
            assert_eq!(opened, if is_near { filled } else { filled.closed() });
            assert!(opened.is_near(emptied));
        }
    }
}

/// Far apart: more laps, and more positions, than a `usize` counts where it is smaller than the word.
#[test]
fn what_is_far_ahead_is_ahead_however_small_a_usize_is() {
    for capacity in [1, 2, 3, 64] {
        let geometry = geometry(capacity);
        let half = laps(capacity) / 2;
        let far = [1 << 28, (1 << 28) + 1, 1 << 31, (1 << 31) + 1, 1 << 32, 3 << 31, half - 1];
        for laps in far.into_iter().filter(|&laps| laps < half) {
            let from = at(capacity, 5);
            let to = at(capacity, 5 + capacity as u128 * laps);
            assert!(geometry.laps_ahead(to.0, from) > 0, "{laps:#x} laps of {capacity}");
            assert!(geometry.laps_ahead(from.0, to) < 0, "{laps:#x} laps of {capacity}");
            assert!(
                geometry.distance(from, to) >= capacity as isize,
                "{laps:#x} laps of {capacity}"
            );
            assert!(geometry.distance(to, from) < 0, "{laps:#x} laps of {capacity}");
        }
    }
}
