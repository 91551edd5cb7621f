//! The document that is made of the table.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::table::{
    CASES, Late, Method, NOT_BUILT, OPEN_CASES, REASONS, SUBJECTS, Subject, TESTS, Test,
};
use crate::{Cell, Content, source};

/// How many tests a cell names; the list has all.
const MOST: usize = 3;

const BEGINNING: &str = "\
# What is verified, and how

Each operation of rings, of `Queue` and of channels, beside each who may be late, by each of four methods. This page is
written from the names of the tests by a test that fails where a cell is empty, where a test is gone or does not call the
operation any more, and where the API has an operation without a row (`tests/verification`):

```text
RINGWAY_WRITE=1 cargo test --test verification
```

*Late* is who is suspended inside of an operation, at any point of it, while others go on: a producer in one that moves
values in, a consumer in one that takes them out, an evictor in `force_push` or `force_send`. In the cells of a row the
operation is called beside such a thread, or by it.

- **loom** (`cargo models loom`, `loom-tests/tests/models`) executes a small program of two to four threads for every way
  to take turns, within a bound on preemptions, and for every value that a load may return: it sees orderings and fences,
  and nothing that needs more threads, more preemptions or larger rings.
- **random schedules** (`cargo models shuttle`) executes the same models, and larger ones of up to eight threads, by turns
  that are drawn from a seed, with any number of preemptions: it sees what threads do to each other by taking turns, and
  no ordering, for all is sequentially consistent there. Where a cell has no model of its own for it, it has those of loom.
- **histories** (`cargo soak --seconds 60`, and `cargo test --test history`) records what real threads do to the library as
  it is, in `cargo soak` with threads that stop anywhere at random, and checks that each value comes once, that the order
  holds, and that Empty and Full were true at some moment of the call: it sees what the compiler and the machine make of
  the code, and only what it happens to meet. Full is checked as far as it is promised, `is_empty` as the Empty of a pop,
  the length against the capacity; of `is_full` and the counts of handles it checks nothing.
- **properties** (`cargo test`) are sequences of operations that are drawn and compared with a `VecDeque` where nobody is
  late, and drawn operations beside threads that are stopped at drawn points where somebody is: they see each operation in
  many states of the ring, and one thread at a time moves.

Beside these, **mutants** (`scripts/mutants`): the core is changed in some 1500 small ways, one at a time, and a test has to
fail; the changes that none notices are listed with the reason in [`scripts/mutants.accepted`](../scripts/mutants.accepted).
Those that make a test hang count as noticed.
**Miri** (`scripts/miri`) runs the tests by the aliasing rules of Stacked Borrows and of Tree Borrows, with weak reads.
The **sanitizers** (`scripts/sanitize`) run the tests of threads and of large values for wrong addresses and for races.
And each named ordering is weakened once, and a model of loom has to fail by it
([`edges.rs`](../loom-tests/tests/models/edges.rs)).
";

/// The name of a test as words, with the way to its file.
fn link(path: &str, name: &str) -> String {
    format!("[{}](../{path})", name.replace('_', " "))
}

/// What stands in a cell.
fn cell(content: &Content, method: Method) -> String {
    if let Some(reason) = content.reasons.first() {
        return format!("*none: {}*", reason + 1);
    }
    // Under random schedules the models of loom count where there are no others.
    let own = content.tests.iter().filter(|test| test.method == method);
    let mut tests = Vec::from_iter(own);
    if tests.is_empty() {
        tests.extend(&content.tests);
    }
    let mut named = Vec::from_iter(tests.iter().take(MOST).map(|test| link(test.at, test.name)));
    if tests.len() > MOST {
        named.push(format!("and {} more", tests.len() - MOST));
    }
    named.join("; ")
}

fn title(subject: &Subject) -> String {
    let (first, rest) = subject.name.split_at(1);
    first.to_uppercase() + rest
}

fn late(late: Late) -> &'static str {
    match late {
        Late::Producer => "late producer",
        Late::Consumer => "late consumer",
        Late::Evictor => "late evictor",
        Late::Nobody => "nobody late",
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Loom => "loom",
        Method::Random => "random schedules",
        Method::Histories => "histories",
        Method::Properties => "properties",
    }
}

/// The table of one subject.
fn table(page: &mut String, subject: &Subject, matrix: &BTreeMap<Cell, Content>) {
    let _ = write!(page, "\n## {}\n\n| operation | who is late |", title(subject));
    for column in Method::ALL {
        let _ = write!(page, " {} |", method(column));
    }
    page.push_str("\n|---|---|---|---|---|---|\n");
    for operation in subject.operations {
        for who in Late::ALL {
            let _ = write!(page, "| {} | {} |", operation.name, late(who));
            for column in Method::ALL {
                let content = &matrix[&(subject.name, operation.name, who, column)];
                let _ = write!(page, " {} |", cell(content, column));
            }
            page.push('\n');
        }
    }
    page.push_str("\nThe operations are these functions:\n\n");
    for operation in subject.operations {
        let functions = operation.methods.iter().map(|name| format!("`{name}`"));
        let functions = Vec::from_iter(functions).join(", ");
        let _ = writeln!(page, "- *{}*: {functions}", operation.name);
    }
}

/// The tests of a method, each with what it is for.
fn tests(page: &mut String, column: Method) {
    let _ = write!(page, "\n### {}\n\n", method(column));
    let line = |test: &Test| {
        let covers = test.covers.iter().map(|(subject, names, lates)| {
            let lates = Vec::from_iter(Late::of(lates).map(late)).join(", ");
            format!("{subject}: {} ({lates})", names.join(", "))
        });
        let covers = Vec::from_iter(covers).join("; ");
        format!("- [`{}`](../{}) in `{}`: {covers}\n", test.name, test.at, test.at)
    };
    page.extend(TESTS.iter().filter(|test| test.method == column).map(line));
}

/// The whole page.
pub fn page(matrix: &BTreeMap<Cell, Content>) -> String {
    let mut page = String::from(BEGINNING);
    for subject in SUBJECTS {
        table(&mut page, subject, matrix);
    }
    page.push_str("\n## Why some have none\n\n");
    for (number, reason) in REASONS.iter().chain(NOT_BUILT).enumerate() {
        let _ = writeln!(page, "{}. {}", number + 1, reason.text);
    }
    page.push_str("\n## Open\n\n");
    let open = REASONS.len() + 1..=REASONS.len() + NOT_BUILT.len();
    if NOT_BUILT.is_empty() {
        page.push_str("No cell waits for a test that could be built.\n");
    } else {
        let open = Vec::from_iter(open.map(|number| number.to_string())).join(", ");
        let _ = writeln!(page, "What could be built and is not: the reasons {open}.");
    }
    let _ = writeln!(page, "Cases without a test of their name: {}.", OPEN_CASES.join(", "));
    page.push_str("\n## Tests of the matrix\n");
    for column in Method::ALL {
        tests(&mut page, column);
    }
    page.push_str(
        "\n## Cases\n\nFaults and complaints that users of other queues met, or that were found in this one (D), \
         each with the tests that are named after it. A function of a model or a suite that runs over several kinds \
         is named once.\n\n| case | what it is | tests |\n|---|---|---|\n",
    );
    let named = source::cases();
    for (case, text) in CASES {
        let tests = named.get(*case).map_or(String::from("none yet"), |tests| {
            Vec::from_iter(tests.iter().map(|(path, name)| link(path, name))).join("; ")
        });
        let _ = writeln!(page, "| {case} | {text} | {tests} |");
    }
    page
}
