//! Colours: enough contrast in the light and in the dark.

use std::collections::BTreeMap;

const STYLE: &str = include_str!("../../src/report/style.css");

/// The variables of the style sheet: those for the light, and those for the dark.
fn schemes() -> [BTreeMap<String, [f64; 3]>; 2] {
    let (_, blocks) = STYLE.split_once(":root {").unwrap();
    let in_the_dark = "@media (prefers-color-scheme: dark) {\n  :root {";
    let (light, dark) = blocks.split_once(in_the_dark).unwrap();
    [light, dark].map(|block| {
        let (block, _) = block.split_once('}').unwrap();
        let pairs =
            block.split(';').filter_map(|pair| pair.trim().strip_prefix("--")?.split_once(": #"));
        pairs.map(|(name, hex)| (name.to_owned(), channels(hex))).collect()
    })
}

/// Linear red, green and blue.
fn channels(hex: &str) -> [f64; 3] {
    [0, 2, 4].map(|at| {
        let value = f64::from(u8::from_str_radix(&hex[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    })
}

/// The contrast of two colours as the Web Content Accessibility Guidelines define it.
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [a, b] =
        [a, b].map(|[red, green, blue]| 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05);
    a.max(b) / a.min(b)
}

#[test]
fn text_and_marks_stand_out_in_both_schemes() {
    for scheme in schemes() {
        assert_eq!(scheme.len(), 17, "every variable is read");
        for ground in ["card", "ground"] {
            for ink in [
                "text", "muted", "link", "ringway", "peer", "own", "baseline", "control", "loss",
                "win", "one",
            ] {
                let found = contrast(scheme[ink], scheme[ground]);
                assert!(found >= 4.5, "{ink} on {ground}: {found:.2}");
            }
        }
        for ink in ["ringway", "peer", "own", "baseline", "control"] {
            let found = contrast(scheme[ink], scheme["noise"]);
            assert!(found >= 3.0, "{ink} on noise: {found:.2}");
        }
    }
}
