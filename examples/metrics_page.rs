//! A page for Prometheus, in the format of OpenMetrics: all channels of the program that have a name.
//!
//! Whoever fetches it looks at the channels; nothing is kept for it in between. Here the program fetches it itself
//! when some work is done, prints it, and ends.
//!
//! ```text
//! cargo run --example metrics_page --features metrics
//! ```

use std::fmt;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::{Registry, Unit};
use ringway::channel::{self, Snapshot, bounded, weighted};
use tiny_http::{Header, Request, Response, Server};

/// The channels of the process, which are looked at when the page is made.
#[derive(Debug)]
struct Channels;

/// A number of a channel that may go up and down, if the channel has it, with its name and what it is.
type Gauge = (&'static str, &'static str, fn(&Snapshot) -> Option<usize>);

const GAUGES: [Gauge; 8] = [
    ("length", "Messages that are queued", |channel| Some(channel.len)),
    ("capacity", "Messages that can be queued", |channel| Some(channel.capacity)),
    ("weight", "What the messages weigh that are in use", |channel| channel.weight),
    ("limit", "How much they may weigh", |channel| channel.limit),
    ("high_water", "The most messages that were queued", |channel| {
        Some(channel.metrics.high_water)
    }),
    ("closed", "Whether it takes no more messages", |channel| Some(channel.is_closed.into())),
    ("senders", "Handles that send", |channel| Some(channel.senders)),
    ("receivers", "Handles that receive", |channel| Some(channel.receivers)),
];

/// A number of a channel that only grows.
type Counter = (&'static str, &'static str, fn(&Snapshot) -> usize);

const COUNTERS: [Counter; 8] = [
    ("sent", "Messages sent", |channel| channel.metrics.sent),
    ("received", "Messages received", |channel| channel.metrics.received),
    ("refused", "Messages given back for want of room", |channel| channel.metrics.refused),
    ("send_waits", "Times that a sender waited", |channel| channel.metrics.send_waits),
    ("send_parks", "Times that a sender slept", |channel| channel.metrics.send_parks),
    ("recv_waits", "Times that a receiver waited", |channel| channel.metrics.recv_waits),
    ("recv_parks", "Times that a receiver slept", |channel| channel.metrics.recv_parks),
    ("sojourns", "Messages of which it was seen how long they were queued", |channel| {
        channel.sojourns.count
    }),
];

/// A time of a channel, where it is known.
type Time = (&'static str, &'static str, fn(&Snapshot) -> Option<Duration>);

const TIMES: [Time; 2] = [
    ("oldest_at_least", "The oldest message was queued for so long, or longer", |channel| {
        Some(channel.oldest.map_or(Duration::ZERO, |age| age.at_least))
    }),
    ("oldest_at_most", "The oldest message was queued for no longer", |channel| {
        channel.oldest.map_or(Some(Duration::ZERO), |age| age.at_most)
    }),
];

impl Channels {
    /// One family: the metric of each channel that has it.
    fn family<M: EncodeMetric>(
        encoder: &mut DescriptorEncoder,
        (name, help, unit): (&str, &str, Option<Unit>),
        channels: &[Snapshot],
        metric: impl Fn(&Snapshot) -> Option<M>,
    ) -> fmt::Result {
        let metrics = channels.iter().filter_map(|channel| Some((channel, metric(channel)?)));
        let metrics: Vec<_> = metrics.collect();
        let Some((_, first)) = metrics.first() else { return Ok(()) };
        let kind = first.metric_type();
        let mut family = encoder.encode_descriptor(name, help, unit.as_ref(), kind)?;
        for (channel, metric) in &metrics {
            // Two may have the same name, and no two the same number.
            let labels = [("channel", channel.name.clone()), ("id", channel.id.to_string())];
            metric.encode(family.encode_family(&labels)?)?;
        }
        Ok(())
    }
}

impl Collector for Channels {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let channels = channel::registered();
        for (name, help, value) in GAUGES {
            let gauge = |channel: &Snapshot| Some(ConstGauge::new(value(channel)? as i64));
            Self::family(&mut encoder, (name, help, None), &channels, gauge)?;
        }
        for (name, help, value) in COUNTERS {
            let counter = |channel: &Snapshot| Some(ConstCounter::new(value(channel) as u64));
            Self::family(&mut encoder, (name, help, None), &channels, counter)?;
        }
        let help = "For how long those were queued, all together";
        let total =
            |channel: &Snapshot| Some(ConstCounter::new(channel.sojourns.total.as_secs_f64()));
        Self::family(&mut encoder, ("sojourn", help, Some(Unit::Seconds)), &channels, total)?;
        for (name, help, value) in TIMES {
            let time = |channel: &Snapshot| Some(ConstGauge::new(value(channel)?.as_secs_f64()));
            Self::family(&mut encoder, (name, help, Some(Unit::Seconds)), &channels, time)?;
        }
        Ok(())
    }
}

/// Answers who asks for the page.
fn answer(registry: &Registry, request: Request) -> std::io::Result<()> {
    if request.url() != "/metrics" {
        return request.respond(Response::empty(404));
    }
    let mut page = String::new();
    encode(&mut page, registry).expect("a string takes all that is written to it");
    let format = "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8";
    let format: Header = format.parse().expect("it is a header");
    request.respond(Response::from_string(page).with_header(format))
}

fn main() {
    let mut registry = Registry::with_prefix("ringway_channel");
    registry.register_collector(Box::new(Channels));
    let server = Arc::new(Server::http("127.0.0.1:0").expect("there is a free port"));
    let page = format!("http://{}/metrics", server.server_addr());
    let serving = Arc::clone(&server);
    let serving = thread::spawn(move || {
        serving.incoming_requests().try_for_each(|request| answer(&registry, request))
    });

    // Orders are taken faster than they are done, and more than are queued are turned away.
    let (orders, incoming) = bounded(8);
    orders.register("orders");
    let (done, bills) = weighted(64, 1 << 16, |bill: &u64| *bill as usize);
    bills.register("bills");
    let worker = thread::spawn(move || {
        for order in incoming.iter().take(20) {
            thread::sleep(Duration::from_millis(1));
            done.send(order * 100).expect("the bills are written");
        }
        incoming
    });
    for order in 0..100_u64 {
        let _ = orders.try_send(order);
        thread::sleep(Duration::from_micros(200));
    }
    drop(orders);
    let _incoming = worker.join().expect("it does not panic");

    let answer = minreq::get(page).send().expect("the server answers");
    let text = answer.as_str().expect("it is text");
    println!("{text}");
    assert!(text.contains("ringway_channel_received_total{channel=\"orders\""));
    assert!(text.contains("ringway_channel_weight{channel=\"bills\""));
    assert!(text.contains("ringway_channel_length{channel=\"bills\"") && text.ends_with("# EOF\n"));
    drop(bills);
    server.unblock();
    serving.join().expect("it does not panic").expect("all were answered");
}
