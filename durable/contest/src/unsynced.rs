//! Queues that never sync: what they have taken is the system's to keep. There is nothing to wait for.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Result, anyhow};
use bytes::Bytes;
use commitlog::message::MessageSet as _;
use commitlog::{CommitLog, LogOptions, ReadLimit};
use yaque::{Receiver, Sender, TryRecvError};

use crate::durable::{Counts, Durable};

/// The sender of yaque, which one thread has at a time.
pub struct Yaque(Mutex<Sender>);

impl Durable for Yaque {
    type Ticket = ();

    fn open(directory: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(Sender::open(directory)?)))
    }

    fn publish(&self, message: Bytes) -> Result<()> {
        let mut sender = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sender.try_send(message).map_err(|error| anyhow!("{error}"))
    }

    fn wait((): ()) -> Result<()> {
        Ok(())
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }

    fn close(self) -> Result<()> {
        Ok(())
    }

    fn left(directory: &Path) -> Result<Vec<Bytes>> {
        let mut receiver = Receiver::open(directory)?;
        let mut messages = Vec::new();
        loop {
            match receiver.try_recv() {
                Ok(message) => messages.push(message.try_into_inner()?.into()),
                Err(TryRecvError::QueueEmpty) => return Ok(messages),
                Err(TryRecvError::Io(error)) => return Err(error.into()),
            }
        }
    }
}

/// The log of commitlog, which one thread has at a time.
pub struct Commitlog(Mutex<CommitLog>);

impl Durable for Commitlog {
    type Ticket = ();

    fn open(directory: &Path) -> Result<Self> {
        Ok(Self(Mutex::new(CommitLog::new(LogOptions::new(directory))?)))
    }

    fn publish(&self, message: Bytes) -> Result<()> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.append_msg(message).map_err(|error| anyhow!("{error}"))?;
        Ok(())
    }

    fn wait((): ()) -> Result<()> {
        Ok(())
    }

    fn counts(&self) -> Counts {
        Counts::default()
    }

    fn close(self) -> Result<()> {
        Ok(())
    }

    fn left(directory: &Path) -> Result<Vec<Bytes>> {
        let log = CommitLog::new(LogOptions::new(directory))?;
        let mut messages = Vec::new();
        loop {
            let part = log
                .read(messages.len() as u64, ReadLimit::default())
                .map_err(|error| anyhow!("{error}"))?;
            if part.is_empty() {
                return Ok(messages);
            }
            messages.extend(part.iter().map(|message| Bytes::copy_from_slice(message.payload())));
        }
    }
}
