//! Peers whose slots stay where they are and are written in place: thingbuf, and the disruptor.
//!
//! Their slots are made once, by a factory, and hold whatever is there; here they hold an `Option`, which a push
//! fills and a pop takes, so that a message is dropped by whoever popped it.

use std::cell::UnsafeCell;
use std::fmt;

use disruptor::{
    BusySpin, EventPoller, MultiProducer, MultiProducerBarrier, Producer as _,
    SingleConsumerBarrier, build_multi_producer,
};
use sync_wrapper::SyncWrapper;
use thingbuf::ThingBuf;
use thingbuf::mpsc::blocking;
use thingbuf::recycling::Recycle;

use crate::contender::{
    Contender, Disconnected, Handles, Info, Kind, Progress, Role, Sink, Source, WaitingSink,
    WaitingSource, clones, only,
};
use crate::shared_queue;

/// Empty slots.
#[derive(Debug, Clone, Copy)]
pub struct Empty;

/// A slot of thingbuf. It asks for `Sync`, though a slot is never shared by reference here; in the wrapper all
/// are, at no cost.
type Place<T> = SyncWrapper<Option<T>>;

impl<T> Recycle<Place<T>> for Empty {
    fn new_element(&self) -> Place<T> {
        SyncWrapper::new(None)
    }

    fn recycle(&self, slot: &mut Place<T>) {
        *slot.get_mut() = None;
    }
}

/// A queue of thingbuf.
type Buffer<T> = ThingBuf<Place<T>, Empty>;

/// What both of thingbuf have in common.
const fn of_thingbuf(name: &'static str, kind: Kind) -> Info {
    Info {
        name,
        package: "thingbuf",
        kind,
        role: Role::Peer,
        fifo: true,
        progress: Progress::ClaimPublish,
    }
}

shared_queue!(
    /// `ThingBuf` of thingbuf.
    pub Thingbuf, Buffer, of_thingbuf("thingbuf", Kind::Mpmc),
    new: |capacity| Buffer::with_recycle(capacity, Empty),
    push: |queue: &Buffer<T>, message| match queue.push_ref() {
        Ok(mut slot) => {
            *slot.get_mut() = Some(message);
            Ok(())
        }
        Err(_) => Err(message),
    },
    pop: |queue: &Buffer<T>| queue.pop_ref().and_then(|mut slot| slot.get_mut().take()),
);

/// `mpsc::blocking` of thingbuf.
#[derive(Debug)]
pub struct ThingbufChannel;

impl Contender for ThingbufChannel {
    const INFO: Info = of_thingbuf("thingbuf-channel", Kind::Mpsc);
    type Producer<T: Send + 'static> = blocking::Sender<Place<T>, Empty>;
    type Consumer<T: Send + 'static> = blocking::Receiver<Place<T>, Empty>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let (sender, receiver) = blocking::with_recycle(capacity, Empty);
        (clones(sender, producers), only(receiver, consumers))
    }
}

impl<T: Send + 'static> Sink<T> for blocking::Sender<Place<T>, Empty> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        match self.try_send_ref() {
            Ok(mut slot) => {
                *slot.get_mut() = Some(message);
                Ok(())
            }
            Err(_) => Err(message),
        }
    }
}

impl<T: Send + 'static> Source<T> for blocking::Receiver<Place<T>, Empty> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        self.try_recv_ref().ok()?.get_mut().take()
    }
}

impl<T: Send + 'static> WaitingSink<T> for blocking::Sender<Place<T>, Empty> {
    #[inline]
    fn send(&mut self, message: T) -> Result<(), Disconnected> {
        *self.send_ref().map_err(|_| Disconnected)?.get_mut() = Some(message);
        Ok(())
    }
}

impl<T: Send + 'static> WaitingSource<T> for blocking::Receiver<Place<T>, Empty> {
    #[inline]
    fn recv(&mut self) -> Option<T> {
        self.recv_ref()?.get_mut().take()
    }
}

/// The disruptor crate: a multi-producer disruptor with one event poller. It takes powers of two alone, so
/// capacities are rounded up, and has 64 slots at least.
#[derive(Debug)]
pub struct Disruptor;

impl Contender for Disruptor {
    const INFO: Info = Info {
        name: "disruptor",
        package: "disruptor",
        kind: Kind::Mpsc,
        role: Role::Peer,
        fifo: true,
        progress: Progress::ClaimPublish,
    };
    const LEAST_CAPACITY: usize = 64;
    type Producer<T: Send + 'static> = DisruptorProducer<T>;
    type Consumer<T: Send + 'static> = DisruptorConsumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let empty = || Slot(UnsafeCell::new(None));
        let size = capacity.max(Self::LEAST_CAPACITY).next_power_of_two();
        let builder = build_multi_producer(size, empty, BusySpin);
        let (poller, builder) = builder.new_event_poller();
        let sinks = clones(DisruptorProducer(builder.build()), producers);
        (sinks, only(DisruptorConsumer(poller), consumers))
    }
}

/// An event: a slot that its consumer empties.
#[derive(Debug)]
struct Slot<T>(UnsafeCell<Option<T>>);

// SAFETY: an event is shared by reference with pollers alone, and there is one, which one thread has at a time
// and which sees each event once; producers write through `&mut`, when its guard is gone. So no two threads
// touch the inside at a time, and messages only move from thread to thread, which `T: Send` allows.
unsafe impl<T: Send> Sync for Slot<T> {}

/// A producer of [`Disruptor`].
pub struct DisruptorProducer<T>(MultiProducer<Slot<T>, SingleConsumerBarrier>);

impl<T> Clone for DisruptorProducer<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> fmt::Debug for DisruptorProducer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisruptorProducer").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Sink<T> for DisruptorProducer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        let mut message = Some(message);
        let published = self.0.try_publish(|slot| *slot.0.get_mut() = message.take());
        message.map_or(Ok(()), Err).inspect(|()| debug_assert!(published.is_ok()))
    }
}

/// The consumer of [`Disruptor`].
pub struct DisruptorConsumer<T>(EventPoller<Slot<T>, MultiProducerBarrier>);

impl<T> fmt::Debug for DisruptorConsumer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DisruptorConsumer").finish_non_exhaustive()
    }
}

impl<T: Send + 'static> Source<T> for DisruptorConsumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let mut events = self.0.take(1).ok()?;
        let slot = (&mut events).next()?;
        // SAFETY: this is the only poller, the guard keeps producers away, and the reference ends here: see
        // `Sync for Slot`.
        unsafe { (*slot.0.get()).take() }
    }
}
