//! The ways into a ring. Each checks what it is told besides, and returns how many values went.

use ringway::ring::{Link, Producer, Solo, Staged};

use super::{Amount, WayIn};

/// The ways into any ring.
pub fn any<L: Link<Item = u64>>() -> Vec<WayIn<L>> {
    use Amount::{Exact, UpTo};
    vec![
        ("push", UpTo(1), push),
        ("push_slice", UpTo(usize::MAX), Producer::push_slice),
        ("push_slice_exact", Exact, push_slice_exact),
        ("push_vec", UpTo(usize::MAX), push_vec),
        ("push_vec_exact", Exact, push_vec_exact),
        ("push_iter", UpTo(16), push_iter),
    ]
}

/// The ways into a ring with one producer, besides.
pub fn solo<L: Link<Item = u64, Producers = Solo>>() -> Vec<WayIn<L>> {
    use Amount::UpTo;
    vec![
        ("reserve and write", UpTo(usize::MAX), reserve_and_write),
        ("reserve and fill", UpTo(usize::MAX), reserve_and_fill),
        ("reserve and places", UpTo(usize::MAX), reserve_and_places),
    ]
}

fn push<L: Link<Item = u64>>(producer: &mut Producer<L>, values: &[u64]) -> usize {
    let Some(&value) = values.first() else { return 0 };
    match producer.push(value) {
        Ok(()) => 1,
        Err(given_back) => {
            assert_eq!(given_back, value);
            0
        }
    }
}

fn push_slice_exact<L: Link<Item = u64>>(producer: &mut Producer<L>, values: &[u64]) -> usize {
    match producer.push_slice_exact(values) {
        Ok(()) => values.len(),
        Err(refused) => {
            assert_eq!(refused.wanted(), values.len());
            assert!(refused.moved() < values.len());
            refused.moved()
        }
    }
}

fn push_vec<L: Link<Item = u64>>(producer: &mut Producer<L>, values: &[u64]) -> usize {
    let mut left = values.to_vec();
    let moved = producer.push_vec(&mut left);
    assert_eq!(left, values[moved..]);
    moved
}

fn push_vec_exact<L: Link<Item = u64>>(producer: &mut Producer<L>, values: &[u64]) -> usize {
    let mut left = values.to_vec();
    match producer.push_vec_exact(&mut left) {
        Ok(()) => {
            assert!(left.is_empty());
            values.len()
        }
        Err(refused) => {
            assert_eq!((refused.wanted(), &left[..]), (values.len(), &values[refused.moved()..]));
            assert!(!left.is_empty());
            refused.moved()
        }
    }
}

fn push_iter<L: Link<Item = u64>>(producer: &mut Producer<L>, values: &[u64]) -> usize {
    let mut staged = Staged::<_, 16>::new(values.iter().copied());
    let moved = producer.push_iter(&mut staged);
    assert_eq!(staged.staged(), &values[moved..values.len().min(16)]);
    assert!(staged.eq(values[moved..].iter().copied()));
    moved
}

fn reserve_and_write<L: Link<Item = u64, Producers = Solo>>(
    producer: &mut Producer<L>,
    values: &[u64],
) -> usize {
    let mut slots = producer.reserve(values.len());
    for (i, &value) in values.iter().enumerate() {
        let room = slots.room();
        assert_eq!(slots.written(), i);
        assert_eq!(slots.write(value), if room > 0 { Ok(()) } else { Err(value) });
        if room == 0 {
            break;
        }
    }
    slots.commit()
}

fn reserve_and_fill<L: Link<Item = u64, Producers = Solo>>(
    producer: &mut Producer<L>,
    values: &[u64],
) -> usize {
    let mut slots = producer.reserve(values.len());
    let filled = slots.fill(values.iter().copied());
    assert_eq!((slots.written(), slots.room()), (filled, 0));
    assert_eq!(slots.commit(), filled);
    filled
}

fn reserve_and_places<L: Link<Item = u64, Producers = Solo>>(
    producer: &mut Producer<L>,
    values: &[u64],
) -> usize {
    let mut slots = producer.reserve(values.len());
    let room = slots.room();
    let mut rest = values.iter();
    for (place, &value) in slots.places().flatten().zip(&mut rest) {
        place.write(value);
    }
    assert_eq!(rest.len(), values.len() - room);
    // SAFETY: as many places as there is room were written.
    unsafe { slots.assume_written(room) };
    slots.commit()
}
