//! What is checked before any number: what was said to be safe is there when the queue is opened again.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::Bytes;

use crate::durable::{Consumes, Durable};
use crate::message::{LEN, message, messages};

/// So many messages are published.
const PUBLISHED: u64 = 900;

/// So many of them are acknowledged.
const ACKNOWLEDGED: u64 = 300;

/// So long a message is waited for that must be there.
const LONG: Duration = Duration::from_secs(10);

/// What was published is there, in order.
pub fn keeps<D: Durable>(directory: &Path) -> Result<()> {
    let queue = D::open(directory)?;
    let tickets = messages(0..PUBLISHED).map(|message| queue.publish(message));
    tickets.collect::<Result<Vec<_>>>()?.into_iter().try_for_each(D::wait)?;
    queue.close()?;
    are(&D::left(directory)?, 0)
}

/// What was published is there; what was acknowledged of it is gone, and the rest is there.
pub fn consumes<D: Consumes>(directory: &Path) -> Result<()> {
    keeps::<D>(directory)?;
    let queue = D::open(directory)?;
    let consumer = queue.consumer()?;
    for expected in messages(0..ACKNOWLEDGED) {
        let received = D::take(&consumer, LONG)?.context("a message does not come")?;
        ensure!(received == expected, "another message came");
    }
    drop(consumer);
    queue.sync()?;
    queue.close()?;
    are(&D::left(directory)?, ACKNOWLEDGED)
}

/// These are all messages from that one on.
fn are(left: &[Bytes], first: u64) -> Result<()> {
    let count = (PUBLISHED - first) as usize;
    ensure!(left.len() == count, "{} messages are left of {count}", left.len());
    let wrong =
        left.iter().zip(messages(first..PUBLISHED)).position(|(left, expected)| *left != expected);
    ensure!(wrong.is_none(), "message {} is another", first + wrong.unwrap_or(0) as u64);
    Ok(())
}

/// Publishes so many messages and waits for each.
pub fn wait_for<D: Durable>(directory: &Path, count: u64) -> Result<()> {
    let queue = D::open(directory)?;
    for number in 0..count {
        D::wait(queue.publish(message(number, LEN))?)?;
    }
    queue.close()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grouped::{Grouped, Store};
    use crate::stores::Okaywal;

    /// A store that loses every eighth message of a transaction, or all acknowledgements.
    struct Forgets<const MESSAGES: bool>(Okaywal);

    impl<const MESSAGES: bool> Store for Forgets<MESSAGES> {
        fn open(directory: &Path) -> Result<Self> {
            Okaywal::open(directory).map(Self)
        }

        fn commit(&mut self, messages: &[(u64, Bytes)], acknowledged: &[u64]) -> Result<()> {
            let mut kept = messages.to_vec();
            kept.retain(|(number, _)| !MESSAGES || number % 8 != 0);
            self.0.commit(&kept, if MESSAGES { acknowledged } else { &[] })
        }

        fn load(&mut self) -> Result<Vec<(u64, Bytes)>> {
            self.0.load()
        }

        fn close(self) -> Result<()> {
            self.0.close()
        }
    }

    #[test]
    fn what_is_lost_is_found() {
        let check = |check: fn(&Path) -> Result<()>| check(tempfile::tempdir().unwrap().path());
        check(consumes::<Grouped<Okaywal>>).unwrap();
        let lost = check(consumes::<Grouped<Forgets<true>>>).unwrap_err();
        assert!(lost.to_string().contains("788 messages are left of 900"), "{lost}");
        let back = check(consumes::<Grouped<Forgets<false>>>).unwrap_err();
        assert!(back.to_string().contains("900 messages are left of 600"), "{back}");
    }
}
