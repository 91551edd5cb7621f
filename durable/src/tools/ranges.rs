//! A set of sequences, as ranges.

use std::collections::BTreeMap;
use std::ops::Range;

/// Sequences; it takes memory for each range that is apart from the others.
#[derive(Debug, Default)]
pub(super) struct Ranges {
    /// Where each begins, and ends. There is something between any two.
    ends: BTreeMap<u64, u64>,
}

impl Ranges {
    /// Adds these.
    pub(super) fn insert(&mut self, range: Range<u64>) {
        let Range { mut start, mut end } = range;
        if start >= end {
            return;
        }
        // Most come in order: they make the last range longer.
        if let Some(mut last) = self.ends.last_entry()
            && *last.key() <= start
            && start <= *last.get()
        {
            *last.get_mut() = end.max(*last.get());
            return;
        }
        while let Some((&from, &to)) = self.ends.range(..=end).next_back()
            && to >= start
        {
            (start, end) = (start.min(from), end.max(to));
            self.ends.remove(&from);
        }
        self.ends.insert(start, end);
    }

    /// Whether this is one of them.
    pub(super) fn contains(&self, sequence: u64) -> bool {
        self.ends.range(..=sequence).next_back().is_some_and(|(_, &end)| sequence < end)
    }

    /// Those that are not among the others, in order.
    pub(super) fn without(&self, others: &Self) -> impl Iterator<Item = Range<u64>> {
        self.ends.iter().flat_map(move |(&start, &end)| {
            let before = others.ends.range(..start).next_back().map(|(_, &end)| end);
            let inside = others.ends.range(start..end).map(|(&from, &to)| (from, to));
            let mut next = before.map_or(start, |before| before.max(start));
            inside.chain([(end, end)]).filter_map(move |(from, to)| {
                let left = next..from.min(end);
                next = next.max(to);
                (left.start < left.end).then_some(left)
            })
        })
    }
}
