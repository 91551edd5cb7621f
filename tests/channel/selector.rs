//! The first of several, where one can be done at once.

use std::thread;
use std::time::Duration;

use ringway::channel::{
    Receiver, RecvError, SelectTimeoutError, Selector, SendError, Sender, bounded,
};

use crate::common::End;
use crate::effort::times;

on_channels!(it_receives_and_sends_on_each_kind);

fn it_receives_and_sends_on_each_kind<P: End, C: End>(
    sender: Sender<u64, P, C>,
    receiver: Receiver<u64, C>,
) {
    for message in 0..20 {
        let mut unsent = Some(message);
        let sent = Selector::new().send(&sender, &mut unsent, |sent| sent).wait();
        assert_eq!((sent, unsent), (Ok(()), None));
        let received = Selector::new().recv(&receiver, |received| received).wait();
        assert_eq!(received, Ok(message));
    }
    assert_eq!(Selector::new().recv(&receiver, |received| received).try_wait(), None);
}

#[test]
fn nothing_is_done_that_cannot_be_done_at_once() {
    let (sender, receiver) = bounded::<u8>(1);
    let (full, kept) = bounded(1);
    full.send(1).unwrap();
    let mut unsent = Some(2);
    let nothing = Selector::new().recv(&receiver, drop).send(&full, &mut unsent, drop).try_wait();
    assert_eq!((nothing, unsent), (None, Some(2)), "the message stays where it is");
    let late = Selector::new()
        .recv(&receiver, drop)
        .send(&full, &mut unsent, drop)
        .wait_timeout(Duration::from_millis(1));
    assert_eq!((late, unsent), (Err(SelectTimeoutError), Some(2)));
    assert_eq!(kept.recv(), Ok(1));
    let sent = Selector::new().recv(&receiver, drop).send(&full, &mut unsent, drop).try_wait();
    assert_eq!((sent, unsent, kept.recv()), (Some(()), None, Ok(2)));
    drop(sender);
}

#[test]
fn what_is_chosen_is_done_once_and_nothing_else() {
    let (sender, receiver) = bounded(4);
    let (other, others) = bounded(4);
    sender.send_slice(&[1, 2, 3, 4]).unwrap();
    other.send_slice(&[11, 12, 13, 14]).unwrap();
    let mut received = Vec::new();
    for left in (0..8).rev() {
        received.push(
            Selector::new().recv(&receiver, Result::unwrap).recv(&others, Result::unwrap).wait(),
        );
        assert_eq!(receiver.len() + others.len(), left);
    }
    let (one, ten): (Vec<_>, Vec<_>) = received.into_iter().partition(|&message| message < 10);
    assert_eq!((one, ten), (vec![1, 2, 3, 4], vec![11, 12, 13, 14]));
}

#[test]
fn each_comes_first_as_often_as_the_others() {
    const ROUNDS: usize = 9 * times(100);
    let channels: Vec<_> = (0..3).map(|_| bounded(ROUNDS)).collect();
    channels.iter().for_each(|(sender, _)| (0..ROUNDS).for_each(|_| sender.send(()).unwrap()));
    let mut counts = [0; 3];
    for _ in 0..ROUNDS {
        let select = channels.iter().enumerate();
        let select = select.fold(Selector::new(), |select, (id, (_, receiver))| {
            select.recv(receiver, move |_| id)
        });
        counts[select.wait()] += 1;
    }
    assert!(counts.iter().all(|&n| n > ROUNDS / 4), "{counts:?}");
}

#[test]
fn each_comes_first_as_often_where_selects_take_turns() {
    const ROUNDS: usize = 9 * times(100);
    for selects in 2..=4 {
        let channels: Vec<_> = (0..2).map(|_| bounded(selects * ROUNDS)).collect();
        let all = 0..selects * ROUNDS;
        channels.iter().for_each(|(sender, _)| all.clone().for_each(|_| sender.send(()).unwrap()));
        let mut counts = vec![[0; 2]; selects];
        for round in all {
            let choice =
                Selector::new().recv(&channels[0].1, |_| 0).recv(&channels[1].1, |_| 1).try_wait();
            counts[round % selects][choice.unwrap()] += 1;
        }
        assert!(counts.iter().flatten().all(|&n| n > ROUNDS / 4), "{counts:?}");
    }
}

#[test]
fn each_comes_first_as_often_beside_those_that_cannot_be_done() {
    const ROUNDS: usize = times(40_000);
    for (ready, all) in [(2, 3), (2, 10), (3, 10)] {
        let channels: Vec<_> = (0..all).map(|_| bounded(ROUNDS)).collect();
        let fill = |sender: &Sender<()>| (0..ROUNDS).for_each(|_| sender.send(()).unwrap());
        channels.iter().take(ready).for_each(|(sender, _)| fill(sender));
        let mut counts = vec![0; ready];
        for _ in 0..ROUNDS {
            let select = channels.iter().enumerate();
            let select = select.fold(Selector::new(), |select, (id, (_, receiver))| {
                select.recv(receiver, move |_| id)
            });
            counts[select.wait()] += 1;
        }
        assert!(counts.iter().all(|&n| 4 * ready * n > 3 * ROUNDS), "of {all}: {counts:?}");
    }
}

#[test]
fn each_comes_first_where_threads_select_once() {
    const THREADS: usize = if cfg!(miri) { 16 } else { 64 };
    let channels: Vec<_> = (0..2).map(|_| bounded(THREADS)).collect();
    channels.iter().for_each(|(sender, _)| (0..THREADS).for_each(|_| sender.send(()).unwrap()));
    let mut counts = [0; 2];
    for _ in 0..THREADS {
        let select =
            || Selector::new().recv(&channels[0].1, |_| 0).recv(&channels[1].1, |_| 1).try_wait();
        let chosen = thread::scope(|scope| scope.spawn(select).join());
        counts[chosen.unwrap().unwrap()] += 1;
    }
    assert!(counts.iter().all(|&n| n > 0), "{counts:?}");
}

#[test]
fn the_end_of_a_channel_can_be_chosen() {
    let (sender, receiver) = bounded::<u8>(1);
    let (_open, waiting) = bounded::<u8>(1);
    drop(sender);
    let end = Selector::new().recv(&waiting, Some).recv(&receiver, Some).wait();
    assert_eq!(end, Some(Err(RecvError)));
    let (sender, receiver) = bounded(1);
    drop(receiver);
    let mut unsent = Some(7);
    let end = Selector::new().recv(&waiting, |_| None).send(&sender, &mut unsent, Some).wait();
    assert_eq!((end, unsent), (Some(Err(SendError(7))), None), "it is given the message back");
}

#[test]
fn what_was_sent_before_the_close_comes_first() {
    let (sender, receiver) = bounded(2);
    sender.send_slice(&[1, 2]).unwrap();
    sender.close();
    let next = || Selector::new().recv(&receiver, |received| received).wait();
    assert_eq!([next(), next(), next()], [Ok(1), Ok(2), Err(RecvError)]);
}

#[test]
fn without_a_message_to_send_it_is_never_chosen() {
    let (sender, receiver) = bounded::<u8>(1);
    let (other, others) = bounded(1);
    other.send(1).unwrap();
    for _ in 0..10 {
        let mut none = None;
        let chosen = Selector::new()
            .send(&sender, &mut none, |_| unreachable!("there is nothing to send"))
            .recv(&others, Result::unwrap)
            .wait();
        other.send(chosen).unwrap();
    }
    assert!(receiver.is_empty());
}

#[test]
#[should_panic(expected = "without a choice")]
fn a_select_without_a_choice_says_so() {
    Selector::<()>::new().wait();
}

#[test]
fn a_select_is_shown_and_may_be_empty() {
    let (_sender, receiver) = bounded::<u8>(1);
    let select = Selector::default().recv(&receiver, drop);
    assert_eq!(format!("{select:?}"), "Selector { choices: 1 }");
    assert_eq!(Selector::<()>::new().try_wait(), None);
    let late = Selector::<()>::new().wait_timeout(Duration::from_millis(1));
    assert_eq!(late, Err(SelectTimeoutError));
    assert_eq!(SelectTimeoutError.to_string(), "timed out waiting on select");
}
