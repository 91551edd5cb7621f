//! `select!` and `select_biased!`.
//!
//! [`__select!`] takes the branches one by one and brings each into one shape,
//! `(kind name index (channel) (message) (pattern) (body))`. The name stands for the channel, and the index is that in
//! the [`Select`](super::Select) which all of them come to in the end.

/// Waits for the first of several operations that can be done, does it, and goes on with its branch.
///
/// ```text
/// select! {
///     recv(RECEIVER) -> PATTERN => BODY,
///     send(SENDER, MESSAGE) -> PATTERN => BODY,
///     default => BODY,                // or
///     default(TIMEOUT) => BODY,
/// }
/// ```
///
/// The grammar is that of `crossbeam_channel`. There are any number of `recv` and `send`, up to 48 together, and one
/// `default` at most. The pattern is bound to what [`Receiver::recv`](super::Receiver::recv) or
/// [`Sender::send`](super::Sender::send) would return. After a body that is a block the comma may be left out, and so
/// may the last one. Bodies may leave what is around them, by `?`, `break` or `return`, and all of them are of one type, as
/// those of a `match`.
///
/// Where several operations can be done at once, each comes first as often as the others; [`select_biased!`](crate::select_biased) takes the first.
/// An operation can be done if it needs not wait, also where all it does is to learn that its channel is disconnected.
/// `default` is taken when none can be done, at once, or after the time-out, a `Duration`.
///
/// The expressions of all channels are evaluated once, at first and in their order, then that of the time-out; the
/// expression of a message only when its branch was chosen, when there is a place for the message already. Where it takes so long
/// that the place is skipped, the send waits for room as another does
/// ([`SelectedOperation::send`](super::SelectedOperation::send)). Where it panics, or leaves by `?` or the like, the
/// place is given up and nothing is sent.
///
/// It blocks the thread, unless there is a `default` without a time-out. In a task that would stop the others of its
/// executor: there is `futures::select!` for that. Where the channels are not known beforehand there is
/// [`Select`](super::Select).
///
/// ```
/// use ringway::channel::{bounded, select};
/// use std::time::Duration;
///
/// let (orders, incoming) = bounded(4);
/// let (_stop, stopped) = bounded::<()>(1);
/// let (bills, outgoing) = bounded(4);
/// orders.send("tea").unwrap();
///
/// for _ in 0..2 {
///     select! {
///         recv(incoming) -> order => assert_eq!(order, Ok("tea")),
///         recv(stopped) -> _ => break,
///         send(bills, "one tea") -> sent => {
///             sent.unwrap();
///             assert_eq!(outgoing.recv(), Ok("one tea"));
///         }
///         default(Duration::from_secs(1)) => println!("nothing to do"),
///     }
/// }
/// ```
///
/// What it does not understand does not compile:
///
/// ```compile_fail
/// # use ringway::channel::{bounded, select};
/// # let (_sender, receiver) = bounded::<u8>(1);
/// select! { recv(receiver) => () } // no pattern
/// ```
///
/// ```compile_fail
/// # use ringway::channel::{bounded, select};
/// # let (_sender, receiver) = bounded::<u8>(1);
/// select! { accept(receiver) -> _ => () } // neither `recv` nor `send`
/// ```
///
/// ```compile_fail
/// # use ringway::channel::{bounded, select};
/// # let (sender, _receiver) = bounded::<u8>(1);
/// select! { send(sender) -> _ => () } // no message
/// ```
///
/// ```compile_fail
/// # use ringway::channel::{bounded, select};
/// # let (_sender, receiver) = bounded::<u8>(1);
/// select! { recv(receiver) -> _ => (), default => (), default => () } // two of them
/// ```
///
/// ```compile_fail
/// # use ringway::channel::{bounded, select};
/// # let (_sender, receiver) = bounded::<u8>(1);
/// select! { recv(receiver) -> _ => () default => () } // no comma
/// ```
///
/// ```compile_fail
/// ringway::channel::select! {} // nothing to choose from
/// ```
#[macro_export]
macro_rules! select {
    ($($branches:tt)*) => {
        $crate::__select!(begin new $($branches)*)
    };
}

/// [`select!`] that takes the first operation, in their order, where several can be done at once.
///
/// Those behind one that can always be done are never done.
///
/// ```
/// use ringway::channel::{bounded, select_biased};
///
/// let (sender, urgent) = bounded(1);
/// let (other, others) = bounded(1);
/// (sender.send(1).unwrap(), other.send(2).unwrap());
/// let first = select_biased! {
///     recv(urgent) -> one => one,
///     recv(others) -> one => one,
/// };
/// assert_eq!(first, Ok(1));
/// ```
#[macro_export]
macro_rules! select_biased {
    ($($branches:tt)*) => {
        $crate::__select!(begin new_biased $($branches)*)
    };
}

/// The steps of both.
#[doc(hidden)]
#[macro_export]
macro_rules! __select {
    (begin $new:ident) => {
        ::core::compile_error!("a `select!` without a branch would wait for ever")
    };
    (begin $new:ident $($branches:tt)+) => {
        $crate::__select!(
            branch $new [] [] [
                (c0 0) (c1 1) (c2 2) (c3 3) (c4 4) (c5 5) (c6 6) (c7 7) (c8 8) (c9 9) (c10 10) (c11 11) (c12 12)
                (c13 13) (c14 14) (c15 15) (c16 16) (c17 17) (c18 18) (c19 19) (c20 20) (c21 21) (c22 22) (c23
                23) (c24 24) (c25 25) (c26 26) (c27 27) (c28 28) (c29 29) (c30 30) (c31 31) (c32 32) (c33 33)
                (c34 34) (c35 35) (c36 36) (c37 37) (c38 38) (c39 39) (c40 40) (c41 41) (c42 42) (c43 43) (c44
                44) (c45 45) (c46 46) (c47 47)
            ]
            $($branches)+
        )
    };

    // All branches were taken.
    (branch $new:ident $operations:tt $default:tt $names:tt) => {
        $crate::__select!(expand $new $operations $default)
    };

    // The head of the next branch.
    (
        branch $new:ident $operations:tt $default:tt [($name:ident $index:literal) $($names:tt)*]
        recv($receiver:expr $(,)?) -> $pattern:pat => $($rest:tt)+
    ) => {
        $crate::__select!(
            body $new $operations $default [$($names)*]
            (recv $name $index ($receiver) () ($pattern)) $($rest)+
        )
    };
    (
        branch $new:ident $operations:tt $default:tt [($name:ident $index:literal) $($names:tt)*]
        send($sender:expr, $message:expr $(,)?) -> $pattern:pat => $($rest:tt)+
    ) => {
        $crate::__select!(
            body $new $operations $default [$($names)*]
            (send $name $index ($sender) ($message) ($pattern)) $($rest)+
        )
    };
    (branch $new:ident $operations:tt [] $names:tt default => $($rest:tt)+) => {
        $crate::__select!(default $new $operations $names (try_select()) $($rest)+)
    };
    (branch $new:ident $operations:tt [] $names:tt default() => $($rest:tt)+) => {
        $crate::__select!(default $new $operations $names (try_select()) $($rest)+)
    };
    (
        branch $new:ident $operations:tt [] $names:tt
        default($timeout:expr $(,)?) => $($rest:tt)+
    ) => {
        $crate::__select!(default $new $operations $names (select_timeout($timeout)) $($rest)+)
    };

    // What is wrong with it.
    (branch $new:ident $operations:tt [$($default:tt)+] $names:tt default $($rest:tt)*) => {
        ::core::compile_error!("`select!` has one `default` branch at most")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt recv $arguments:tt => $($rest:tt)*) => {
        ::core::compile_error!("expected `-> pattern` between `recv(..)` and `=>`")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt send $arguments:tt => $($rest:tt)*) => {
        ::core::compile_error!("expected `-> pattern` between `send(..)` and `=>`")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt default $arguments:tt -> $($rest:tt)*) => {
        ::core::compile_error!("`default` has no outcome: expected `=>`, found `->`")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt default -> $($rest:tt)*) => {
        ::core::compile_error!("`default` has no outcome: expected `=>`, found `->`")
    };
    (branch $new:ident $operations:tt $default:tt [] recv $($rest:tt)*) => {
        ::core::compile_error!("`select!` has 48 operations at most: `Select` has any number")
    };
    (branch $new:ident $operations:tt $default:tt [] send $($rest:tt)*) => {
        ::core::compile_error!("`select!` has 48 operations at most: `Select` has any number")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt recv $arguments:tt $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `recv(receiver) -> pattern => body`, found `recv",
            ::core::stringify!($arguments),
            "` with something else"
        ))
    };
    (branch $new:ident $operations:tt $default:tt $names:tt send $arguments:tt $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `send(sender, message) -> pattern => body`, found `send",
            ::core::stringify!($arguments),
            "` with something else"
        ))
    };
    (branch $new:ident $operations:tt $default:tt $names:tt default $($rest:tt)*) => {
        ::core::compile_error!("expected `default => body` or `default(timeout) => body`")
    };
    (branch $new:ident $operations:tt $default:tt $names:tt $other:tt $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "expected `recv`, `send` or `default`, found `",
            ::core::stringify!($other),
            "`"
        ))
    };

    // The body of an operation: up to a comma, or the last one, or a block.
    (
        body $new:ident [$($operations:tt)*] $default:tt $names:tt
        ($($head:tt)*) $body:expr, $($rest:tt)*
    ) => {
        $crate::__select!(
            branch $new [$($operations)* ($($head)* ($body))] $default $names $($rest)*
        )
    };
    (body $new:ident [$($operations:tt)*] $default:tt $names:tt ($($head:tt)*) $body:expr) => {
        $crate::__select!(branch $new [$($operations)* ($($head)* ($body))] $default $names)
    };
    (
        body $new:ident [$($operations:tt)*] $default:tt $names:tt
        ($($head:tt)*) $body:block $($rest:tt)*
    ) => {
        $crate::__select!(
            branch $new [$($operations)* ($($head)* ($body))] $default $names $($rest)*
        )
    };
    (body $($rest:tt)*) => {
        ::core::compile_error!("expected a comma after the body of a branch, which is no block")
    };

    // The same of the default branch.
    (default $new:ident $operations:tt $names:tt $how:tt $body:expr, $($rest:tt)*) => {
        $crate::__select!(branch $new $operations [$how ($body)] $names $($rest)*)
    };
    (default $new:ident $operations:tt $names:tt $how:tt $body:expr) => {
        $crate::__select!(branch $new $operations [$how ($body)] $names)
    };
    (default $new:ident $operations:tt $names:tt $how:tt $body:block $($rest:tt)*) => {
        $crate::__select!(branch $new $operations [$how ($body)] $names $($rest)*)
    };
    (default $($rest:tt)*) => {
        ::core::compile_error!("expected a comma after the body of a branch, which is no block")
    };

    // Each channel is evaluated once; what is temporary there lives until the end of the chosen branch.
    (
        expand $new:ident
        [$(($kind:ident $name:ident $index:literal ($channel:expr) $message:tt $pattern:tt $body:tt))*]
        $default:tt
    ) => {
        match ($(&$channel,)*) {
            ($($name,)*) => {
                $($crate::__select!(name $kind $name);)*
                let mut select = $crate::channel::Select::$new();
                $(select.$kind($name);)*
                $crate::__select!(
                    choose select $default
                    [$(($kind $name $index $message $pattern $body))*]
                )
            }
        }
    };
    (name recv $name:ident) => {
        let $name: &$crate::channel::Receiver<_, _> = $name;
    };
    (name send $name:ident) => {
        let $name: &$crate::channel::Sender<_, _, _> = $name;
    };

    (choose $select:ident [] $operations:tt) => {{
        let operation = $select.select();
        ::core::mem::drop($select);
        $crate::__select!(go_on operation $operations)
    }};
    (choose $select:ident [($($how:tt)*) ($default:expr)] $operations:tt) => {{
        let chosen = $select.$($how)*;
        ::core::mem::drop($select);
        match chosen {
            ::core::result::Result::Ok(operation) => {
                $crate::__select!(go_on operation $operations)
            }
            ::core::result::Result::Err(_) => $default,
        }
    }};
    (go_on $operation:ident [$(($kind:ident $name:ident $index:literal $message:tt ($pattern:pat) ($body:expr)))*]) => {
        match $operation.index() {
            $($index => {
                let $pattern = $crate::__select!(complete $kind $operation $name $message);
                $body
            })*
            _ => ::core::unreachable!("there is no other branch"),
        }
    };
    (complete recv $operation:ident $name:ident ()) => {
        $operation.recv($name)
    };
    (complete send $operation:ident $name:ident ($message:expr)) => {
        $operation.may_be_left().send($name, $message)
    };
}
