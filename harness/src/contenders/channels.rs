//! Channels that wait by themselves, ringway's and its peers', with the settings that one gets without asking.

use std::sync::mpsc::{self, Receiver, SyncSender};

use crate::contender::{
    Contender, Disconnected, Handles, Info, Kind, Progress, Role, Sink, Source, WaitingSink,
    WaitingSource, clones, only,
};

/// Makes a contender of a channel: its types, its constructor, and how to try to send.
macro_rules! channel {
    (
        $(#[$doc:meta])*
        $name:ident, $info:expr, $new:expr, sender: $sender:ty, receiver: $receiver:ty,
        consumers: $consumers:expr, send: $send:expr, try_send: $try_send:expr,
        recv: $recv:expr, try_recv: $try_recv:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl Contender for $name {
            const INFO: Info = $info;
            type Producer<T: Send + 'static> = $sender;
            type Consumer<T: Send + 'static> = $receiver;

            fn create<T: Send + 'static>(
                capacity: usize,
                producers: usize,
                consumers: usize,
            ) -> Handles<Self, T> {
                let (sender, receiver) = $new(capacity);
                (clones(sender, producers), $consumers(receiver, consumers))
            }
        }

        impl<T: Send + 'static> Sink<T> for $sender {
            #[inline]
            fn push(&mut self, message: T) -> Result<(), T> {
                $try_send(self, message)
            }
        }

        impl<T: Send + 'static> Source<T> for $receiver {
            #[inline]
            fn pop(&mut self) -> Option<T> {
                $try_recv(self)
            }
        }

        impl<T: Send + 'static> WaitingSink<T> for $sender {
            #[inline]
            fn send(&mut self, message: T) -> Result<(), Disconnected> {
                $send(self, message).map_err(|_| Disconnected)
            }
        }

        impl<T: Send + 'static> WaitingSource<T> for $receiver {
            #[inline]
            fn recv(&mut self) -> Option<T> {
                $recv(self).ok()
            }
        }
    };
}

/// What the channels have in common.
const fn channel(
    name: &'static str,
    package: &'static str,
    kind: Kind,
    progress: Progress,
) -> Info {
    Info { name, package, kind, role: Role::Peer, fifo: true, progress }
}

channel!(
    /// `channel::bounded` of ringway.
    RingwayChannel,
    Info {
        name: "ringway-channel",
        package: "ringway",
        kind: Kind::Mpmc,
        role: Role::Ringway,
        fifo: true,
        progress: Progress::LockFree,
    },
    ringway::channel::bounded,
    sender: ringway::channel::Sender<T>,
    receiver: ringway::channel::Receiver<T>,
    consumers: clones,
    send: ringway::channel::Sender::send,
    try_send: |sender: &mut ringway::channel::Sender<T>, message| sender
        .try_send(message)
        .map_err(ringway::channel::TrySendError::into_inner),
    recv: ringway::channel::Receiver::recv,
    try_recv: |receiver: &mut ringway::channel::Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `bounded` of crossbeam-channel.
    CrossbeamChannel,
    channel("crossbeam-channel", "crossbeam-channel", Kind::Mpmc, Progress::ClaimPublish),
    crossbeam_channel::bounded,
    sender: crossbeam_channel::Sender<T>,
    receiver: crossbeam_channel::Receiver<T>,
    consumers: clones,
    send: crossbeam_channel::Sender::send,
    try_send: |sender: &mut crossbeam_channel::Sender<T>, message| sender
        .try_send(message)
        .map_err(crossbeam_channel::TrySendError::into_inner),
    recv: crossbeam_channel::Receiver::recv,
    try_recv: |receiver: &mut crossbeam_channel::Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `bounded` of kanal.
    Kanal,
    channel("kanal", "kanal", Kind::Mpmc, Progress::Lock),
    kanal::bounded,
    sender: kanal::Sender<T>,
    receiver: kanal::Receiver<T>,
    consumers: clones,
    send: kanal::Sender::send,
    try_send: |sender: &mut kanal::Sender<T>, message| {
        let mut message = Some(message);
        // Sent or not, and whatever the reason: a message that was not sent is still here.
        let _ = sender.try_send_option(&mut message);
        message.map_or(Ok(()), Err)
    },
    recv: kanal::Receiver::recv,
    try_recv: |receiver: &mut kanal::Receiver<T>| receiver.try_recv().ok().flatten(),
);

channel!(
    /// `mpmc::bounded_blocking` of crossfire, in every topology.
    Crossfire,
    channel("crossfire", "crossfire", Kind::Mpmc, Progress::ClaimPublish),
    crossfire::mpmc::bounded_blocking,
    sender: crossfire::MTx<crossfire::mpmc::Array<T>>,
    receiver: crossfire::MRx<crossfire::mpmc::Array<T>>,
    consumers: clones,
    send: |sender: &mut crossfire::MTx<crossfire::mpmc::Array<T>>, message| crossfire::Tx::send(sender, message),
    try_send: |sender: &mut crossfire::MTx<crossfire::mpmc::Array<T>>, message| sender
        .try_send(message)
        .map_err(crossfire::TrySendError::into_inner),
    recv: |receiver: &mut crossfire::MRx<crossfire::mpmc::Array<T>>| crossfire::Rx::recv(receiver),
    try_recv: |receiver: &mut crossfire::MRx<crossfire::mpmc::Array<T>>| receiver.try_recv().ok(),
);

channel!(
    /// `bounded` of flume.
    Flume,
    channel("flume", "flume", Kind::Mpmc, Progress::Lock),
    flume::bounded,
    sender: flume::Sender<T>,
    receiver: flume::Receiver<T>,
    consumers: clones,
    send: flume::Sender::send,
    try_send: |sender: &mut flume::Sender<T>, message| sender
        .try_send(message)
        .map_err(flume::TrySendError::into_inner),
    recv: flume::Receiver::recv,
    try_recv: |receiver: &mut flume::Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `sync_channel` of the standard library.
    StdSync,
    channel("std-sync", "std", Kind::Mpsc, Progress::ClaimPublish),
    mpsc::sync_channel,
    sender: SyncSender<T>,
    receiver: Receiver<T>,
    consumers: only,
    send: SyncSender::send,
    try_send: |sender: &mut SyncSender<T>, message| sender.try_send(message).map_err(
        |error| match error {
            mpsc::TrySendError::Full(message) | mpsc::TrySendError::Disconnected(message) => message,
        }
    ),
    recv: Receiver::recv,
    try_recv: |receiver: &mut Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `bounded` of async-channel, by its blocking operations.
    AsyncChannel,
    channel("async-channel", "async-channel", Kind::Mpmc, Progress::ClaimPublish),
    async_channel::bounded,
    sender: async_channel::Sender<T>,
    receiver: async_channel::Receiver<T>,
    consumers: clones,
    send: |sender: &mut async_channel::Sender<T>, message| sender.send_blocking(message),
    try_send: |sender: &mut async_channel::Sender<T>, message| sender
        .try_send(message)
        .map_err(async_channel::TrySendError::into_inner),
    recv: |receiver: &mut async_channel::Receiver<T>| receiver.recv_blocking(),
    try_recv: |receiver: &mut async_channel::Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `mpsc::channel` of tokio, by its blocking operations, without a runtime.
    TokioMpsc,
    channel("tokio-mpsc", "tokio", Kind::Mpsc, Progress::ClaimPublish),
    tokio::sync::mpsc::channel,
    sender: tokio::sync::mpsc::Sender<T>,
    receiver: tokio::sync::mpsc::Receiver<T>,
    consumers: only,
    send: |sender: &mut tokio::sync::mpsc::Sender<T>, message| sender.blocking_send(message),
    try_send: |sender: &mut tokio::sync::mpsc::Sender<T>, message| sender
        .try_send(message)
        .map_err(tokio::sync::mpsc::error::TrySendError::into_inner),
    recv: |receiver: &mut tokio::sync::mpsc::Receiver<T>| receiver.blocking_recv().ok_or(()),
    try_recv: |receiver: &mut tokio::sync::mpsc::Receiver<T>| receiver.try_recv().ok(),
);

channel!(
    /// `channel::bounded` of parkring. Capacities are rounded up to powers of two, from 2.
    Parkring,
    channel("parkring-channel", "parkring", Kind::Mpmc, Progress::ClaimPublish),
    parkring::channel::bounded,
    sender: parkring::channel::Sender<T>,
    receiver: parkring::channel::Receiver<T>,
    consumers: clones,
    send: parkring::channel::Sender::send,
    try_send: |sender: &mut parkring::channel::Sender<T>, message| sender
        .try_send(message)
        .map_err(parkring::channel::TrySendError::into_inner),
    recv: parkring::channel::Receiver::recv,
    try_recv: |receiver: &mut parkring::channel::Receiver<T>| receiver.try_recv().ok(),
);
