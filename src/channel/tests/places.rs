//! Places in the list: who is told there looks, or another is told.

use std::boxed::Box;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Poll;

use super::room::{Bell, Stopped, poll};
use crate::channel::bounded;
use crate::sync::hook::{self, Point};

/// It is told between its two looks, and has used that when it sends.
#[test]
fn a_task_that_is_told_in_its_first_poll_tells_the_next() {
    let (sender, receiver) = bounded(2);
    sender.send(0).unwrap();
    sender.send(1).unwrap();
    let theirs = receiver.clone();
    let away = Stopped::of(move || theirs.recv());
    let theirs = sender.clone();
    let mut told = Box::pin(async move { theirs.send_async(10).await });
    let bell = Arc::<Bell>::default();
    assert!(poll(&mut told, &bell).is_pending());
    assert_eq!(away.release(), Ok(0));
    assert_eq!(bell.rings(), 1);
    let told = Rc::new(RefCell::new(told));
    let (again, ring, theirs) = (Rc::clone(&told), Arc::clone(&bell), receiver.clone());
    let mut has_acted = false;
    hook::set(move |point| {
        if point == Point::Listed && !has_acted {
            has_acted = true;
            assert!(poll(&mut *again.borrow_mut(), &ring).is_pending(), "its slot comes behind");
            assert_eq!(theirs.recv(), Ok(1));
        }
    });
    let mut new = sender.send_async(11);
    assert_eq!(poll(&mut new, &Arc::default()), Poll::Ready(Ok(())));
    hook::set(|_| ());
    assert_eq!(bell.rings(), 2, "there is room, and nobody has told of it");
    assert_eq!(poll(&mut *told.borrow_mut(), &bell), Poll::Ready(Ok(())));
    assert!(receiver.try_iter().eq([11, 10]));
}
