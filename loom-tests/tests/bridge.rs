//! The models, as one test of `cargo test --workspace`.
#![cfg(not(ringway_modelled))]

use std::path::Path;
use std::process::Command;

/// Tells the child that it is one.
const CHILD: &str = "RINGWAY_MODELS_CHILD";

#[test]
fn cargo_models_passes() {
    assert!(
        std::env::var_os(CHILD).is_none(),
        "`cargo models` has built the models without their configuration: \
         other flags from a configuration of cargo are in the way"
    );
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a member has a root");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| env!("CARGO").into());
    // The child writes where this process does, so that its progress can be followed.
    let status = Command::new(cargo).arg("models").current_dir(workspace).status();
    let status = status.expect("cargo can be run");
    assert!(status.success(), "`cargo models` failed: {status}");
}
