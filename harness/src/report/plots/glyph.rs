//! Marks that are told apart without colour.

use maud::{Markup, html};

/// Outlines around the origin, about eight pixels wide.
const OUTLINES: [&str; 10] = [
    "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "M-3.5 -3.5h7v7h-7z",
    "M0 -5l5 5l-5 5l-5 -5z",
    "M0 -4.5l4.5 8h-9z",
    "M0 4.5l4.5 -8h-9z",
    "M-1.3 -4.5h2.6v3.2h3.2v2.6h-3.2v3.2h-2.6v-3.2h-3.2v-2.6h3.2z",
    "M-4.5 -1.5h9v3h-9z",
    "M-1.5 -4.5h3v9h-3z",
    "M-4.5 -4.5h9l-9 9z",
    "M-4.5 -4.5l4.5 2.5l4.5 -2.5v9l-4.5 -2.5l-4.5 2.5z",
];

/// How many shapes there are.
pub const SHAPES: usize = OUTLINES.len();

/// A mark with its centre at a place (a percentage or a number of pixels) and a height.
pub fn at(x: &str, y: &str, shape: usize, class: &str) -> Markup {
    html! {
        svg x=(x) y=(y) class="at" {
            path class={ "mark " (class) } d=(OUTLINES[shape % SHAPES]) {}
        }
    }
}

/// A mark in the flow of text.
pub fn inline(shape: usize, class: &str) -> Markup {
    html! {
        svg class="key" width="14" height="14" aria-hidden="true" { (at("7", "7", shape, class)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_shapes_are_alike() {
        let mut outlines = OUTLINES.to_vec();
        outlines.sort_unstable();
        outlines.dedup();
        assert_eq!(outlines.len(), SHAPES);
        assert_ne!(at("1", "1", 0, "").0, at("1", "1", 1, "").0);
    }
}
