//! Channels that are bounded by weight: what is queued never weighs more than a limit.
//!
//! Made by [`weighted`](fn@super::weighted), or by [`reserving`](super::reserving) where each message weighs 1. The end that
//! receives is a [`Receiver`](super::Receiver) like any other; the one that sends has errors of its own, and
//! permits.
//!
//! ```
//! use ringway::channel::weighted;
//!
//! // At most 64 messages, of at most 1,000 bytes together.
//! let (sender, receiver) = weighted(64, 1000, |message: &Vec<u8>| message.len());
//! sender.send(vec![0; 700]).unwrap();
//! assert!(sender.try_send(vec![0; 400]).unwrap_err().is_full());
//! assert!(sender.send(vec![0; 2000]).unwrap_err().is_too_heavy());
//! assert_eq!((sender.weight(), sender.limit()), (700, 1000));
//!
//! receiver.recv().unwrap();
//! sender.try_send(vec![0; 400]).unwrap();
//! ```
//!
//! # Weights
//!
//! A message is weighed when it is sent and again when it is received, so that a slot needs no room for its weight. Its
//! weight must not change meanwhile: else the channel counts wrongly from then on, though it stays safe to use. A function
//! that panics where a message is sent has sent nothing; where one is received, the message is
//! dropped on the way of the panic, and its place and weight stay taken. Of several that are received at once those of the
//! others are free, and all are where they would be after a waker's panic: in the vector, or dropped.
//!
//! # Order
//!
//! Senders that wait are told in the order in which they came, as in any channel, and who is awake may be faster. But who was told
//! of room, and finds too little of it, *claims* what it needs: others leave that free from then on, so that a large message
//! is not starved by small ones. A task that has claimed and is not polled, or a future that is forgotten, stops others
//! for some hundred microseconds, or some hundred polls; then its claim is broken.
//!
//! There is no `force_send`, no `Sink`, and no [`Select`](super::Select) for the end that sends.
//!
//! What is promised by a [`Permit`] or kept by an [`Envelope`] counts until these are dropped. One that is
//! forgotten (`core::mem::forget`) counts for ever.

mod batches;
mod envelope;
mod error;
mod future;
mod hold;
mod many;
mod permit;
mod sender;
mod state;
mod want;

pub use self::batches::{SendAllAsync, SendSliceAsync};
pub use self::envelope::{Envelope, RecvEnvelopeAsync};
pub use self::error::{SendError, SendTimeoutError, TrySendError};
pub use self::future::SendAsync;
pub use self::many::{Permits, ReserveManyAsync};
pub use self::permit::{OwnedPermit, Permit, ReserveAsync, ReserveOwnedAsync};
pub use self::sender::{Sender, WeakSender};

use super::budget::weights::{Scale, Weights};
use super::core::Core;
use super::kind::Weighted;
use super::pace::{Pace, WaitStrategy};
use crate::sync::Arc;

/// The end that receives.
pub type Receiver<T> = super::Receiver<T, Weighted>;

/// What the handles of a channel share.
type Weighed<T> = Core<T, Weighted>;

/// The handles of a new channel.
#[track_caller]
pub(super) fn pair<T>(
    capacity: usize,
    limit: usize,
    admits_heavy: bool,
    scale: Scale<T>,
    start: u64,
) -> (Sender<T>, Receiver<T>) {
    assert!(
        capacity > 0,
        "a channel of capacity 0 is a rendezvous, which has nothing to weigh: use capacity 1"
    );
    assert!(limit > 0, "a channel with a limit of 0 would take no message that weighs anything");
    let budget = Weights::new(capacity, limit, admits_heavy, scale);
    let core = Arc::new(Core::with(None, capacity, start, budget));
    let pace = Pace::new(WaitStrategy::default());
    let sender = super::Sender::counted(Arc::clone(&core), pace.clone());
    (Sender::of(sender), super::Receiver::counted(core, pace))
}
