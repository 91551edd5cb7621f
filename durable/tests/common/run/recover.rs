//! What is there after a crash.

use ringway_durable::Options;

use super::super::oracle::{Oracle, Payload, Recovered, Seen, is_mark};
use super::super::sim::SimDisk;
use super::{LONG, Open, Run};

impl Run {
    /// Opens what a crash has left at this position of the disk before, and checks it. It is there to go on with.
    ///
    /// # Errors
    ///
    /// What is wrong.
    pub fn recover(
        crashed: &SimDisk,
        position: usize,
        options: &Options,
        oracle: &Oracle,
    ) -> Result<(Self, Recovered), String> {
        let mut run =
            Self::on(crashed, options, oracle.clone()).map_err(|error| error.to_string())?;
        let recovered = run.drain();
        run.oracle.check(position, &recovered)?;
        run.oracle.rebase(position, &recovered);
        for seen in &recovered.waiting {
            run.oracle.delivered(&seen.bytes, seen.sequence, 0);
        }
        Ok((run, recovered))
    }

    /// All that is delivered, and all dead letters. Nothing was received since it was opened. What was delivered is held.
    pub fn drain(&mut self) -> Recovered {
        let mut recovered = Recovered { waiting: self.receive_all(), dead: Vec::new() };
        // Those that had too many attempts are buried by now.
        let ticket = self.queue().sync().expect("the queue is open");
        ticket.wait_timeout(LONG).expect("a ticket resolves").expect("nothing fails");
        for letter in self.queue().dead_letters() {
            let letter = letter.expect("it can be read");
            let (sequence, attempts) = (letter.sequence(), letter.attempts());
            recovered.dead.push(Seen {
                sequence,
                bytes: Payload(letter.message().clone()),
                attempts,
            });
        }
        (self.waiting, self.dead) = (0, recovered.dead.len());
        recovered
    }

    /// Receives and holds all that there is.
    pub fn receive_all(&mut self) -> Vec<Seen> {
        // What is published now comes behind all that was there.
        let mark = self.oracle.mark();
        drop(self.queue().publish(mark.clone()).expect("the queue is open"));
        let Open { consumer, held, .. } = self.open.as_mut().expect("it is open");
        let mut all = Vec::new();
        loop {
            let received = consumer.recv_timeout(LONG).expect("the mark is delivered");
            if is_mark(received.message()) {
                let is_last = *received.message() == mark;
                received.ack().expect("the queue is open");
                if is_last {
                    return all;
                }
                continue;
            }
            let (sequence, attempts) = (received.sequence(), received.attempt() - 1);
            assert_eq!(received.is_redelivered(), attempts > 0);
            all.push(Seen { sequence, bytes: Payload(received.message().clone()), attempts });
            held.push_back(received);
        }
    }
}
