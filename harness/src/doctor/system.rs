//! What the system tells, and how good it is for measuring.

use std::fs;
use std::path::Path;

use crate::doctor::{Finding, Grade};

/// What the system tells, as files below a root, and what was watched for a while.
#[derive(Debug)]
pub(super) struct System<'a> {
    pub(super) root: &'a Path,
    pub(super) cores: usize,
    /// Whether threads stay where they are put.
    pub(super) pins: bool,
    /// The part of the time that a hypervisor took while it was watched.
    pub(super) stolen: Option<f64>,
}

impl System<'_> {
    /// The first line of a file.
    fn line(&self, path: &str) -> Option<String> {
        let text = fs::read_to_string(self.root.join(path)).ok()?;
        Some(text.lines().next()?.trim().to_owned())
    }

    /// All there is to find.
    pub(super) fn findings(&self) -> Vec<Finding> {
        vec![
            self.cores(),
            self.pinning(),
            self.load(),
            self.stolen(),
            self.virtual_machine(),
            self.quota(),
            self.governor(),
            self.turbo(),
            self.threads_of_a_core(),
            self.nodes(),
            self.clock(),
            self.isolation(),
            self.counters(),
        ]
    }

    fn cores(&self) -> Finding {
        let grade = match self.cores {
            1 => Grade::Bad,
            2 | 3 => Grade::Fair,
            _ => Grade::Good,
        };
        let fix = "a machine with more cores: with few of them most topologies share cores";
        Finding::new("cores", grade, format!("{} allowed", self.cores), fix)
    }

    fn pinning(&self) -> Finding {
        let (grade, seen) = match self.pins {
            true => (Grade::Good, "threads stay where they are put"),
            false => (Grade::Bad, "threads cannot be pinned"),
        };
        Finding::new("pinning", grade, seen, "allow sched_setaffinity, or run on Linux")
    }

    fn load(&self) -> Finding {
        let load = self.line("proc/loadavg").and_then(|line| line.split(' ').next()?.parse().ok());
        let fix = "stop what else runs, and wait a minute";
        Finding::of_number("load", load, |load: f64| {
            let grade = match load / self.cores as f64 {
                0.5.. => Grade::Bad,
                0.15.. => Grade::Fair,
                _ => Grade::Good,
            };
            Finding::new("load", grade, format!("{load:.2} on {} cores", self.cores), fix)
        })
    }

    fn stolen(&self) -> Finding {
        let fix = "a machine of its own, or another hour: neighbours take its time";
        Finding::of_number("stolen time", self.stolen, |part| {
            let grade = match part {
                0.02.. => Grade::Bad,
                0.001.. => Grade::Fair,
                _ => Grade::Good,
            };
            Finding::new("stolen time", grade, format!("{:.1}%", part * 100.0), fix)
        })
    }

    fn virtual_machine(&self) -> Finding {
        let what = "virtual machine";
        let Ok(cpuinfo) = fs::read_to_string(self.root.join("proc/cpuinfo")) else {
            return Finding::unknown(what);
        };
        let flags = cpuinfo.lines().find(|line| line.starts_with("flags"));
        if flags.is_some_and(|flags| flags.split_whitespace().any(|flag| flag == "hypervisor")) {
            let fix = "real hardware, if there is any: cores may move and share caches unseen";
            return Finding::new(what, Grade::Fair, "yes", fix);
        }
        match flags {
            Some(_) => Finding::good(what, "no"),
            None => Finding::unknown(what),
        }
    }

    fn quota(&self) -> Finding {
        let what = "CPU quota";
        match self.line("sys/fs/cgroup/cpu.max").as_deref() {
            Some(line) if !line.starts_with("max") => {
                let fix = "run outside of the container's quota: it stops all threads for a while";
                Finding::new(what, Grade::Bad, line, fix)
            }
            _ => Finding::good(what, "none"),
        }
    }

    fn governor(&self) -> Finding {
        let what = "frequency governor";
        let mut seen: Vec<String> = (0..1024)
            .map_while(|core| {
                self.line(&format!("sys/devices/system/cpu/cpu{core}/cpufreq/scaling_governor"))
            })
            .collect();
        seen.sort();
        seen.dedup();
        if seen.is_empty() {
            return Finding::unknown(what);
        }
        let grade = if seen == ["performance"] { Grade::Good } else { Grade::Fair };
        Finding::new(what, grade, seen.join(", "), "cpupower frequency-set -g performance")
    }

    fn turbo(&self) -> Finding {
        let what = "turbo";
        let intel = self.line("sys/devices/system/cpu/intel_pstate/no_turbo");
        let boost = self.line("sys/devices/system/cpu/cpufreq/boost");
        let on = intel.map(|no| no == "0").or_else(|| boost.map(|boost| boost == "1"));
        match on {
            Some(true) => {
                let fix = "echo 1 > …/intel_pstate/no_turbo, or echo 0 > …/cpufreq/boost";
                Finding::new(what, Grade::Fair, "on", fix)
            }
            Some(false) => Finding::good(what, "off"),
            None => Finding::unknown(what),
        }
    }

    fn threads_of_a_core(&self) -> Finding {
        let what = "threads of a core";
        match self.line("sys/devices/system/cpu/smt/active").as_deref() {
            Some("1") => {
                let fix = "echo off > /sys/devices/system/cpu/smt/control, or taskset to one of each core";
                Finding::new(what, Grade::Fair, "several", fix)
            }
            Some("0") => Finding::good(what, "one"),
            _ => Finding::unknown(what),
        }
    }

    fn nodes(&self) -> Finding {
        let what = "memory nodes";
        match self.line("sys/devices/system/node/online") {
            Some(nodes) if nodes != "0" => {
                let fix = "numactl --cpunodebind=0 --membind=0";
                Finding::new(what, Grade::Fair, nodes, fix)
            }
            Some(_) => Finding::good(what, "one"),
            None => Finding::unknown(what),
        }
    }

    fn clock(&self) -> Finding {
        let what = "clock";
        let path = "sys/devices/system/clocksource/clocksource0/current_clocksource";
        match self.line(path) {
            Some(clock) if ["tsc", "kvm-clock", "arch_sys_counter"].contains(&clock.as_str()) => {
                Finding::good(what, clock)
            }
            Some(clock) => {
                let fix = "a kernel that trusts the tsc: reading this clock is slow";
                Finding::new(what, Grade::Bad, clock, fix)
            }
            None => Finding::unknown(what),
        }
    }

    fn isolation(&self) -> Finding {
        let what = "isolated cores";
        match self.line("sys/devices/system/cpu/isolated").filter(|cores| !cores.is_empty()) {
            Some(cores) => Finding::good(what, cores),
            // Good to have, but hardly anybody does.
            None => Finding::good(what, "none"),
        }
    }

    fn counters(&self) -> Finding {
        let what = "hardware counters";
        let fix = "sysctl kernel.perf_event_paranoid=1; the contest itself does not need them";
        match self.line("proc/sys/kernel/perf_event_paranoid").and_then(|line| line.parse().ok()) {
            Some(3_i32..) => Finding::new(what, Grade::Fair, "refused", fix),
            Some(_) => Finding::good(what, "allowed"),
            None => Finding::unknown(what),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::overall;

    /// A system with these files.
    fn system(files: &[(&str, &str)]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        root
    }

    const CPU: &str = "sys/devices/system/cpu";

    fn grades(root: &Path, cores: usize, pins: bool, stolen: Option<f64>) -> Vec<Finding> {
        System { root, cores, pins, stolen }.findings()
    }

    fn find<'a>(findings: &'a [Finding], what: &str) -> &'a Finding {
        findings.iter().find(|finding| finding.what == what).unwrap()
    }

    #[test]
    fn a_machine_as_it_should_be_is_good() {
        let root = system(&[
            ("proc/loadavg", "0.10 0.2 0.3 1/100 1\n"),
            ("proc/cpuinfo", "flags\t\t: fpu tsc\n"),
            ("sys/fs/cgroup/cpu.max", "max 100000\n"),
            (&format!("{CPU}/cpu0/cpufreq/scaling_governor"), "performance\n"),
            (&format!("{CPU}/cpu1/cpufreq/scaling_governor"), "performance\n"),
            (&format!("{CPU}/intel_pstate/no_turbo"), "1\n"),
            (&format!("{CPU}/smt/active"), "0\n"),
            (&format!("{CPU}/isolated"), "\n"),
            ("sys/devices/system/node/online", "0\n"),
            ("sys/devices/system/clocksource/clocksource0/current_clocksource", "tsc\n"),
            ("proc/sys/kernel/perf_event_paranoid", "1\n"),
        ]);
        let findings = grades(root.path(), 8, true, Some(0.0));
        let bad: Vec<_> = findings.iter().filter(|finding| finding.grade != Grade::Good).collect();
        assert!(bad.is_empty(), "{bad:?}");
        assert_eq!(overall(&findings), 'A');
        assert!(findings.iter().all(|finding| finding.fix.is_none()));
    }

    #[test]
    fn what_is_bad_is_seen_and_has_a_remedy() {
        let root = system(&[
            ("proc/loadavg", "3.10 0.2 0.3 1/100 1\n"),
            ("proc/cpuinfo", "flags\t\t: fpu hypervisor tsc\n"),
            ("sys/fs/cgroup/cpu.max", "150000 100000\n"),
            (&format!("{CPU}/cpu0/cpufreq/scaling_governor"), "performance\n"),
            (&format!("{CPU}/cpu1/cpufreq/scaling_governor"), "powersave\n"),
            (&format!("{CPU}/cpufreq/boost"), "1\n"),
            (&format!("{CPU}/smt/active"), "1\n"),
            ("sys/devices/system/node/online", "0-1\n"),
            ("sys/devices/system/clocksource/clocksource0/current_clocksource", "hpet\n"),
            ("proc/sys/kernel/perf_event_paranoid", "4\n"),
        ]);
        let findings = grades(root.path(), 1, false, Some(0.1));
        for what in ["cores", "pinning", "load", "stolen time", "CPU quota", "clock"] {
            assert_eq!(find(&findings, what).grade, Grade::Bad, "{what}");
        }
        for what in [
            "virtual machine",
            "frequency governor",
            "turbo",
            "threads of a core",
            "memory nodes",
            "hardware counters",
        ] {
            assert_eq!(find(&findings, what).grade, Grade::Fair, "{what}");
        }
        let told = |finding: &&Finding| finding.what != "isolated cores";
        assert!(findings.iter().filter(told).all(|finding| finding.fix.is_some()));
        assert!(find(&findings, "frequency governor").seen.contains("powersave"));
        assert_eq!(overall(&findings), 'D');
    }

    #[test]
    fn what_the_system_does_not_tell_is_unknown_and_not_good() {
        let root = system(&[]);
        let findings = grades(root.path(), 4, true, None);
        for what in ["load", "stolen time", "frequency governor", "turbo", "clock"] {
            assert_eq!(find(&findings, what).grade, Grade::Unknown, "{what}");
        }
    }
}
