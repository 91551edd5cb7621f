//! Events of what is rare (feature `tracing`). Without the feature there is nothing of it.
//!
//! A subscriber is the code of others: it may take long, panic, or use the same channel. So an event comes where the
//! thread holds nothing that others wait for, has no place in a list, whose notification it would keep, and
//! after whom it was to wake. What the subscriber itself does to channels makes no events on its thread, or one
//! that sends each event through a channel that is full would never end.

use super::core::{Core, End};
use super::kind::Kind;

/// What is told of a channel.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(not(feature = "tracing"), allow(dead_code, reason = "nothing is told"))]
pub(super) enum Event {
    /// One who waits at this end looked long enough, and goes to sleep.
    Sleeps(End),
    /// A message was given back because the channel was full.
    Refused,
    /// The channel takes no more messages.
    Closed,
    /// The last handle of this end is gone.
    Gone(End),
}

impl<T, C: Kind> Core<T, C> {
    /// Tells of it whoever listens.
    #[cfg(not(feature = "tracing"))]
    #[inline(always)]
    pub(super) fn tell(&self, _: Event) {}

    /// Tells of it whoever listens.
    #[cfg(feature = "tracing")]
    #[cold]
    pub(super) fn tell(&self, event: Event) {
        telling::tell(event, telling::Channel::of(self));
    }
}

/// One who waits for so many channels or operations at once goes to sleep.
#[cfg(not(feature = "tracing"))]
#[inline(always)]
pub(super) fn sleeps_at(_: usize) {}

/// One who waits for so many channels or operations at once goes to sleep.
#[cfg(feature = "tracing")]
pub(super) fn sleeps_at(choices: usize) {
    telling::sleeps_at(choices);
}

#[cfg(feature = "tracing")]
mod telling {
    use core::cell::Cell;
    use core::fmt;

    use tracing::Level;
    use tracing::level_filters::LevelFilter;

    use super::{End, Event};
    use crate::channel::core::Core;
    use crate::channel::kind::Kind;
    use crate::sync::Panics;

    /// What is said of a channel.
    pub(super) struct Channel<'a> {
        name: Name<'a>,
        len: usize,
        capacity: usize,
    }

    impl<'a> Channel<'a> {
        pub(super) fn of<T, C: Kind>(core: &'a Core<T, C>) -> Self {
            #[cfg(feature = "metrics")]
            let name = core.name();
            #[cfg(not(feature = "metrics"))]
            let name = None;
            let name = name.map_or(Name::None((&raw const *core).cast()), Name::Some);
            Self { name, len: core.len(), capacity: core.capacity() }
        }
    }

    /// The name of a channel, or where it lies.
    enum Name<'a> {
        Some(&'a str),
        None(*const ()),
    }

    impl fmt::Display for Name<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match self {
                Self::Some(name) => f.write_str(name),
                Self::None(place) => write!(f, "{:p}", *place),
            }
        }
    }

    /// Those who are at an end, in a word.
    fn who(end: End) -> &'static str {
        match end {
            End::Sending | End::Claiming => "senders",
            End::Receiving => "receivers",
        }
    }

    /// An event with what is said of each channel.
    macro_rules! event {
        ($level:expr, $channel:expr, $message:literal $(, $field:ident = $value:expr)*) => {
            tracing::event!(
                target: "ringway::channel",
                $level,
                channel = %$channel.name,
                len = $channel.len,
                capacity = $channel.capacity,
                $($field = $value,)*
                $message
            )
        };
    }

    pub(super) fn tell(event: Event, channel: Channel<'_>) {
        match event {
            Event::Sleeps(end) => apart(Level::TRACE, || {
                event!(Level::TRACE, channel, "goes to sleep", end = who(end));
            }),
            Event::Refused => apart(Level::DEBUG, || {
                event!(Level::DEBUG, channel, "refused, since it is full");
            }),
            Event::Closed => apart(Level::DEBUG, || event!(Level::DEBUG, channel, "closed")),
            Event::Gone(end) => apart(Level::DEBUG, || {
                event!(Level::DEBUG, channel, "the last of an end is gone", end = who(end));
            }),
        }
    }

    pub(super) fn sleeps_at(choices: usize) {
        apart(Level::TRACE, || {
            tracing::event!(target: "ringway::channel", Level::TRACE, choices, "one who waits for several goes to sleep");
        });
    }

    /// Calls whoever listens, if anybody does at this level, and not from within such a call.
    fn apart(level: Level, call: impl FnOnce()) {
        std::thread_local! {
            static IS_TELLING: Cell<bool> = const { Cell::new(false) };
        }
        if level > LevelFilter::current() || IS_TELLING.replace(true) {
            return;
        }
        let mut panics = Panics::default();
        panics.catch(call);
        IS_TELLING.set(false);
        panics.resume();
    }

    #[cfg(all(test, not(ringway_modelled)))]
    mod tests;
}
