//! Those who wait in a channel when the system refuses the fence that it once granted.

use core::pin::Pin;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::task::{Context, Poll, Wake, Waker};
use std::thread;

use super::{alone, is_granted, refuse};
use crate::channel::bounded;
use crate::sync::hook::{self, Point};

/// Counts how often it was woken.
#[derive(Default)]
struct Bell(AtomicUsize);

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

fn poll<F: Future + Unpin>(future: &mut F, bell: &Arc<Bell>) -> Poll<F::Output> {
    Pin::new(future).poll(&mut Context::from_waker(&Waker::from(Arc::clone(bell))))
}

/// Nobody can be skipped: the first receiver is told of a message behind that of a sender who is
/// away, and looks in vain. When that one is back, two messages are there, and one is told.
#[test]
fn who_has_waited_to_receive_tells_the_next() {
    alone("waiting::who_has_waited_to_receive_tells_the_next", || {
        if !is_granted() {
            return;
        }
        let (sender, receiver) = bounded(4);
        let (mut first, mut second) = (receiver.recv_async(), receiver.recv_async());
        let bells: [Arc<Bell>; 2] = Default::default();
        assert!(poll(&mut first, &bells[0]).is_pending());
        assert!(poll(&mut second, &bells[1]).is_pending());
        refuse(libc::EPERM);
        let ((go, wait), (tell, told)) = (channel(), channel());
        let theirs = sender.clone();
        let away = thread::spawn(move || {
            let mut has_stopped = false;
            hook::set(move |point| {
                if !has_stopped && point == Point::Claimed {
                    has_stopped = true;
                    tell.send(()).expect("the test waits");
                    wait.recv().expect("the test lets it go");
                }
            });
            theirs.send(0)
        });
        told.recv().expect("it claims");
        sender.send(1).unwrap();
        assert!(poll(&mut first, &bells[0]).is_pending(), "nobody can be skipped");
        let before = bells[0].0.load(Ordering::SeqCst);
        go.send(()).expect("it waits");
        assert_eq!(away.join().unwrap(), Ok(()));
        assert_eq!(poll(&mut second, &bells[1]), Poll::Ready(Ok(0)));
        let rings = bells[0].0.load(Ordering::SeqCst);
        assert_eq!(rings, before + 1, "there is a message, and nobody has told of it");
        assert_eq!(poll(&mut first, &bells[0]), Poll::Ready(Ok(1)));
    });
}
