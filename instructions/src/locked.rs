//! Which instructions of a program are locked: those with a `lock` prefix, exchanges with memory, and full fences.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// The addresses of locked instructions.
pub type Locked = BTreeSet<u64>;

/// Those of a program.
pub fn addresses(program: &Path) -> Result<Locked> {
    let output = Command::new("objdump")
        .args(["--disassemble", "--no-show-raw-insn"])
        .arg(program)
        .output()
        .context("cannot run objdump")?;
    ensure!(
        output.status.success(),
        "objdump: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(parse(&String::from_utf8_lossy(&output.stdout)))
}

/// Reads a disassembly.
fn parse(disassembly: &str) -> Locked {
    let locked = |line: &str| {
        let (address, instruction) = line.trim_start().split_once(':')?;
        is_locked(instruction.trim()).then(|| u64::from_str_radix(address, 16).ok())?
    };
    disassembly.lines().filter_map(locked).collect()
}

/// Whether an instruction is locked, in the words of the AT&T syntax.
fn is_locked(instruction: &str) -> bool {
    let mut words = instruction.split_whitespace();
    words.any(|word| match word {
        "lock" | "mfence" => true,
        _ => word.starts_with("xchg") && instruction.contains('('),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const DISASSEMBLY: &str = "
program:     file format elf64-x86-64

0000000000014320 <_ZN7program4lockE>:
   14320:\tpush   %rbx
   14321:\tlock cmpxchg %rcx,(%rdi)
   14326:\tlock incq 0x430c0(%rip)        # 57428 <_ZN7program4WORDE>
   1432e:\txchg   %rcx,0x430b4(%rip)        # 57428 <_ZN7program4WORDE>
   14335:\txchg   %ax,%ax
   14337:\tcmpxchg %rcx,(%rdi)
   1433b:\tcs xchg %al,(%rdx)
   1433f:\tmfence
   14342:\tlfence
   14345:\tcall   14320 <_ZN7program4lockE>
   1434a:\tmov    0x10(%rip),%rax        # 14361 <xchg>
";

    #[test]
    fn what_is_locked() {
        assert_eq!(parse(DISASSEMBLY), [0x14321, 0x14326, 0x1432e, 0x1433b, 0x1433f].into());
    }
}
