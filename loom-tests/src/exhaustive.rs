//! All executions of a model within a bound on preemptions: loom's.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use loom::model::Builder;

use crate::explore::{ALL, Explored};

/// The most steps of one execution; one that takes more is a loop that does not end.
const MAX_STEPS: usize = 4000;

/// Executes a model in every way with at most so many preemptions.
pub(crate) fn executions(
    _name: &str,
    preemptions: usize,
    model: impl Fn() + Send + Sync + 'static,
) -> Explored {
    let mut builder = Builder::new();
    builder.max_threads = 4;
    builder.max_branches = MAX_STEPS;
    builder.max_permutations = None;
    builder.max_duration = None;
    builder.preemption_bound = (preemptions != ALL).then_some(preemptions);

    let executions = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&executions);
    let begin = Instant::now();
    builder.check(move || {
        count.fetch_add(1, Ordering::Relaxed);
        model();
    });
    let how = match preemptions {
        ALL => String::from("complete"),
        _ => format!("{preemptions} preemptions"),
    };
    Explored { executions: executions.load(Ordering::Relaxed), how, time: begin.elapsed() }
}

/// As many executions as a model says.
pub(crate) fn at_least(executions: u64) -> u64 {
    executions
}
