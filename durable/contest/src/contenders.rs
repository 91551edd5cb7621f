//! Who takes part.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::conformance;
use crate::durable::{Consumes, Durable};
use crate::grouped::{Grouped, LARGE};
use crate::ours::Ours;
use crate::raw;
use crate::stores::{Fjall, Okaywal, Redb, Sqlite};
use crate::unsynced::{Commitlog, Yaque};
use crate::workloads::{self, Figures, Workload};

/// A contender with its type erased.
#[derive(Debug)]
pub struct Contender {
    /// Its name in tables.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// The workloads that it runs.
    runs: fn(Workload) -> bool,
    /// Runs a slice.
    pub run: fn(Workload, &Path, Duration) -> Result<Figures>,
    /// Checks that it keeps what it was given, in a directory of its own.
    pub check: fn(&Path) -> Result<()>,
    /// Publishes so many messages and waits for each, for whoever counts the syncs.
    pub wait_for: fn(&Path, u64) -> Result<()>,
}

/// What a contender is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No queue: what the disk gives.
    Raw,
    /// A queue that groups and syncs by itself.
    Queue,
    /// A store that syncs, with the grouping added.
    Grouped,
    /// Nothing is synced before it is said to be done.
    Unsynced,
}

impl Contender {
    /// A queue for all workloads.
    const fn of<D: Consumes>(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            runs: |_| true,
            run: workloads::consume::<D>,
            check: conformance::consumes::<D>,
            wait_for: conformance::wait_for::<D>,
        }
    }

    /// A store with larger transactions, where that makes a difference.
    const fn in_large_groups<D: Consumes>(name: &'static str) -> Self {
        Self {
            runs: |workload| workload == Workload::Pipelined(1),
            ..Self::of::<D>(name, Kind::Grouped)
        }
    }

    /// One that does not sync, for what can be compared.
    const fn unsynced<D: Durable>(name: &'static str) -> Self {
        Self {
            name,
            kind: Kind::Unsynced,
            runs: |workload| matches!(workload, Workload::Waiting(1) | Workload::Pipelined(1)),
            run: workloads::publish::<D>,
            check: conformance::keeps::<D>,
            wait_for: conformance::wait_for::<D>,
        }
    }

    /// Whether it runs that workload.
    pub fn runs(&self, workload: Workload) -> bool {
        (self.runs)(workload)
    }
}

/// The names that goals are about.
pub const OURS: &str = "ringway-durable";
/// A write and a sync.
pub const RAW: &str = "raw 4 KiB";
/// The disk's bandwidth with syncs.
pub const BANDWIDTH: &str = "raw 1 MiB";
/// The stores that it is to be faster than.
pub const STORES: [&str; 3] = ["redb", "fjall", "sqlite"];

/// All contenders.
pub static CONTENDERS: [Contender; 14] = [
    Contender {
        name: RAW,
        kind: Kind::Raw,
        runs: |workload| workload == Workload::Waiting(1),
        run: |_, directory, time| raw::blocks(directory, time),
        check: raw::check,
        wait_for: raw::count,
    },
    Contender {
        name: BANDWIDTH,
        kind: Kind::Raw,
        runs: |workload| workload == Workload::Pipelined(1),
        run: |_, directory, time| raw::batches(directory, time),
        check: raw::check,
        wait_for: raw::count,
    },
    Contender::of::<Ours<true>>(OURS, Kind::Queue),
    Contender::of::<Grouped<Redb>>("redb", Kind::Grouped),
    Contender::of::<Grouped<Fjall>>("fjall", Kind::Grouped),
    Contender::of::<Grouped<Sqlite>>("sqlite", Kind::Grouped),
    Contender::of::<Grouped<Okaywal>>("okaywal", Kind::Grouped),
    Contender::in_large_groups::<Grouped<Redb, LARGE>>("redb, large groups"),
    Contender::in_large_groups::<Grouped<Fjall, LARGE>>("fjall, large groups"),
    Contender::in_large_groups::<Grouped<Sqlite, LARGE>>("sqlite, large groups"),
    Contender::in_large_groups::<Grouped<Okaywal, LARGE>>("okaywal, large groups"),
    Contender::unsynced::<Ours<false>>("ringway-durable OsBuffered"),
    Contender::unsynced::<Yaque>("yaque"),
    Contender::unsynced::<Commitlog>("commitlog"),
];

/// The contender of this name.
pub fn named(name: &str) -> Option<&'static Contender> {
    CONTENDERS.iter().find(|contender| contender.name == name)
}
