//! What runs under callgrind executed: how often each instruction of the program.
//!
//! Instructions of other objects, such as `memcpy` of the C library, are not counted: which of its versions
//! runs depends on the machine.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};

/// How often the instruction at each address was executed.
pub type Executed = BTreeMap<u64, u64>;

/// Runs a program with this argument: a part for each call of the function, in the order of the calls.
pub fn run(
    program: &Path,
    argument: &str,
    function: &str,
    scratch: &Path,
) -> Result<Vec<Executed>> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--dump-instr=yes", "--dump-line=no", "--combine-dumps=yes"])
        .args(["--compress-pos=no", "--compress-strings=no"])
        .arg(format!("--toggle-collect={function}"))
        .arg(format!("--dump-after={function}"))
        .arg(format!("--callgrind-out-file={}", scratch.display()))
        .args([program.as_os_str(), argument.as_ref()])
        .stdin(Stdio::null())
        .output()
        .context("cannot run valgrind")?;
    ensure!(
        output.status.success(),
        "valgrind: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    let profile = std::fs::read_to_string(scratch).context("cannot read what callgrind wrote")?;
    parse(&profile, &program.display().to_string())
}

/// Reads a profile: in each part, the lines of an address and a count that belong to the object.
fn parse(profile: &str, object: &str) -> Result<Vec<Executed>> {
    // What comes before the first part, and the part that the end of the program makes.
    let parts = profile.split("\npart: ").filter(|part| part.contains("Trigger: --dump-after="));
    parts.map(|part| parse_part(part, object)).collect()
}

/// Reads a part.
fn parse_part(part: &str, object: &str) -> Result<Executed> {
    let mut executed = Executed::new();
    let mut ours = false;
    let mut lines = part.lines();
    while let Some(line) = lines.next() {
        if let Some(name) = line.strip_prefix("ob=") {
            ours = name == object;
        } else if line.starts_with("calls=") {
            // The line after it says what the call cost in all; the callee has the same itself.
            lines.next();
        } else if let Some((address, count)) =
            line.strip_prefix("0x").filter(|_| ours).and_then(|line| line.split_once(' '))
        {
            let wrote = || format!("callgrind wrote '{line}'");
            let address = u64::from_str_radix(address, 16).with_context(wrote)?;
            *executed.entry(address).or_default() += count.parse::<u64>().with_context(wrote)?;
        }
    }
    Ok(executed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROFILE: &str = "\
# callgrind format
cmd: /bin/program run
part: 1

desc: Trigger: --dump-after=push
positions: instr
events: Ir
summary: 60

ob=/lib/libc.so.6
fn=memcpy
0x1000 1000

ob=/bin/program
fn=push
0x1000 7
0x1004 7
cob=/lib/libc.so.6
cfn=memcpy
calls=7 0x1000
0x1004 1000
0x100a 6

fn=push'2
0x1004 3

ob=/lib/libc.so.6
0x1004 1

totals: 60

part: 2

desc: Trigger: --dump-after=push
fn=main
0x1004 1

ob=/bin/program
0x1000 5

part: 3

desc: Trigger: Program termination
ob=/bin/program
0x2000 99
";

    #[test]
    fn the_program_itself_is_counted_and_what_it_calls_is_not() {
        let parts = parse(PROFILE, "/bin/program").unwrap();
        assert_eq!(
            parts,
            [[(0x1000, 7), (0x1004, 10), (0x100a, 6)].into(), Executed::from([(0x1000, 5)])]
        );
    }

    #[test]
    fn another_program_has_executed_nothing() {
        assert!(parse(PROFILE, "/bin/another").unwrap().iter().all(Executed::is_empty));
    }

    #[test]
    fn what_is_no_count_is_an_error() {
        assert!(parse_part("ob=a\n0x10 * 3", "a").is_err());
    }
}
