//! What the tests share.

#![allow(dead_code, unused_imports, reason = "each test takes what it needs")]

pub mod oracle;
pub mod run;
pub mod sim;
pub mod survival;
