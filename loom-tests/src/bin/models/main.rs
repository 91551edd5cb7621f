//! `cargo models`: the models under each explorer, one after the other.
//!
//! The arguments are those of `cargo test`. The library and the models are built for each explorer
//! in a directory of its own, and each model runs in a process of its own.

mod each;

use std::path::Path;
use std::process::{Command, ExitCode};

/// The explorers, by their configuration and what they are for.
const EXPLORERS: [&str; 2] = ["loom", "shuttle"];

/// Tells the tests that they are to be models.
const CHILD: &str = "RINGWAY_MODELS_CHILD";

/// With this as the first argument, the second is an executable of tests and the rest are its
/// arguments: so cargo calls the program that is to run what it has built.
const EACH: &str = "--each";

/// Names the ordering to weaken, which shuttle does not see.
const WEAKEN: &str = "RINGWAY_WEAKEN";

/// Variables of the outer cargo that would reach the inner one and disturb it: flags that take the
/// place of those with which the models are built, and what describes the outer package.
fn disturbs(name: &str) -> bool {
    let flags = name.ends_with("RUSTFLAGS") || name.ends_with("RUSTDOCFLAGS");
    let package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    let target = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_TARGET"];
    flags || package.iter().any(|prefix| name.starts_with(prefix)) || target.contains(&name)
}

/// Runs the models under one explorer; whether they passed.
fn pass(explorer: &str, arguments: &[String]) -> bool {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a root");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace).env(CHILD, "1");
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(disturbs) {
            command.env_remove(name);
        }
    }
    let flags = format!("['--cfg','ringway_modelled','--cfg','ringway_{explorer}']");
    command.args(["test", "--release", "--package", "loom-tests"]);
    command.arg("--target-dir").arg(format!("target/{explorer}"));
    command.arg("--config").arg(format!("build.rustflags={flags}"));
    let this = std::env::current_exe().expect("a program knows its executable");
    let runner = [this.to_str().expect("the path of the workspace is text"), EACH];
    command.arg("--config").arg(format!("target.'cfg(all())'.runner={runner:?}"));
    eprintln!("== models under {explorer}");
    let status = command.args(arguments).status().expect("cargo can be run");
    status.success()
}

fn main() -> ExitCode {
    let mut arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == EACH) {
        let [executable, rest @ ..] = &arguments[1..] else { panic!("{EACH} needs an executable") };
        return each::run(executable.as_ref(), rest).expect("the tests can be run");
    }
    let is_one = |explorer: &&str| arguments.first().is_some_and(|first| first == *explorer);
    let chosen = EXPLORERS.into_iter().find(|explorer| is_one(explorer));
    if chosen.is_some() {
        arguments.remove(0);
    }
    let is_meant = |explorer: &str| match chosen {
        Some(chosen) => chosen == explorer,
        None => explorer == "loom" || std::env::var_os(WEAKEN).is_none(),
    };
    let run = EXPLORERS.into_iter().filter(|explorer| is_meant(explorer));
    // Both, also where the first fails.
    let failed = run.filter(|explorer| !pass(explorer, &arguments)).count();
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
