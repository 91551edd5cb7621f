//! What one writes without a library: a `VecDeque` behind a lock.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use parking_lot::Mutex as ParkingMutex;

use crate::contender::{
    BatchSink, BatchSource, Contender, Disconnected, Handles, Info, Kind, Progress, Role, Shared,
    Sink, Source, WaitingSink, WaitingSource, clones,
};
use crate::shared_queue;

/// What the baselines have in common.
const fn baseline(name: &'static str, package: &'static str) -> Info {
    Info {
        name,
        package,
        kind: Kind::Mpmc,
        role: Role::Baseline,
        fifo: true,
        progress: Progress::Lock,
    }
}

/// A `VecDeque` that never grows, behind the lock `$mutex` that `$lock` takes.
macro_rules! locked_queue {
    ($(#[$doc:meta])* $name:ident, $queue:ident, $info:expr, $mutex:ident, $lock:expr $(,)?) => {
        $(#[$doc])*
        #[derive(Debug)]
        pub struct $queue<T> {
            messages: $mutex<VecDeque<T>>,
            capacity: usize,
        }

        impl<T> $queue<T> {
            /// An empty queue.
            pub fn new(capacity: usize) -> Self {
                Self { messages: $mutex::new(VecDeque::with_capacity(capacity)), capacity }
            }

            /// Puts a message in, or gives it back if the queue is full.
            ///
            /// # Errors
            ///
            /// The message, if the queue is full.
            pub fn push(&self, message: T) -> Result<(), T> {
                let mut messages = $lock(&self.messages);
                if messages.len() == self.capacity {
                    return Err(message);
                }
                messages.push_back(message);
                Ok(())
            }

            /// Takes the oldest message out.
            pub fn pop(&self) -> Option<T> {
                $lock(&self.messages).pop_front()
            }
        }

        shared_queue!($(#[$doc])* pub $name, $queue, $info,
            new: $queue::new, push: $queue::push, pop: $queue::pop);

        impl<T: Copy + Send + 'static> BatchSink<T> for Shared<$name, T> {
            #[inline]
            fn push_batch(&mut self, batch: &[T]) -> usize {
                let mut messages = $lock(&self.0.messages);
                let fitting = batch.len().min(self.0.capacity - messages.len());
                messages.extend(&batch[..fitting]);
                fitting
            }
        }

        impl<T: Copy + Send + 'static> BatchSource<T> for Shared<$name, T> {
            #[inline]
            fn pop_batch(&mut self, room: &mut [T]) -> usize {
                let mut messages = $lock(&self.0.messages);
                let taken = room.len().min(messages.len());
                for (place, message) in room.iter_mut().zip(messages.drain(..taken)) {
                    *place = message;
                }
                taken
            }
        }
    };
}

locked_queue!(
    /// `Mutex<VecDeque>` of the standard library.
    MutexVecDeque, StdLocked, baseline("mutex-vecdeque", "std"), Mutex, lock,
);

locked_queue!(
    /// `Mutex<VecDeque>` with the lock of parking_lot.
    ParkingLot, ParkingLocked, baseline("parking-lot", "parking_lot"), ParkingMutex,
    ParkingMutex::lock,
);

/// Takes a lock. No code that can panic runs under the locks of this file.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// `Mutex<VecDeque>` with a condition variable for each side: waits by itself, as in the textbook.
#[derive(Debug)]
pub struct MutexCondvar;

impl Contender for MutexCondvar {
    const INFO: Info = baseline("mutex-condvar", "std");
    type Producer<T: Send + 'static> = CondvarProducer<T>;
    type Consumer<T: Send + 'static> = CondvarConsumer<T>;

    fn create<T: Send + 'static>(
        capacity: usize,
        producers: usize,
        consumers: usize,
    ) -> Handles<Self, T> {
        let queue = Arc::new(CondvarQueue {
            state: Mutex::new(State { messages: VecDeque::with_capacity(capacity), producers }),
            capacity,
            filled: Condvar::new(),
            emptied: Condvar::new(),
        });
        let sinks = clones(Arc::clone(&queue), producers).into_iter().map(CondvarProducer);
        let sources = clones(queue, consumers).into_iter().map(CondvarConsumer);
        (sinks.collect(), sources.collect())
    }
}

/// The queue of [`MutexCondvar`].
#[derive(Debug)]
struct CondvarQueue<T> {
    state: Mutex<State<T>>,
    capacity: usize,
    filled: Condvar,
    emptied: Condvar,
}

/// What its lock guards.
#[derive(Debug)]
struct State<T> {
    messages: VecDeque<T>,
    producers: usize,
}

/// A producer of [`MutexCondvar`]: the last one to leave disconnects.
#[derive(Debug)]
pub struct CondvarProducer<T>(Arc<CondvarQueue<T>>);

/// A consumer of [`MutexCondvar`].
#[derive(Debug)]
pub struct CondvarConsumer<T>(Arc<CondvarQueue<T>>);

impl<T> Drop for CondvarProducer<T> {
    fn drop(&mut self) {
        lock(&self.0.state).producers -= 1;
        self.0.filled.notify_all();
    }
}

impl<T: Send + 'static> Sink<T> for CondvarProducer<T> {
    #[inline]
    fn push(&mut self, message: T) -> Result<(), T> {
        let mut state = lock(&self.0.state);
        if state.messages.len() == self.0.capacity {
            return Err(message);
        }
        state.messages.push_back(message);
        drop(state);
        self.0.filled.notify_one();
        Ok(())
    }
}

impl<T: Send + 'static> Source<T> for CondvarConsumer<T> {
    #[inline]
    fn pop(&mut self) -> Option<T> {
        let message = lock(&self.0.state).messages.pop_front()?;
        self.0.emptied.notify_one();
        Some(message)
    }
}

impl<T: Send + 'static> WaitingSink<T> for CondvarProducer<T> {
    #[inline]
    fn send(&mut self, message: T) -> Result<(), Disconnected> {
        let queue = &*self.0;
        let full = |state: &mut State<T>| state.messages.len() == queue.capacity;
        let state = queue.emptied.wait_while(lock(&queue.state), full);
        state.unwrap_or_else(PoisonError::into_inner).messages.push_back(message);
        queue.filled.notify_one();
        Ok(())
    }
}

impl<T: Send + 'static> WaitingSource<T> for CondvarConsumer<T> {
    #[inline]
    fn recv(&mut self) -> Option<T> {
        let empty = |state: &mut State<T>| state.messages.is_empty() && state.producers > 0;
        let state = self.0.filled.wait_while(lock(&self.0.state), empty);
        let message = state.unwrap_or_else(PoisonError::into_inner).messages.pop_front()?;
        self.0.emptied.notify_one();
        Some(message)
    }
}
