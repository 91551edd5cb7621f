//! Typed messages: whatever serde can write, here as JSON.
//!
//! A queue carries bytes. A few lines make a queue of one type of it, and say what becomes of a message that is none of that
//! type: it is a dead letter, so that no worker sees it again and nobody loses it.

use std::error::Error;
use std::marker::PhantomData;

use ringway_durable::{ConsumeError, Consumer, Delivery, Options, Queue, Ticket};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// What is to be done.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Job {
    Welcome { user: u64, mail: String },
    Bill { user: u64, cents: u64 },
}

/// Publishes messages of a type.
struct Publisher<T> {
    queue: Queue,
    of: PhantomData<fn(T)>,
}

impl<T: Serialize> Publisher<T> {
    fn new(queue: Queue) -> Self {
        Self { queue, of: PhantomData }
    }

    fn publish(&self, message: &T) -> Result<Ticket, Box<dyn Error>> {
        Ok(self.queue.publish(serde_json::to_vec(message)?)?)
    }
}

/// Receives messages of a type.
struct Receiver<T> {
    consumer: Consumer,
    of: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Receiver<T> {
    fn new(consumer: Consumer) -> Self {
        Self { consumer, of: PhantomData }
    }

    /// The next message, and the delivery to be settled.
    fn try_recv(&self) -> Result<(T, Delivery), ConsumeError> {
        loop {
            let delivery = self.consumer.try_recv()?;
            match serde_json::from_slice(delivery.message()) {
                Ok(message) => return Ok((message, delivery)),
                Err(error) => {
                    println!("message {} is a dead letter: {error}", delivery.sequence());
                    delivery.nack(false)?;
                }
            }
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let directory = tempfile::tempdir()?;
    let queue = Queue::open(directory.path(), Options::new())?;
    let jobs = Publisher::new(queue.clone());
    let welcome = Job::Welcome { user: 17, mail: "ada@example.org".into() };
    let bill = Job::Bill { user: 17, cents: 995 };
    let tickets = [jobs.publish(&welcome)?, jobs.publish(&bill)?];
    for ticket in tickets {
        println!("job {} is safe", ticket.wait()?);
    }
    // Somebody publishes what is no job.
    queue.publish(r#"{"Refund": {"user": 17}}"#)?.wait()?;
    drop(jobs);
    queue.close()?;

    // Later, in another process.
    let queue = Queue::open(directory.path(), Options::new())?;
    let jobs: Receiver<Job> = Receiver::new(queue.consumer(10)?);
    let mut done = Vec::new();
    loop {
        match jobs.try_recv() {
            Ok((job, delivery)) => {
                println!("job {}: {job:?}", delivery.sequence());
                done.push(job);
                delivery.ack()?;
            }
            // Messages that were there before are read from the files: they come in a moment.
            Err(ConsumeError::Empty) if queue.stats().delivered < 3 => std::thread::yield_now(),
            Err(ConsumeError::Empty) => break,
            Err(error) => return Err(error.into()),
        }
    }
    assert_eq!(done, [welcome, bill]);
    queue.sync()?.wait()?;
    let letters = queue.dead_letters().collect::<Result<Vec<_>, _>>()?;
    let [letter] = letters.as_slice() else { panic!("one message is no job") };
    assert_eq!((letter.sequence(), letter.attempts()), (3, 1));
    assert_eq!(letter.message(), r#"{"Refund": {"user": 17}}"#);
    println!(
        "two jobs are done, and message {} is kept for somebody to look at",
        letter.sequence()
    );
    Ok(())
}
