//! What a [`Select`](super::Select) chooses from: ends of channels.

use std::vec::Vec;

use super::channel::{Channel, Chosen};
use super::kept::Added;
use super::wait::Operation;
use crate::channel::core::End;

/// One end of a channel, under its index in a [`Select`](super::Select).
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) index: usize,
    pub(super) channel: Added<'a>,
    pub(super) end: End,
}

impl<'a> Operation for Entry<'a> {
    type Done = Chosen<'a>;

    fn attempt(&mut self) -> Option<Chosen<'a>> {
        self.channel.channel().choose(self.end, self.channel.home())
    }

    fn attempt_waited(&mut self) -> Option<Chosen<'a>> {
        self.channel.channel().choose_waited(self.end, self.channel.home())
    }

    fn at(&self) -> (&dyn Channel, End) {
        (self.channel.channel(), self.end)
    }

    fn leave(&self, number: u64) {
        self.channel.channel().leave(self.end, number, self.channel.home());
    }

    fn met(&mut self, number: u64) -> Option<Chosen<'a>> {
        self.channel.channel().met(self.end, number, self.channel.home())
    }
}

/// The same for who wants to know that it could be done, and does not do it.
pub(super) struct ToBeReady<'a>(Entry<'a>);

impl<'a> ToBeReady<'a> {
    /// All of those.
    pub(super) fn all(entries: &[Entry<'a>]) -> Vec<Self> {
        entries.iter().copied().map(Self).collect()
    }
}

impl Operation for ToBeReady<'_> {
    type Done = ();

    fn attempt(&mut self) -> Option<()> {
        let (channel, end) = self.0.at();
        channel.is_ready(end).then_some(())
    }

    fn attempt_waited(&mut self) -> Option<()> {
        let (channel, end) = self.0.at();
        channel.is_ready_waited(end).then_some(())
    }

    fn at(&self) -> (&dyn Channel, End) {
        self.0.at()
    }

    /// It waits in no line: it meets nobody.
    fn is_meeting(&self) -> bool {
        false
    }

    fn leave(&self, _: u64) {}

    fn met(&mut self, _: u64) -> Option<()> {
        None
    }
}
