//! Where the items of a test file lie, and the file without some of them.

use anyhow::Result;
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use syn::spanned::Spanned;
use syn::{Attribute, Item};

/// An item of a file that can be taken out by itself.
#[derive(Debug)]
pub struct Piece {
    /// Its lines, from the first attribute on; from 1.
    pub lines: RangeInclusive<usize>,
    /// Its name with its modules, if it is a test.
    pub test: Option<String>,
    /// The column of its beginning, in bytes.
    column: usize,
}

/// All items of a file, also of its modules, in the order of their lines.
pub fn pieces(text: &str) -> Result<Vec<Piece>> {
    let mut pieces = Vec::new();
    collect(&syn::parse_file(text)?.items, "", &mut pieces);
    Ok(pieces)
}

fn collect(items: &[Item], path: &str, pieces: &mut Vec<Piece>) {
    for item in items {
        if let Item::Mod(module) = item
            && let Some((_, items)) = &module.content
        {
            collect(items, &format!("{path}{}::", module.ident), pieces);
            continue;
        }
        let (first, last) = (item.span().start(), item.span().end());
        let test = match item {
            Item::Fn(function) if function.attrs.iter().any(is_test) => {
                Some(format!("{path}{}", function.sig.ident).replace("r#", ""))
            }
            _ => None,
        };
        pieces.push(Piece { lines: first.line..=last.line, test, column: first.column });
    }
}

/// Whether an attribute makes a function a test: `#[test]`, `#[tokio::test]` and the like.
fn is_test(attribute: &Attribute) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|name| name.ident == "test" || name.ident.to_string().ends_with("_test"))
}

/// The file without these items; all lines stay where they are.
pub fn without(text: &str, pieces: &[Piece], cut: &BTreeSet<usize>) -> String {
    let mut out = String::new();
    for (number, line) in (1..).zip(text.lines()) {
        let begins = cut.iter().map(|&at| &pieces[at]).find(|piece| *piece.lines.start() == number);
        match begins {
            Some(piece) => {
                let (before, item) = line.split_at(piece.column);
                out.push_str(&format!("{before}#[cfg(any())] {item}\n"));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "use a::b;\nmod inner {\n    #[test]\n    fn one() {\n    }\n    fn two() {}\n}\n\
        #[tokio::test(flavor = \"x\")]\nasync fn r#three() {}\n";

    #[test]
    fn tests_are_found_with_their_modules_and_their_lines() {
        let found: Vec<_> =
            pieces(FILE).unwrap().into_iter().map(|piece| (piece.lines, piece.test)).collect();
        assert_eq!(
            found,
            [
                (1..=1, None),
                (3..=5, Some("inner::one".into())),
                (6..=6, None),
                (8..=9, Some("three".into()))
            ]
        );
    }

    #[test]
    fn an_item_is_taken_out_and_the_lines_of_the_others_stay() {
        let cut = without(FILE, &pieces(FILE).unwrap(), &BTreeSet::from([1]));
        assert_eq!(cut.lines().nth(2), Some("    #[cfg(any())] #[test]"));
        assert_eq!(cut.lines().count(), FILE.lines().count());
        assert!(pieces(&cut).is_ok());
    }
}
