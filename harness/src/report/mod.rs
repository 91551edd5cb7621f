//! `cargo contest report`: a result directory as a page that a person reads.
//!
//! [`input`] reads what a run left behind, [`analysis`] and [`duel`] ask it what a reader wants to know,
//! [`words`] says it in sentences, and [`page`] and [`markdown`] show it. [`readme`] keeps the figures of the
//! README in step with the result that it names.

pub mod across;
pub mod agree;
pub mod analysis;
pub mod cells;
pub mod command;
pub mod duel;
pub mod duels;
pub mod input;
pub mod machine;
pub mod markdown;
pub mod page;
pub mod place;
pub mod plots;
pub mod readme;
pub mod sweeps;
pub mod table;
pub mod who;
pub mod words;
