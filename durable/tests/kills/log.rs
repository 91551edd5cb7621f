//! What the process that is killed writes down, each thread into a file of its own. What was written is there when the
//! process is gone: only the machine would lose it.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Something that happened to a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// It is about to be published: it, and so many after it, together.
    Publishing { id: u64, together: u64 },
    /// Its ticket has resolved.
    Resolved { id: u64, sequence: u64 },
    /// It was delivered.
    Delivered { id: u64, sequence: u64 },
    /// It is about to be acknowledged.
    Acknowledging { id: u64 },
    /// All that this thread has acknowledged is safe.
    Synced,
}

impl Event {
    const LEN: usize = 17;

    fn encode(self) -> [u8; Self::LEN] {
        let (kind, one, other) = match self {
            Self::Publishing { id, together } => (1, id, together),
            Self::Resolved { id, sequence } => (2, id, sequence),
            Self::Delivered { id, sequence } => (3, id, sequence),
            Self::Acknowledging { id } => (4, id, 0),
            Self::Synced => (5, 0, 0),
        };
        let mut bytes = [kind; Self::LEN];
        bytes[1..9].copy_from_slice(&one.to_le_bytes());
        bytes[9..].copy_from_slice(&other.to_le_bytes());
        bytes
    }

    fn decode(bytes: &[u8]) -> Self {
        let number =
            |from: usize| u64::from_le_bytes(bytes[from..from + 8].try_into().expect("8 bytes"));
        let (one, other) = (number(1), number(9));
        match bytes[0] {
            1 => Self::Publishing { id: one, together: other },
            2 => Self::Resolved { id: one, sequence: other },
            3 => Self::Delivered { id: one, sequence: other },
            4 => Self::Acknowledging { id: one },
            5 => Self::Synced,
            kind => panic!("no event: {kind}"),
        }
    }
}

fn path(directory: &Path, round: u64, thread: u64) -> PathBuf {
    directory.join(format!("log-{round}-{thread}"))
}

/// The log of one thread.
#[derive(Debug)]
pub struct Log(File);

impl Log {
    pub fn new(directory: &Path, round: u64, thread: u64) -> Self {
        Self(File::create_new(path(directory, round, thread)).expect("the log is new"))
    }

    pub fn write(&mut self, event: Event) {
        // One call: it is done when it returns.
        self.0.write_all(&event.encode()).expect("the log is written");
    }
}

/// What a thread has logged, and the log is gone.
pub fn take(directory: &Path, round: u64, thread: u64) -> Vec<Event> {
    let path = path(directory, round, thread);
    let Ok(bytes) = fs::read(&path) else { return Vec::new() };
    fs::remove_file(path).expect("the log is there");
    bytes.chunks_exact(Event::LEN).map(Event::decode).collect()
}
