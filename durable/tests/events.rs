//! What `tracing` is told, and how often.

mod common;

use std::io::{self, ErrorKind, Write};
use std::sync::{Arc, Mutex, OnceLock};

use common::sim::{Call, Fault, FaultyStorage, SimDisk};
use ringway_durable::{ConsumeError, Options, Queue, Refusal, TicketError};

const SEGMENT: u64 = 64 << 10;

/// All lines that were told so far.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Lines are kept from now on: events of threads go to the one subscriber of the process.
fn listen() -> &'static Lines {
    static LINES: OnceLock<Lines> = OnceLock::new();
    LINES.get_or_init(|| {
        let lines = Lines::default();
        let writer = lines.clone();
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::DEBUG)
            .with_ansi(false)
            .without_time()
            .with_writer(move || writer.clone())
            .init();
        lines
    })
}

/// What was told at a level of the queue of this name, without what stands before it.
fn told(level: &str, queue: &str) -> Vec<String> {
    let text = String::from_utf8(listen().0.lock().unwrap().clone()).unwrap();
    let before = format!("{level} queue{{name=\"{queue}\"}}: ringway_durable: ");
    text.lines()
        .filter_map(|line| line.trim_start().strip_prefix(&before))
        .map(str::to_owned)
        .collect()
}

/// How many of the lines begin so.
fn count(lines: &[String], begin: &str) -> usize {
    lines.iter().filter(|line| line.starts_with(begin)).count()
}

fn options(name: &str) -> Options {
    listen();
    Options::new().segment_size(SEGMENT).spares(0).name(name)
}

#[test]
fn from_opening_to_closing() {
    let disk = SimDisk::new();
    let queue = Queue::open_in(Arc::new(disk), options("life").max_attempts(1)).unwrap();
    let consumer = queue.consumer(1).unwrap();
    drop({
        queue.publish("poison").unwrap().wait().unwrap();
        consumer.recv().unwrap()
    });
    queue.sync().unwrap().wait().unwrap();
    queue.dead_letters().for_each(|letter| _ = letter.unwrap().remove().unwrap());
    for _ in 0..10 {
        queue.publish(vec![1; SEGMENT as usize / 4]).unwrap().wait().unwrap();
        consumer.recv().unwrap().ack().unwrap();
    }
    drop(consumer);
    queue.close().unwrap();
    let (info, debug) = (told("INFO", "life"), told("DEBUG", "life"));
    assert_eq!(info.len(), 2, "{info:#?}");
    assert!(info[0].starts_with("opened") && info[1].starts_with("closed"), "{info:#?}");
    assert!(count(&debug, "a segment begins segment=") >= 2, "{debug:#?}");
    assert!(count(&debug, "segments are gone oldest=") >= 1, "{debug:#?}");
    assert_eq!(told("WARN", "life"), ["a message is a dead letter sequence=1 attempts=1"]);
    assert_eq!(told("ERROR", "life"), Vec::<String>::new());
}

#[test]
fn a_full_disk_is_told_once_until_it_is_full_again() {
    let disk = SimDisk::new();
    let queue = Queue::open_in(Arc::new(disk.clone()), options("full")).unwrap();
    for episode in 1..=2 {
        disk.set_capacity(Some(0));
        let mut refused = 0;
        while refused < 10 {
            match queue.publish(vec![1; 4000]).unwrap().wait() {
                Ok(_) => {}
                Err(TicketError::Refused { why: Refusal::DiskFull(_), .. }) => refused += 1,
                Err(error) => panic!("{error}"),
            }
        }
        disk.set_capacity(None);
        queue.publish("there is room").unwrap().wait().unwrap();
        let again = count(&told("INFO", "full"), "the disk has space for a segment again");
        assert_eq!((told("WARN", "full").len(), again), (episode, episode));
    }
    assert_eq!(
        count(&told("WARN", "full"), "the disk is full: what is published is refused error="),
        2
    );
}

#[test]
fn a_queue_that_is_full_is_told() {
    let options = options("limit").max_bytes(4 * SEGMENT).room(1);
    let queue = Queue::open_in(Arc::new(SimDisk::new()), options).unwrap();
    let said = |what| count(&told("DEBUG", "limit"), what);
    while said("the queue is as large as it may be: publishers wait") == 0 {
        let _ = queue.try_publish(vec![1; 8000]);
    }
    let consumer = queue.consumer(10).unwrap();
    assert_eq!(said("the queue is as large as it may be: publishers wait"), 1);
    while said("a segment is done with: publishers go on") == 0 {
        if let Ok(delivery) = consumer.try_recv() {
            delivery.ack().unwrap();
        }
        let _ = queue.try_publish("small");
    }
    assert_eq!(told("WARN", "limit"), Vec::<String>::new());
}

#[test]
fn a_torn_tail_is_told() {
    let disk = SimDisk::new();
    let queue = Queue::open_in(Arc::new(disk.clone()), options("torn")).unwrap();
    queue.publish("whole").unwrap().wait().unwrap();
    let mut files = disk.files();
    let segment = files.get_mut("segment-00000000000000000001").unwrap();
    // The next frame has begun, and no more of it than this is there.
    let end = segment.len() - segment.iter().rev().position(|&byte| byte != 0).unwrap();
    segment[end.next_multiple_of(4096)..][..4].copy_from_slice(b"RWF1");
    let queue = Queue::open_in(Arc::new(SimDisk::with_files(files)), options("torn")).unwrap();
    let warned = told("WARN", "torn");
    assert_eq!(count(&warned, "the last batch was not written to its end"), 1, "{warned:#?}");
    assert!(
        warned[0].contains("segment-00000000000000000001") && warned[0].contains("8192"),
        "{warned:#?}"
    );
    drop(queue);
}

#[test]
fn a_failure_is_told_once() {
    let storage = FaultyStorage::new(SimDisk::new());
    let queue = Queue::open_in(Arc::new(storage.clone()), options("failed")).unwrap();
    let consumer = queue.consumer(1).unwrap();
    storage.fail(Fault::at(1, &[Call::Sync], ErrorKind::Other).for_ever());
    let unknown = queue.publish("a").unwrap().wait().unwrap_err();
    let why = "the outcome is not known: simulated/segment-00000000000000000001: cannot sync";
    assert!(unknown.to_string().starts_with(why), "{unknown}");
    // Who is told so finds that the queue has failed.
    assert!(matches!(consumer.try_recv(), Err(ConsumeError::Failed(_))));
    // Taken it may be yet, by a journal that is about to end, and is not written.
    let later = queue.publish("b").map(|ticket| ticket.wait());
    assert!(!matches!(later, Ok(Ok(_))), "{later:?}");
    queue.close().unwrap_err();
    let failures = told("ERROR", "failed");
    assert_eq!(failures.len(), 1, "{failures:#?}");
    assert!(failures[0].contains("segment-00000000000000000001: cannot sync"), "{failures:#?}");
    assert_eq!(count(&told("INFO", "failed"), "closed"), 0);
}
