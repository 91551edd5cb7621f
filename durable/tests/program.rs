//! The program, as it is run: what it prints, what its exit status is, and that looking changes nothing.

#![cfg(feature = "program")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ringway_durable::{Options, Queue};
use serde_json::{Value, json};

const SEGMENT: u64 = 64 << 10;
const FIRST: &str = "segment-00000000000000000001";
const LOOKS: [&str; 3] = ["inspect", "verify", "export"];

/// Runs the program: its exit status, and what it printed.
fn run(arguments: &[&str], dir: &Path) -> (i32, String, String) {
    let output = command(arguments, dir).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let Output { status, stdout, stderr } = output;
    (status.code().unwrap(), text(stdout), text(stderr))
}

fn command(arguments: &[&str], dir: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ringway-durable"));
    command.args(&arguments[..1]).arg(dir).args(&arguments[1..]).stdin(Stdio::null());
    command
}

fn options() -> Options {
    Options::new().segment_size(SEGMENT).max_attempts(5)
}

/// A queue that was closed: message 1 is acknowledged, 2 has come back, 3 is a dead letter, 4 is no text, 5 is long.
fn queue(path: &Path) {
    let queue = Queue::open(path, options()).unwrap();
    let publish = |message: Vec<u8>| queue.publish(message).unwrap().wait().unwrap();
    publish("done".into());
    publish("came \"back\"\n".into());
    publish("dead".into());
    publish(vec![0xff, 0, 7]);
    publish(vec![b'x'; 5000]);
    let consumer = queue.consumer(3).unwrap();
    consumer.recv().unwrap().ack().unwrap();
    let (second, third) = (consumer.recv().unwrap(), consumer.recv().unwrap());
    third.nack(false).unwrap();
    drop(second);
    drop(consumer);
    queue.close().unwrap();
}

/// All files of a directory.
fn files(path: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Changes a byte of a file.
fn change(path: &Path, offset: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[offset] ^= 0x40;
    fs::write(path, bytes).unwrap();
}

#[track_caller]
fn assert_has(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "{part:?} is not in {text:?}");
    }
}

#[test]
fn a_sound_queue_is_inspected_verified_and_exported() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    queue(path);
    let before = files(path);

    let (status, out, err) = run(&["inspect"], path);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let messages =
        "4 not acknowledged, 1 of them dead letters; the oldest is 2; the next will be 6";
    assert_has(&out, &["closed in order", messages, "through 3", "64 KiB", "opened 1 times"]);

    let (status, out, err) = run(&["verify"], path);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_has(&out, &["sound: 1 segments, ", " 5 messages published"]);

    let (status, out, err) = run(&["export"], path);
    assert_eq!(status, 0, "{err}");
    let lines: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let line = |sequence: u64, attempts: u32, dead: bool, message: &str| json!({"sequence": sequence, "attempts": attempts, "dead": dead, "encoding": "text", "message": message});
    let mut no_text = line(4, 0, false, &STANDARD.encode([0xff, 0, 7]));
    no_text["encoding"] = "base64".into();
    let long = "x".repeat(5000);
    let expected = [
        line(2, 1, false, "came \"back\"\n"),
        line(3, 1, true, "dead"),
        no_text,
        line(5, 0, false, &long),
    ];
    assert_eq!(lines, expected);
    assert_has(&err, &["4 messages, 1 of them dead letters"]);

    assert!(files(path) == before, "nothing was changed");

    let (status, out, err) = run(&["repair"], path);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_has(&out, &["nothing is damaged, and nothing was changed"]);
    // But that it had the queue for a moment.
    let mut after = files(path);
    after.insert(path.join("LOCK"), before[&path.join("LOCK")].clone());
    assert!(after == before, "nothing was changed");
}

#[test]
fn a_damaged_byte_is_told_with_file_and_offset_and_repaired() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    queue(path);
    change(&path.join(FIRST), 4096 + 80);
    let before = files(path);
    let damage = format!("damaged: {}: ", path.join(FIRST).display());
    for look in LOOKS {
        let (status, out, err) = run(&[look], path);
        assert_eq!(status, 1, "{look}: {out}{err}");
        let told = if look == "export" { err } else { out };
        assert_has(&told, &[&damage, " at byte 4096", "messages 1 to 1 were in it"]);
    }
    assert!(files(path) == before, "nothing was changed");

    let (status, out, err) = run(&["repair"], path);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    let aside = format!("damaged-{FIRST}");
    assert_has(
        &out,
        &[&damage, " at byte 4096", &aside, "repaired: 4 messages are not acknowledged"],
    );
    assert!(path.join(aside).exists());
    let (status, out, _) = run(&["verify"], path);
    assert_eq!(status, 0, "{out}");
    let queue = Queue::open(path, options()).unwrap();
    assert_eq!(queue.stats().unacknowledged, 4);
}

#[test]
fn a_damaged_manifest_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    queue(path);
    change(&path.join("QUEUE"), 40);
    let (status, out, err) = run(&["verify"], path);
    assert_eq!(status, 1, "{err}");
    assert_has(
        &out,
        &[&format!("damaged: {}: wrong checksum at byte 0", path.join("QUEUE").display())],
    );
    assert_eq!(run(&["repair"], path).0, 0);
    assert_eq!(run(&["verify"], path).0, 0);
    assert_eq!(Queue::open(path, options()).unwrap().stats().unacknowledged, 4);
}

#[test]
fn a_torn_tail_is_no_damage() {
    let directory = tempfile::tempdir().unwrap();
    let (path, copy) = (directory.path().join("open"), directory.path().join("copy"));
    fs::create_dir(&copy).unwrap();
    // As a process leaves it that does not close it.
    let queue = Queue::open(&path, options()).unwrap();
    queue.publish("whole").unwrap().wait().unwrap();
    for (file, bytes) in files(&path) {
        fs::write(copy.join(file.file_name().unwrap()), bytes).unwrap();
    }
    let mut bytes = fs::read(copy.join(FIRST)).unwrap();
    bytes[8192..8196].copy_from_slice(b"RWF1");
    fs::write(copy.join(FIRST), bytes).unwrap();
    let before = files(&copy);

    let (status, out, err) = run(&["verify"], &copy);
    assert_eq!((status, err.as_str()), (0, ""), "{out}");
    assert_has(&out, &["torn tail: ", FIRST, " at byte 8192", "sound: "]);
    let (status, out, _) = run(&["inspect"], &copy);
    assert_eq!(status, 0);
    assert_has(&out, &["not closed", "torn tail: "]);
    let (status, out, err) = run(&["export"], &copy);
    assert_eq!(status, 0);
    assert_has(&out, &["\"whole\""]);
    assert_has(&err, &["a batch that was not written to its end", " at byte 8192"]);
    assert!(files(&copy) == before, "nothing was changed");
}

#[test]
fn what_is_no_queue_is_told_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let empty = directory.path().join("empty");
    let foreign = directory.path().join("foreign");
    let file = foreign.join("letter.txt");
    fs::create_dir(&empty).unwrap();
    fs::create_dir(&foreign).unwrap();
    fs::write(&file, "dear reader").unwrap();
    for command in ["inspect", "verify", "export", "repair"] {
        for (path, why) in [
            (&missing, format!("{}: cannot look at it", missing.display())),
            (&empty, format!("{}: there is no queue", empty.display())),
            (&foreign, format!("{}: not of a queue", file.display())),
            (&file, format!("{}: not a directory", file.display())),
        ] {
            let (status, out, err) = run(&[command], path);
            assert_eq!((status, out.as_str()), (1, ""), "{command}: {err}");
            assert_has(&err, &["ringway-durable: ", &why]);
        }
    }
    assert!(!missing.exists());
    assert_eq!(files(&empty), BTreeMap::new());
    assert_eq!(files(&foreign), BTreeMap::from([(file, b"dear reader".to_vec())]));
}

#[test]
fn a_newer_format_is_told_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    queue(path);
    let mut manifest = fs::read(path.join("QUEUE")).unwrap();
    manifest[8] = 9;
    let checksum = crc32c::crc32c(&manifest[..4092]);
    manifest[4092..4096].copy_from_slice(&checksum.to_le_bytes());
    fs::write(path.join("QUEUE"), manifest).unwrap();
    let before = files(path);
    for command in ["inspect", "verify", "export", "repair"] {
        let (status, out, err) = run(&[command], path);
        assert_eq!((status, out.as_str()), (1, ""), "{command}: {err}");
        let file = path.join("QUEUE");
        assert_has(&err, &[&format!("{}: written in format 9", file.display()), "up to 1"]);
    }
    assert!(files(path) == before, "nothing was changed");
}

#[test]
fn a_queue_that_is_open_is_looked_at_and_not_repaired() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    queue(path);
    let queue = Queue::open(path, options()).unwrap();
    queue.publish("fresh").unwrap().wait().unwrap();
    let before = files(path);
    let holder = format!("the queue is open in process {}", std::process::id());
    for (look, says) in LOOKS.into_iter().zip(["5 not acknowledged", "6 messages", "\"fresh\""]) {
        let (status, out, err) = run(&[look], path);
        assert_eq!(status, 0, "{look}: {err}");
        assert_has(&out, &[says]);
        assert_has(&err, &[&holder]);
    }
    let (status, out, err) = run(&["repair"], path);
    assert_eq!((status, out.as_str()), (1, ""));
    assert_has(&err, &[&format!("{}: {holder}", path.join("LOCK").display())]);
    assert!(files(path) == before, "nothing was changed");
    assert_eq!(queue.publish("it goes on").unwrap().wait().unwrap(), 7);
}

#[test]
fn an_export_ends_when_nobody_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let queue = Queue::open(path, options()).unwrap();
    for _ in 0..100 {
        queue.publish(vec![b'x'; 10_000]).unwrap().wait().unwrap();
    }
    queue.close().unwrap();
    let mut child =
        command(&["export"], path).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_disk_is_measured_and_left_as_it_was() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    for more in [
        &["--wait", "--producers", "2"][..],
        &["--level", "os-buffered", "--consumers", "2"],
        &["--level", "memory"],
    ] {
        let arguments = [&["bench", "--seconds", "0.1", "--size", "100"], more].concat();
        let (status, out, err) = run(&arguments, path);
        assert_eq!((status, err.as_str()), (0, ""), "{more:?}: {out}");
        assert_has(
            &out,
            &[" 100 B", "published ", "acknowledged ", "a batch had ", "bytes for a byte"],
        );
        assert_eq!(out.contains("a ticket took "), more.contains(&"--wait"), "{out}");
        assert_eq!(fs::read_dir(path).unwrap().count(), 0, "its folder is gone");
    }
    queue(path);
    let before = files(path);
    let (status, _, err) = run(&["bench"], path);
    assert_eq!(status, 1);
    assert_has(&err, &["this is a queue"]);
    assert!(files(path) == before, "nothing was changed");
    let (status, _, err) = run(&["bench"], &path.join("missing"));
    assert_eq!(status, 1);
    assert_has(&err, &["missing", "cannot make this folder"]);
}

#[test]
fn a_wrong_command_line_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    for arguments in [
        &["inspect", "--all"][..],
        &["look"],
        &["bench", "--seconds", "0"],
        &["bench", "--seconds", "soon"],
        &["bench", "--level", "safe"],
        &["bench", "--producers", "0"],
    ] {
        let (status, out, err) = run(arguments, path);
        assert_eq!((status, out.as_str()), (2, ""), "{arguments:?}");
        assert_has(&err, &["error: "]);
    }
    let help = Command::new(env!("CARGO_BIN_EXE_ringway-durable")).arg("--help").output().unwrap();
    assert!(help.status.success());
    assert_has(
        &String::from_utf8(help.stdout).unwrap(),
        &["inspect", "verify", "repair", "export", "bench", "Exit status"],
    );
}
