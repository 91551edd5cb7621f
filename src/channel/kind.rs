//! How many handles each end of a channel has.

use core::cell::Cell;
use core::fmt;

use crate::ring::{Sequencer, Shared, Solo};

/// How many handles an end has: [`Shared`], any number, or [`Solo`], one.
pub trait Kind: Sequencer + fmt::Debug {
    /// `()` where threads may share a receiver, and what is not `Sync` where they may not.
    #[doc(hidden)]
    type Sharing: fmt::Debug + Send;
}

impl Kind for Shared {
    type Sharing = ();
}

impl Kind for Solo {
    type Sharing = Cell<()>;
}
