//! The process that is killed: four producers and four consumers, which go on for ever.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::path::Path;
use std::thread;

use bytes::Bytes;
use ringway_durable::{Consumer, Queue, Ticket};

use super::log::{Event, Log};
use super::options;

/// What is written for an event before the queue is open, and after that.
pub const BEGUN: u8 = b'?';
pub const DONE: u8 = b'!';

/// Each of these publishes in another way.
pub const PRODUCERS: u64 = 4;
pub const CONSUMERS: u64 = 4;

/// The producer that numbers its messages; its name for the queue.
pub const NUMBERED: u64 = 0;

/// So many are published together by one of them.
const TOGETHER: u64 = 3;

/// So many tickets are open at one of them.
const WINDOW: usize = 16;

/// The message of a producer in a round.
pub fn id(round: u64, producer: u64, number: u64) -> u64 {
    round << 32 | producer << 28 | number
}

/// The producer of a message.
pub fn producer(id: u64) -> u64 {
    id >> 28 & 0xf
}

/// The bytes of a message.
pub fn message(id: u64) -> Bytes {
    let len = 8 + (id.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 54) as usize;
    let mut bytes = id.to_le_bytes().to_vec();
    bytes.resize(if id.is_multiple_of(50) { 20 * len } else { len }, id as u8 | 1);
    bytes.into()
}

/// Who logs, and tells that something happened.
struct Teller {
    log: Log,
    pipe: File,
}

impl Teller {
    fn new(directory: &Path, round: u64, thread: u64) -> Self {
        let pipe = io::stdout().as_fd().try_clone_to_owned().expect("the pipe is there");
        Self { log: Log::new(directory, round, thread), pipe: pipe.into() }
    }

    fn tell(&mut self, event: Event) {
        self.log.write(event);
        let _ = self.pipe.write_all(&[DONE]);
    }
}

/// Runs until it is killed.
pub fn run(directory: &Path, round: u64) {
    let _ = io::stdout().write_all(&[BEGUN]);
    let _ = io::stdout().flush();
    let queue = Queue::open(directory.join("queue"), options()).expect("it is opened again");
    thread::scope(|scope| {
        for thread in 0..PRODUCERS {
            let teller = Teller::new(directory, round, thread);
            let queue = &queue;
            scope.spawn(move || produce(queue, teller, round, thread));
        }
        for thread in PRODUCERS..PRODUCERS + CONSUMERS {
            let teller = Teller::new(directory, round, thread);
            let consumer = queue.consumer(8).expect("there are few");
            let queue = &queue;
            scope.spawn(move || consume(queue, &consumer, teller));
        }
    });
}

fn produce(queue: &Queue, mut teller: Teller, round: u64, producer: u64) {
    let mut open: Vec<(u64, Ticket)> = Vec::new();
    let mut number = 0;
    loop {
        let id = id(round, producer, number);
        let together = if producer == 3 { TOGETHER } else { 1 };
        teller.tell(Event::Publishing { id, together });
        let ticket = match producer {
            NUMBERED => queue.publish_once(NUMBERED, id, message(id)).expect("it is open"),
            3 => {
                queue.publish_batch((id..id + together).map(message).collect()).expect("it is open")
            }
            _ => queue.publish(message(id)).expect("it is open"),
        };
        number += together;
        open.push((id, ticket));
        if open.len() < WINDOW && producer == 2 {
            continue;
        }
        for (id, ticket) in open.drain(..) {
            let sequence = ticket.wait().expect("nothing fails");
            teller.tell(Event::Resolved { id, sequence });
        }
    }
}

fn consume(queue: &Queue, consumer: &Consumer, mut teller: Teller) {
    for received in 0_u64.. {
        let delivery = consumer.recv().expect("it is open");
        let id = u64::from_le_bytes(delivery.message()[..8].try_into().expect("8 bytes"));
        assert_eq!(delivery.message(), &message(id), "other bytes");
        teller.tell(Event::Delivered { id, sequence: delivery.sequence() });
        match received % 10 {
            // It is dropped, and comes back.
            3 => {}
            6 => delivery.nack(true).expect("it is open"),
            _ => {
                teller.tell(Event::Acknowledging { id });
                delivery.ack().expect("it is open");
            }
        }
        if received % 20 == 19 {
            queue.sync().expect("it is open").wait().expect("nothing fails");
            teller.tell(Event::Synced);
        }
    }
}
