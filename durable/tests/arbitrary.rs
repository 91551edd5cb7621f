//! Files in which anything was changed: what the fuzzer looks for, as far as some thousand cases go.

mod common;

#[path = "common/arbitrary.rs"]
mod entry;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn a_queue_opens_or_says_why_not(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        entry::open_whatever(&bytes);
    }
}
