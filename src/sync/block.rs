//! Whether a thread may wait.

/// Whether a thread can wait at all: without threads nobody would ever wake it.
pub(crate) const CAN_BLOCK: bool =
    cfg!(not(all(target_family = "wasm", not(target_feature = "atomics"))));

/// Panics where this thread cannot wait, or must not: that of an executor would stop all its tasks.
pub(crate) fn before_blocking() {
    if !CAN_BLOCK {
        panic!("there are no threads on this target that could wait: use the `_async` methods");
    }
    #[cfg(all(feature = "tokio", debug_assertions, not(ringway_modelled)))]
    assert!(
        !drives_tasks(),
        "a task must not block its thread: use the `_async` methods, or `spawn_blocking`"
    );
}

/// Whether this thread runs the tasks of a tokio runtime just now. Only that runtime knows, and says so by a
/// panic of its own.
#[cfg(all(feature = "tokio", debug_assertions, not(ringway_modelled)))]
fn drives_tasks() -> bool {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else { return false };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runtime.block_on(async {}))).is_err()
}
