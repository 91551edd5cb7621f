//! Running a model, and making sure that it ran.

use std::io::Write;
use std::time::Duration;

use crate::Ledger;

#[cfg(ringway_loom)]
use crate::exhaustive::{at_least, executions};
#[cfg(ringway_shuttle)]
use crate::random::{at_least, executions};

/// At most so many preemptions, and at least so many executions; the first is loom's alone.
pub type Bounds = (usize, u64);

/// Any number of preemptions: loom explores the whole model.
pub const ALL: usize = usize::MAX;

/// What an exploration was.
pub(crate) struct Explored {
    /// How many executions there were of which no two were the same.
    pub(crate) executions: u64,
    /// In what way they were chosen.
    pub(crate) how: String,
    pub(crate) time: Duration,
}

/// Explores a model within its bounds, nobody being skipped, and prints the number of executions.
///
/// Every execution has the ledger to itself, and ends with each of its values dropped once.
///
/// # Panics
///
/// Panics if an execution does, if one does not end, or if there are fewer than the bounds say.
pub fn explore(
    name: &str,
    bounds: Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    ringway::set_patient(true);
    ringway::set_careful(false);
    explore_as_chosen(name, bounds, model);
}

/// Explores a model of channels in which whoever waits has asked all others to take care: nobody is
/// skipped, and there is no fence but those of care.
///
/// # Panics
///
/// As [`explore`].
pub fn explore_careful(
    name: &str,
    bounds: Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    ringway::set_patient(true);
    ringway::set_careful(true);
    explore_as_chosen(name, bounds, model);
}

/// Explores a model in which everybody skips a late thread at once.
///
/// # Panics
///
/// As [`explore`].
pub fn explore_skipping(
    name: &str,
    bounds: Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    ringway::set_patient(false);
    ringway::set_careful(false);
    explore_as_chosen(name, bounds, model);
}

/// Explores a model in which everybody skips a late thread at once, the light fence being none, as it is
/// where the heavy one is a system call. A model has no such call, so that nothing may depend on
/// whether a late thread notices that it was skipped.
///
/// # Panics
///
/// As [`explore`].
pub fn explore_unfenced(
    name: &str,
    bounds: Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    ringway::set_patient(false);
    ringway::set_careful(true);
    explore_as_chosen(name, bounds, model);
}

/// Explores a model in which everybody skips a late thread at once by so many times as many random
/// executions as other models have.
///
/// # Panics
///
/// As [`explore`].
#[cfg(ringway_shuttle)]
pub fn explore_random(
    name: &str,
    times: u64,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    ringway::set_patient(false);
    ringway::set_careful(false);
    let explored = crate::random::execute(name, times, with_ledger(model));
    report(name, explored, crate::random::least(times));
}

fn explore_as_chosen(
    name: &str,
    bounds: Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    report(name, executions(name, bounds.0, with_ledger(model)), at_least(bounds.1));
}

/// A model with the ledger of its executions.
fn with_ledger(
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) -> impl Fn() + Send + Sync + 'static {
    // The values of an execution that failed may outlive it, so the ledger is never freed.
    let ledger: &'static Ledger = Box::leak(Box::default());
    move || {
        ledger.open();
        model(ledger);
        ledger.close();
    }
}

/// Prints what was explored, and checks that it was enough.
fn report(name: &str, Explored { executions, how, time }: Explored, at_least: u64) {
    // Straight to the stream: the harness would keep what is printed by a test that passes.
    let seconds = time.as_secs_f64();
    let _ = writeln!(std::io::stderr(), "{name}: {executions} executions, {how}, {seconds:.2} s");
    assert!(
        executions >= at_least,
        "{name}: {executions} executions explored, at least {at_least} expected"
    );
}
