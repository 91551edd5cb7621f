//! Those who wait beside a select: it keeps from nobody what it does not use.

use std::thread;

use ringway::channel::{Selector, bounded};

use crate::watch::{asleep, finishes};

#[test]
fn what_a_select_calls_may_wait_for_the_others() {
    finishes(|| {
        let (for_select, selected) = bounded::<u8>(1);
        let (sender, receiver) = bounded::<u8>(4);
        let (release, released) = bounded::<u8>(1);
        let another = receiver.clone();
        let selecting = asleep(move || {
            Selector::new()
                .recv(&selected, |_| released.recv().unwrap())
                .recv(&receiver, |_| panic!("that is the other's"))
                .wait()
        });
        let other = asleep(move || another.recv().unwrap());
        for_select.send(1).unwrap();
        while !for_select.is_empty() {
            thread::yield_now();
        }
        // The select is busy with what it was given to call, and waits for nothing else.
        sender.send(2).unwrap();
        assert_eq!(other.join().unwrap(), 2);
        release.send(3).unwrap();
        assert_eq!(selecting.join().unwrap(), 3);
    });
}

#[test]
fn a_select_without_a_message_does_not_wait_for_room() {
    finishes(|| {
        let (sender, receiver) = bounded::<u8>(1);
        sender.send(1).unwrap();
        let (end, ended) = bounded::<u8>(1);
        let selects = sender.clone();
        let selecting = asleep(move || {
            Selector::new().send(&selects, &mut None, |_| 0).recv(&ended, |_| 1).wait()
        });
        let other = asleep(move || sender.send(2));
        assert_eq!(receiver.try_recv(), Ok(1));
        // Nobody looks at the channel any more: the room that was made is all there is to wake it.
        assert_eq!(other.join().unwrap(), Ok(()));
        assert_eq!(receiver.try_recv(), Ok(2));
        end.send(3).unwrap();
        assert_eq!(selecting.join().unwrap(), 1);
    });
}

#[test]
#[should_panic(expected = "wait for ever")]
fn a_select_with_nothing_to_send_is_refused() {
    let (sender, _receiver) = bounded::<u8>(1);
    Selector::new().send(&sender, &mut None, |_| ()).wait();
}
