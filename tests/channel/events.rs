//! Events of what is rare, as a subscriber gets them.

use std::fmt::{Debug, Write};
use std::future::ready;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

use ringway::channel::{
    Receiver, Selector, Sender, TryRecvError, TrySendError, at, bounded, priorities, weighted,
};
use tracing::field::{Field, Visit};
use tracing::subscriber::with_default;
use tracing::{Event, Level, Metadata, Subscriber, span};

use crate::polls::poll_once;
use crate::watch::{asleep, finishes};

/// What was told, a line for each event.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    /// All of it since the last time.
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// A subscriber to all of this crate up to a level, which does something besides.
struct Listens<F> {
    level: Level,
    told: Told,
    does: F,
}

/// What an event says.
struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => write!(self.0, "{value:?}; ").unwrap(),
            name => write!(self.0, "{name} {value:?}, ").unwrap(),
        }
    }
}

impl<F: Fn() + Send + Sync + 'static> Subscriber for Listens<F> {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target() == "ringway::channel" && *metadata.level() <= self.level
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(format!("{} ", event.metadata().level()));
        event.record(&mut line);
        self.told.0.lock().unwrap().push(line.0);
        (self.does)();
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        unreachable!("there are none")
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// Does the work while somebody listens on this thread, who does something with each event.
fn listening<R>(
    told: &Told,
    does: impl Fn() + Send + Sync + 'static,
    work: impl FnOnce() -> R,
) -> R {
    with_default(Listens { level: Level::TRACE, told: told.clone(), does }, work)
}

/// What is told of the work.
fn told(work: impl FnOnce()) -> Vec<String> {
    let told = Told::default();
    listening(&told, || {}, work);
    told.take()
}

/// A channel that is shown by its name, where there are names.
fn named(capacity: usize, name: &'static str) -> (Sender<u32>, Receiver<u32>, String) {
    let (sender, receiver) = bounded(capacity);
    #[cfg(feature = "metrics")]
    {
        assert!(sender.register(name));
        (sender, receiver, format!("channel {name}"))
    }
    #[cfg(not(feature = "metrics"))]
    {
        let _ = name;
        (sender, receiver, String::from("channel 0x"))
    }
}

#[test]
fn nothing_is_told_of_messages_that_find_room_and_of_receives_that_find_them() {
    let (sender, receiver) = bounded(4);
    let lines = told(|| {
        for n in 0..10 {
            sender.send(n).unwrap();
            sender.try_send(n).unwrap();
            sender.send_slice(&[n]).unwrap();
            assert_eq!((receiver.recv(), receiver.try_recv()), (Ok(n), Ok(n)));
            assert_eq!(receiver.drain().count(), 1);
        }
        assert!(receiver.try_recv().is_err());
        drop((sender.clone(), receiver.clone()));
    });
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn what_is_refused_is_told_with_the_name_and_the_state() {
    let (sender, _receiver, channel) = named(1, "refuses");
    sender.send(0).unwrap();
    let lines = told(|| {
        assert!(sender.try_send(1).is_err());
        assert!(sender.send_timeout(1, Duration::ZERO).is_err());
    });
    let refused: Vec<_> = lines.iter().filter(|line| line.contains("refused")).collect();
    assert_eq!(refused.len(), 2, "{lines:?}");
    for line in refused {
        assert!(line.starts_with("DEBUG") && line.contains(&channel), "{line}");
        assert!(line.contains("len 1, capacity 1"), "{line}");
    }
}

/// Whatever the call, and whichever the channel.
#[test]
fn each_call_that_is_refused_is_told_once() {
    let (sender, _receiver) = bounded(1);
    let (weighs, _other) = weighted(1, 1, |_: &u32| 1);
    sender.send(0).unwrap();
    weighs.send(0).unwrap();
    let mut messages = vec![1, 2];
    let calls: [&mut dyn FnMut() -> bool; 9] = [
        &mut || sender.try_send_slice(&[1, 2]).is_err(),
        &mut || sender.try_send_all(&mut vec![1, 2]).is_err(),
        &mut || gives_up(sender.send_async(1).until(ready(()))).is_err(),
        &mut || gives_up(sender.send_slice_async(&[1, 2]).until(ready(()))).is_err(),
        &mut || gives_up(sender.send_all_async(&mut messages).until(ready(()))).is_err(),
        &mut || gives_up(sender.clone().into_send_async(1).until(ready(()))).1.is_err(),
        &mut || weighs.try_send(1).is_err(),
        &mut || weighs.send_timeout(1, Duration::ZERO).is_err(),
        &mut || weighs.try_reserve(1).is_err(),
    ];
    for (which, call) in calls.into_iter().enumerate() {
        let lines = told(|| assert!(call()));
        let refused = lines.iter().filter(|line| line.contains("refused")).count();
        assert_eq!(refused, 1, "of {which}: {lines:?}");
    }
}

/// What a future says that has waited in vain.
fn gives_up<F: Future>(future: F) -> F::Output {
    match poll_once(&mut pin!(future)) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("its time is over"),
    }
}

#[test]
fn a_channel_without_a_name_is_shown_by_where_it_lies() {
    let channels: Vec<_> = (0..2).map(|_| bounded(1)).collect();
    let lines = told(|| {
        for (sender, _) in &channels {
            sender.send(0).unwrap();
            assert!(sender.try_send(1).is_err());
        }
    });
    assert_eq!(lines.len(), 2);
    assert!(
        lines[0] != lines[1] && lines.iter().all(|line| line.contains("channel 0x")),
        "{lines:?}"
    );
}

#[test]
fn a_close_and_the_end_of_each_side_are_told_once() {
    let (sender, receiver, channel) = named(1, "closes");
    let lines = told(|| assert!(sender.close() && !receiver.close()));
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("DEBUG") && lines[0].contains("closed"), "{lines:?}");
    assert!(lines[0].contains(&channel), "{lines:?}");
    let another = sender.clone();
    assert!(told(|| drop(another)).is_empty(), "it was not the last");
    let lines = told(|| drop(sender));
    assert!(
        lines.len() == 1 && lines[0].contains("gone; ") && lines[0].contains("end \"senders\""),
        "{lines:?}"
    );
    let lines = told(|| drop(receiver));
    assert!(lines.len() == 1 && lines[0].contains("end \"receivers\""), "{lines:?}");
}

/// Whoever goes last closes the channel.
#[test]
fn the_last_of_a_side_closes_the_channel_and_both_are_told() {
    for is_sender in [true, false] {
        let (sender, receiver) = bounded::<u8>(1);
        let told = |last: Box<dyn Send>| told(|| drop(last));
        let (lines, _other): (_, Box<dyn Send>) = if is_sender {
            (told(Box::new(sender)), Box::new(receiver))
        } else {
            (told(Box::new(receiver)), Box::new(sender))
        };
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].contains("closed") && lines[1].contains("gone"), "{lines:?}");
    }
}

#[test]
fn a_thread_that_goes_to_sleep_is_told_before_it_sleeps() {
    finishes(|| {
        let (sender, receiver, channel) = named(1, "sleeps");
        let lines = Told::default();
        let theirs = lines.clone();
        let receiving = asleep(move || listening(&theirs, || {}, || receiver.recv()));
        let slept = lines.take();
        sender.send(1).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(1));
        assert_eq!(slept.len(), 1, "{slept:?}");
        assert!(slept[0].starts_with("TRACE") && slept[0].contains("sleep"), "{slept:?}");
        assert!(slept[0].contains("receivers") && slept[0].contains(&channel), "{slept:?}");
    });
}

#[test]
fn a_task_is_told_of_once_for_each_wait() {
    let (sender, receiver) = bounded(1);
    let mut receiving = receiver.recv_async();
    let lines = told(|| {
        for n in 0..3 {
            assert!(poll_once(&mut receiving).is_pending());
            sender.send(n).unwrap();
            assert_eq!(receiver.try_recv(), Ok(n), "another is faster");
        }
    });
    assert!(lines.len() == 1 && lines[0].contains("sleep"), "{lines:?}");
}

/// At a rendezvous each message is a wait of its own.
#[test]
fn tasks_are_told_of_that_wait_elsewhere() {
    let (meets, _receiver) = bounded(0);
    let mut messages = vec![1, 2];
    let (_senders, urgent) = priorities::<u32, 2>([1, 1]);
    let waits: [&mut dyn FnMut() -> bool; 4] = [
        &mut || poll_once(&mut meets.send_async(1)).is_pending(),
        &mut || poll_once(&mut meets.send_slice_async(&[1, 2])).is_pending(),
        &mut || poll_once(&mut meets.send_all_async(&mut messages)).is_pending(),
        &mut || poll_once(&mut urgent.recv_async()).is_pending(),
    ];
    for (which, waits) in waits.into_iter().enumerate() {
        let lines = told(|| assert!(waits()));
        assert!(lines.len() == 1 && lines[0].contains("sleep"), "of {which}: {lines:?}");
    }
}

#[test]
fn threads_are_told_of_that_wait_elsewhere() {
    finishes(|| {
        let slept = |work: Box<dyn FnOnce() + Send>| {
            let lines = Told::default();
            let theirs = lines.clone();
            (asleep(move || listening(&theirs, || {}, work)), lines)
        };
        let instant = at(Instant::now() + Duration::from_secs(3600));
        let other = instant.clone();
        let (waits, lines) = slept(Box::new(move || assert!(other.recv().is_err())));
        instant.close();
        waits.join().unwrap();
        let lines = lines.take();
        assert!(lines.len() == 1 && lines[0].contains("sleep"), "{lines:?}");
        let (senders, urgent) = priorities::<u32, 2>([1, 1]);
        let (waits, lines) = slept(Box::new(move || assert_eq!(urgent.recv(), Ok(1))));
        senders[1].send(1).unwrap();
        waits.join().unwrap();
        let lines = lines.take();
        assert!(lines.iter().any(|line| line.contains("sleep")), "{lines:?}");
    });
}

#[test]
fn a_select_that_goes_to_sleep_says_among_how_many() {
    finishes(|| {
        let [(sender, receiver), (_other, others)] = [(); 2].map(|()| bounded::<u8>(1));
        let lines = Told::default();
        let theirs = lines.clone();
        let selecting = asleep(move || {
            let select =
                || Selector::new().recv(&receiver, |one| one).recv(&others, |one| one).wait();
            listening(&theirs, || {}, select)
        });
        sender.send(1).unwrap();
        assert_eq!(selecting.join().unwrap(), Ok(1));
        let lines = lines.take();
        assert!(lines.len() == 1 && lines[0].contains("choices 2"), "{lines:?}");
    });
}

/// What it does to the channel is not told in its turn.
#[test]
fn a_subscriber_may_use_the_channel_of_which_it_is_told() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        sender.send(0).unwrap();
        let (theirs, other) = (sender.clone(), receiver.clone());
        let does = move || {
            assert!(theirs.try_send(7).is_err(), "it is full");
            assert_eq!(other.recv(), Ok(0));
            theirs.send(0).unwrap();
            assert!(poll_once(&mut theirs.send_async(8)).is_pending());
            assert!(theirs.len() == 1 && theirs.sender_count() >= 2);
        };
        let lines = Told::default();
        listening(&lines, does, || {
            assert!(sender.try_send(1).is_err());
            assert!(poll_once(&mut sender.send_async(2)).is_pending());
        });
        let levels: Vec<_> = lines.take().iter().map(|line| line[..5].to_string()).collect();
        assert_eq!(levels, ["DEBUG", "TRACE"]);
    });
}

/// It makes the room that the sender is about to wait for, and takes the place of nobody.
#[test]
fn what_a_subscriber_does_wakes_the_one_of_whom_it_is_told() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        sender.send(0).unwrap();
        let other = receiver.clone();
        let lines = Told::default();
        let does = move || assert_eq!(other.recv(), Ok(0));
        listening(&lines, does, || sender.send(1).unwrap());
        assert_eq!((receiver.recv(), lines.take().len()), (Ok(1), 1));
    });
}

/// Who is about to sleep is in no list yet: the room that comes is told to the subscriber.
#[test]
fn a_subscriber_may_wait_for_the_channel_of_which_it_is_told() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        sender.send(0).unwrap();
        let theirs = sender.clone();
        let does = move || theirs.send(9).unwrap();
        let sending = asleep(move || listening(&Told::default(), does, || sender.send(1).unwrap()));
        assert_eq!([(); 3].map(|()| receiver.recv()), [Ok(0), Ok(9), Ok(1)]);
        sending.join().unwrap();
    });
}

/// The same at a rendezvous, where the one of whom it is told would be met in its stead.
#[test]
fn a_subscriber_may_wait_at_the_rendezvous_of_which_it_is_told() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let theirs = receiver.clone();
        let does = move || assert_eq!(theirs.recv(), Ok(1));
        let receiving = asleep(move || listening(&Told::default(), does, || receiver.recv()));
        sender.send_slice(&[1, 2]).unwrap();
        assert_eq!(receiving.join().unwrap(), Ok(2));
    });
}

/// What was not sent is where it was.
#[test]
fn a_batch_keeps_its_messages_where_a_subscriber_panics() {
    let (sender, _receiver) = bounded(0);
    let mut messages = vec![1, 2];
    let sends = || catch_unwind(AssertUnwindSafe(|| sender.send_all(&mut messages)));
    assert!(listening(&Told::default(), || panic!("the subscriber panics"), sends).is_err());
    assert_eq!(messages, [1, 2]);
}

/// Nobody meets one at a rendezvous who is not back yet, neither itself nor others.
#[test]
fn a_subscriber_is_called_before_its_thread_can_be_met() {
    finishes(|| {
        let (sender, receiver) = bounded(0);
        let theirs = sender.clone();
        let does = move || {
            assert_eq!(theirs.try_send(1), Err(TrySendError::Full(1)));
            theirs.close();
        };
        let lines = Told::default();
        listening(&lines, does, || assert!(receiver.recv().is_err()));
        let (sender, receiver) = bounded(0);
        let does = move || {
            assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
            receiver.close();
        };
        listening(&lines, does, || assert!(sender.send(1).is_err()));
        assert_eq!(lines.take().len(), 2);
    });
}

/// Who was asleep is woken before it is called.
#[test]
fn a_subscriber_that_panics_keeps_nobody_asleep_and_is_called_again() {
    finishes(|| {
        let (sender, receiver) = bounded::<u32>(1);
        let receiving = asleep(move || receiver.recv());
        let lines = Told::default();
        let panics = || panic!("the subscriber panics");
        let work = || {
            assert!(catch_unwind(AssertUnwindSafe(|| sender.close())).is_err());
            assert!(receiving.join().unwrap().is_err());
            assert!(catch_unwind(AssertUnwindSafe(|| drop(sender))).is_err());
        };
        listening(&lines, panics, work);
        assert_eq!(lines.take().len(), 2);
    });
}

/// A last handle that goes while its thread panics must not end the process.
#[test]
fn a_subscriber_that_panics_while_the_thread_does_ends_no_process() {
    let lines = Told::default();
    let unwound = listening(
        &lines,
        || panic!("the subscriber panics"),
        || {
            catch_unwind(|| {
                let (_sender, _receiver) = bounded::<u8>(1);
                panic!("the thread panics");
            })
        },
    );
    let why = unwound.unwrap_err().downcast::<&str>().unwrap();
    assert_eq!((*why, lines.take().len()), ("the thread panics", 3));
}

#[test]
fn where_only_debug_is_listened_to_no_sleep_is_told() {
    let (sender, _receiver) = bounded(1);
    let lines = Told::default();
    let quiet = Listens { level: Level::DEBUG, told: lines.clone(), does: || {} };
    with_default(quiet, || {
        sender.send(0).unwrap();
        assert!(poll_once(&mut sender.send_async(1)).is_pending());
        assert!(sender.try_send(1).is_err());
    });
    let levels: Vec<_> = lines.take().iter().map(|line| line[..6].to_string()).collect();
    assert_eq!(levels, ["DEBUG "]);
}

/// Each thread has what it does told to its own subscriber.
#[test]
fn threads_that_tell_at_once_do_not_hold_each_other_up() {
    finishes(|| {
        let (sender, receiver) = bounded(1);
        thread::scope(|scope| {
            for _ in 0..2 {
                let (sender, receiver) = (sender.clone(), receiver.clone());
                scope.spawn(move || told(|| (0..200).for_each(|n| sender.send(n).unwrap())));
                scope.spawn(move || {
                    told(|| (0..200).for_each(|_| assert!(receiver.recv().is_ok())))
                });
            }
        });
        assert!(sender.is_empty());
    });
}
