//! Handing out the messages of a queue.

use super::messages::{Message, messages};
use super::survey::Survey;
use crate::OpenError;
use crate::recovery::{Gap, TornTail};
use crate::storage::Storage;

/// What was exported.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exported {
    /// How many messages.
    pub messages: u64,
    /// How many of them are dead letters.
    pub dead: u64,
    /// All damage: messages in it were not exported.
    pub gaps: Vec<Gap>,
    /// A batch that was being written, and was not exported.
    pub torn: Option<TornTail>,
}

/// Hands out each message that is not acknowledged, in the order in which they were published, dead letters too. `None` if
/// there is no queue.
///
/// The files are read twice. In memory there are one message, what is known of those that came back or are dead, where
/// those are that were copied forward, and which are acknowledged: as ranges, so that the memory grows with the number of
/// messages that were acknowledged out of turn.
///
/// # Errors
///
/// As [`verify`](super::verify()), and what `visit` says: it ends there.
///
/// ```
/// use ringway_durable::storage::Directory;
/// use ringway_durable::{OpenError, Options, Queue, tools};
///
/// # let directory = tempfile::tempdir().unwrap();
/// # let path = directory.path();
/// let queue = Queue::open(path, Options::new())?;
/// queue.publish("one")?.wait()?;
/// queue.publish("two")?.wait()?;
/// drop(queue);
///
/// let mut all = Vec::new();
/// tools::export(&Directory::new(path), |message| {
///     all.push((message.sequence, message.bytes.to_vec()));
///     Ok::<_, OpenError>(())
/// })?;
/// assert_eq!(all, [(1, b"one".to_vec()), (2, b"two".to_vec())]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub fn export<E: From<OpenError>>(
    storage: &dyn Storage,
    mut visit: impl FnMut(Message<'_>) -> Result<(), E>,
) -> Result<Option<Exported>, E> {
    let Some(survey) = Survey::of(storage)? else { return Ok(None) };
    let (mut count, mut dead) = (0, 0);
    messages(storage, &survey, |message| {
        count += 1;
        dead += u64::from(message.dead);
        visit(message)
    })?;
    Ok(Some(Exported { messages: count, dead, gaps: survey.known.gaps, torn: survey.walked.torn }))
}
