//! A minute of `cargo soak`, as one test of `cargo test --workspace`.
#![cfg(not(ringway_hooks))]

use std::path::Path;
use std::process::Command;

/// Variables of the outer cargo that would reach the inner one and disturb it: flags that take the
/// place of those with which it is built, and what describes the outer package.
fn disturbs(name: &str) -> bool {
    let flags = name.ends_with("RUSTFLAGS") || name.ends_with("RUSTDOCFLAGS");
    let package = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
    let target = ["CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR", "CARGO_BUILD_TARGET"];
    flags || package.iter().any(|prefix| name.starts_with(prefix)) || target.contains(&name)
}

#[test]
fn cargo_soak_finds_nothing() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a root");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    let mut command = Command::new(cargo);
    command.args(["soak", "--rounds", "50000"]).current_dir(workspace);
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(disturbs) {
            command.env_remove(name);
        }
    }
    // The child writes where this process does, with the seed of what it finds.
    let status = command.status().expect("cargo can be run");
    assert!(status.success(), "`cargo soak` failed: {status}");
}
