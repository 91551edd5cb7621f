//! The ways out of a ring. Each checks what it is told besides, and returns the values.

use ringway::ring::{Consumer, Link, Solo};

use super::{Amount, WayOut};

/// The ways out of any ring.
pub fn any<L: Link<Item = u64>>() -> Vec<WayOut<L>> {
    use Amount::{Exact, UpTo};
    vec![
        ("pop", UpTo(1), pop),
        ("pop_slice", UpTo(usize::MAX), pop_slice),
        ("pop_slice_exact", Exact, pop_slice_exact),
        ("pop_vec", UpTo(usize::MAX), pop_vec),
        ("pop_vec with room", UpTo(usize::MAX), pop_vec_with_room),
        ("pop_vec_exact", Exact, pop_vec_exact),
    ]
}

/// The ways out of a ring with one consumer, besides.
pub fn solo<L: Link<Item = u64, Consumers = Solo>>() -> Vec<WayOut<L>> {
    use Amount::UpTo;
    vec![
        ("peek and pieces", UpTo(usize::MAX), peek_and_pieces),
        ("peek and iter_mut", UpTo(usize::MAX), peek_and_iter_mut),
        ("peek and iter", UpTo(usize::MAX), peek_and_iter),
    ]
}

fn pop<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    if n == 0 { Vec::new() } else { consumer.pop().into_iter().collect() }
}

/// Stands in places that no value was moved to.
const UNTOUCHED: u64 = 0xdead_beef_dead_beef;

fn pop_slice<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    let mut values = vec![UNTOUCHED; n];
    let moved = consumer.pop_slice(&mut values);
    assert!(values.drain(moved..).all(|value| value == UNTOUCHED));
    values
}

fn pop_slice_exact<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    let mut values = vec![UNTOUCHED; n];
    if let Err(refused) = consumer.pop_slice_exact(&mut values) {
        assert_eq!(refused.wanted(), n);
        assert!(values.drain(..).all(|value| value == UNTOUCHED));
    }
    values
}

fn pop_vec<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    let mut values = Vec::new();
    let moved = consumer.pop_vec(&mut values, n);
    assert_eq!(moved, values.len());
    values
}

fn pop_vec_with_room<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    let mut values = Vec::with_capacity(1 + n.min(consumer.capacity()));
    values.push(UNTOUCHED);
    let place = values.as_ptr();
    let moved = consumer.pop_vec(&mut values, n);
    assert_eq!((values.as_ptr(), values.len()), (place, 1 + moved));
    assert_eq!(values.remove(0), UNTOUCHED);
    values
}

fn pop_vec_exact<L: Link<Item = u64>>(consumer: &mut Consumer<L>, n: usize) -> Vec<u64> {
    let mut values = vec![UNTOUCHED];
    if let Err(refused) = consumer.pop_vec_exact(&mut values, n) {
        assert_eq!((refused.wanted(), values.len()), (n, 1));
    }
    assert_eq!(values.remove(0), UNTOUCHED);
    values
}

fn peek_and_pieces<L: Link<Item = u64, Consumers = Solo>>(
    consumer: &mut Consumer<L>,
    n: usize,
) -> Vec<u64> {
    let peeked = consumer.peek(n);
    let values = peeked.pieces().collect::<Vec<_>>().concat();
    assert_eq!((peeked.len(), peeked.is_empty()), (values.len(), values.is_empty()));
    assert_eq!(peeked.release(n), values.len());
    values
}

fn peek_and_iter_mut<L: Link<Item = u64, Consumers = Solo>>(
    consumer: &mut Consumer<L>,
    n: usize,
) -> Vec<u64> {
    let mut peeked = consumer.peek(n);
    peeked.iter_mut().for_each(|value| *value = !*value);
    let values = peeked.iter().map(|value| !value).collect();
    peeked.release(usize::MAX);
    values
}

fn peek_and_iter<L: Link<Item = u64, Consumers = Solo>>(
    consumer: &mut Consumer<L>,
    n: usize,
) -> Vec<u64> {
    let peeked = consumer.peek(n);
    let values: Vec<_> = peeked.iter().copied().collect();
    assert_eq!(peeked.release(values.len()), values.len());
    values
}
