//! Python's reprs of the values that scenarios show.

use asyncio::{
    AnyFuture, AnyTask, Barrier, BoundedSemaphore, Condition, Error, Event, EventLoop, Future,
    Handle, LifoQueue, Lock, PriorityQueue, Queue, Result, Semaphore, Task, ThreadSafeHandle,
    TimerHandle,
};

/// What Python's `repr` prints.
pub(crate) trait Repr {
    fn repr(&self) -> String;
}

impl Repr for () {
    fn repr(&self) -> String {
        "None".to_owned()
    }
}

impl Repr for bool {
    fn repr(&self) -> String {
        if *self { "True" } else { "False" }.to_owned()
    }
}

impl Repr for str {
    fn repr(&self) -> String {
        assert!(!self.contains(['\\', '\'', '\n']), "no scenario needs escapes: {self:?}");
        format!("'{self}'")
    }
}

impl Repr for String {
    fn repr(&self) -> String {
        self.as_str().repr()
    }
}

impl<T: Repr + ?Sized> Repr for &T {
    fn repr(&self) -> String {
        (**self).repr()
    }
}

/// An optional value is the value or `None`.
impl<T: Repr> Repr for Option<T> {
    fn repr(&self) -> String {
        self.as_ref().map_or_else(|| "None".to_owned(), Repr::repr)
    }
}

/// With `return_exceptions`, an exception is a result like any other.
impl<T: Repr> Repr for Result<T> {
    fn repr(&self) -> String {
        match self {
            Ok(value) => value.repr(),
            Err(error) => error.repr(),
        }
    }
}

impl<T: Repr> Repr for Vec<T> {
    fn repr(&self) -> String {
        list(self.iter().map(Repr::repr))
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

macro_rules! repr_as_debug {
    ($($type:ty),+) => {
        $(impl Repr for $type {
            fn repr(&self) -> String {
                format!("{self:?}")
            }
        })+
    };
}

// The floats of the scenarios have no exponent, which Python would write differently.
repr_as_debug!(i32, u32, u64, usize, f64);
repr_as_debug!(Error, EventLoop, Handle, TimerHandle, ThreadSafeHandle, AnyFuture, AnyTask);
repr_as_debug!(Lock, Event, Condition, Semaphore, BoundedSemaphore, Barrier);

macro_rules! generic_repr_as_debug {
    ($($type:ident),+) => {
        $(impl<T: 'static> Repr for $type<T> {
            fn repr(&self) -> String {
                format!("{self:?}")
            }
        })+
    };
}

generic_repr_as_debug!(Future, Task, Queue, PriorityQueue, LifoQueue);

macro_rules! repr_as_list {
    ($($type:ident $index:tt),+) => {
        impl<$($type: Repr),+> Repr for ($($type,)+) {
            fn repr(&self) -> String {
                list([$(self.$index.repr()),+].into_iter())
            }
        }
    };
}

repr_as_list!(A 0);
repr_as_list!(A 0, B 1);
repr_as_list!(A 0, B 1, C 2);
repr_as_list!(A 0, B 1, C 2, D 3);
