//! `select!` and `select_biased!`: what may be written, and what is evaluated when.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use ringway::channel::{
    Receiver, RecvError, SendError, Sender, bounded, mpsc, select, select_biased, spmc, spsc,
};

const SOON: Duration = Duration::from_millis(1);

type Channel = (Sender<u8>, Receiver<u8>);

/// A channel with a message in it, and one without.
fn one_of_two() -> (Channel, Channel) {
    let full = bounded(1);
    full.0.send(7).unwrap();
    (full, bounded(1))
}

#[test]
fn branches_end_with_commas_or_blocks() {
    let ((sender, receiver), (_silent, silence)) = one_of_two();
    let got = select! {
        recv(silence) -> _ => 0,
        recv(receiver) -> one => one.unwrap(),
    };
    assert_eq!(got, 7);
    select! { recv(silence,) -> _ => unreachable!(), send(sender, 1,) -> sent => sent.unwrap() }
    select! {
        recv(silence) -> _ => {},
        recv(silence) -> _ => {}
        recv(silence) -> _ => match silence.recv() {
            Ok(0) => unreachable!(),
            Ok(_) => {}
            Err(_) => {}
        },
        recv(silence) -> _ => if silence.is_empty() { unreachable!() },
        recv(receiver) -> one => { assert_eq!(one, Ok(1)); }
    }
    let length = select! {
        recv(silence) -> _ => panic!("nobody sends there"),
        default => { String::from("none") }.len()
    };
    assert_eq!(length, 4);
}

#[test]
fn the_default_comes_where_nothing_can_be_done() {
    let ((sender, receiver), (_silent, silence)) = one_of_two();
    let is_default = |select: &dyn Fn() -> bool| assert!(select());
    is_default(&|| select! { recv(silence) -> _ => false, default => true });
    is_default(&|| select! { recv(silence) -> _ => false, default() => true });
    is_default(&|| select! { default(SOON) => true, send(sender, 1) -> _ => false });
    is_default(&|| select! { recv(silence) -> _ => false, default(SOON,) => { true } });
    is_default(&|| select! { default => true });
    is_default(&|| select! { default(SOON) => { true } });
    let got = select! { default => None, recv(receiver) -> one => one.ok() };
    assert_eq!(got, Some(7));
}

#[test]
fn channels_of_all_kinds_and_in_any_place() {
    let (spsc, mpsc, spmc) = (spsc::bounded(1), mpsc::bounded(1), spmc::bounded(1));
    let (boxed, shared) = (Box::new(bounded(1)), Arc::new(bounded(1)));
    let once = Box::new(bounded::<u8>(1));
    let many = [bounded(1)];
    select_biased! {
        send(spsc.0, 1) -> sent => sent.unwrap(),
        send(&&mpsc.0, 1) -> sent => sent.unwrap(),
    }
    for _ in 0..4 {
        select_biased! {
            send(&mpsc.0, 2) -> sent => sent.unwrap(),
            send(spmc.0, "3") -> sent => sent.unwrap(),
            send(boxed.0, 4) -> sent => sent.unwrap(),
            send(&shared.0, 5) -> sent => sent.unwrap(),
            send((*once).0, 6) -> sent => sent.unwrap(),
        }
    }
    let mut all = Vec::new();
    for _ in 0..5 {
        select! {
            recv(spsc.1) -> one => all.push(one.unwrap()),
            recv(&&&mpsc.1) -> one => all.push(one.unwrap()),
            recv(spmc.1) -> one => all.push(one.unwrap().parse().unwrap()),
            recv(boxed.1) -> one => all.push(one.unwrap()),
            recv({ &shared.1 }) -> one => all.push(one.unwrap()),
            recv(many[0].1) -> one => all.push(one.unwrap()),
        }
    }
    all.sort_unstable();
    assert_eq!(all, [1, 2, 3, 4, 5]);
    let (sender, receiver) = bounded(1);
    let (sender, receiver) = (move || sender, move || receiver);
    select! { send(sender(), ()) -> sent => sent.unwrap() }
    select! { recv(receiver()) -> receiver => receiver.unwrap() }
}

#[test]
fn channels_are_evaluated_once_and_a_message_if_it_is_sent() {
    let ((sender, receiver), (_silent, silence)) = one_of_two();
    let seen = Cell::new(Vec::new());
    let note = |what| {
        let mut all = seen.take();
        all.push(what);
        seen.set(all);
    };
    let timeout = || {
        note("time");
        SOON
    };
    for _ in 0..2 {
        select! {
            recv({ note("silence"); &silence }) -> _ => unreachable!(),
            send({ note("sender"); &sender }, { note("message"); 1 }) -> _ => note("sent"),
            default(timeout()) => note("default"),
        }
        let _ = receiver.try_recv();
    }
    let head = ["silence", "sender", "time"];
    let expected = [&head[..], &["default"], &head, &["message", "sent"]].concat();
    assert_eq!(seen.take(), expected);
}

/// Each branch may use up what it has, and leave by any way.
#[test]
fn bodies_are_those_of_a_match() {
    fn leaves(receiver: &Receiver<u8>, sender: &Sender<String>) -> Result<u8, RecvError> {
        let owned = String::from("mine");
        for _ in 0..3 {
            select! {
                recv(receiver) -> one => match one? {
                    0 => continue,
                    1 => break,
                    one => return Ok(one),
                },
                send(sender, owned) -> sent => {
                    return Ok(sent.map_or_else(|SendError(owned)| owned.len(), |()| 0) as u8);
                }
            }
        }
        Ok(100)
    }
    let (full, kept) = bounded(1);
    full.send(String::new()).unwrap();
    let (sender, receiver) = bounded(4);
    let leave = || leaves(&receiver, &full);
    sender.send_slice(&[0, 9, 1]).unwrap();
    assert_eq!([leave(), leave()], [Ok(9), Ok(100)]);
    drop(sender);
    assert_eq!(leave(), Err(RecvError));
    let (_sender, receiver) = bounded(1);
    drop(kept);
    assert_eq!(leaves(&receiver, &full), Ok(4));
}

/// What leaves by `?` or `return` sends nothing, and keeps no place.
#[test]
fn the_expression_of_a_message_may_leave() {
    fn fails(sender: &Sender<u8>, message: Option<u8>) -> Option<()> {
        select! { send(sender, message?) -> sent => sent.ok() }
    }
    let (sender, receiver) = bounded(1);
    for message in 0..3 {
        assert_eq!(fails(&sender, None), None);
        assert!(receiver.try_recv().is_err());
        assert_eq!(fails(&sender, Some(message)), Some(()));
        assert_eq!(receiver.try_recv(), Ok(message));
    }
}

#[test]
fn the_type_of_a_message_is_that_of_its_channel() {
    type Job = Box<dyn Fn(&str) -> usize>;
    let (sender, receiver) = bounded::<Job>(1);
    select! { send(sender, Box::new(|text| text.len())) -> sent => assert!(sent.is_ok()) }
    assert_eq!(receiver.recv().unwrap()("four"), 4);
    // And the other way round.
    let (sender, receiver) = bounded(1);
    select! { recv(receiver) -> _ => unreachable!(), default => {} }
    sender.send(1_u8).unwrap();
}

#[test]
fn each_comes_first_as_often_unless_biased() {
    let channels = [bounded(1000), bounded(1000)];
    channels.iter().for_each(|(sender, _)| (0..1000).for_each(|_| sender.send(()).unwrap()));
    let [(_, one), (_, other)] = &channels;
    let first = || select! { recv(one) -> _ => 1, recv(other) -> _ => 0 };
    let ones: usize = (0..1000).map(|_| first()).sum();
    assert!((250..750).contains(&ones), "{ones}");
    let left = one.len();
    for _ in 0..left {
        select_biased! { recv(one) -> _ => {}, recv(other) -> _ => unreachable!() }
    }
    select_biased! { recv(one) -> _ => unreachable!(), recv(other) -> _ => {} }
}

/// A select of this many branches, all but one of which wait for nothing.
macro_rules! branches {
    ($full:ident $silent:ident $($n:literal)*) => {
        select! { $(recv($silent) -> _ => $n,)* recv($full) -> one => one.unwrap() }
    };
}

#[test]
fn there_may_be_dozens_of_branches_and_selects_within_selects() {
    let ((sender, full), (_silent, silent)) = one_of_two();
    let got = branches!(full silent 100 101 102 103 104 105 106 107 108 109 110 111 112 113 114 115
        116 117 118 119 120 121 122 123 124 125 126 127 128 129 130 131 132 133 134 135 136 137 138
        139 140 141 142 143 144 145 146);
    assert_eq!(got, 7);
    let inner = select! {
        send(sender, 1) -> sent => {
            sent.unwrap();
            select! {
                recv(silent) -> _ => 0,
                recv(full) -> one => select! {
                    recv(full) -> _ => 0,
                    default => one.unwrap(),
                },
            }
        }
    };
    assert_eq!(inner, 1);
}
