//! Opening a queue: what is in its files is read, and its threads begin.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use ringway::channel::{bounded, priorities, weighted};

use crate::error::OpenError;
use crate::failure::Failure;
use crate::format::{
    BLOCK, Chain, LOCK, MANIFEST_NEW, Manifest, parse_segment_name, parse_spare_name, segment_name,
};
use crate::journal::{Journal, NoSegment, Segments, Spares};
use crate::ledger::Ledger;
use crate::options::Options;
use crate::queue::Parts;
use crate::reader::{Fresh, Place, Reader};
use crate::recovery::{self, Found, Report};
use crate::replay::Replay;
use crate::shared::{Senders, Shared};
use crate::storage::{LockError, Storage, read_exact_at, write_all_at};

/// So many settled deliveries wait to be written, before settling waits.
const SETTLES: usize = 64 << 10;

/// So many messages are on their way to consumers.
const READY: usize = 1024;

/// So many dead letters that are delivered again.
const REVIVED: usize = 64;

/// So many batches wait in memory to be handed over.
const BATCHES: usize = 1024;

/// So many bytes are written once more at a time.
const PIECE: usize = 1 << 20;

/// Opens the queue and starts its threads.
pub(crate) fn open(storage: Arc<dyn Storage>, options: Options) -> Result<Parts, OpenError> {
    let name = options.name_in(&*storage);
    let span = tracing::info_span!(target: "ringway_durable", "queue", name);
    let _entered = span.enter();
    recovery::is_queue(&*storage)?;
    let lock = storage.lock().map_err(|error| match error {
        LockError::Held(pid) => OpenError::Locked { path: storage.path(LOCK), pid },
        LockError::Io(source) => OpenError::Io { path: storage.path(LOCK), doing: "lock", source },
    })?;
    let mut replay = Replay::into(Ledger::new(options.producers));
    let found = recovery::read(&*storage, &mut |at, record| {
        replay.record(at, record);
        Ok(())
    })?;
    let mut ledger = replay.finish();
    let found = match found {
        Some(found) => {
            secure(&*storage, &found)?;
            ledger.begin_at(found.next_sequence);
            found
        }
        None => nothing(&*storage, &options)?,
    };
    let options = Options { segment_size: found.manifest.segment_size, ..options };
    // It is one that other options may not fit.
    let options = options.checked()?;
    let (chain, oldest, report) = (found.chain, found.manifest.oldest, found.report.clone());
    // What comes before the first live message is not read again.
    let live = ledger.parts().iter().find(|part| part.live > 0).map(|part| part.number);
    let first = found.segments.iter().find(|segment| Some(segment.number) == live);
    let first = first.map(|segment| (segment.number, segment.first_sequence));
    let segments = begin(&storage, &options, found, &ledger)?;
    ledger.begin_part(segments.number());

    let (settles, settled) = bounded(SETTLES);
    let (publishes, published) = bounded(options.room);
    let (fresh, written) = weighted(BATCHES, options.cache_bytes.max(1), Fresh::weight);
    let in_flight = options.max_in_flight;
    let ([returned, revived, ready], receiver) = priorities([in_flight, REVIVED, READY]);
    let senders = Senders { settles, returned, revived, fresh: ready };
    let (segment, next) = first.unwrap_or((segments.number(), ledger.next()));
    let place = Place { segment, offset: BLOCK as u64, chain };
    let shared =
        Arc::new(Shared::new(options, Arc::clone(&storage), ledger, place.segment, senders));
    shared.counters.file_bytes.store(segments.bytes(), Ordering::Relaxed);
    let begun = (segments.number(), segments.epoch());
    tracing::info!(
        target: "ringway_durable",
        path = storage.path(""),
        oldest,
        newest = begun.0,
        epoch = begun.1,
        batches = report.frames,
        bytes = report.bytes,
        unacknowledged = shared.ledger().live(),
        "opened"
    );

    let reader = Reader::new(Arc::clone(&shared), written, place, next, begun);
    let journal = Journal::new(Arc::clone(&shared), segments, chain, published, settled, fresh);
    let spawn = |name: &str, run: Box<dyn FnOnce() + Send>| {
        let span = span.clone();
        let run = move || span.in_scope(run);
        thread::Builder::new().name(name.into()).spawn(run).map_err(|source| OpenError::Io {
            path: storage.path(""),
            doing: "start a thread for",
            source,
        })
    };
    let journal = spawn("ringway-journal", Box::new(move || journal.run()))?;
    let reader = spawn("ringway-reader", Box::new(move || reader.run()))?;
    Ok(Parts { shared, publishes, ready: receiver, threads: vec![journal, reader], report, lock })
}

/// Cuts off what was written of a batch whose sync has not ended, and makes durable what was read, names and bytes: it may be
/// only in the memory of the system, where the process that wrote it was killed. Where a sync has failed the system takes
/// the bytes as written, so they are written once more.
fn secure(storage: &dyn Storage, found: &Found) -> Result<(), OpenError> {
    // Before a file goes that the manifest does not name any more.
    storage.sync_names().map_err(|source| OpenError::Io {
        path: storage.path(""),
        doing: "sync",
        source,
    })?;
    let Some(last) = found.segments.last() else { return Ok(()) };
    if found.torn.is_none() && (last.unsynced == last.end || found.manifest.closed.is_some()) {
        return Ok(());
    }
    let name = segment_name(last.number);
    let failed = |doing| {
        let path = storage.path(&name);
        move |source| OpenError::Io { path, doing, source }
    };
    let file = storage.open(&name, true).map_err(failed("open"))?;
    let mut bytes = vec![0; PIECE.min((last.end - last.unsynced) as usize)];
    for offset in (last.unsynced..last.end).step_by(PIECE) {
        let piece = &mut bytes[..PIECE.min((last.end - offset) as usize)];
        read_exact_at(&*file, piece, offset).map_err(failed("read"))?;
        write_all_at(&*file, piece, offset).map_err(failed("write"))?;
    }
    file.sync().map_err(failed("sync"))?;
    // A file that is cut has all that it is cut to.
    if let Some(torn) = &found.torn {
        tracing::warn!(target: "ringway_durable", ?torn, "the last batch was not written to its end: nobody was told that it was");
        file.set_len(last.end).map_err(failed("cut"))?;
        file.sync().map_err(failed("sync"))?;
    }
    Ok(())
}

/// What a queue begins with.
fn nothing(storage: &dyn Storage, options: &Options) -> Result<Found, OpenError> {
    let mut id = [0; 16];
    getrandom::fill(&mut id).map_err(|error| OpenError::Io {
        path: storage.path(""),
        doing: "draw a number for",
        source: std::io::Error::other(error),
    })?;
    let manifest = Manifest {
        id,
        epoch: 0,
        oldest: 0,
        newest: 0,
        segment_size: options.segment_size,
        closed: None,
    };
    let leftovers = storage
        .names()
        .map_err(|source| OpenError::Io { path: storage.path(""), doing: "list", source })?
        .into_iter()
        .filter(|name| parse_segment_name(name).is_some() || parse_spare_name(name).is_some())
        .collect();
    Ok(Found {
        manifest,
        chain: Chain::default(),
        next_sequence: 1,
        segments: Vec::new(),
        torn: None,
        leftovers,
        spares: Vec::new(),
        report: Report::default(),
    })
}

/// Begins a segment after those that were found, and gives up what belongs to none.
fn begin(
    storage: &Arc<dyn Storage>,
    options: &Options,
    mut found: Found,
    ledger: &Ledger,
) -> Result<Segments, OpenError> {
    let failed = |failure: Failure| OpenError::Failed(failure.to_string());
    let mut names = found.leftovers;
    names.retain(|name| name != MANIFEST_NEW);
    names.append(&mut found.spares);
    let size = found.manifest.segment_size;
    let spares = Spares::of(Arc::clone(storage), &names, options.spares, size).map_err(failed)?;
    let Options { max_bytes, .. } = *options;
    Segments::begin(
        Arc::clone(storage),
        found.manifest,
        spares,
        max_bytes,
        found.chain,
        ledger.next(),
    )
    .map_err(|why| match why {
        NoSegment::Failed(failure) => failed(failure),
        NoSegment::Limit => unreachable!("the first segment of a run is not counted"),
        NoSegment::DiskFull(source) => {
            OpenError::Io { path: storage.path(""), doing: "take space for a segment in", source }
        }
    })
}
