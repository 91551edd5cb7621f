//! The contest.
fn main() {}
