//! What only the build knows, handed to `src/environment.rs` as environment variables of the compiler:
//! the compiler's version, how this crate was optimised, and the versions of the peers in `Cargo.lock`.

use std::process::Command;
use std::{env, fs};

/// The workspace's lock file, seen from this package.
const LOCK: &str = "../Cargo.lock";

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed={LOCK}");
    export("RUSTC", &rustc_version().unwrap_or_default());
    export("TARGET", &env::var("TARGET").unwrap_or_default());
    export("OPT_LEVEL", &env::var("OPT_LEVEL").unwrap_or_default());
    export("TARGET_CPU", &target_cpu().unwrap_or_default());
    let versions = fs::read_to_string(LOCK).ok().and_then(|lock| locked_versions(&lock));
    export("VERSIONS", &versions.unwrap_or_default());
}

/// Makes `value` readable as `env!("HARNESS_…")`. An empty value stands for "not known".
fn export(name: &str, value: &str) {
    println!("cargo:rustc-env=HARNESS_{name}={value}");
}

/// The first line of `rustc -V`, of the compiler that compiles this crate.
fn rustc_version() -> Option<String> {
    let output = Command::new(env::var_os("RUSTC")?).arg("-V").output().ok()?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}

/// The value of `-C target-cpu`, if the flags of this build name one.
fn target_cpu() -> Option<String> {
    let flags = env::var("CARGO_ENCODED_RUSTFLAGS").ok()?;
    flags.split('\u{1f}').find_map(|flag| {
        let flag = flag.strip_prefix("-C").unwrap_or(flag);
        Some(flag.strip_prefix("target-cpu=")?.to_owned())
    })
}

/// `name=version` of every direct dependency of this package, joined by spaces. Where the lock file
/// holds several versions of a crate, the dependency's entry says which: `parking_lot 0.13.0`.
fn locked_versions(lock: &str) -> Option<String> {
    let lock: toml::Table = lock.parse().ok()?;
    let packages = lock.get("package")?.as_array()?;
    let text = |package: &toml::Value, key: &str| Some(package.get(key)?.as_str()?.to_owned());
    let named =
        |name: &str| packages.iter().find(|package| text(package, "name").as_deref() == Some(name));
    let own = named(&env::var("CARGO_PKG_NAME").ok()?)?;
    let mut versions = Vec::new();
    for dependency in own.get("dependencies")?.as_array()? {
        let mut words = dependency.as_str()?.split(' ');
        let name = words.next()?;
        let version = match words.next() {
            Some(version) => version.to_owned(),
            None => text(named(name)?, "version")?,
        };
        versions.push(format!("{name}={version}"));
    }
    Some(versions.join(" "))
}
