//! `report.md`: the tables of a contest, the machine, and the command that repeats it.

use crate::output::Finished;
use crate::output::table::{self, Style};

/// The report.
pub fn markdown(finished: &Finished<'_>) -> String {
    let environment = finished.environment;
    let unknown = |value: Option<&str>| value.unwrap_or("unknown").to_owned();
    let versions = environment.versions.iter().map(|(name, version)| format!("{name} {version}"));
    let rounded: Vec<String> =
        finished.rounded.iter().map(|(key, found)| format!("- {key}: {found}\n")).collect();
    let rounded = if rounded.is_empty() {
        String::new()
    } else {
        format!("Real capacities other than asked for:\n\n{}\n", rounded.concat())
    };
    format!(
        "# The {} contest\n\n\
         - {}, commit {}\n\
         - {} ({}), {} cores, {}, governor {}\n\
         - {}, opt-level {}, target-cpu {}\n\
         - {}\n\
         - u64 messages, capacity {}; common wait: {} pauses, yields after {} failed looks\n\
         - {}\n\n\
         Repeat it, or one cell of it:\n\n\
         ```sh\n\
         {}\n\
         cargo contest quick --filter 'contender/topology/batch'\n\
         ```\n\n\
         {}{}{rounded}",
        finished.plan.suite,
        environment.date,
        environment.commit,
        unknown(environment.cpu.as_deref()),
        environment.arch,
        environment.cores,
        unknown(environment.kernel.as_deref()),
        unknown(environment.governor.as_deref()),
        unknown(environment.rustc),
        unknown(environment.opt_level),
        environment.target_cpu.unwrap_or("the target's default"),
        versions.collect::<Vec<_>>().join(", "),
        environment.capacity,
        environment.common_wait.pauses,
        environment.common_wait.patience,
        finished.extent(),
        finished.command,
        table::headline(finished.headline, Style::Markdown),
        table::groups(finished, Style::Markdown),
    )
}
