//! What streams and sinks say of their channel.

/// Methods of a type that holds a handle, or none any more; a line that makes one, named `held`, of `sender` or
/// `receiver`.
macro_rules! observed {
    ($name:ident<$($parameter:ident),+>, [$($given:tt)+]; $this:ident: $handle:expr, $example:literal) => {
        impl<$($given)+> $name<$($parameter),+> {
            /// How many messages are queued, from 0 to the capacity; a number of the past, as `len` of
            /// the handle. Without a handle 0.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded(2);
            /// sender.send(1).unwrap();
            #[doc = $example]
            /// assert_eq!(held.len(), 1);
            /// ```
            #[must_use]
            pub fn len(&self) -> usize {
                let $this = self;
                $handle.map_or(0, |handle| handle.len())
            }

            /// How many messages can be queued. Without a handle `None`.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(2);
            #[doc = $example]
            /// assert_eq!(held.capacity(), Some(2));
            /// ```
            #[must_use]
            pub fn capacity(&self) -> Option<usize> {
                let $this = self;
                $handle.and_then(|handle| handle.capacity())
            }

            /// Whether [`len`](Self::len) is 0.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(2);
            #[doc = $example]
            /// assert!(held.is_empty());
            /// ```
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether [`len`](Self::len) is the capacity. Without a handle it is not.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded(1);
            /// sender.send(1).unwrap();
            #[doc = $example]
            /// assert!(held.is_full());
            /// ```
            #[must_use]
            pub fn is_full(&self) -> bool {
                Some(self.len()) == self.capacity()
            }

            /// Whether the channel takes no more messages, or there is no handle.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = $example]
            /// assert!(!held.is_closed());
            /// ```
            #[must_use]
            pub fn is_closed(&self) -> bool {
                let $this = self;
                $handle.is_none_or(|handle| handle.is_closed())
            }

            /// Whether both are of the same channel; without a handle they are not.
            ///
            /// ```
            /// let (sender, receiver) = ringway::channel::bounded::<u8>(1);
            #[doc = $example]
            /// assert!(held.same_channel(&held.clone()));
            /// ```
            #[must_use]
            pub fn same_channel(&self, other: &Self) -> bool {
                let $this = other;
                let other = $handle;
                let $this = self;
                $handle.zip(other).is_some_and(|(own, other)| own.same_channel(other))
            }
        }
    };
}

pub(super) use observed;
