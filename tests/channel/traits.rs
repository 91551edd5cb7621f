//! What each type promises to the compiler, for messages that promise nothing but `Send`.

use std::cell::Cell;
use std::error::Error;
use std::fmt::Debug;
use std::iter::FusedIterator;
use std::marker::PhantomPinned;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::rc::Rc;

use ringway::channel::{
    self, Drain, IntoIter, Iter, Receiver, Sender, TryIter, WeakReceiver, WeakSender, priorities,
    weighted,
};
use ringway::ring::{Shared, Solo};
use static_assertions::{assert_impl_all, assert_not_impl_any};

/// A message that can be sent, and nothing else.
struct Bare {
    number: Cell<u8>,
    _pinned: PhantomPinned,
}

assert_impl_all!(Bare: Send);
assert_not_impl_any!(Bare: Sync, Unpin, RefUnwindSafe, Debug, Clone);

/// Asserts for each type that it has what a handle has.
macro_rules! handles {
    ($($handle:ty),+ $(,)?) => {$(
        assert_impl_all!($handle: Send, Sync, Unpin, UnwindSafe, RefUnwindSafe, Debug);
    )+};
}

handles!(
    Sender<Bare>,
    channel::spsc::Sender<Bare>,
    channel::mpsc::Sender<Bare>,
    channel::spmc::Sender<Bare>,
    Receiver<Bare>,
    channel::spmc::Receiver<Bare>,
    WeakSender<Bare>,
    WeakSender<Bare, Solo>,
    WeakReceiver<Bare>,
    Iter<'static, Bare>,
    TryIter<'static, Bare>,
    IntoIter<Bare>,
    weighted::Sender<Bare>,
    weighted::WeakSender<Bare>,
    weighted::Receiver<Bare>,
    weighted::Permit<'static, Bare>,
    weighted::OwnedPermit<Bare>,
    weighted::Permits<'static, Bare>,
    priorities::Receiver<Bare>,
);

// A receiver that is alone may go to another thread, but is not shared.
assert_impl_all!(Receiver<Bare, Solo>: Send, Unpin, UnwindSafe, RefUnwindSafe, Debug);
assert_not_impl_any!(Receiver<Bare, Solo>: Sync, Clone);
assert_not_impl_any!(Receiver<u8, Solo>: Sync, Clone);
assert_not_impl_any!(Iter<'static, u8, Solo>: Send, Sync);
assert_not_impl_any!(TryIter<'static, u8, Solo>: Send, Sync);
assert_impl_all!(IntoIter<Bare, Solo>: Send);
assert_not_impl_any!(IntoIter<u8, Solo>: Sync);
assert_not_impl_any!(Sender<u8, Solo, Shared>: Clone);
assert_not_impl_any!(Sender<u8, Solo, Solo>: Clone);

// What cannot be sent makes handles that cannot.
assert_not_impl_any!(Sender<Rc<u8>>: Send, Sync);
assert_not_impl_any!(channel::spsc::Sender<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Receiver<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Receiver<Rc<u8>, Solo>: Send, Sync);
assert_not_impl_any!(WeakSender<Rc<u8>>: Send, Sync);
assert_not_impl_any!(WeakReceiver<Rc<u8>>: Send, Sync);
assert_not_impl_any!(IntoIter<Rc<u8>>: Send, Sync);
assert_not_impl_any!(Drain<Rc<u8>>: Send, Sync);
assert_not_impl_any!(channel::SendAsync<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(channel::SendAllAsync<'static, Rc<u8>>: Send, Sync);
assert_not_impl_any!(channel::RecvAsync<&'static Receiver<Rc<u8>>>: Send, Sync);

// Futures move between threads, and need no pin.
assert_impl_all!(channel::SendAsync<'static, Bare>: Send, Unpin);
assert_impl_all!(channel::SendAsync<'static, Bare, Solo, Solo>: Send, Unpin);
assert_impl_all!(channel::SendAllAsync<'static, Bare>: Send, Unpin);
assert_impl_all!(channel::SendSliceAsync<'static, u8>: Send, Sync, Unpin);
assert_impl_all!(channel::RecvAsync<&'static Receiver<Bare>>: Send, Sync, Unpin);
assert_impl_all!(channel::RecvAsync<&'static mut Receiver<Bare, Solo>>: Send, Unpin);
assert_impl_all!(channel::RecvManyAsync<'static, Bare, &'static Receiver<Bare>>: Send, Unpin);
assert_impl_all!(channel::RecvManyAsync<'static, Bare, &'static mut Receiver<Bare, Solo>>: Send, Unpin);
assert_not_impl_any!(channel::RecvAsync<&'static Receiver<Bare, Solo>>: Send, Sync);

assert_impl_all!(Drain<Bare>: Send, Debug);
assert_impl_all!(Drain<u8>: Send, Sync, ExactSizeIterator, FusedIterator);
assert_impl_all!(Iter<'static, u8>: FusedIterator);
assert_impl_all!(IntoIter<u8>: FusedIterator);
assert_impl_all!(channel::Selector<'static, u8>: Unpin, Debug);

assert_impl_all!(channel::SendError<Bare>: Error, Send);
assert_impl_all!(channel::TrySendError<Bare>: Error, Send);
assert_impl_all!(channel::SendTimeoutError<Bare>: Error, Send);
assert_impl_all!(channel::RecvError: Error, Send, Sync, Copy, Eq);
assert_impl_all!(channel::TryRecvError: Error, Send, Sync, Copy, Eq);
assert_impl_all!(channel::RecvTimeoutError: Error, Send, Sync, Copy, Eq);
assert_impl_all!(channel::SelectTimeoutError: Error, Send, Sync, Copy, Eq);

#[test]
fn a_bare_message_goes_from_thread_to_thread() {
    let (sender, receiver) = channel::bounded(1);
    let bare = Bare { number: Cell::new(7), _pinned: PhantomPinned };
    let sending = std::thread::spawn(move || sender.send(bare).is_ok());
    assert!(sending.join().unwrap());
    assert_eq!(receiver.recv().unwrap().number.get(), 7);
}
