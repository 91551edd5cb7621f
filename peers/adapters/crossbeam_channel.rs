//! The names of crossbeam-channel: all are ours, but for the one that we do not have.

mod wide;

pub use ringway::channel::*;
pub use wide::unbounded;

/// A private macro of crossbeam-channel's, by which tests wrap its `select!`.
#[macro_export]
macro_rules! crossbeam_channel_internal {
    ($($branches:tt)*) => {
        ringway::channel::select! { $($branches)* }
    };
}
