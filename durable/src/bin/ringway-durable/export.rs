//! `export`: the messages, as lines of JSON.

use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;

use anyhow::Context;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ringway_durable::tools::{self, Message};
use serde::Serialize;

use crate::watched::Watched;
use crate::{Outcome, directory_of_queue, found};

/// A line.
#[derive(Debug, Serialize)]
struct Line<'a> {
    sequence: u64,
    /// How many times it has come back.
    attempts: u32,
    dead: bool,
    encoding: Encoding,
    message: &'a str,
}

/// How the bytes of a message are written.
#[derive(Debug, Serialize)]
#[serde(rename_all = "lowercase")]
enum Encoding {
    /// As they are: they are UTF-8.
    Text,
    Base64,
}

/// Prints them.
pub(crate) fn run(dir: &Path) -> anyhow::Result<Outcome> {
    let files = Watched::new(directory_of_queue(dir)?, dir, "exporting", 2);
    let mut out = BufWriter::new(io::stdout().lock());
    let exported = tools::export(&files, |message| print(&mut out, &message));
    let exported = match exported.and_then(|exported| Ok((out.flush()?, exported).1)) {
        Err(error) if is_closed(&error) => return Ok(Outcome::Well),
        exported => found(dir, exported?)?,
    };
    drop(files);
    if let Some(torn) = &exported.torn {
        eprintln!(
            "not exported: a batch that was not written to its end, {} at byte {}",
            torn.file, torn.offset
        );
    }
    for gap in &exported.gaps {
        eprintln!("damaged: {gap}");
    }
    eprintln!("{} messages, {} of them dead letters", exported.messages, exported.dead);
    Ok(if exported.gaps.is_empty() { Outcome::Well } else { Outcome::Damaged })
}

/// Prints one.
fn print(out: &mut impl Write, message: &Message<'_>) -> anyhow::Result<()> {
    let base64;
    let (encoding, text) = match str::from_utf8(message.bytes) {
        Ok(text) => (Encoding::Text, text),
        Err(_) => {
            base64 = STANDARD.encode(message.bytes);
            (Encoding::Base64, base64.as_str())
        }
    };
    let Message { sequence, attempts, dead, .. } = *message;
    let line = Line { sequence, attempts, dead, encoding, message: text };
    serde_json::to_writer(&mut *out, &line).map_err(io::Error::from).context("cannot write")?;
    out.write_all(b"\n").context("cannot write")
}

/// Whether nobody reads any more what is printed.
fn is_closed(error: &anyhow::Error) -> bool {
    let system = error.downcast_ref::<io::Error>();
    system.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
