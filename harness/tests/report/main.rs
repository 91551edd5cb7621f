//! Reports: from the files of a run to what a reader sees.

mod browser;
mod colours;
mod content;
mod damaged;
mod fixture;
mod page;
mod readme;
mod sentences;
