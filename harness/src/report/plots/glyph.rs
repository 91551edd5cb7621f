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

/// What the end of an interval looks like, around the origin.
const END: &str = "M0 -4v8";

/// The outlines, once for a page: marks and ends refer to them by their names.
pub fn outlines() -> Markup {
    html! {
        defs {
            @for (shape, outline) in OUTLINES.iter().enumerate() { path id={ "m" (shape) } d=(outline) {} }
            path id="end" d=(END) {}
        }
    }
}

/// A mark with its centre at a place (a percentage or a number of pixels) and a height.
pub fn at(x: &str, y: &str, shape: usize, class: &str) -> Markup {
    html! { use class={ "mark " (class) } href={ "#m" (shape % SHAPES) } x=(x) y=(y) {} }
}

/// The end of an interval at such a place.
pub fn end(x: &str, y: &str) -> Markup {
    html! { use class="reach" href="#end" x=(x) y=(y) {} }
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

    #[test]
    fn every_mark_refers_to_an_outline() {
        let outlines = outlines().0;
        for shape in 0..2 * SHAPES {
            let mark = at("1", "1", shape, "").0;
            let (_, name) = mark.split_once("href=\"#").unwrap();
            let (name, _) = name.split_once('"').unwrap();
            let outline = format!("id=\"{name}\" d=\"{}\"", OUTLINES[shape % SHAPES]);
            assert!(outlines.contains(&outline), "{outline}");
        }
        assert!(end("1", "1").0.contains("#end") && outlines.contains("id=\"end\""));
    }
}
