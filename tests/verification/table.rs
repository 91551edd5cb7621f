//! The table: which operations there are, which tests there are for them, and why there can be none.

use std::collections::BTreeSet;

use crate::source::Source;

/// Who is late: suspended inside an operation that moves values in, that takes them out, or that
/// evicts, while the operation of the row is called or as its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Late {
    Producer,
    Consumer,
    Evictor,
    Nobody,
}

impl Late {
    pub const ALL: [Self; 4] = [Self::Producer, Self::Consumer, Self::Evictor, Self::Nobody];

    /// By their first letters.
    pub fn of(letters: &'static str) -> impl Iterator<Item = Self> {
        Self::ALL.into_iter().filter(move |late| letters.contains(late.letter()))
    }

    fn letter(self) -> char {
        match self {
            Self::Producer => 'P',
            Self::Consumer => 'C',
            Self::Evictor => 'E',
            Self::Nobody => 'N',
        }
    }
}

/// How it is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    Loom,
    Random,
    Histories,
    Properties,
}

impl Method {
    pub const ALL: [Self; 4] = [Self::Loom, Self::Random, Self::Histories, Self::Properties];

    /// The columns of a test of this method: shuttle executes the models of loom too.
    pub fn columns(self) -> &'static [Self] {
        match self {
            Self::Loom => &[Self::Loom, Self::Random],
            Self::Random => &[Self::Random],
            Self::Histories => &[Self::Histories],
            Self::Properties => &[Self::Properties],
        }
    }

    /// The words of which one stands in a test of this method in which somebody is late.
    pub fn stops(self) -> &'static [&'static str] {
        match self {
            Self::Loom => &["explore_skipping"],
            Self::Random => &["explore_random"],
            Self::Histories => &["Actor"],
            Self::Properties => &["Stopped", "sleeps_until"],
        }
    }
}

/// An operation: its name in the table, and the functions that it is.
#[derive(Debug)]
pub struct Operation {
    pub name: &'static str,
    pub methods: &'static [&'static str],
}

/// What has operations.
#[derive(Debug)]
pub struct Subject {
    pub name: &'static str,
    /// Where its public functions stand.
    pub sources: &'static [&'static str],
    pub operations: &'static [Operation],
    /// Public functions that are no operations on a shared queue: they make or describe something.
    pub others: &'static [&'static str],
}

impl Subject {
    pub fn operation(&self, name: &str) -> &'static Operation {
        self.operations.iter().find(|operation| operation.name == name).expect("it was looked for")
    }
}

/// Operations of one subject, by their names, with the letters of those who are late.
type Covers = &'static [(&'static str, &'static [&'static str], &'static str)];

/// A test.
#[derive(Debug)]
pub struct Test {
    pub method: Method,
    pub at: &'static str,
    pub name: &'static str,
    /// Files that it uses: all that stands there counts as called.
    pub with: &'static [&'static str],
    pub covers: Covers,
}

impl Test {
    /// The words of all that it may call.
    pub fn words(&self, source: &Source) -> BTreeSet<String> {
        let mut words = source.reached(self.name);
        for path in self.with {
            words.extend(Source::read(path).words());
        }
        words
    }
}

/// Why cells have no test.
#[derive(Debug)]
pub struct Reason {
    pub text: &'static str,
    pub cells:
        &'static [(&'static str, &'static [&'static str], &'static str, &'static [Method])],
}

macro_rules! operations {
    ($($name:literal: $($method:ident)+),+ $(,)?) => {
        &[$(Operation { name: $name, methods: &[$(stringify!($method)),+] }),+]
    };
}

pub const SUBJECTS: &[Subject] = &[
    Subject {
        name: "rings",
        sources: &[
            "src/ring/producer.rs",
            "src/ring/consumer.rs",
            "src/ring/reserve.rs",
            "src/ring/peek.rs",
            "src/ring/batches.rs",
            "src/ring/staged.rs",
            "src/ring/kinds.rs",
        ],
        operations: operations! {
            "push": push,
            "batch in": push_slice push_vec push_iter,
            "exact batch in": push_slice_exact push_vec_exact,
            "slots in place, in": reserve room written write fill places commit,
            "pop": pop,
            "batch out": pop_slice pop_vec,
            "exact batch out": pop_slice_exact pop_vec_exact,
            "slots in place, out": peek pieces iter iter_mut release,
            "observations": len is_empty is_full capacity is_disconnected,
            "handles": clone drop split,
        },
        // Of `Staged`, which touches no ring, and of rings that nobody else has yet.
        others: &["new", "staged", "is_done"],
    },
    Subject {
        name: "queue",
        sources: &["src/queue.rs", "src/queue/batches.rs"],
        operations: operations! {
            "push": push push_mut,
            "batch in": push_slice push_vec push_iter,
            "exact batch in": push_slice_exact push_vec_exact,
            "pop": pop pop_mut,
            "batch out": pop_slice pop_vec,
            "exact batch out": pop_slice_exact pop_vec_exact,
            "eviction": force_push force_push_with,
            "observations": len is_empty is_full capacity,
            "into_iter": into_iter,
        },
        // They make a queue that nobody else has yet.
        others: &["new", "new_at", "inline"],
    },
    Subject {
        name: "channels",
        sources: &[
            "src/channel/sender.rs",
            "src/channel/receiver.rs",
            "src/channel/batches.rs",
            "src/channel/select.rs",
            "src/channel/select/selected.rs",
            "src/channel/selector.rs",
            "src/channel/future.rs",
            "src/channel/stream.rs",
            "src/channel/sink.rs",
            "src/channel/weak.rs",
            "src/channel/iter.rs",
            "src/channel/state.rs",
            "src/channel/metrics.rs",
            "src/channel/closed.rs",
            "src/channel/observed.rs",
            "src/channel/owned.rs",
            "src/channel/polling.rs",
            "src/channel/timeouts.rs",
            "src/channel/tries.rs",
            "src/channel/until.rs",
            "src/channel/metrics/named.rs",
        ],
        operations: operations! {
            "send": send try_send send_timeout send_deadline send_async into_send_async send_timeout_async until,
            "receive": recv try_recv recv_timeout recv_deadline recv_async iter try_iter into_recv_async recv_timeout_async
                polling into_polling poll_recv,
            "batch sent": send_slice send_all send_slice_async send_all_async unsent try_send_slice try_send_all,
            "batch received": recv_many recv_many_async drain try_recv_many poll_recv_many,
            "eviction": force_send force_send_with,
            "select": try_wait wait wait_timeout wait_deadline try_select select select_timeout select_deadline
                try_ready ready ready_timeout ready_deadline,
            "cancelled future": send_async recv_async,
            "close": close is_closed closed,
            "handles": clone drop same_channel into_inner,
            "weak handles": downgrade upgrade weak_count strong_count weak_sender_count,
            "stream and sink": stream into_stream into_sink take_unsent,
            "observations": len is_empty is_full capacity sender_count receiver_count,
            "metrics": metrics,
        },
        // It makes a select without a channel; it says how long one handle looks before it sleeps; what names a
        // channel is under a lock.
        others: &[
            "new",
            "new_biased",
            "with_wait_strategy",
            "remove",
            "index",
            "may_be_left",
            "register",
            "name",
            "registered",
        ],
    },
];

use Method::{Histories, Loom, Properties, Random};

/// What moves values into a ring that may have many producers, or out of one.
const IN: &[&str] = &["push", "batch in", "exact batch in"];
const OUT: &[&str] = &["pop", "batch out", "exact batch out"];
const MOVES: &[&str] =
    &["push", "batch in", "exact batch in", "pop", "batch out", "exact batch out"];

const WAYS: &[&str] =
    &["tests/ring/ways/mod.rs", "tests/ring/ways/into.rs", "tests/ring/ways/out_of.rs"];
const STEPS: &[&str] = &["loom-tests/src/steps.rs"];
const WAIT: &[&str] = &["loom-tests/src/way.rs"];

pub const TESTS: &[Test] = &[
    // Models of rings.
    Test {
        method: Loom,
        at: "loom-tests/tests/models/pairs.rs",
        name: "spsc_hands_over_in_order",
        with: STEPS,
        covers: &[("rings", &["push", "pop"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/shared.rs",
        name: "mpmc_two_producers_and_two_consumers",
        with: &[],
        covers: &[("rings", &["push", "pop", "handles"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/races.rs",
        name: "full_race_on_each_ring",
        with: &[],
        covers: &[("rings", &["push", "pop"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/batches.rs",
        name: "slices_move_as_a_whole",
        with: &[],
        covers: &[("rings", &["batch in", "exact batch in", "batch out", "exact batch out"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/batches.rs",
        name: "consumers_empty_batches_out_of_order",
        with: &[],
        covers: &[("rings", &["batch in", "exact batch in", "exact batch out"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/batches.rs",
        name: "staged_values_keep_their_order",
        with: &[],
        covers: &[("rings", &["batch in"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/in_place.rs",
        name: "reserved_slots_are_seen_when_they_are_committed",
        with: &[],
        covers: &[("rings", &["slots in place, in"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/in_place.rs",
        name: "peeked_slots_stay_until_they_are_released",
        with: &[],
        covers: &[("rings", &["slots in place, out"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/observations.rs",
        name: "the_length_grows_while_a_producer_fills",
        with: &[],
        covers: &[("rings", &["observations"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/observations.rs",
        name: "the_length_shrinks_while_a_consumer_empties",
        with: &[],
        covers: &[("rings", &["observations"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/observations.rs",
        name: "what_a_lone_handle_counts_it_has",
        with: &[],
        covers: &[("rings", &["observations"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/ownership.rs",
        name: "disconnected_only_when_nothing_is_left",
        with: &[],
        covers: &[("rings", &["observations"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/ownership.rs",
        name: "last_handles_of_both_sides_drop_together",
        with: &[],
        covers: &[("rings", &["handles"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/ownership.rs",
        name: "a_ring_is_split_again_by_another_thread",
        with: &[],
        covers: &[("rings", &["handles"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "operations_of_rings_beside_a_late_producer",
        with: STEPS,
        covers: &[("rings", MOVES, "P"), ("rings", &["observations", "handles"], "P")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "operations_of_rings_beside_a_late_consumer",
        with: STEPS,
        covers: &[("rings", MOVES, "C"), ("rings", &["observations", "handles"], "C")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "slots_in_place_beside_a_late_producer",
        with: &[],
        covers: &[("rings", &["slots in place, out"], "P")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "slots_in_place_beside_a_late_consumer",
        with: &[],
        covers: &[("rings", &["slots in place, in"], "C")],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/rings.rs",
        name: "anything_on_mpsc",
        with: &[],
        covers: &[
            ("rings", IN, "PN"),
            ("rings", OUT, "PN"),
            ("rings", &["slots in place, out", "observations", "handles"], "PN"),
        ],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/rings.rs",
        name: "anything_on_spmc",
        with: &[],
        covers: &[
            ("rings", IN, "CN"),
            ("rings", OUT, "CN"),
            ("rings", &["slots in place, in", "observations", "handles"], "CN"),
        ],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/rings.rs",
        name: "anything_on_mpmc",
        with: &[],
        covers: &[
            ("rings", IN, "PCN"),
            ("rings", OUT, "PCN"),
            ("rings", &["observations", "handles"], "PCN"),
        ],
    },
    // Models of the queue.
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "operations_of_the_queue_beside_a_late_producer_consumer_or_evictor",
        with: &[],
        covers: &[("queue", MOVES, "PCEN"), ("queue", &["observations"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/beside.rs",
        name: "an_eviction_beside_a_late_producer_or_consumer",
        with: &[],
        covers: &[("queue", &["eviction"], "PC")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/late.rs",
        name: "a_late_producer_is_skipped_lap_after_lap",
        with: &[],
        covers: &[("queue", &["push", "pop"], "P")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/late.rs",
        name: "a_late_consumer_is_skipped_lap_after_lap",
        with: &[],
        covers: &[("queue", &["push", "pop"], "C")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/late.rs",
        name: "a_late_batch_keeps_its_order",
        with: &[],
        covers: &[("queue", &["batch in"], "P")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/late.rs",
        name: "force_push_races",
        with: &[],
        covers: &[("queue", &["eviction"], "E")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/late.rs",
        name: "force_push_evicts_no_more_than_it_returns",
        with: &[],
        covers: &[("queue", &["push", "pop", "eviction"], "N")],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/queue.rs",
        name: "anything_on_a_queue",
        with: &[],
        covers: &[
            ("queue", IN, "PCEN"),
            ("queue", OUT, "PCEN"),
            ("queue", &["eviction", "observations"], "PCEN"),
        ],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/faults.rs",
        name: "a_consumer_that_is_late_after_an_eviction_has_its_value_alone",
        with: &[],
        covers: &[("queue", &["push", "pop"], "CE")],
    },
    // Models of channels.
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel.rs",
        name: "both_ends_wait",
        with: WAIT,
        covers: &[("channels", &["send", "receive", "cancelled future"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/cancel.rs",
        name: "c1_a_receiver_that_goes_passes_its_notification_on",
        with: WAIT,
        covers: &[("channels", &["cancelled future"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/accepted.rs",
        name: "c10_a_close_by_the_receiver_loses_nothing",
        with: &[],
        covers: &[("channels", &["send", "receive", "close"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/accepted.rs",
        name: "c10_a_close_by_a_sender_loses_nothing_past_late_threads",
        with: &[],
        covers: &[("channels", &["send", "receive", "close"], "PC")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/accepted.rs",
        name: "force_send_against_recv_and_close",
        with: &[],
        covers: &[("channels", &["eviction"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/accepted.rs",
        name: "force_send_against_recv_and_close_past_late_threads",
        with: &[],
        covers: &[("channels", &["eviction", "receive", "close"], "CE")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/close.rs",
        name: "b1_the_last_of_both_ends_go_at_once",
        with: &[],
        covers: &[("channels", &["handles", "weak handles"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/gaps.rs",
        name: "a_batch_that_gives_up_positions_wakes_the_receiver",
        with: &[],
        covers: &[("channels", &["batch sent"], "P")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/select.rs",
        name: "a_select_passes_a_notification_on_that_it_does_not_use",
        with: &[],
        covers: &[("channels", &["select"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "a_send_and_a_receive_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["send", "receive"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "a_wait_beside_one_who_is_late",
        with: WAIT,
        covers: &[("channels", &["send", "receive"], "PC")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "futures_that_are_cancelled_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["cancelled future"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "batches_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["batch sent", "batch received"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "a_select_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["select"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "an_eviction_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["eviction"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "a_close_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["close"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "handles_come_and_go_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["handles", "weak handles"], "PCEN")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/beside.rs",
        name: "what_a_channel_says_beside_one_who_is_late",
        with: &[],
        covers: &[("channels", &["observations"], "PCEN")],
    },
    Test {
        method: Random,
        at: "loom-tests/tests/models/random/channel.rs",
        name: "anything_on_a_channel",
        with: WAIT,
        covers: &[(
            "channels",
            &[
                "send",
                "receive",
                "batch sent",
                "batch received",
                "eviction",
                "select",
                "cancelled future",
                "close",
                "handles",
                "weak handles",
            ],
            "PCEN",
        )],
    },
    // Histories.
    Test {
        method: Histories,
        at: "tests/history/main.rs",
        name: "small_histories_are_linearizable",
        with: &["tests/history/main.rs", "tests/history/channels.rs"],
        covers: &[
            ("rings", &["push", "pop"], "N"),
            ("queue", &["push", "pop"], "N"),
            ("channels", &["send", "receive"], "N"),
        ],
    },
    Test {
        method: Histories,
        at: "tests/history/main.rs",
        name: "long_histories_have_no_bad_pattern",
        with: &["tests/history/main.rs", "tests/history/channels.rs"],
        covers: &[
            ("rings", &["push", "pop"], "N"),
            ("queue", &["push", "pop"], "N"),
            ("channels", &["send", "receive"], "N"),
        ],
    },
    Test {
        method: Histories,
        at: "soak/tests/bridge.rs",
        name: "cargo_soak_finds_nothing",
        with: &[
            "soak/src/hands.rs",
            "soak/src/hands/channels.rs",
            "soak/src/round.rs",
            "soak/src/late.rs",
        ],
        covers: &[
            ("rings", MOVES, "PCN"),
            ("rings", &["slots in place, in"], "CN"),
            ("rings", &["slots in place, out"], "PN"),
            ("rings", &["observations", "handles"], "PCN"),
            ("queue", MOVES, "PCEN"),
            ("queue", &["eviction", "observations"], "PCEN"),
            (
                "channels",
                &[
                    "send",
                    "receive",
                    "batch sent",
                    "batch received",
                    "eviction",
                    "select",
                    "cancelled future",
                    "close",
                    "handles",
                    "weak handles",
                    "stream and sink",
                    "observations",
                ],
                "PCEN",
            ),
        ],
    },
    // Properties.
    Test {
        method: Properties,
        at: "tests/ring/model.rs",
        name: "a5_any_steps_agree_with_a_queue",
        with: WAYS,
        covers: &[
            ("rings", MOVES, "N"),
            ("rings", &["slots in place, in", "slots in place, out"], "N"),
            ("rings", &["observations", "handles"], "N"),
        ],
    },
    Test {
        method: Properties,
        at: "src/late/tests/rings.rs",
        name: "operations_of_mpsc_beside_stopped_producers",
        with: &[],
        covers: &[
            ("rings", MOVES, "P"),
            ("rings", &["slots in place, out", "observations", "handles"], "P"),
        ],
    },
    Test {
        method: Properties,
        at: "src/late/tests/rings.rs",
        name: "operations_of_spmc_beside_stopped_consumers",
        with: &[],
        covers: &[
            ("rings", MOVES, "C"),
            ("rings", &["slots in place, in", "observations", "handles"], "C"),
        ],
    },
    Test {
        method: Properties,
        at: "src/late/tests/rings.rs",
        name: "operations_of_mpmc_beside_stopped_producers_and_consumers",
        with: &[],
        covers: &[("rings", MOVES, "PC"), ("rings", &["observations", "handles"], "PC")],
    },
    Test {
        method: Properties,
        at: "tests/queue_model.rs",
        name: "any_steps_of_a_queue_agree_with_a_deque",
        with: &[],
        covers: &[
            ("queue", MOVES, "N"),
            ("queue", &["eviction", "observations", "into_iter"], "N"),
        ],
    },
    Test {
        method: Properties,
        at: "src/late/tests/progress.rs",
        name: "beside_fewer_stopped_threads_than_slots_each_operation_ends_soon",
        with: &[],
        covers: &[("queue", MOVES, "PCE"), ("queue", &["eviction", "observations"], "PCE")],
    },
    Test {
        method: Properties,
        at: "src/late/tests/progress.rs",
        name: "beside_as_many_stopped_threads_as_slots_each_operation_returns",
        with: &[],
        covers: &[("queue", MOVES, "PCE"), ("queue", &["eviction", "observations"], "PCE")],
    },
    Test {
        method: Properties,
        at: "src/late/tests/scan.rs",
        name: "threads_in_turns_drawn_from_a_seed_do_what_a_queue_does",
        with: &["src/late/tests/scan/operations.rs"],
        covers: &[
            ("queue", MOVES, "PCE"),
            ("queue", &["eviction"], "PCE"),
            ("rings", MOVES, "PC"),
            ("rings", &["slots in place, in"], "C"),
            ("rings", &["slots in place, out"], "P"),
        ],
    },
    Test {
        method: Properties,
        at: "src/late/tests/pool.rs",
        name: "all_tokens_of_a_pool_fit_once_nobody_is_late",
        with: &[],
        covers: &[("queue", &["push", "pop"], "PC")],
    },
    Test {
        method: Properties,
        at: "tests/channel/model.rs",
        name: "any_steps_agree_with_a_queue",
        with: &["tests/channel/common.rs"],
        covers: &[(
            "channels",
            &[
                "send",
                "receive",
                "batch sent",
                "batch received",
                "eviction",
                "select",
                "cancelled future",
                "close",
                "handles",
                "observations",
            ],
            "N",
        )],
    },
    Test {
        method: Properties,
        at: "src/late/tests/channels.rs",
        name: "operations_of_a_channel_beside_stopped_threads",
        with: &[],
        covers: &[(
            "channels",
            &[
                "send",
                "receive",
                "batch sent",
                "batch received",
                "eviction",
                "select",
                "cancelled future",
                "close",
                "handles",
                "weak handles",
                "observations",
                "metrics",
            ],
            "PCEN",
        )],
    },
    Test {
        method: Properties,
        at: "tests/channel/metrics.rs",
        name: "d5_an_observer_beside_all_operations",
        with: &[],
        covers: &[("channels", &["metrics"], "N")],
    },
    Test {
        method: Loom,
        at: "loom-tests/tests/models/channel/closed.rs",
        name: "who_waits_for_the_end_learns_of_it",
        with: &[],
        covers: &[("channels", &["close"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/until.rs",
        name: "late_sends_give_back_what_they_have",
        with: &[],
        covers: &[("channels", &["send", "batch sent"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/until.rs",
        name: "late_receives_receive_nothing",
        with: &[],
        covers: &[("channels", &["receive", "batch received"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/until.rs",
        name: "c8_an_endless_wait_of_a_task_ends_with_a_message",
        with: &[],
        covers: &[("channels", &["send", "receive"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/owned.rs",
        name: "futures_that_hold_their_handles_pass_them_on",
        with: &[],
        covers: &[("channels", &["send", "receive"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/owned.rs",
        name: "c5_the_last_poll_by_hand_names_the_task",
        with: &[],
        covers: &[("channels", &["receive", "batch received"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/owned.rs",
        name: "a_future_by_hand_receives_all",
        with: &[],
        covers: &[("channels", &["receive", "handles"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/batch_tries.rs",
        name: "what_fits_goes_and_the_rest_comes_back",
        with: &[],
        covers: &[("channels", &["batch sent", "batch received"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/closed.rs",
        name: "both_ends_learn_of_the_end",
        with: &[],
        covers: &[("channels", &["close"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/channel/weak_counts.rs",
        name: "each_end_counts_its_weak_handles",
        with: &[],
        covers: &[("channels", &["weak handles"], "N")],
    },
    Test {
        method: Properties,
        at: "tests/queue.rs",
        name: "one_who_has_a_queue_alone_pushes_and_pops_as_all_do",
        with: &[],
        covers: &[("queue", &["push", "pop"], "N")],
    },
];

const ALL: &[Method] = &Method::ALL;

pub const REASONS: &[Reason] = &[
    Reason { text: "Rings have no evictions.", cells: &[("rings", &["*"], "E", ALL)] },
    Reason {
        text: "Slots in place belong to a lone side. The only handle of it holds them itself, and it \
               claims by its commit alone, so that it is never late (docs/DESIGN.md, section 5).",
        cells: &[
            ("rings", &["slots in place, in"], "P", ALL),
            ("rings", &["slots in place, out"], "C", ALL),
        ],
    },
    Reason {
        text: "It takes the whole queue, so that nobody else can be inside of it.",
        cells: &[
            ("queue", &["into_iter"], "PCE", ALL),
            ("queue", &["into_iter"], "N", &[Loom, Random, Histories]),
        ],
    },
    Reason {
        text: "A stream and a sink poll the channel as the futures do, by the same attempts and the \
               same place in the list; they add the one message that a sink holds. The models and the \
               properties are those of the futures, histories run both, and `tests/channel/streams.rs` \
               has what is their own.",
        cells: &[("channels", &["stream and sink"], "PCEN", &[Loom, Random, Properties])],
    },
    Reason {
        text: "Counts stand beside the channel and no operation reads them; models are compiled \
               without them. What may be relied on is a relation of the counts, and no history tells it.",
        cells: &[("channels", &["metrics"], "PCEN", &[Loom, Random, Histories])],
    },
];

/// What could be built and is not.
pub const NOT_BUILT: &[Reason] = &[];

/// The cases that have no test of their name yet.
pub const OPEN_CASES: &[&str] = &["D4", "D6", "D7", "D8", "D9", "D10", "D11", "D12", "D14"];

/// The cases, which users of other queues met or which were faults of this one.
pub const CASES: &[(&str, &str)] = &[
    ("A1", "a thread stopped between claim and commit of a push stops nobody"),
    ("A2", "Full, though it is not full"),
    ("A3", "a send that has returned is not missed"),
    ("A4", "Disconnected with items still queued"),
    ("A5", "counters wrap"),
    ("A6", "the smallest, the largest and the odd capacities"),
    ("A7", "the length is below zero or above the capacity"),
    ("A8", "a drain stops at a hole"),
    ("A9", "a batch looks only at the first slot"),
    ("A10", "orderings that are too weak"),
    ("A11", "items lost under load"),
    ("A12", "another capacity than was asked for"),
    ("B1", "the last of both ends drop together"),
    ("B2", "items outlive the last receiver"),
    ("B3", "an item whose drop panics"),
    ("B4", "an iterator or a closure that panics"),
    ("B5", "guards that are dropped, forgotten, or held"),
    ("B6", "what is forgotten leaks"),
    ("B7", "futures that are dropped or forgotten, wakers that panic"),
    ("B8", "a waker outlives its receiver"),
    ("B9", "what may be sent between threads"),
    ("B10", "large values on the stack"),
    ("C1", "a waiter is notified and cancelled"),
    ("C2", "an item is lost with the future that was to receive it"),
    ("C3", "a stale waker takes the only wake-up"),
    ("C4", "a list of waiters grows with each poll"),
    ("C5", "the waker changes between polls"),
    ("C6", "chains of wake-ups for nothing"),
    ("C7", "a wait with a time-out spins"),
    ("C8", "endless times, no time, and times in the past"),
    ("C9", "blocked senders are never released"),
    ("C10", "a shutdown drops accepted messages"),
    ("C11", "one waiter starves"),
    ("C12", "more threads than cores"),
    ("C13", "what does not wait takes a lock"),
    ("D1", "an eviction beside a late consumer delivers a value twice"),
    ("D2", "Empty, though a push has returned"),
    ("D3", "evictions lose values"),
    ("D4", "a pending send that is kept and not polled stops all"),
    ("D5", "counts below zero or above the capacity"),
    ("D6", "the item of a sink turns up after its time-out"),
    ("D7", "a channel writes its whole buffer when it is made"),
    ("D8", "the memory of an idle channel"),
    ("D9", "a benchmark dies with one bad queue"),
    ("D10", "results of different builds are compared in silence"),
    ("D11", "the CPU quota of a container is not seen"),
    ("D12", "a target without 64-bit atomics or without compare-and-swap"),
    ("D13", "a sandbox that kills whoever calls `membarrier`"),
    ("D14", "the last two senders drop at once, and the receiver sleeps on"),
    ("D15", "the drop of an item comes back to its own channel"),
    ("D16", "a fork while others are inside"),
];
