//! How much a test does. Miri is some thousand times slower than the machine: there a test does as
//! much as takes seconds.
#![allow(dead_code, reason = "each test binary has a copy and uses some of it")]

/// So many rounds, messages or cases; under Miri one of a hundred, but no fewer than four.
pub const fn times(n: usize) -> usize {
    if !cfg!(miri) {
        n
    } else if n >= 400 {
        n / 100
    } else if n > 4 {
        4
    } else {
        n
    }
}

/// Whether there is time for this capacity. Under Miri that is the least, one that is odd and less
/// than a group of slots, and that of two whole groups.
pub const fn is_affordable(capacity: usize) -> bool {
    !cfg!(miri) || matches!(capacity, 1 | 3 | 8)
}

/// The capacities for which there is time.
pub fn affordable(capacities: impl IntoIterator<Item = usize>) -> impl Iterator<Item = usize> {
    capacities.into_iter().filter(|&capacity| is_affordable(capacity))
}

/// All of these, or, under Miri, the last.
pub fn some<T, const N: usize>(all: [T; N]) -> impl Iterator<Item = T> {
    all.into_iter().skip(if cfg!(miri) { N - 1 } else { 0 })
}

/// Whether there is time for so many threads; under Miri, which runs one at a time, for few.
pub const fn can_start(threads: usize) -> bool {
    !cfg!(miri) || threads <= 4
}
