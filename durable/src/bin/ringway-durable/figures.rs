//! Numbers as people read them.

use std::fmt;
use std::time::Duration;

use ringway_durable::{Gap, Report};

/// A number of bytes.
pub(crate) struct Bytes(pub(crate) u64);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0 as f64;
        for unit in ["B", "KiB", "MiB", "GiB"] {
            if rest < 1024.0 {
                let digits = if unit == "B" || rest.fract() == 0.0 { 0 } else { 1 };
                return write!(f, "{rest:.digits$} {unit}");
            }
            rest /= 1024.0;
        }
        write!(f, "{rest:.1} TiB")
    }
}

/// Microseconds.
pub(crate) fn micros(micros: u64) -> String {
    format!("{:.1?}", Duration::from_micros(micros))
}

/// What was read, in a line.
pub(crate) fn summary(report: &Report) -> String {
    let Report { segments, frames, published, bytes, .. } = report;
    format!(
        "{segments} segments, {frames} batches, {published} messages published, {}",
        Bytes(*bytes)
    )
}

/// Prints a batch that was not written to its end, and all damage.
pub(crate) fn print_damage(report: &Report, gaps: &[Gap]) {
    if let Some(torn) = &report.torn {
        println!(
            "torn tail: {} at byte {}, {} to the end of the file: a batch that was being written when the queue ended; opening cuts it off",
            torn.file,
            torn.offset,
            Bytes(torn.len)
        );
    }
    for gap in gaps {
        println!("damaged: {gap}");
    }
}
