//! Histories of publishers, consumers, crashes and openings, against a model.

#[path = "../common/mod.rs"]
mod common;

mod beside;
mod model;

use std::sync::Arc;

use beside::{Beside, event};
use common::run::{LONG, options};
use common::sim::SimDisk;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ringway_durable::Queue;

/// More messages are before it than are on their way to consumers.
#[test]
fn a_dead_letter_is_raised_before_its_turn_and_comes_once_or_never() {
    for revives in [true, false] {
        let disk = SimDisk::new();
        let options = options().max_in_flight(4096);
        let queue = Queue::open_in(Arc::new(disk.clone()), options.clone()).unwrap();
        let consumer = queue.consumer(4000).unwrap();
        const MESSAGES: u64 = 3000;
        let tickets: Vec<_> =
            (0..MESSAGES).map(|n| queue.publish(n.to_le_bytes().to_vec()).unwrap()).collect();
        assert!(tickets.into_iter().all(|ticket| ticket.wait().is_ok()));
        let mut held: Vec<_> =
            (0..MESSAGES).map(|_| consumer.recv_timeout(LONG).unwrap()).collect();
        held.pop().unwrap().nack(false).unwrap();
        queue.sync().unwrap().wait().unwrap();
        queue.close().unwrap();
        drop((held, consumer));

        let queue = Queue::open_in(Arc::new(disk), options).unwrap();
        let letter = queue.dead_letters().next().unwrap().unwrap();
        assert_eq!(letter.sequence(), MESSAGES);
        assert!(if revives { letter.revive() } else { letter.remove() }.unwrap());
        let mark = queue.publish("mark").unwrap().wait().unwrap();
        let consumer = queue.consumer(1).unwrap();
        let mut last = 0;
        loop {
            let delivery = consumer.recv_timeout(LONG).unwrap();
            let sequence = delivery.sequence();
            delivery.ack().unwrap();
            match sequence {
                MESSAGES => last += 1,
                _ if sequence == mark => break,
                _ => {}
            }
        }
        assert_eq!(last, u32::from(revives), "revived {revives}");
        queue.sync().unwrap().wait().unwrap();
        assert_eq!(queue.stats().unacknowledged, 0);
    }
}

#[test]
fn any_history_is_that_of_the_model() {
    let cases = std::env::var("RINGWAY_HISTORIES").map_or(150, |cases| cases.parse().unwrap());
    let config = ProptestConfig {
        failure_persistence: None,
        // Where a message does not come each try waits long for it.
        max_shrink_time: 60_000,
        ..ProptestConfig::with_cases(cases)
    };
    let histories = proptest::collection::vec(event(), 1..120);
    let result = TestRunner::new(config).run(&histories, |events| {
        let mut beside = Beside::new();
        for event in &events {
            beside.happen(event)?;
        }
        // All that is left comes.
        while beside.model.waits() {
            beside.receive()?;
        }
        beside.sync();
        prop_assert_eq!(beside.queue().stats().unacknowledged, beside.model.known.len() as u64);
        beside.receive()
    });
    result.unwrap_or_else(|failure| panic!("{failure}"));
}
