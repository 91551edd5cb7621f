//! Plots as inline SVG.
//!
//! A plot is as wide as there is room: across, everything stands at a percentage; down, at pixels. So it reads
//! the same on any screen, its text never shrinks, and no script is needed.

pub mod forest;
pub mod glyph;
pub mod lines;
pub mod scale;
pub mod scatter;

/// A part of the width as SVG writes it.
fn percent(part: f64) -> String {
    format!("{:.2}%", part * 100.0)
}

/// Pixels.
fn pixels(value: f64) -> String {
    format!("{value:.1}")
}
