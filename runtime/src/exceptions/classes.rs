//! The table of classes: one row each, with its place in Python's tree.

use std::{any::TypeId, error::Error as StdError, fmt};

use super::{
    args::Args,
    concurrent::{
        BrokenExecutor, BrokenThreadPool, CancelledError as ConcurrentCancelledError,
        InvalidStateError as ConcurrentInvalidStateError,
    },
    error::Error,
    group::{BaseExceptionGroup, ExceptionGroup},
    own::*,
};

/// What Python keeps in a type object: its name and its bases.
pub(crate) struct Class {
    /// The class's name without its module; the full path of a Rust type.
    pub(super) name: fn() -> &'static str,
    /// Where tracebacks find it; empty for builtins and Rust types.
    pub(super) module: &'static str,
    pub(super) bases: &'static [&'static Class],
    pub(super) kind: Kind,
    /// How to build and read one, if it is an `OSError` of ours.
    pub(super) os: Option<&'static OsClass>,
}

/// What sets the classes under `OSError` apart: they may carry a number.
pub(super) struct OsClass {
    pub(super) build: fn(Args) -> Box<dyn StdError + Send + Sync>,
    pub(super) errno: fn(&(dyn StdError + 'static)) -> Option<i32>,
}

/// Who writes the texts of a class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The class itself: a row of the table.
    BuiltIn,
    /// A Rust type whose name is known.
    Rust,
    /// A box whose content only its author knows.
    Boxed,
}

impl Class {
    /// Whether this is `class` or derived from it.
    pub(super) fn inherits(&'static self, class: &'static Class) -> bool {
        std::ptr::eq(self, class) || self.bases.iter().any(|base| base.inherits(class))
    }

    /// The name as tracebacks print it: with the module, unless that is `builtins`.
    pub(super) fn qualified_name(&self) -> String {
        match self.module {
            "" => (self.name)().to_owned(),
            module => format!("{module}.{}", (self.name)()),
        }
    }
}

/// An exception type of the table.
pub(crate) trait BuiltIn: StdError + Send + Sync + Sized + 'static {
    /// Its row.
    const CLASS: &'static Class;
}

/// A built-in exception that can be built without any argument.
pub(crate) trait Bare: BuiltIn {
    /// What `raise TimeoutError` builds.
    fn bare() -> Self;
}

/// The class of a Rust type that is no row of the table.
pub(super) struct Foreign<E>(std::marker::PhantomData<E>);

impl<E: 'static> Foreign<E> {
    pub(super) const CLASS: &'static Class = &Class {
        name: std::any::type_name::<E>,
        module: "",
        bases: &[Exception::CLASS],
        kind: Kind::Rust,
        os: None,
    };
}

/// The class of a box whose type nobody named: an `Exception` with its own texts.
pub(super) static BOXED: Class = Class {
    name: || "Exception",
    module: "",
    bases: &[Exception::CLASS],
    kind: Kind::Boxed,
    os: None,
};

/// Defines the type and the function of one name, for the kinds of rows that are all alike.
macro_rules! define {
    (own, $(#[$doc:meta])* $name:ident) => {};
    (message, $(#[$doc:meta])* $name:ident) => {
        define!(@text write_str, $(#[$doc])* $name(message));
    };
    (key, $(#[$doc:meta])* $name:ident) => {
        define!(@text write_key, $(#[$doc])* $name(key));
    };
    (os, $(#[$doc:meta])* $name:ident) => {
        define!(@text write_str, $(#[$doc])* $name(message));

        impl $name {
            /// The number it was built with by [`OSError::with`], if it was.
            pub fn errno(&self) -> Option<i32> {
                self.args.errno()
            }
        }
    };
    (@text $display:ident, $(#[$doc:meta])* $name:ident($argument:ident)) => {
        define!(@type $display, $(#[$doc])* $name);

        #[doc = concat!("A [`", stringify!($name), "`](struct@", stringify!($name), ") with this ", stringify!($argument), ".")]
        #[allow(non_snake_case, reason = "the name is the class's, as in Python")]
        pub fn $name($argument: impl Into<String>) -> Error {
            Error::new($name { args: Args::Text($argument.into()) })
        }
    };
    (bare, $(#[$doc:meta])* $name:ident) => {
        define!(@type write_str, $(#[$doc])* $name);

        #[doc = concat!("A [`", stringify!($name), "`](struct@", stringify!($name), ") without a message.")]
        #[allow(non_snake_case, reason = "the name is the class's, as in Python")]
        pub fn $name() -> Error {
            Error::bare::<$name>()
        }
    };
    (@type $display:ident, $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub struct $name {
            pub(super) args: Args,
        }

        impl $name {
            /// What it was built with: the first of Python's `args`, or an empty text.
            pub fn message(&self) -> &str {
                self.args.message()
            }
        }

        impl Bare for $name {
            fn bare() -> Self {
                $name { args: Args::Empty }
            }
        }

        impl From<Args> for $name {
            fn from(args: Args) -> Self {
                $name { args }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.args.$display(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.args.write_repr(stringify!($name), f)
            }
        }

        impl StdError for $name {}
    };
}
pub(super) use define;

/// Python's name of a row: that of the type, unless two modules of Python share it.
macro_rules! python_name {
    ($name:ident) => {
        stringify!($name)
    };
    ($name:ident $python:literal) => {
        $python
    };
}

/// The [`OsClass`] of a row, if it is of the kind `os`.
macro_rules! os_class {
    (os $name:ident) => {
        Some(&OsClass {
            build: |args| Box::new($name { args }),
            errno: |error| error.downcast_ref::<$name>()?.errno(),
        })
    };
    ($kind:ident $name:ident) => {
        None
    };
}

/// Makes a [`Class`] of each row, and the search for the row of a value.
macro_rules! classes {
    ($(
        $(#[$doc:meta])*
        $kind:ident $name:ident $(as $python:literal)? ($($base:ident),*) in $module:literal;
    )*) => {
        $(
            define!($kind, $(#[$doc])* $name);

            const _: () = {
                static CLASS: Class = Class {
                    name: || python_name!($name $($python)?),
                    module: $module,
                    bases: &[$($base::CLASS),*],
                    kind: Kind::BuiltIn,
                    os: os_class!($kind $name),
                };

                impl BuiltIn for $name {
                    const CLASS: &'static Class = &CLASS;
                }
            };
        )*

        /// The row of the type `E`, if it has one; folded away when `E` is known.
        pub(super) fn row_of<E: 'static>() -> Option<&'static Class> {
            let type_id = TypeId::of::<E>();
            $(if type_id == TypeId::of::<$name>() {
                return Some($name::CLASS);
            })*
            None
        }

        /// The row of the value behind `error`, if it has one.
        pub(super) fn row_of_value(error: &(dyn StdError + 'static)) -> Option<&'static Class> {
            $(if error.is::<$name>() {
                return Some($name::CLASS);
            })*
            None
        }
    };
}

classes! {
    /// The root of all exceptions: matches everything, cancellation included.
    message BaseException() in "";
    /// A generator or coroutine was closed. Not an [`Exception`](struct@Exception).
    bare GeneratorExit(BaseException) in "";
    /// The user interrupted the program. Not an [`Exception`](struct@Exception).
    bare KeyboardInterrupt(BaseException) in "";
    own SystemExit(BaseException) in "";
    own CancelledError(BaseException) in "asyncio.exceptions";
    own BaseExceptionGroup(BaseException) in "";

    /// The base of all exceptions a program usually handles, foreign Rust errors included.
    message Exception(BaseException) in "";
    /// The base of the errors of arithmetic.
    message ArithmeticError(Exception) in "";
    /// A division by zero.
    message ZeroDivisionError(ArithmeticError) in "";
    /// An `assert` failed.
    message AssertionError(Exception) in "";
    /// A buffer cannot do what was asked.
    message BufferError(Exception) in "";
    /// The input ended early.
    message EOFError(Exception) in "";
    own IncompleteReadError(EOFError) in "asyncio.exceptions";
    /// The base of [`IndexError`](struct@IndexError) and [`KeyError`](struct@KeyError); an unset context variable.
    message LookupError(Exception) in "";
    /// An index out of range.
    message IndexError(LookupError) in "";
    /// A key that is not there. Its text is the repr of the key.
    key KeyError(LookupError) in "";
    /// An error that fits no other class; what asyncio raises for misuse.
    message RuntimeError(Exception) in "";
    /// The operation is not available here.
    message NotImplementedError(RuntimeError) in "";
    /// The recursion went too deep.
    message RecursionError(RuntimeError) in "";
    /// The barrier was broken while tasks waited at it.
    message BrokenBarrierError(RuntimeError) in "asyncio.exceptions";
    /// The system's sendfile cannot serve this pair of file and socket.
    message SendfileNotAvailableError(RuntimeError) in "asyncio.exceptions";
    /// An iterator has no more items.
    message StopIteration(Exception) in "";
    /// An asynchronous iterator has no more items.
    message StopAsyncIteration(Exception) in "";
    /// A value of the wrong type.
    message TypeError(Exception) in "";
    /// A value of the right type that does not fit.
    message ValueError(Exception) in "";
    /// The future or task is not in a state that allows this.
    message InvalidStateError(Exception) in "asyncio.exceptions";
    own LimitOverrunError(Exception) in "asyncio.exceptions";
    /// `get_nowait` on an empty queue.
    message QueueEmpty(Exception) in "asyncio.queues";
    /// `put_nowait` on a full queue.
    message QueueFull(Exception) in "asyncio.queues";
    /// `put` or `get` on a queue that was shut down.
    message QueueShutDown(Exception) in "asyncio.queues";
    own PanicError(Exception) in "asyncio.exceptions";
    own ConcurrentCancelledError as "CancelledError" (Exception) in "concurrent.futures._base";
    own ConcurrentInvalidStateError as "InvalidStateError" (Exception)
        in "concurrent.futures._base";
    own BrokenExecutor(RuntimeError) in "concurrent.futures._base";
    own BrokenThreadPool(BrokenExecutor) in "concurrent.futures.thread";
    own ExceptionGroup(BaseExceptionGroup, Exception) in "";

    /// The base of the errors of the system; every [`std::io::Error`] is one.
    os OSError(Exception) in "";
    /// The operation would block.
    os BlockingIOError(OSError) in "";
    /// An operation on a child process failed.
    os ChildProcessError(OSError) in "";
    /// The base of the errors of connections.
    os ConnectionError(OSError) in "";
    /// A write to a pipe or socket whose other end is closed.
    os BrokenPipeError(ConnectionError) in "";
    /// The peer aborted the connection attempt.
    os ConnectionAbortedError(ConnectionError) in "";
    /// The peer refused the connection attempt.
    os ConnectionRefusedError(ConnectionError) in "";
    /// The peer reset the connection.
    os ConnectionResetError(ConnectionError) in "";
    /// The file is there already.
    os FileExistsError(OSError) in "";
    /// There is no such file or directory.
    os FileNotFoundError(OSError) in "";
    /// A signal interrupted a system call.
    os InterruptedError(OSError) in "";
    /// A file operation was asked of a directory.
    os IsADirectoryError(OSError) in "";
    /// A directory operation was asked of something else.
    os NotADirectoryError(OSError) in "";
    /// The operation needs rights that this process lacks.
    os PermissionError(OSError) in "";
    /// There is no such process.
    os ProcessLookupError(OSError) in "";
    /// A time limit was reached, asyncio's or the system's.
    os TimeoutError(OSError) in "";
}
