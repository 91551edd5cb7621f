//! The channels that tasks send and receive by, with their own default settings.

use super::tasks::TaskChannel;
use crate::contender::{clones, only};

/// Makes a channel for tasks of its types and of how to make one, to send and to receive.
macro_rules! task_channel {
    (
        $(#[$doc:meta])* $name:ident, $new:expr, sender: $sender:ty, receiver: $receiver:ty,
        receivers: $receivers:expr, send: |$out:ident, $message:ident| $send:expr,
        recv: |$in:ident| $recv:expr $(,)?
    ) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $name;

        impl TaskChannel for $name {
            type Sender = $sender;
            type Receiver = $receiver;

            fn create(
                capacity: usize,
                senders: usize,
                receivers: usize,
            ) -> (Vec<$sender>, Vec<$receiver>) {
                let (sender, receiver) = $new(capacity);
                (clones(sender, senders), $receivers(receiver, receivers))
            }

            async fn send($out: &mut $sender, $message: u64) -> bool {
                $send.await.is_ok()
            }

            async fn recv($in: &mut $receiver) -> Option<u64> {
                $recv.await.into()
            }
        }
    };
}

task_channel! {
    /// `bounded` of ringway.
    RingwayTasks, ringway::channel::bounded,
    sender: ringway::channel::Sender<u64>, receiver: ringway::channel::Receiver<u64>,
    receivers: clones, send: |sender, message| sender.send_async(message),
    recv: |receiver| async { receiver.recv_async().await.ok() },
}
task_channel! {
    /// `bounded_async` of kanal.
    KanalTasks, kanal::bounded_async,
    sender: kanal::AsyncSender<u64>, receiver: kanal::AsyncReceiver<u64>,
    receivers: clones, send: |sender, message| sender.send(message),
    recv: |receiver| async { receiver.recv().await.ok() },
}
task_channel! {
    /// `bounded_async` of crossfire.
    CrossfireTasks, crossfire::mpmc::bounded_async,
    sender: crossfire::MAsyncTx<crossfire::mpmc::Array<u64>>,
    receiver: crossfire::MAsyncRx<crossfire::mpmc::Array<u64>>,
    receivers: clones, send: |sender, message| sender.send(message),
    recv: |receiver| async { receiver.recv().await.ok() },
}
task_channel! {
    /// `bounded` of flume.
    FlumeTasks, flume::bounded,
    sender: flume::Sender<u64>, receiver: flume::Receiver<u64>,
    receivers: clones, send: |sender, message| sender.send_async(message),
    recv: |receiver| async { receiver.recv_async().await.ok() },
}
task_channel! {
    /// `bounded` of async-channel.
    AsyncChannelTasks, async_channel::bounded,
    sender: async_channel::Sender<u64>, receiver: async_channel::Receiver<u64>,
    receivers: clones, send: |sender, message| sender.send(message),
    recv: |receiver| async { receiver.recv().await.ok() },
}
task_channel! {
    /// `mpsc::channel` of tokio.
    TokioTasks, tokio::sync::mpsc::channel,
    sender: tokio::sync::mpsc::Sender<u64>, receiver: tokio::sync::mpsc::Receiver<u64>,
    receivers: only, send: |sender, message| sender.send(message),
    recv: |receiver| receiver.recv(),
}
