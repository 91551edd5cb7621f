//! The names of flume.

mod wide;

pub use ringway::channel::*;
pub use wide::unbounded;

/// An enum of one there.
#[allow(non_snake_case, non_upper_case_globals)]
pub mod RecvError {
    pub const Disconnected: ringway::channel::RecvError = ringway::channel::RecvError;
}

/// Methods that have another name here.
pub trait Renamed {
    fn is_disconnected(&self) -> bool;
}

impl<T> Renamed for Sender<T> {
    fn is_disconnected(&self) -> bool {
        self.is_closed()
    }
}

impl<T> Renamed for Receiver<T> {
    fn is_disconnected(&self) -> bool {
        self.is_closed()
    }
}

/// A private macro of crossbeam-channel's, by which tests wrap its `select!`.
#[macro_export]
macro_rules! crossbeam_channel_internal {
    ($($branches:tt)*) => {
        ringway::channel::select! { $($branches)* }
    };
}

/// What a test file of flume takes from crossbeam-channel.
pub mod crossbeam {
    pub use super::wide::unbounded;
    pub use ringway::channel::*;
}
