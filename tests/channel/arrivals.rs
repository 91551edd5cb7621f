//! Which messages arrived: each once, and those of one sender in order.

use std::sync::atomic::{AtomicBool, Ordering};

/// A message is the number of its sender and its own number there.
#[derive(Debug)]
pub struct Arrivals {
    each: usize,
    noted: Vec<AtomicBool>,
}

impl Arrivals {
    /// None yet, of so many messages from each of so many senders.
    pub fn of(senders: usize, each: usize) -> Self {
        Self { each, noted: (0..senders * each).map(|_| AtomicBool::new(false)).collect() }
    }

    /// What a sender has to send.
    pub fn messages(&self, sender: usize) -> impl Iterator<Item = u64> + Send + use<> {
        (0..self.each as u64).map(move |number| (sender as u64) << 32 | number)
    }

    /// For one receiver.
    pub fn book(&self) -> Book<'_> {
        Book { arrivals: self, next: vec![0; self.noted.len() / self.each], noted: 0 }
    }

    /// How many there are to arrive.
    pub fn len(&self) -> usize {
        self.noted.len()
    }

    /// Nothing is missing.
    #[track_caller]
    pub fn assert_all(&self) {
        assert_eq!(self.missing(), 0, "messages are missing");
    }

    /// How many have not arrived.
    pub fn missing(&self) -> usize {
        self.noted.iter().filter(|noted| !noted.load(Ordering::Relaxed)).count()
    }
}

/// What one receiver received.
#[derive(Debug)]
pub struct Book<'a> {
    arrivals: &'a Arrivals,
    /// For each sender, the least number that may still come.
    next: Vec<usize>,
    noted: usize,
}

impl Book<'_> {
    /// Notes a message.
    #[track_caller]
    pub fn note(&mut self, message: u64) {
        let (sender, number) = ((message >> 32) as usize, message as u32 as usize);
        assert!(self.next[sender] <= number, "{number} of {sender} came late");
        self.next[sender] = number + 1;
        let place = &self.arrivals.noted[sender * self.arrivals.each + number];
        assert!(!place.swap(true, Ordering::Relaxed), "{number} of {sender} came twice");
        self.noted += 1;
    }

    /// How many were noted here.
    pub fn len(&self) -> usize {
        self.noted
    }
}

/// Numbers without a pattern, the same in every run.
#[derive(Debug)]
pub struct Dice(u64);

impl Dice {
    /// Another sequence for each seed.
    pub fn seeded(seed: usize) -> Self {
        Self(seed as u64 + 1)
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) as usize % n
    }
}
