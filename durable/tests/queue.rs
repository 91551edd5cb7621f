//! A queue, used as one uses it.

use std::thread;
use std::time::Duration;

use ringway_durable::{ConsumeError, Options, Queue, TicketError};

fn small() -> Options {
    Options::new().segment_size(64 << 10)
}

#[test]
fn messages_go_through_in_order_and_are_there_again_until_they_are_acknowledged() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Queue::open(directory.path(), small()).unwrap();
    let tickets: Vec<_> =
        (0..1000_u32).map(|n| queue.publish(n.to_le_bytes().to_vec()).unwrap()).collect();
    for (n, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(ticket.wait().unwrap(), n as u64 + 1);
    }
    let consumer = queue.consumer(1000).unwrap();
    for n in 0..500_u32 {
        let delivery = consumer.recv().unwrap();
        assert_eq!(delivery.message()[..], n.to_le_bytes());
        delivery.ack().unwrap();
    }
    drop(consumer);
    queue.close().unwrap();

    let queue = Queue::open(directory.path(), small()).unwrap();
    assert_eq!(queue.stats().unacknowledged, 500);
    let consumer = queue.consumer(1000).unwrap();
    for n in 500..1000_u32 {
        let delivery = consumer.recv().unwrap();
        assert_eq!(delivery.message()[..], n.to_le_bytes());
        delivery.ack().unwrap();
    }
    assert_eq!(consumer.try_recv().unwrap_err(), ConsumeError::Empty);
    queue.sync().unwrap().wait().unwrap();
    assert_eq!(queue.stats().unacknowledged, 0);
}

#[test]
fn producers_and_consumers_compete() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Queue::open(directory.path(), small().cache_bytes(1 << 16)).unwrap();
    const EACH: u64 = 20_000;
    let mut seen = thread::scope(|scope| {
        for producer in 0..4_u64 {
            let queue = queue.clone();
            scope.spawn(move || {
                let mut last = None;
                for n in 0..EACH {
                    let mut message = (producer * EACH + n).to_le_bytes().to_vec();
                    message.resize(100, 7);
                    last = Some(queue.publish(message).unwrap());
                }
                last.unwrap().wait().unwrap();
            });
        }
        let consumers: Vec<_> = (0..4)
            .map(|_| {
                let consumer = queue.consumer(64).unwrap();
                scope.spawn(move || {
                    let mut seen = Vec::new();
                    loop {
                        match consumer.recv_timeout(Duration::from_secs(2)) {
                            Ok(delivery) => {
                                seen.push(u64::from_le_bytes(
                                    delivery.message()[..8].try_into().unwrap(),
                                ));
                                delivery.ack().unwrap();
                            }
                            Err(ConsumeError::Timeout) => return seen,
                            Err(error) => panic!("{error}"),
                        }
                    }
                })
            })
            .collect();
        consumers.into_iter().flat_map(|consumer| consumer.join().unwrap()).collect::<Vec<_>>()
    });
    seen.sort_unstable();
    assert!(seen.into_iter().eq(0..4 * EACH));
    queue.sync().unwrap().wait().unwrap();
    assert_eq!(queue.stats().unacknowledged, 0);
    assert!(queue.stats().file_bytes <= 6 * (64 << 10), "{:?}", queue.stats());
}

#[test]
fn a_full_queue_holds_publishers_back_and_consumers_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let options = small().max_bytes(4 * (64 << 10)).room(4);
    let queue = Queue::open(directory.path(), options).unwrap();
    let mut published = 0;
    let mut tickets = Vec::new();
    while let Ok(ticket) = {
        thread::yield_now();
        queue.try_publish(vec![1; 10_000])
    } {
        tickets.push(ticket);
        published += 1;
        if tickets.len() > 4 {
            let _ = tickets.remove(0).wait_timeout(Duration::from_secs(1));
        }
        assert!(published < 100, "it is never full");
    }
    let consumer = queue.consumer(8).unwrap();
    for _ in 0..published {
        consumer.recv().unwrap().ack().unwrap();
    }
    for ticket in tickets {
        match ticket.wait() {
            Ok(_) => {}
            Err(error @ TicketError::Refused { .. }) => panic!("{error}"),
            Err(error) => panic!("{error}"),
        }
    }
    queue.publish("there is room").unwrap().wait().unwrap();
}

#[test]
fn a_full_queue_takes_no_more_while_consumers_go_on() {
    const SIZE: u64 = 8000;
    const BYTES: u64 = 4 * (64 << 10);
    const ROOM: u64 = 4;
    let directory = tempfile::tempdir().unwrap();
    let queue =
        Queue::open(directory.path(), small().max_bytes(BYTES).room(ROOM as usize)).unwrap();
    let consumer = queue.consumer(1).unwrap();
    let mut taken = 0;
    for acknowledged in 0..200 {
        while queue.stats().acknowledged < acknowledged {
            thread::yield_now();
        }
        while let Ok(ticket) = queue.try_publish(vec![1; SIZE as usize]) {
            drop(ticket);
            taken += 1;
        }
        let there = taken - acknowledged;
        assert!(there <= BYTES / SIZE + 2 * ROOM, "{there} messages are there or wait");
        consumer.recv().unwrap().ack().unwrap();
    }
}

#[test]
fn opening_and_closing_takes_no_more_space_each_time() {
    let directory = tempfile::tempdir().unwrap();
    let files = || std::fs::read_dir(directory.path()).unwrap().count();
    for round in 0..6 {
        let queue = Queue::open(directory.path(), small()).unwrap();
        if round == 2 {
            queue.publish("stays").unwrap().wait().unwrap();
        }
        queue.close().unwrap();
    }
    // The lock, the manifest and the next one; the message's segment, and the newest; spares.
    assert!(files() <= 3 + 2 + 2, "{} files", files());
    let queue = Queue::open(directory.path(), small()).unwrap();
    assert_eq!(queue.consumer(1).unwrap().recv().unwrap().message(), "stays");
}

#[test]
fn one_message_that_stays_keeps_no_other_segment() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Queue::open(directory.path(), small()).unwrap();
    let consumer = queue.consumer(10).unwrap();
    queue.publish("stays").unwrap().wait().unwrap();
    let stays = consumer.recv().unwrap();
    for _ in 0..2000 {
        queue.publish(vec![1; 1000]).unwrap().wait().unwrap();
        consumer.recv().unwrap().ack().unwrap();
    }
    let stats = queue.stats();
    assert!(stats.copied > 0 && stats.file_bytes < 10 * (64 << 10), "{stats:?}");
    drop(queue.clone());
    drop((stays, consumer));
    queue.close().unwrap();
    let queue = Queue::open(directory.path(), small()).unwrap();
    let again = queue.consumer(1).unwrap().recv().unwrap();
    assert_eq!((again.message(), again.sequence()), (&"stays".into(), 1));
    assert!(again.is_redelivered());
}

#[test]
fn a_number_that_is_repeated_is_recognised_also_after_its_segment_is_gone() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Queue::open(directory.path(), small()).unwrap();
    let consumer = queue.consumer(10).unwrap();
    let once = |queue: &Queue, number| queue.publish_once(7, number, vec![1; 1000]).unwrap().wait();
    for number in 1..=500 {
        assert_eq!(once(&queue, number).unwrap(), number);
        consumer.recv().unwrap().ack().unwrap();
    }
    drop(consumer);
    queue.close().unwrap();
    let queue = Queue::open(directory.path(), small()).unwrap();
    assert_eq!(once(&queue, 500).unwrap(), 500);
    assert_eq!(once(&queue, 480).unwrap(), 480);
    assert!(matches!(once(&queue, 1), Err(TicketError::Refused { .. })));
    assert_eq!(once(&queue, 501).unwrap(), 501);
    assert_eq!(queue.stats().unacknowledged, 1);
}

/// A message that ends the process each time is one that has had an attempt each time.
#[test]
fn attempts_are_counted_over_openings() {
    let directory = tempfile::tempdir().unwrap();
    let options = || small().max_attempts(4);
    let queue = Queue::open(directory.path(), options()).unwrap();
    queue.publish("poison").unwrap().wait().unwrap();
    drop(queue.consumer(1).unwrap().recv().unwrap());
    queue.close().unwrap();
    // It came back once, and nobody has received it since.
    for opening in 0..2 {
        let queue = Queue::open(directory.path(), options()).unwrap();
        let consumer = queue.consumer(1).unwrap();
        let delivery = consumer.recv().unwrap();
        assert_eq!(delivery.attempt(), 2 + opening);
        queue.sync().unwrap().wait().unwrap();
        queue.close().unwrap();
        // The end comes before it is settled.
        assert!(delivery.ack().is_err());
    }
    let queue = Queue::open(directory.path(), options()).unwrap();
    let consumer = queue.consumer(1).unwrap();
    assert_eq!(consumer.recv().unwrap().attempt(), 4);
    // It has come back after the fourth.
    queue.sync().unwrap().wait().unwrap();
    assert_eq!(
        (queue.stats().dead, queue.dead_letters().next().unwrap().unwrap().attempts()),
        (1, 4)
    );
}

/// Each acknowledgement is a batch of its own here, as long as there is room, and they take more segments than there may be. When
/// the last message is done with, all segments are.
#[test]
fn what_is_acknowledged_after_the_last_message_keeps_no_segment() {
    let directory = tempfile::tempdir().unwrap();
    let queue = Queue::open(directory.path(), small().max_bytes(4 * (64 << 10))).unwrap();
    let consumer = queue.consumer(200).unwrap();
    for _ in 0..100 {
        drop(queue.publish("a").unwrap());
    }
    for _ in 0..100 {
        let batches = queue.stats().batches;
        consumer.recv().unwrap().ack().unwrap();
        let mut looks = 0..1000;
        while queue.stats().batches == batches && looks.next().is_some() {
            thread::yield_now();
        }
    }
    let synced = queue.sync().unwrap().wait_timeout(Duration::from_secs(60));
    synced.expect("there is room when all is done with").unwrap();
    assert_eq!(queue.stats().unacknowledged, 0);
}
