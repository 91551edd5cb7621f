//! The errors that `crossbeam-channel` documents. All of this file but the next line is the same
//! for that crate, and has been run on it.

use ringway::channel;

use std::error::Error;

use channel::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError, bounded,
};

/// A message that cannot be printed, copied or compared.
struct Silent;

/// What an error looks like, and that it is one.
fn shown(error: impl Error + 'static) -> (String, String) {
    let error: Box<dyn Error> = Box::new(error);
    assert!(error.source().is_none());
    (format!("{error:?}"), error.to_string())
}

/// Text of both forms.
fn text(debug: &str, display: &str) -> (String, String) {
    (debug.to_string(), display.to_string())
}

#[test]
fn errors_of_senders_are_shown_without_the_message() {
    let disconnected = "sending on a disconnected channel";
    let (debug, display) = shown(SendError(Silent));
    assert!(debug.contains("SendError(..)") && display == disconnected, "{debug}");
    let (debug, display) = shown(TrySendError::Full(Silent));
    assert!(debug.contains("Full(..)") && display == "sending on a full channel", "{debug}");
    let (debug, display) = shown(TrySendError::Disconnected(Silent));
    assert!(debug.contains("Disconnected(..)") && display == disconnected, "{debug}");
    let late = SendTimeoutError::Timeout(Silent);
    assert_eq!(shown(late).1, "timed out waiting on send operation");
    assert_eq!(shown(SendTimeoutError::Disconnected(Silent)).1, disconnected);
}

#[test]
fn errors_of_receivers_are_shown() {
    let disconnected = "receiving on an empty and disconnected channel";
    assert_eq!(shown(RecvError), text("RecvError", disconnected));
    assert_eq!(shown(TryRecvError::Empty), text("Empty", "receiving on an empty channel"));
    assert_eq!(shown(TryRecvError::Disconnected).0, "Disconnected");
    assert_eq!(
        shown(RecvTimeoutError::Timeout),
        text("Timeout", "timed out waiting on receive operation")
    );
    assert_eq!(shown(RecvTimeoutError::Disconnected).0, "Disconnected");
}

#[test]
fn errors_of_senders_give_the_message_back() {
    assert_eq!(SendError("message").into_inner(), "message");
    assert_eq!(TrySendError::Full("message").into_inner(), "message");
    assert_eq!(TrySendError::Disconnected("message").into_inner(), "message");
    assert_eq!(SendTimeoutError::Timeout("message").into_inner(), "message");
    assert_eq!(SendTimeoutError::Disconnected("message").into_inner(), "message");
}

#[test]
fn errors_tell_their_reason() {
    assert!(TrySendError::Full(0).is_full() && !TrySendError::Full(0).is_disconnected());
    let gone = TrySendError::Disconnected(0);
    assert!(!gone.is_full() && gone.is_disconnected());
    let late = SendTimeoutError::Timeout(0);
    assert!(late.is_timeout() && !late.is_disconnected());
    let gone = SendTimeoutError::Disconnected(0);
    assert!(!gone.is_timeout() && gone.is_disconnected());
    assert!(TryRecvError::Empty.is_empty() && !TryRecvError::Empty.is_disconnected());
    let gone = TryRecvError::Disconnected;
    assert!(!gone.is_empty() && gone.is_disconnected());
    assert!(RecvTimeoutError::Timeout.is_timeout());
    assert!(!RecvTimeoutError::Timeout.is_disconnected());
    let gone = RecvTimeoutError::Disconnected;
    assert!(!gone.is_timeout() && gone.is_disconnected());
}

#[test]
fn errors_become_others() {
    assert_eq!(TrySendError::from(SendError(1)), TrySendError::Disconnected(1));
    assert_eq!(SendTimeoutError::from(SendError(1)), SendTimeoutError::Disconnected(1));
    assert_eq!(TryRecvError::from(RecvError), TryRecvError::Disconnected);
    assert_eq!(RecvTimeoutError::from(RecvError), RecvTimeoutError::Disconnected);
}

#[test]
fn errors_are_copied_and_compared() {
    fn copy<T: Copy + Eq>(one: T, other: T) {
        let copied = one;
        assert!(copied == one && one != other);
    }
    copy(SendError(1), SendError(2));
    copy(TrySendError::Full(1), TrySendError::Disconnected(1));
    copy(SendTimeoutError::Timeout(1), SendTimeoutError::Disconnected(1));
    copy(TryRecvError::Empty, TryRecvError::Disconnected);
    copy(RecvTimeoutError::Timeout, RecvTimeoutError::Disconnected);
}

#[test]
fn messages_need_no_traits() {
    let (sender, receiver) = bounded(1);
    assert!(sender.try_send(Silent).is_ok());
    assert!(sender.try_send(Silent).is_err_and(|refused| refused.is_full()));
    assert!(format!("{sender:?}").starts_with("Sender"));
    assert!(format!("{receiver:?}").starts_with("Receiver"));
    assert!(format!("{:?}", receiver.iter()).starts_with("Iter"));
    assert!(format!("{:?}", receiver.try_iter()).starts_with("TryIter"));
    assert!(receiver.recv().is_ok());
    assert!(format!("{:?}", receiver.into_iter()).starts_with("IntoIter"));
}
