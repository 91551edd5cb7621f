//! How far it is: a bar on the terminal, and nothing where there is none.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A bar of so many bytes.
pub(crate) fn of_bytes(total: u64) -> ProgressBar {
    let style = "{msg} {bar:40} {bytes}/{total_bytes}, {bytes_per_sec}, {eta} left";
    bar(total, style)
}

/// A bar of so many milliseconds.
pub(crate) fn of_time(total: Duration) -> ProgressBar {
    bar(total.as_millis() as u64, "{msg} {bar:40} {elapsed}")
}

/// A bar on standard error, gone when it is done.
fn bar(total: u64, style: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    bar.set_style(ProgressStyle::with_template(style).expect("the template is one"));
    bar
}
