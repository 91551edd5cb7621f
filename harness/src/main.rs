//! The contest's command. See the library of this package for how it measures.

use std::process::ExitCode;

use clap::Parser;
use ringway_harness::{cli::Cli, commands};

fn main() -> ExitCode {
    commands::run(Cli::parse()).unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
