//! The case of more threads than cores, at its worst: one core for all.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::{hint, thread};

use ringway::channel::{Receiver, Sender, WaitStrategy};

use crate::arrivals::Arrivals;
use crate::common::{End, receivers, senders};
use crate::effort::times;
use crate::watch::finishes;

#[cfg(target_os = "linux")]
on_kinds!(c12_sixteen_threads_on_one_core_beside_a_load_come_to_an_end);

/// How many threads send, and how many receive.
const SIDE: usize = times(8);

/// How many messages each thread sends.
const EACH: usize = times(60);

// crossbeam-rs/crossbeam#821, fereidani/kanal#12
#[cfg(target_os = "linux")]
fn c12_sixteen_threads_on_one_core_beside_a_load_come_to_an_end<P: End, C: End>(
    make: impl Fn(usize, u64) -> (Sender<u64, P, C>, Receiver<u64, C>),
) {
    use WaitStrategy::{Adaptive, BusySpin, Park, Yield};
    for (strategy, capacity) in
        [(Adaptive, 1), (Adaptive, 64), (Park, 1), (Yield, 1), (BusySpin, 64)]
    {
        let (sender, receiver) = make(capacity, 0);
        let ends = (
            senders(sender.with_wait_strategy(strategy), SIDE),
            receivers(receiver.with_wait_strategy(strategy), SIDE),
        );
        finishes(move || {
            // Those that are started from here inherit the core.
            bind_to_one_core();
            let done = Arc::new(AtomicBool::new(false));
            let stop = done.clone();
            let load = thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    hint::spin_loop();
                }
            });
            transfer(ends.0, ends.1);
            done.store(true, Ordering::Relaxed);
            load.join().unwrap();
        });
    }
}

/// Moves all messages.
fn transfer<P: End, C: End>(senders: Vec<Sender<u64, P, C>>, receivers: Vec<Receiver<u64, C>>) {
    let arrivals = Arrivals::of(senders.len(), EACH);
    thread::scope(|scope| {
        for (id, sender) in senders.into_iter().enumerate() {
            let messages = arrivals.messages(id);
            scope.spawn(move || messages.for_each(|message| sender.send(message).unwrap()));
        }
        for receiver in receivers {
            let mut book = arrivals.book();
            scope.spawn(move || receiver.into_iter().for_each(|message| book.note(message)));
        }
    });
    arrivals.assert_all();
}

/// Binds the calling thread to the first core that it may use.
#[cfg(target_os = "linux")]
fn bind_to_one_core() {
    // SAFETY: all bits 0 is the empty set, the calls get what they are told of, and the numbers
    // are below the size of a set.
    unsafe {
        let mut allowed: libc::cpu_set_t = std::mem::zeroed();
        let mut one = allowed;
        assert_eq!(libc::sched_getaffinity(0, size_of_val(&allowed), &mut allowed), 0);
        let first = (0..libc::CPU_SETSIZE as usize).find(|&core| libc::CPU_ISSET(core, &allowed));
        libc::CPU_SET(first.expect("it runs on some core"), &mut one);
        assert_eq!(libc::sched_setaffinity(0, size_of_val(&one), &one), 0);
    }
}
