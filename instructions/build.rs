//! What only the build knows, handed to `src/baseline.rs` as environment variables of the compiler.

use std::env;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    export("RUSTC", &rustc_version().unwrap_or_default());
    export("TARGET", &env::var("TARGET").unwrap_or_default());
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").unwrap_or_default();
    export("FLAGS", &flags.replace('\u{1f}', " "));
}

/// Makes `value` readable as `env!("INSTRUCTIONS_…")`.
fn export(name: &str, value: &str) {
    println!("cargo:rustc-env=INSTRUCTIONS_{name}={value}");
}

/// The first line of `rustc -V`, of the compiler that compiles this crate.
fn rustc_version() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("-V").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
