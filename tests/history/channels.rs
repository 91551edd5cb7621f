//! The channels, by the operations that do not wait, and by those whose time is over at once.

use std::time::Duration;

use ringway::channel::{self, Kind, Receiver, Sender};

use crate::record::{Ends, Pop, Push};
use crate::small::Full;
use crate::{long_histories, small_histories};

on_queue!(spsc, Full::Weak, |capacity, _, _| {
    let (sender, receiver) = channel::spsc::bounded(capacity);
    ends(vec![sender], vec![receiver])
});
on_queue!(mpsc, Full::Weak, |capacity, pushing, _| {
    let (sender, receiver) = channel::mpsc::bounded(capacity);
    ends(vec![sender; pushing], vec![receiver])
});
on_queue!(spmc, Full::Weak, |capacity, _, popping| {
    let (sender, receiver) = channel::spmc::bounded(capacity);
    ends(vec![sender], vec![receiver; popping])
});
on_queue!(mpmc, Full::Weak, |capacity, pushing, popping| {
    let (sender, receiver) = channel::bounded(capacity);
    ends(vec![sender; pushing], vec![receiver; popping])
});

/// The handles of a channel, as the recorder calls them. Each works in its two ways by turns.
fn ends<P, C>(senders: Vec<Sender<u64, P, C>>, receivers: Vec<Receiver<u64, C>>) -> Ends
where
    P: Kind + Send + Sync + 'static,
    C: Kind + Send + Sync + 'static,
{
    let push = |sender: Sender<u64, P, C>| -> Push {
        Box::new(move |value| match value % 2 {
            0 => sender.try_send(value).is_ok(),
            _ => sender.send_timeout(value, Duration::ZERO).is_ok(),
        })
    };
    let pop = |receiver: Receiver<u64, C>| -> Pop {
        let mut turn = 0;
        Box::new(move || {
            turn += 1;
            match turn % 2 {
                0 => receiver.try_recv().ok(),
                _ => receiver.recv_timeout(Duration::ZERO).ok(),
            }
        })
    };
    (senders.into_iter().map(push).collect(), receivers.into_iter().map(pop).collect())
}
