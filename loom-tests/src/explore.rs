//! Running a model, and making sure that it ran.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use loom::model::Builder;

use crate::Ledger;

/// The most steps of one execution; one that takes more is a loop that does not end.
const MAX_STEPS: usize = 4000;

/// At most so many preemptions, and at least so many executions.
pub type Bounds = (usize, u64);

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

fn explore_as_chosen(
    name: &str,
    (preemptions, at_least): Bounds,
    model: impl Fn(&'static Ledger) + Send + Sync + 'static,
) {
    let mut builder = Builder::new();
    builder.max_threads = 4;
    builder.max_branches = MAX_STEPS;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = Some(preemptions);

    // The values of an execution that failed may outlive it, so the ledger is never freed.
    let ledger: &'static Ledger = Box::leak(Box::default());
    let executions = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&executions);
    let begin = Instant::now();
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        ledger.open();
        model(ledger);
        ledger.close();
    });

    let executions = executions.load(Ordering::Relaxed);
    let seconds = begin.elapsed().as_secs_f64();
    // Straight to the stream: the harness would keep what is printed by a test that passes.
    let _ = writeln!(std::io::stderr(), "{name}: {executions} executions, {seconds:.2} s");
    assert!(
        executions >= at_least,
        "{name}: {executions} executions explored, at least {at_least} expected"
    );
}
