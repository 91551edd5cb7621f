//! Wakers, and drops of messages, that use the channel they belong to, drawn from a seed: whatever calls what
//! in the midst of what, and panics, no task sleeps beside what it waits for, and each message is dropped once.

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use futures_util::{Sink, Stream};
use ringway::channel::{Receiver, Selector, Sender, bounded};

use crate::effort::times;

/// What is polled, and may be kept when that has panicked.
type Polled = Box<dyn FnMut(&mut Context<'_>) -> Poll<()>>;

/// A task that sends, or receives. Its future is away while it is polled, and when it is gone.
struct Task {
    future: RefCell<Option<Polled>>,
    sends: bool,
    is_woken: Cell<bool>,
    is_gone: Cell<bool>,
    has_panicked: Cell<bool>,
    /// Of the waker of its last poll.
    poll: Cell<u64>,
}

impl Task {
    fn waits(&self) -> bool {
        self.future.borrow().is_some() && !self.has_panicked.get()
    }
}

/// What the wakers of a thread act on.
struct World {
    ends: RefCell<Option<(Sender<Message>, Receiver<Message>)>>,
    tasks: RefCell<Vec<Rc<Task>>>,
    /// How often each message was dropped.
    drops: RefCell<Vec<u8>>,
    dice: Cell<u64>,
    /// How many calls are in the midst of each other.
    depth: Cell<u32>,
    panics: bool,
}

thread_local! {
    static WORLD: RefCell<Option<Rc<World>>> = const { RefCell::new(None) };
}

/// So many calls may be in the midst of each other.
const DEEPEST: u32 = 5;

impl World {
    /// That of this thread, unless its test has failed.
    fn here() -> Option<Rc<Self>> {
        WORLD.try_with(|world| world.borrow().clone()).ok().flatten()
    }

    fn below(&self, n: u64) -> u64 {
        let next =
            self.dice.get().wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        self.dice.set(next);
        (next >> 33) % n
    }

    fn message(&self) -> Message {
        self.drops.borrow_mut().push(0);
        Message(self.drops.borrow().len() - 1)
    }

    /// The two ends, if they are there.
    fn ends(&self) -> Option<(Sender<Message>, Receiver<Message>)> {
        self.ends.borrow().clone()
    }

    /// One of the tasks that have not ended and are not being polled.
    fn any_task(&self) -> Option<usize> {
        let tasks = self.tasks.borrow();
        let there = (0..tasks.len()).filter(|&i| tasks[i].future.borrow().is_some());
        let there = Vec::from_iter(there);
        (!there.is_empty()).then(|| there[self.below(there.len() as u64) as usize])
    }

    fn task(&self, i: usize) -> Rc<Task> {
        Rc::clone(&self.tasks.borrow()[i])
    }

    /// Does something in the midst of something else.
    fn deeper(&self, act: impl FnOnce()) -> std::thread::Result<()> {
        self.depth.set(self.depth.get() + 1);
        let done = catch_unwind(AssertUnwindSafe(act));
        self.depth.set(self.depth.get() - 1);
        done
    }

    /// Acts, in one of `n` cases, where no panic may go on.
    fn acts_once_in(&self, n: u64) {
        if self.depth.get() < DEEPEST && self.below(n) == 0 {
            _ = self.deeper(|| self.act());
        }
    }

    /// Does one thing with the channel, or with a task.
    fn act(&self) {
        let Some((sender, receiver)) = self.ends() else { return };
        match self.below(14) {
            0 | 1 => drop(receiver.try_recv()),
            2 | 3 => drop(sender.try_send(self.message())),
            4 => drop(sender.force_send(self.message())),
            5 => {
                let mut message = Some(self.message());
                let select =
                    Selector::new().recv(&receiver, drop).send(&sender, &mut message, drop);
                _ = select.try_wait();
            }
            6 => drop(receiver.drain()),
            7 => drop(self.any_task().map(|i| self.end(i))),
            8 => drop(self.any_task().map(|i| self.poll(i))),
            way => {
                self.begin(way, sender, receiver);
            }
        }
    }

    /// Polls a new task.
    fn begin(&self, way: u64, sender: Sender<Message>, receiver: Receiver<Message>) {
        let mut messages = Vec::from_iter((0..=self.below(3)).map(|_| self.message()));
        let future: Polled = match way {
            9 | 10 => {
                let mut stream = receiver.into_stream();
                Box::new(move |context| Pin::new(&mut stream).poll_next(context).map(drop))
            }
            11 => {
                let many = async move { _ = receiver.recv_many_async(&mut messages, 2).await };
                let mut many = Box::pin(many);
                Box::new(move |context| many.as_mut().poll(context))
            }
            12 => {
                let all = async move { _ = sender.send_all_async(&mut messages).await };
                let mut all = Box::pin(all);
                Box::new(move |context| all.as_mut().poll(context))
            }
            _ => {
                let mut sink = sender.into_sink();
                let held = Pin::new(&mut sink).start_send(messages.remove(0));
                Box::new(move |context| match &held {
                    Ok(()) => Pin::new(&mut sink).poll_flush(context).map(drop),
                    Err(_) => Poll::Ready(()),
                })
            }
        };
        self.tasks.borrow_mut().push(Rc::new(Task {
            future: RefCell::new(Some(future)),
            sends: way > 11,
            is_woken: Cell::new(true),
            is_gone: Cell::new(false),
            has_panicked: Cell::new(false),
            poll: Cell::new(0),
        }));
        let last = self.tasks.borrow().len() - 1;
        self.poll(last);
    }

    /// Polls a task, if it is there, by the waker of the last time or by another.
    fn poll(&self, i: usize) {
        let task = self.task(i);
        if task.has_panicked.get() {
            return;
        }
        let Some(mut future) = task.future.take() else { return };
        task.is_woken.set(false);
        task.poll.set(task.poll.get() + self.below(2));
        let waker = Waker::from(Arc::new(Acts { task: i, poll: task.poll.get() }));
        let mut is_ready = false;
        let polled = self.deeper(|| {
            is_ready = future(&mut Context::from_waker(&waker)).is_ready();
        });
        // One that has panicked may stay, and is not polled again: it waits for nothing.
        task.has_panicked.set(polled.is_err());
        if !is_ready && !task.is_gone.get() && (polled.is_ok() || self.below(2) == 0) {
            *task.future.borrow_mut() = Some(future);
        } else {
            drop(future);
        }
        polled.unwrap_or_else(|panic| resume_unwind(panic));
    }

    /// Drops a task.
    fn end(&self, i: usize) {
        let task = self.task(i);
        task.is_gone.set(true);
        let future = task.future.take();
        drop(future);
    }

    /// Polls all tasks that were woken until each has ended or sleeps.
    fn rest(&self) {
        for turn in 0..20_000 {
            // They stop to act some day, or would keep each other awake.
            self.depth.set(if turn < 2000 { 0 } else { DEEPEST });
            let is_woken = |task: &Rc<Task>| task.is_woken.get() && task.waits();
            let woken = self.tasks.borrow().iter().position(is_woken);
            let Some(i) = woken else {
                self.depth.set(0);
                return;
            };
            _ = catch_unwind(AssertUnwindSafe(|| self.poll(i)));
        }
        panic!("they wake each other for ever");
    }
}

/// A message that acts when it is dropped.
struct Message(usize);

impl Drop for Message {
    fn drop(&mut self) {
        let Some(world) = World::here() else { return };
        world.drops.borrow_mut()[self.0] += 1;
        world.acts_once_in(8);
    }
}

/// A waker that acts, or panics, when it is called, and acts when it is dropped.
struct Acts {
    task: usize,
    poll: u64,
}

impl Wake for Acts {
    fn wake(self: Arc<Self>) {
        let Some(world) = World::here() else { return };
        let task = world.task(self.task);
        // Only the waker of the last poll counts.
        if task.poll.get() == self.poll {
            task.is_woken.set(true);
        }
        if world.depth.get() < DEEPEST {
            match world.below(10) {
                0 => world.poll(self.task),
                1 => world.end(self.task),
                2..=4 => world.deeper(|| world.act()).unwrap_or_else(|panic| resume_unwind(panic)),
                5 if world.panics => resume_unwind(Box::new("a waker of the test")),
                _ => {}
            }
        }
    }
}

impl Drop for Acts {
    fn drop(&mut self) {
        if let Some(world) = World::here() {
            world.acts_once_in(6);
        }
    }
}

fn acts_in_the_midst(seed: u64, panics: bool) {
    let world = Rc::new(World {
        ends: RefCell::new(Some(bounded(1 + seed as usize % 3))),
        tasks: RefCell::default(),
        drops: RefCell::default(),
        dice: Cell::new(seed),
        depth: Cell::new(0),
        panics,
    });
    WORLD.set(Some(Rc::clone(&world)));
    let (sender, receiver) = world.ends().unwrap();
    for round in 0..60 {
        if round == 50 && seed % 2 == 0 {
            _ = catch_unwind(AssertUnwindSafe(|| sender.close()));
        }
        _ = world.deeper(|| world.act());
        world.rest();
        for task in world.tasks.borrow().iter().filter(|task| task.waits()) {
            let has_work = if task.sends { !receiver.is_full() } else { !receiver.is_empty() };
            assert!(!has_work && !receiver.is_closed(), "seed {seed}, round {round}: it sleeps");
        }
    }
    world.depth.set(DEEPEST);
    (0..world.tasks.borrow().len()).for_each(|i| world.end(i));
    drop((world.ends.take(), sender, receiver));
    assert!(world.drops.borrow().iter().all(|&drops| drops == 1), "seed {seed}");
    WORLD.set(None);
}

#[test]
fn whatever_acts_in_the_midst_no_task_sleeps_beside_what_it_waits_for() {
    for seed in 0..times(1000) as u64 {
        acts_in_the_midst(seed, false);
        acts_in_the_midst(seed, true);
    }
}
