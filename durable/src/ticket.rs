//! What a publisher gets: a ticket, which resolves when its message is safe.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::{Duration, Instant};

use atomic_waker::AtomicWaker;

use crate::error::TicketError;

/// Resolves to the sequence of a message when it is as safe as the queue's [`Level`](crate::Level) says; of several that were published
/// together, to that of the first.
///
/// It is waited for by a thread ([`wait`](Self::wait)) or awaited by a task. Dropped, it changes nothing: the message is
/// written all the same.
///
/// ```
/// # let directory = tempfile::tempdir().unwrap();
/// use ringway_durable::{Options, Queue};
///
/// let queue = Queue::open(directory.path(), Options::new())?;
/// let tickets = [queue.publish("a")?, queue.publish("b")?];
/// let sequences = tickets.map(|ticket| ticket.wait().unwrap());
/// assert_eq!(sequences, [1, 2]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[must_use = "the message is safe only when its ticket has resolved"]
#[derive(Debug)]
pub struct Ticket {
    outcome: Arc<Outcome>,
}

impl Ticket {
    /// A ticket, and what resolves it.
    pub(crate) fn new() -> (Self, Resolver) {
        let outcome = Arc::new(Outcome { result: OnceLock::new(), waker: AtomicWaker::new() });
        (Self { outcome: Arc::clone(&outcome) }, Resolver { outcome: Some(outcome) })
    }

    /// Waits until it resolves; it blocks the thread.
    ///
    /// # Errors
    ///
    /// See [`TicketError`].
    pub fn wait(self) -> Result<u64, TicketError> {
        self.wait_until(None).expect("without a deadline the wait ends with an outcome")
    }

    /// The same for so long at most; gives the ticket back where that is over.
    ///
    /// # Errors
    ///
    /// The ticket itself, if it has not resolved; inside, see [`TicketError`].
    ///
    /// ```
    /// # let directory = tempfile::tempdir().unwrap();
    /// # let queue = ringway_durable::Queue::open(directory.path(), Default::default())?;
    /// use std::time::Duration;
    ///
    /// let ticket = queue.publish("a")?;
    /// let sequence = ticket.wait_timeout(Duration::MAX).expect("there is time")?;
    /// assert_eq!(sequence, 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn wait_timeout(self, timeout: Duration) -> Result<Result<u64, TicketError>, Self> {
        self.wait_until(Instant::now().checked_add(timeout))
    }

    /// What it has resolved to, if it has.
    #[must_use]
    pub fn outcome(&self) -> Option<Result<u64, TicketError>> {
        self.outcome.result.get().cloned()
    }

    /// Waits until it resolves, or to the deadline.
    fn wait_until(self, deadline: Option<Instant>) -> Result<Result<u64, TicketError>, Self> {
        if let Some(result) = self.outcome() {
            return Ok(result);
        }
        self.outcome.waker.register(&this_thread());
        loop {
            if let Some(result) = self.outcome() {
                return Ok(result);
            }
            match deadline {
                None => thread::park(),
                Some(deadline) => match deadline.checked_duration_since(Instant::now()) {
                    None | Some(Duration::ZERO) => return Err(self),
                    Some(left) => thread::park_timeout(left),
                },
            }
        }
    }
}

impl Future for Ticket {
    type Output = Result<u64, TicketError>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if let Some(result) = self.outcome() {
            return Poll::Ready(result);
        }
        self.outcome.waker.register(context.waker());
        self.outcome().map_or(Poll::Pending, Poll::Ready)
    }
}

/// What the two share.
#[derive(Debug)]
struct Outcome {
    result: OnceLock<Result<u64, TicketError>>,
    waker: AtomicWaker,
}

/// Resolves a ticket. Dropped before that, it says that the outcome is not known.
#[derive(Debug)]
pub(crate) struct Resolver {
    outcome: Option<Arc<Outcome>>,
}

impl Resolver {
    /// Resolves the ticket; whether anybody waits for it.
    pub(crate) fn resolve(mut self, result: Result<u64, TicketError>) -> bool {
        self.outcome.take().is_some_and(|outcome| settle(&outcome, result))
    }
}

/// Stores the result and wakes who waits for it, if somebody does.
fn settle(outcome: &Outcome, result: Result<u64, TicketError>) -> bool {
    if outcome.result.set(result).is_err() {
        return false;
    }
    let Some(waker) = outcome.waker.take() else { return false };
    waker.wake();
    true
}

impl Drop for Resolver {
    fn drop(&mut self) {
        if let Some(outcome) = self.outcome.take() {
            settle(&outcome, Err(TicketError::Unknown("the queue ended".into())));
        }
    }
}

/// A waker that unparks this thread.
fn this_thread() -> Waker {
    thread_local!(static WAKER: Waker = Waker::from(Arc::new(Unparks(thread::current()))));
    WAKER.with(Waker::clone)
}

/// Unparks a thread.
struct Unparks(Thread);

impl Wake for Unparks {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.unpark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_resolves_once_for_threads_and_tasks() {
        let (ticket, resolver) = Ticket::new();
        assert!(ticket.outcome().is_none());
        let ticket = ticket.wait_timeout(Duration::ZERO).expect_err("nothing has resolved it");
        let waits = thread::spawn(move || ticket.wait());
        resolver.resolve(Ok(7));
        assert_eq!(waits.join().unwrap().unwrap(), 7);

        let (ticket, resolver) = Ticket::new();
        let waits = thread::spawn(move || futures_executor::block_on(ticket));
        resolver.resolve(Ok(8));
        assert_eq!(waits.join().unwrap().unwrap(), 8);
    }

    #[test]
    fn what_nobody_resolves_is_unknown() {
        let (ticket, resolver) = Ticket::new();
        drop(resolver);
        assert!(matches!(ticket.wait(), Err(TicketError::Unknown(_))));
    }
}
