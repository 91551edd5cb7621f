//! ringway-durable, at the level that syncs and at one that does not.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use bytes::Bytes;
use ringway_durable::{ConsumeError, Consumer, Level, Options, Queue, Ticket};

use crate::durable::{Consumes, Counts, Durable};

/// So many deliveries a consumer has at most.
const PREFETCH: usize = 1024;

/// ringway-durable with its default options; synced, or handed to the system.
#[derive(Debug)]
pub struct Ours<const SYNCED: bool>(Queue);

impl<const SYNCED: bool> Durable for Ours<SYNCED> {
    type Ticket = Ticket;

    fn open(directory: &Path) -> Result<Self> {
        let level = if SYNCED { Level::Durable } else { Level::OsBuffered };
        Ok(Self(Queue::open(directory, Options::new().level(level))?))
    }

    fn publish(&self, message: Bytes) -> Result<Ticket> {
        Ok(self.0.publish(message)?)
    }

    fn wait(ticket: Ticket) -> Result<()> {
        ticket.wait()?;
        Ok(())
    }

    fn counts(&self) -> Counts {
        let stats = self.0.stats();
        Counts {
            commits: stats.batches,
            written: Some(stats.written_bytes),
            syncs: Some(stats.syncs.map_or(0, |syncs| syncs.count)),
        }
    }

    fn close(self) -> Result<()> {
        Ok(self.0.close()?)
    }

    fn left(directory: &Path) -> Result<Vec<Bytes>> {
        let queue = Queue::open(directory, Options::new())?;
        let consumer = queue.consumer(PREFETCH)?;
        let count = queue.stats().unacknowledged;
        ensure!(count <= PREFETCH as u64, "{count} messages are left");
        let receive = |_| Ok(consumer.recv_timeout(Duration::from_secs(10))?);
        let left = (0..count).map(receive).collect::<Result<Vec<_>>>()?;
        if let Ok(further) = consumer.try_recv() {
            bail!("a message more than it says: {}", further.sequence());
        }
        Ok(left.iter().map(|delivery| delivery.message().clone()).collect())
    }
}

impl<const SYNCED: bool> Consumes for Ours<SYNCED> {
    type Consumer = Consumer;

    fn consumer(&self) -> Result<Consumer> {
        Ok(self.0.consumer(PREFETCH)?)
    }

    fn take(consumer: &Consumer, timeout: Duration) -> Result<Option<Bytes>> {
        match consumer.recv_timeout(timeout) {
            Ok(delivery) => {
                let message = delivery.message().clone();
                delivery.ack()?;
                Ok(Some(message))
            }
            Err(ConsumeError::Timeout) => Ok(None),
            Err(error) => Err(anyhow!(error)),
        }
    }

    fn sync(&self) -> Result<()> {
        self.0.sync()?.wait()?;
        Ok(())
    }
}
