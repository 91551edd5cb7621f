//! The contest of today's harness with the library of another revision.
//!
//! The other revision is checked out into a directory for the time of the build, and this tree's harness is put
//! in place of its own, so that both are measured by the same code.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

/// A checked-out revision, removed when dropped.
struct Checkout {
    repository: PathBuf,
    directory: PathBuf,
}

impl Drop for Checkout {
    fn drop(&mut self) {
        // Nothing can be done about a directory that stays.
        let directory = self.directory.to_string_lossy().into_owned();
        let _ = git(&self.repository, &["worktree", "remove", "--force", &directory]);
    }
}

/// What git says.
fn git(repository: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git").arg("-C").arg(repository).args(arguments).output();
    let output = output.context("cannot start git")?;
    let said = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
    ensure!(output.status.success(), "git: {}", said(&output.stderr));
    Ok(said(&output.stdout))
}

/// The top of the repository that the current directory is in.
pub(super) fn repository() -> Result<PathBuf> {
    let top = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
    let top = PathBuf::from(top);
    let here = top.join("harness/Cargo.toml").is_file();
    ensure!(here, "'{}' is not the repository of ringway", top.display());
    Ok(top)
}

/// The commit that a revision names.
pub(super) fn commit(repository: &Path, revision: &str) -> Result<String> {
    ensure!(!revision.starts_with('-'), "'{revision}' is no revision");
    let commit = format!("{revision}^{{commit}}");
    git(repository, &["rev-parse", "--verify", "--short", &commit])
        .with_context(|| format!("'{revision}' is no revision"))
}

/// Builds the contest with the library of a commit; the program is put into `into`.
pub(super) fn contest_of(repository: &Path, commit: &str, into: &Path) -> Result<PathBuf> {
    let checkout = Checkout { repository: repository.to_owned(), directory: into.join("checkout") };
    let directory = checkout.directory.to_string_lossy().into_owned();
    git(repository, &["worktree", "add", "--detach", "--force", &directory, commit])?;
    let harness = checkout.directory.join("harness");
    if harness.exists() {
        fs::remove_dir_all(&harness).context("cannot replace the harness of the other revision")?;
    }
    copy(&repository.join("harness"), &harness).context("cannot copy the harness")?;
    fs::copy(repository.join("Cargo.lock"), checkout.directory.join("Cargo.lock"))
        .context("cannot copy Cargo.lock")?;
    let target = repository.join("target/gate");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--package", "ringway-harness"])
        .args(["--bin", "ringway-harness", "--target-dir"])
        .arg(&target)
        .current_dir(&checkout.directory)
        .status()
        .context("cannot start cargo")?;
    if !status.success() {
        bail!("today's contest cannot be built with the library of {commit}");
    }
    let name = format!("ringway-harness{}", std::env::consts::EXE_SUFFIX);
    let program = into.join(format!("older{}", std::env::consts::EXE_SUFFIX));
    fs::copy(target.join("release").join(name), &program).context("cannot copy the program")?;
    Ok(program)
}

/// Copies a directory with all that is in it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
