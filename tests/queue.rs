//! What `Queue` shares with `crossbeam_queue::ArrayQueue`, as tests of our own.
#![cfg(feature = "alloc")]

#[path = "../src/effort.rs"]
mod effort;

use std::panic::{RefUnwindSafe, UnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use ringway::{InlineQueue, Queue};

use crate::effort::{affordable, can_start, times};

const CAPACITIES: [usize; 7] = [1, 2, 3, 7, 8, 64, 1000];

#[test]
fn a12_exactly_the_capacity_fits_and_leaves_in_order_lap_after_lap() {
    for capacity in affordable(CAPACITIES) {
        for start in [0, u64::MAX] {
            let queue = Queue::new_at(capacity, start);
            assert_eq!(queue.capacity(), capacity);
            for lap in 0..5 {
                assert!(queue.is_empty() && queue.pop().is_none());
                for value in 0..capacity {
                    assert_eq!(queue.len(), value);
                    assert_eq!(queue.push((lap, value)), Ok(()));
                }
                assert!(queue.is_full());
                assert_eq!(queue.push((9, 9)), Err((9, 9)));
                for value in 0..capacity {
                    assert_eq!(queue.pop(), Some((lap, value)));
                }
            }
        }
    }
}

#[test]
fn a6_a_capacity_of_zero_or_beyond_memory_is_a_clear_error() {
    let message = |capacity| {
        let error = catch_unwind(|| Queue::<u64>::new(capacity)).unwrap_err();
        let text = error.downcast_ref::<&str>().map(ToString::to_string);
        text.or_else(|| error.downcast_ref::<String>().cloned()).unwrap()
    };
    assert!(message(0).contains("at least 1"));
    assert!(message(usize::MAX).contains("exceeds the address space"));
}

/// Beside the operations of those who share it.
#[test]
fn one_who_has_a_queue_alone_pushes_and_pops_as_all_do() {
    for capacity in affordable(CAPACITIES) {
        for start in [0, u64::MAX] {
            let mut queue = Queue::new_at(capacity, start);
            for lap in 0..3 {
                for value in 0..capacity {
                    let full = if value % 2 == 0 {
                        queue.push_mut((lap, value))
                    } else {
                        queue.push((lap, value))
                    };
                    assert_eq!((full, queue.len()), (Ok(()), value + 1));
                }
                assert_eq!(queue.push_mut((9, 9)), Err((9, 9)));
                for value in 0..capacity {
                    let popped = if value % 3 == 0 { queue.pop() } else { queue.pop_mut() };
                    assert_eq!(popped, Some((lap, value)));
                }
                assert_eq!((queue.pop_mut(), queue.is_empty()), (None, true));
            }
        }
    }
}

#[test]
fn force_push_evicts_the_oldest_only_when_full() {
    for capacity in affordable(CAPACITIES) {
        let queue = Queue::new(capacity);
        for value in 0..capacity {
            assert_eq!(queue.force_push(value), None);
        }
        for value in 0..3 * capacity {
            assert_eq!(queue.force_push(capacity + value), Some(value));
            assert_eq!(queue.len(), capacity);
        }
        assert!(queue.into_iter().eq(3 * capacity..4 * capacity));
    }
}

#[test]
fn batches_keep_their_order_over_the_end() {
    for capacity in affordable(CAPACITIES) {
        let queue = Queue::new(capacity);
        let (mut sent, mut received) = (0, 0);
        for size in 1..=2 * capacity.min(20) {
            let values = Vec::from_iter(sent..sent + size);
            let count = queue.push_slice(&values);
            assert_eq!(count, size.min(capacity));
            sent += count;
            let mut room = vec![usize::MAX; count + 1];
            assert_eq!(queue.pop_slice(&mut room), count);
            assert!(room[..count].iter().copied().eq(received..received + count));
            assert_eq!(room[count], usize::MAX);
            received += count;
        }
        assert_eq!(queue.push_slice(&[]), 0);
        assert_eq!(queue.pop_slice(&mut []), 0);
    }
}

#[test]
fn an_inline_queue_stands_in_a_static() {
    static QUEUE: InlineQueue<u32, 3> = InlineQueue::inline();
    for lap in 0..10 {
        for value in 0..3 {
            assert_eq!(QUEUE.push(lap + value), Ok(()));
        }
        assert_eq!(QUEUE.push(99), Err(99));
        for value in 0..3 {
            assert_eq!(QUEUE.pop(), Some(lap + value));
        }
        assert_eq!(QUEUE.pop(), None);
    }
    let local = InlineQueue::<String, 2>::default();
    local.push("kept".to_string()).unwrap();
    assert!(local.into_iter().eq(["kept"]));
}

#[test]
fn what_is_left_is_dropped_once() {
    let counter = Rc::new(());
    let queue = Queue::new(5);
    for _ in 0..3 {
        queue.push(Rc::clone(&counter)).unwrap();
    }
    drop(queue.pop());
    for _ in 0..3 {
        queue.push(Rc::clone(&counter)).unwrap();
    }
    assert_eq!(Rc::strong_count(&counter), 6);
    let mut rest = queue.into_iter();
    drop(rest.next());
    assert_eq!(Rc::strong_count(&counter), 5);
    drop(rest);
    assert_eq!(Rc::strong_count(&counter), 1);
}

#[test]
fn its_debug_output_reads_no_slot() {
    struct Silent;
    let queue = Queue::new(4);
    assert!(queue.push(Silent).is_ok());
    assert_eq!(format!("{queue:?}"), "Queue { len: 1, capacity: 4, .. }");
    assert!(format!("{:?}", queue.into_iter()).contains("len: 1"));
}

#[test]
fn b9_it_is_send_and_sync_for_what_is_send() {
    fn check<T: Send + Sync + UnwindSafe + RefUnwindSafe>() {}
    check::<Queue<std::cell::Cell<u8>>>();
    check::<InlineQueue<std::cell::Cell<u8>, 4>>();
}

/// Moves numbers through a queue with some threads on each side; each arrives once, and those of
/// a producer in order at each consumer.
fn transfer(capacity: usize, producers: usize, consumers: usize) {
    const EACH: usize = times(4000);
    let queue = Queue::new(capacity);
    let received = AtomicUsize::new(0);
    let all: Vec<Vec<(usize, usize)>> = thread::scope(|scope| {
        for producer in 0..producers {
            let queue = &queue;
            scope.spawn(move || {
                for number in 0..EACH {
                    let mut message = (producer, number);
                    while let Err(back) = queue.push(message) {
                        message = back;
                        thread::yield_now();
                    }
                }
            });
        }
        let consume = || {
            let mut own = Vec::new();
            while received.load(Ordering::Relaxed) < EACH * producers {
                match queue.pop() {
                    Some(message) => {
                        received.fetch_add(1, Ordering::Relaxed);
                        own.push(message);
                    }
                    None => thread::yield_now(),
                }
            }
            own
        };
        let handles = Vec::from_iter((0..consumers).map(|_| scope.spawn(consume)));
        handles.into_iter().map(|handle| handle.join().unwrap()).collect()
    });
    for own in &all {
        for producer in 0..producers {
            let numbers = own.iter().filter(|(from, _)| *from == producer);
            assert!(numbers.is_sorted_by(|a, b| a.1 < b.1));
        }
    }
    let mut together = all.concat();
    together.sort_unstable();
    let sent = (0..producers).flat_map(|producer| (0..EACH).map(move |n| (producer, n)));
    assert!(together.into_iter().eq(sent));
}

#[test]
fn a11_every_message_arrives_once_and_in_order() {
    for capacity in affordable([1, 2, 3, 64]) {
        for (producers, consumers) in [(1, 1), (2, 2), (4, 1), (1, 4), (6, 6)] {
            if can_start(producers + consumers) {
                transfer(capacity, producers, consumers);
            }
        }
    }
}

// heapless#583
#[test]
fn a2_a_pool_of_tokens_hands_each_out_to_one_at_a_time() {
    // With more room than tokens no push may fail for ever, and no token is ever held twice.
    let pool = Arc::new(Queue::new(8));
    let held: Arc<Vec<AtomicUsize>> = Arc::new((0..4).map(|_| AtomicUsize::new(0)).collect());
    for token in 0..4 {
        pool.push(token).unwrap();
    }
    let threads = Vec::from_iter((0..4).map(|_| {
        let (pool, held) = (Arc::clone(&pool), Arc::clone(&held));
        thread::spawn(move || {
            for _ in 0..times(5000) {
                let Some(mut token) = pool.pop() else { continue };
                assert_eq!(held[token].fetch_add(1, Ordering::Relaxed), 0);
                held[token].fetch_sub(1, Ordering::Relaxed);
                while let Err(back) = pool.push(token) {
                    token = back;
                }
            }
        })
    }));
    for thread in threads {
        thread.join().unwrap();
    }
    let mut tokens: Vec<usize> = std::iter::from_fn(|| pool.pop()).collect();
    tokens.sort_unstable();
    assert_eq!(tokens, [0, 1, 2, 3]);
}

#[test]
fn batches_of_a_queue_are_those_of_the_rings() {
    for capacity in [3, 4, 7] {
        let queue = Queue::new(capacity);
        let mut names = Vec::from_iter((0..10).map(|i| i.to_string()));
        let mut received = Vec::new();
        assert_eq!(queue.push_vec_exact(&mut names).unwrap_err().wanted(), 10);
        while !names.is_empty() {
            assert_eq!(queue.push_vec(&mut names), capacity.min(10 - received.len()));
            assert!(queue.pop_vec_exact(&mut received, capacity + 1).is_err());
            queue.pop_vec(&mut received, usize::MAX);
        }
        assert!(received.into_iter().eq((0..10).map(|i| i.to_string())));
    }
}
