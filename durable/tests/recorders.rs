//! What a recorder of the crate `metrics` is told of a queue.

#![cfg(feature = "metrics")]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use metrics_util::debugging::{DebugValue, DebuggingRecorder, Snapshotter};
use ringway_durable::{Options, Queue};

/// What was told of the queue of this name.
fn told(snapshotter: &Snapshotter, queue: &str) -> HashMap<String, DebugValue> {
    let values = snapshotter.snapshot().into_vec().into_iter();
    values
        .filter(|(key, ..)| {
            key.key().labels().any(|label| (label.key(), label.value()) == ("queue", queue))
        })
        .map(|(key, unit, description, value)| {
            assert!(unit.is_some() && description.is_some(), "{key:?} is described");
            (key.key().name().trim_start_matches("ringway_durable_").to_owned(), value)
        })
        .collect()
}

/// Publishes three messages, of which one is acknowledged, one comes back and one dies; closes.
fn use_it(options: Options, path: &std::path::Path) {
    let queue = Queue::open(path, options).unwrap();
    queue.publish_batch(vec!["a".into(), "b".into(), "c".into()]).unwrap().wait().unwrap();
    let consumer = queue.consumer(10).unwrap();
    consumer.recv().unwrap().ack().unwrap();
    drop(consumer.recv().unwrap());
    let [one, other] = [consumer.recv().unwrap(), consumer.recv().unwrap()];
    let (back, fresh) = if one.is_redelivered() { (one, other) } else { (other, one) };
    fresh.nack(false).unwrap();
    back.ack().unwrap();
    drop(consumer);
    queue.close().unwrap();
}

#[test]
fn counters_gauges_and_histograms() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let directory = tempfile::tempdir().unwrap();
    metrics::with_local_recorder(&recorder, || {
        use_it(Options::new().name("jobs"), directory.path());
    });
    let told = told(&snapshotter, "jobs");
    let counter = |name: &str| match told[name] {
        DebugValue::Counter(value) => value,
        ref other => panic!("{name}: {other:?}"),
    };
    let gauge = |name: &str| match told[name] {
        DebugValue::Gauge(value) => value.0,
        ref other => panic!("{name}: {other:?}"),
    };
    let histogram = |name: &str| match &told[name] {
        DebugValue::Histogram(values) => values.iter().map(|value| value.0).collect::<Vec<_>>(),
        other => panic!("{name}: {other:?}"),
    };
    assert_eq!(counter("published_total"), 3);
    assert_eq!(counter("delivered_total"), 4);
    assert_eq!(counter("acknowledged_total"), 2);
    assert_eq!(counter("returned_total"), 1);
    assert_eq!(counter("died_total"), 1);
    assert_eq!(counter("copied_total"), 0);
    assert!(counter("batches_total") >= 2);
    assert_eq!(counter("written_bytes_total"), counter("batches_total") * 4096);
    assert_eq!(gauge("unacknowledged"), 1.0);
    assert_eq!(gauge("dead"), 1.0);
    assert!(gauge("oldest_age_seconds") > 0.0);
    assert!(gauge("file_bytes") >= f64::from(64 << 20));
    assert_eq!(histogram("batch_messages"), [3.0]);
    let syncs = histogram("sync_seconds");
    assert!(syncs.len() as u64 >= counter("batches_total"), "{syncs:?}");
    assert!(syncs.iter().all(|seconds| (0.0..60.0).contains(seconds)), "{syncs:?}");
}

#[test]
fn a_queue_that_is_opened_again_is_counted_on() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let directory = tempfile::tempdir().unwrap();
    metrics::with_local_recorder(&recorder, || {
        for _ in 0..2 {
            let queue = Queue::open(directory.path(), Options::new()).unwrap();
            queue.publish("a").unwrap().wait().unwrap();
        }
    });
    // By default it is called by its path.
    let told = told(&snapshotter, &directory.path().display().to_string());
    assert_eq!(told["published_total"], DebugValue::Counter(2));
}

#[test]
fn it_is_told_while_the_queue_is_open() {
    let recorder = DebuggingRecorder::new();
    let snapshotter = recorder.snapshotter();
    let directory = tempfile::tempdir().unwrap();
    let options = Options::new().name("open");
    let queue =
        metrics::with_local_recorder(&recorder, || Queue::open(directory.path(), options)).unwrap();
    queue.publish("a").unwrap().wait().unwrap();
    // Nothing more happens: the journal tells it by itself, and goes on to tell how old the message is.
    let (mut published, mut oldest) = (0, 0.0_f64);
    let begin = Instant::now();
    while published < 1 || oldest == 0.0 {
        assert!(begin.elapsed() < Duration::from_secs(30), "nothing is told");
        let told = told(&snapshotter, "open");
        if let DebugValue::Counter(count) = told["published_total"] {
            published += count;
        }
        if let DebugValue::Gauge(age) = told["oldest_age_seconds"] {
            oldest = oldest.max(age.0);
        }
        std::thread::yield_now();
    }
    assert_eq!(published, 1);
    drop(queue);
}
