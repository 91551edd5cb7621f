//! What the operations of the rings cost, beside queues with a mutex.

mod queues;
mod transfer;
mod uncontended;

criterion::criterion_main!(uncontended::benches, transfer::benches);
