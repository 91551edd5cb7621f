//! `Staged`: an iterator that loses nothing between two batches.

use std::cell::Cell;

use ringway::ring::{self, Staged};

#[test]
fn what_does_not_fit_comes_first_the_next_time() {
    let (mut producer, mut consumer) = ring::mpmc(3);
    let mut staged = Staged::<_, 5>::new((0..20).map(|i| i.to_string()));
    let mut received = Vec::new();
    while !staged.is_done() {
        assert!(producer.push_iter(&mut staged) > 0);
        assert_eq!(producer.push_iter(&mut staged), 0);
        received.extend(std::iter::from_fn(|| consumer.pop()));
    }
    assert!(received.into_iter().eq((0..20).map(|i| i.to_string())));
}

#[test]
fn a_batch_runs_the_iterator_no_further_than_the_stage() {
    let (mut producer, _consumer) = ring::spsc(2);
    let mut runs = 0;
    let mut staged = Staged::<_, 4>::new(std::iter::repeat_with(|| {
        runs += 1;
        runs
    }));
    assert_eq!(producer.push_iter(&mut staged), 2);
    assert_eq!(staged.staged(), [3, 4]);
    assert_eq!(producer.push_iter(&mut staged), 0);
    assert_eq!(staged.staged(), [3, 4, 5, 6]);
    assert_eq!(producer.push_iter(&mut staged), 0);
    assert_eq!(staged.staged(), [3, 4, 5, 6]);
}

#[test]
fn an_iterator_that_ended_is_not_run_again() {
    let (mut producer, _consumer) = ring::spsc(8);
    let runs = Cell::new(0);
    let mut staged = Staged::<_, 4>::new(std::iter::from_fn(|| {
        runs.set(runs.get() + 1);
        (runs.get() != 2).then_some(())
    }));
    assert_eq!(producer.push_iter(&mut staged), 1);
    assert_eq!(producer.push_iter(&mut staged), 0);
    assert!(staged.is_done());
    assert_eq!(staged.next(), None);
    assert_eq!(runs.get(), 2);
}

#[test]
fn the_stage_and_the_rest_are_one_iterator() {
    let mut staged = Staged::<_, 4>::new(0..7);
    assert_eq!(staged.size_hint(), (7, Some(7)));
    assert!(!staged.is_done());
    assert_eq!(staged.staged(), [0]);
    assert_eq!(staged.size_hint(), (7, Some(7)));
    let (mut producer, _consumer) = ring::spsc(1);
    assert_eq!(producer.push_iter(&mut staged), 1);
    assert_eq!(staged.staged(), [1, 2, 3]);
    assert_eq!(staged.size_hint(), (6, Some(6)));
    assert!(staged.eq(1..7));
}

#[test]
fn debug_shows_the_stage_and_no_value() {
    let mut staged = Staged::<_, 4>::new([|| 1]);
    assert!(!staged.is_done());
    assert_eq!(format!("{staged:?}"), "Staged { staged: 1, size: 4, .. }");
}
