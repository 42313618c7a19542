//! The exceptions: Python's class tree, texts and tracebacks, and a cancellation that stays one.
//!
//! What CPython 3.15 says was recorded by running it.

use std::{
    error::Error as StdError,
    fmt,
    io::{self, ErrorKind},
    sync::Arc,
};

use asyncio::exceptions::*;

/// The name of each class, one of its exceptions, and what it is an instance of.
macro_rules! classes {
    ($($name:ident($($argument:expr),*)),* $(,)?) => {
        fn every_class() -> Vec<(&'static str, Error)> {
            vec![$((stringify!($name), $name($($argument),*))),*]
        }

        fn classes_of(error: &Error) -> Vec<&'static str> {
            let mut names = Vec::new();
            $(if error.is::<$name>() {
                names.push(stringify!($name));
            })*
            names
        }
    };
}

classes! {
    BaseException("x"), GeneratorExit(), KeyboardInterrupt(), SystemExit(3), CancelledError(),
    Exception("x"), ArithmeticError("x"), ZeroDivisionError("x"), AssertionError("x"),
    BufferError("x"), EOFError("x"), IncompleteReadError("abc", 5), LookupError("x"),
    IndexError("x"), KeyError("x"), RuntimeError("x"), NotImplementedError("x"),
    RecursionError("x"), BrokenBarrierError("x"), SendfileNotAvailableError("x"),
    StopIteration("x"), StopAsyncIteration("x"), TypeError("x"), ValueError("x"),
    InvalidStateError("x"), LimitOverrunError("x", 7), QueueEmpty("x"), QueueFull("x"),
    QueueShutDown("x"), OSError("x"), BlockingIOError("x"), ChildProcessError("x"),
    ConnectionError("x"), BrokenPipeError("x"), ConnectionAbortedError("x"),
    ConnectionRefusedError("x"), ConnectionResetError("x"), FileExistsError("x"),
    FileNotFoundError("x"), InterruptedError("x"), IsADirectoryError("x"),
    NotADirectoryError("x"), PermissionError("x"), ProcessLookupError("x"), TimeoutError("x"),
}

/// CPython: class | its bases | repr | the traceback's last line.
const TREE: &str = "\
BaseException |  | BaseException('x') | BaseException: x
GeneratorExit | BaseException | GeneratorExit() | GeneratorExit
KeyboardInterrupt | BaseException | KeyboardInterrupt() | KeyboardInterrupt
SystemExit | BaseException | SystemExit(3) | SystemExit: 3
CancelledError | BaseException | CancelledError() | asyncio.exceptions.CancelledError
Exception | BaseException | Exception('x') | Exception: x
ArithmeticError | Exception BaseException | ArithmeticError('x') | ArithmeticError: x
ZeroDivisionError | ArithmeticError Exception BaseException | ZeroDivisionError('x') | ZeroDivisionError: x
AssertionError | Exception BaseException | AssertionError('x') | AssertionError: x
BufferError | Exception BaseException | BufferError('x') | BufferError: x
EOFError | Exception BaseException | EOFError('x') | EOFError: x
IncompleteReadError | EOFError Exception BaseException | IncompleteReadError('3 bytes read on a total of 5 expected bytes') | asyncio.exceptions.IncompleteReadError: 3 bytes read on a total of 5 expected bytes
LookupError | Exception BaseException | LookupError('x') | LookupError: x
IndexError | LookupError Exception BaseException | IndexError('x') | IndexError: x
KeyError | LookupError Exception BaseException | KeyError('x') | KeyError: 'x'
RuntimeError | Exception BaseException | RuntimeError('x') | RuntimeError: x
NotImplementedError | RuntimeError Exception BaseException | NotImplementedError('x') | NotImplementedError: x
RecursionError | RuntimeError Exception BaseException | RecursionError('x') | RecursionError: x
BrokenBarrierError | RuntimeError Exception BaseException | BrokenBarrierError('x') | asyncio.exceptions.BrokenBarrierError: x
SendfileNotAvailableError | RuntimeError Exception BaseException | SendfileNotAvailableError('x') | asyncio.exceptions.SendfileNotAvailableError: x
StopIteration | Exception BaseException | StopIteration('x') | StopIteration: x
StopAsyncIteration | Exception BaseException | StopAsyncIteration('x') | StopAsyncIteration: x
TypeError | Exception BaseException | TypeError('x') | TypeError: x
ValueError | Exception BaseException | ValueError('x') | ValueError: x
InvalidStateError | Exception BaseException | InvalidStateError('x') | asyncio.exceptions.InvalidStateError: x
LimitOverrunError | Exception BaseException | LimitOverrunError('x') | asyncio.exceptions.LimitOverrunError: x
QueueEmpty | Exception BaseException | QueueEmpty('x') | asyncio.queues.QueueEmpty: x
QueueFull | Exception BaseException | QueueFull('x') | asyncio.queues.QueueFull: x
QueueShutDown | Exception BaseException | QueueShutDown('x') | asyncio.queues.QueueShutDown: x
OSError | Exception BaseException | OSError('x') | OSError: x
BlockingIOError | OSError Exception BaseException | BlockingIOError('x') | BlockingIOError: x
ChildProcessError | OSError Exception BaseException | ChildProcessError('x') | ChildProcessError: x
ConnectionError | OSError Exception BaseException | ConnectionError('x') | ConnectionError: x
BrokenPipeError | ConnectionError OSError Exception BaseException | BrokenPipeError('x') | BrokenPipeError: x
ConnectionAbortedError | ConnectionError OSError Exception BaseException | ConnectionAbortedError('x') | ConnectionAbortedError: x
ConnectionRefusedError | ConnectionError OSError Exception BaseException | ConnectionRefusedError('x') | ConnectionRefusedError: x
ConnectionResetError | ConnectionError OSError Exception BaseException | ConnectionResetError('x') | ConnectionResetError: x
FileExistsError | OSError Exception BaseException | FileExistsError('x') | FileExistsError: x
FileNotFoundError | OSError Exception BaseException | FileNotFoundError('x') | FileNotFoundError: x
InterruptedError | OSError Exception BaseException | InterruptedError('x') | InterruptedError: x
IsADirectoryError | OSError Exception BaseException | IsADirectoryError('x') | IsADirectoryError: x
NotADirectoryError | OSError Exception BaseException | NotADirectoryError('x') | NotADirectoryError: x
PermissionError | OSError Exception BaseException | PermissionError('x') | PermissionError: x
ProcessLookupError | OSError Exception BaseException | ProcessLookupError('x') | ProcessLookupError: x
TimeoutError | OSError Exception BaseException | TimeoutError('x') | TimeoutError: x
";

#[test]
fn the_tree_is_pythons() {
    let recorded: Vec<Vec<&str>> =
        TREE.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
    let classes = every_class();
    assert_eq!(recorded.len(), classes.len());

    for (row, (name, error)) in recorded.iter().zip(classes) {
        assert_eq!(row[0], name);
        let mut expected: Vec<&str> = row[1].split_whitespace().chain([name]).collect();
        let mut found = classes_of(&error);
        expected.sort_unstable();
        found.sort_unstable();
        assert_eq!(found, expected, "the classes of {name}");
        assert_eq!(format!("{error:?}"), row[2]);
        assert_eq!(error.format_exception(), row[3]);
    }
}

/// `str`, `repr`.
#[track_caller]
fn check_texts(error: &Error, str: &str, repr: &str) {
    assert_eq!(error.to_string(), str);
    assert_eq!(format!("{error:?}"), repr);
}

#[test]
fn texts_are_pythons() {
    check_texts(&ValueError(""), "", "ValueError('')");
    check_texts(&CancelledError::with("why"), "why", "CancelledError('why')");
    check_texts(&CancelledError::with(""), "", "CancelledError('')");
    check_texts(&KeyError("it's"), "\"it's\"", "KeyError(\"it's\")");
    check_texts(&KeyError(""), "''", "KeyError('')");
    check_texts(&SystemExit(-1), "-1", "SystemExit(-1)");
    let text = "0 bytes read on a total of undefined expected bytes";
    let repr = format!("IncompleteReadError('{text}')");
    check_texts(&IncompleteReadError("", None), text, &repr);
}

#[test]
fn strings_in_reprs_are_pythons() {
    // The string, and CPython's repr of it.
    let recorded = [
        ("", "''"),
        ("it's", "\"it's\""),
        ("say \"hi\"", "'say \"hi\"'"),
        ("both ' and \"", "'both \\' and \"'"),
        ("new\nline", "'new\\nline'"),
        ("tab\t cr\r", "'tab\\t cr\\r'"),
        ("back\\slash", "'back\\\\slash'"),
        ("\0\u{1}\u{1f}\u{7f}", "'\\x00\\x01\\x1f\\x7f'"),
        ("\u{80}\u{9f}\u{a0}\u{ad}", "'\\x80\\x9f\\xa0\\xad'"),
        ("café 日本 😀", "'café 日本 😀'"),
        ("e\u{301}", "'e\u{301}'"),
        ("\u{301}", "'\u{301}'"),
        ("\u{200b}\u{2028}\u{feff}", "'\\u200b\\u2028\\ufeff'"),
        ("\u{e0001}\u{10ffff}", "'\\U000e0001\\U0010ffff'"),
        ("\u{e000}\u{3000}", "'\\ue000\\u3000'"),
    ];
    for (text, repr) in recorded {
        assert_eq!(format!("{:?}", ValueError(text)), format!("ValueError({repr})"));
    }
}

#[test]
fn attributes_are_kept() {
    let error = IncompleteReadError("abc", 5);
    let read = error.downcast_ref::<IncompleteReadError>().expect("the class");
    assert_eq!((read.partial.as_slice(), read.expected), (&b"abc"[..], Some(5)));

    let error = LimitOverrunError("too long", 7);
    let overrun = error.downcast_ref::<LimitOverrunError>().expect("the class");
    assert_eq!((overrun.message(), overrun.consumed), ("too long", 7));

    let error = SystemExit(3);
    assert_eq!(error.downcast_ref::<SystemExit>().map(|exit| exit.code), Some(3));
    let error = ValueError("Oops!");
    assert_eq!(error.downcast_ref::<ValueError>().map(ValueError::message), Some("Oops!"));
}

#[test]
fn downcasts_are_exact_where_classes_are_not() {
    let error = TimeoutError("late");
    assert!(error.is::<OSError>() && error.downcast_ref::<OSError>().is_none());
    assert!(error.downcast_ref::<TimeoutError>().is_some());
}

#[test]
fn it_is_as_small_as_a_pointer_and_crosses_threads() {
    fn crosses<T: Send + Sync + Clone + std::panic::UnwindSafe + std::panic::RefUnwindSafe>() {}
    crosses::<Error>();
    assert_eq!(size_of::<Error>(), size_of::<usize>());
    assert_eq!(size_of::<Option<Error>>(), size_of::<usize>());
    assert_eq!(size_of::<Result<()>>(), size_of::<usize>());
}

// ---- the system's errors

#[test]
#[cfg(target_os = "linux")]
fn errors_of_the_system_have_pythons_class_and_texts() {
    // CPython: OSError(n, os.strerror(n)).
    let recorded = [
        (2, "FileNotFoundError", "No such file or directory"),
        (3, "ProcessLookupError", "No such process"),
        (10, "ChildProcessError", "No child processes"),
        (13, "PermissionError", "Permission denied"),
        (28, "OSError", "No space left on device"),
        (104, "ConnectionResetError", "Connection reset by peer"),
        (108, "BrokenPipeError", "Cannot send after transport endpoint shutdown"),
        (110, "TimeoutError", "Connection timed out"),
        (111, "ConnectionRefusedError", "Connection refused"),
        (115, "BlockingIOError", "Operation now in progress"),
    ];
    for (errno, class, text) in recorded {
        let foreign = Error::from(io::Error::from_raw_os_error(errno));
        let ours = OSError::with(errno, text);
        for error in [foreign, ours] {
            assert_eq!(error.class_name(), class);
            assert_eq!(classes_of(&error).last(), Some(&class));
            assert_eq!(error.errno(), Some(errno));
            let repr = format!("{class}({errno}, '{text}')");
            check_texts(&error, &format!("[Errno {errno}] {text}"), &repr);
            assert_eq!(error.format_exception(), format!("{class}: [Errno {errno}] {text}"));
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn every_errno_has_the_class_it_has_in_python() {
    // CPython: every errno of Linux whose OSError is of a subclass.
    let recorded = [
        (1, "PermissionError"),
        (2, "FileNotFoundError"),
        (3, "ProcessLookupError"),
        (4, "InterruptedError"),
        (10, "ChildProcessError"),
        (11, "BlockingIOError"),
        (13, "PermissionError"),
        (17, "FileExistsError"),
        (20, "NotADirectoryError"),
        (21, "IsADirectoryError"),
        (32, "BrokenPipeError"),
        (103, "ConnectionAbortedError"),
        (104, "ConnectionResetError"),
        (108, "BrokenPipeError"),
        (110, "TimeoutError"),
        (111, "ConnectionRefusedError"),
        (114, "BlockingIOError"),
        (115, "BlockingIOError"),
    ];
    for errno in 1..134 {
        let recorded = recorded.iter().find(|(number, _)| *number == errno);
        let class = recorded.map_or("OSError", |(_, class)| class);
        assert_eq!(OSError::with(errno, "x").class_name(), class, "errno {errno}");
    }
}

#[test]
fn io_errors_of_programs_have_a_class_too() {
    let error = Error::from(io::Error::new(ErrorKind::TimedOut, "too slow"));
    assert!(error.is::<TimeoutError>() && error.is::<OSError>() && error.is::<io::Error>());
    assert!(error.downcast_ref::<io::Error>().is_some());
    check_texts(&error, "too slow", "TimeoutError('too slow')");
    assert_eq!(error.errno(), None);

    let error = Error::from(io::Error::from(ErrorKind::UnexpectedEof));
    check_texts(&error, "unexpected end of file", "OSError('unexpected end of file')");
}

// ---- Rust's errors

#[test]
fn rust_errors_are_exceptions() {
    fn parse(text: &str) -> Result<u32> {
        Ok(text.parse()?)
    }

    let error = parse("x").expect_err("no number");
    assert!(error.is::<Exception>() && error.is::<std::num::ParseIntError>());
    assert!(!error.is::<ValueError>() && !error.is::<fmt::Error>());
    let text = "invalid digit found in string";
    check_texts(&error, text, "ParseIntError { kind: InvalidDigit }");
    assert_eq!(error.class_name(), "core::num::error::ParseIntError");
    assert_eq!(error.format_exception(), format!("core::num::error::ParseIntError: {text}"));
}

#[test]
fn a_box_keeps_what_is_in_it() {
    let boxed: Box<dyn StdError + Send + Sync> = Box::new(fmt::Error);
    let error = Error::from_boxed(boxed);
    assert!(error.is::<fmt::Error>() && error.is::<Exception>());
    assert_eq!(error.class_name(), "Exception");

    // A text in a box is what Python's Exception(text) is.
    let error = Error::from_boxed("it's late".into());
    assert!(error.is::<Exception>());
    check_texts(&error, "it's late", "Exception(\"it's late\")");
    assert_eq!(error.format_exception(), "Exception: it's late");

    let concrete = ValueError("x").downcast_ref::<ValueError>().cloned().expect("the class");
    assert!(Error::from_boxed(Box::new(concrete.clone())).is::<ValueError>());
    assert!(Error::from(concrete).is::<ValueError>());
}

#[test]
fn it_dereferences_to_the_concrete_error() {
    fn takes(error: &(dyn StdError + Send + Sync + 'static)) -> bool {
        error.is::<ValueError>()
    }
    assert!(takes(&*ValueError("x")));
}

#[test]
fn the_way_into_a_box_and_back_is_the_identity() {
    let error = ValueError("x").with_context(TypeError("y"));
    let boxed: Box<dyn StdError + Send + Sync> = error.clone().into();
    assert_eq!((boxed.to_string(), format!("{boxed:?}")), ("x".into(), "ValueError('x')".into()));
    assert!(Error::from_boxed(boxed).is_same(&error));

    let boxed: Box<dyn StdError> = error.into();
    assert_eq!(boxed.source().expect("the context").to_string(), "y");
}

#[test]
fn sources_walk_the_cause_then_the_context() {
    let chain = |error: Error| -> Vec<String> {
        let boxed: Box<dyn StdError> = error.into();
        let mut texts = vec![boxed.to_string()];
        let mut source = boxed.source();
        while let Some(error) = source {
            texts.push(error.to_string());
            source = error.source();
        }
        texts
    };
    let low = Error::from(fmt::Error);
    let middle = TypeError("middle").with_context(low.clone());
    let caused = ValueError("top").with_context(low).with_cause(middle.clone());
    let fmt_error = fmt::Error.to_string();
    assert_eq!(chain(caused), ["top", "middle", &fmt_error]);
    assert_eq!(
        chain(ValueError("top").with_context(middle.clone())),
        ["top", "middle", &fmt_error]
    );
    assert_eq!(chain(ValueError("top").with_context(middle).without_context()), ["top"]);
    let app = AppError::Io(io::Error::other("disk"));
    assert_eq!(chain(ValueError("top").with_cause(app)), ["top", "io", "disk"]);
    let io = io::Error::other(ValueError("inner"));
    assert_eq!(chain(ValueError("top").with_cause(io)), ["top", "inner"]);
}

// ---- a cancellation stays one

/// Hides the type of what it wraps, as anyhow does.
struct Opaque(Box<dyn StdError + Send + Sync>);

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque")
    }
}

impl fmt::Display for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("opaque")
    }
}

impl StdError for Opaque {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source()
    }
}

/// A wrapper as users write them.
#[derive(Debug)]
struct Failed {
    source: Error,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed: {}", self.source)
    }
}

impl StdError for Failed {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&*self.source)
    }
}

#[derive(Debug, thiserror::Error)]
enum AppError {
    #[error("asyncio: {0}")]
    Asyncio(#[from] Error),
    #[error("io")]
    Io(#[from] io::Error),
    #[error("step {step}")]
    Step { step: u32, source: Error },
    #[error("boxed")]
    Boxed(#[source] Box<dyn StdError + Send + Sync>),
    #[error(transparent)]
    Transparent(Box<dyn StdError + Send + Sync>),
}

/// The error must be the cancellation `why`, with the wrapper as its context.
#[track_caller]
fn check_cancelled(error: Error, wrapper: &str) {
    assert!(error.is::<CancelledError>(), "{error:?}");
    assert!(!error.is::<Exception>());
    check_texts(&error, "why", "CancelledError('why')");
    let context = error.context().expect("the wrapper");
    assert!(context.is::<Exception>());
    assert_eq!(context.to_string(), wrapper);
    assert!(context.context().is_none(), "a circle");
}

fn why() -> Error {
    CancelledError::with("why")
}

#[test]
fn io_errors_keep_a_cancellation() {
    check_cancelled(io::Error::other(why()).into(), "why");
    let nested = io::Error::other(io::Error::new(ErrorKind::TimedOut, why()));
    check_cancelled(nested.into(), "why");
    let concrete = why().downcast_ref::<CancelledError>().cloned().expect("the class");
    check_cancelled(io::Error::other(concrete.clone()).into(), "why");
    check_cancelled(Arc::new(io::Error::other(concrete)).into(), "why");
    check_cancelled(Error::from_boxed(Box::new(io::Error::other(why()))), "why");
}

#[test]
fn enums_of_thiserror_keep_a_cancellation() {
    fn asyncio_step() -> Result<(), AppError> {
        Err(why())?
    }
    fn io_step() -> Result<(), AppError> {
        Err(io::Error::other(why()))?
    }

    check_cancelled(asyncio_step().expect_err("cancelled").into(), "asyncio: why");
    check_cancelled(io_step().expect_err("cancelled").into(), "io");
    check_cancelled(AppError::Step { step: 2, source: why() }.into(), "step 2");
    check_cancelled(AppError::Boxed(why().into()).into(), "boxed");
    check_cancelled(AppError::Transparent(why().into()).into(), "why");
    let nested = AppError::Boxed(Box::new(AppError::Io(io::Error::other(why()))));
    check_cancelled(nested.into(), "boxed");
}

#[test]
fn transparent_wrappers_keep_a_cancellation() {
    #[derive(Debug, thiserror::Error)]
    enum Inner {
        #[error(transparent)]
        Asyncio(#[from] Error),
    }
    #[derive(Debug, thiserror::Error)]
    #[error(transparent)]
    struct Outer(#[from] Inner);
    for wrapped in [
        Error::from(Inner::from(CancelledError::with("why"))),
        Error::from(Outer::from(Inner::from(CancelledError::with("why")))),
        Error::from_boxed(anyhow::Error::from(Inner::from(CancelledError::with("why"))).into()),
    ] {
        assert!(wrapped.is::<CancelledError>());
        assert_eq!(format!("{wrapped:?}"), "CancelledError('why')");
    }
    assert!(!Error::from(Inner::from(ValueError("x"))).is::<CancelledError>());
    assert_eq!(CancelledError::with("why").format_exception().lines().count(), 1);
}

#[test]
fn wrappers_by_hand_keep_a_cancellation() {
    check_cancelled(Failed { source: why() }.into(), "failed: why");
    check_cancelled(Opaque(why().into()).into(), "opaque");
    check_cancelled(Opaque(Box::new(Opaque(why().into()))).into(), "opaque");
    check_cancelled(Box::new(Failed { source: why() }).into(), "failed: why");
    check_cancelled(Arc::new(Failed { source: why() }).into(), "failed: why");
    let shared: Arc<dyn StdError + Send + Sync> =
        Arc::from(Box::<dyn StdError + Send + Sync>::from(why()));
    check_cancelled(shared.into(), "why");
}

#[test]
fn boxes_keep_a_cancellation() {
    let boxed: Box<dyn StdError + Send + Sync> = why().into();
    let error = Error::from_boxed(boxed);
    check_texts(&error, "why", "CancelledError('why')");
    assert!(error.is::<CancelledError>() && error.context().is_none());
}

#[test]
fn anyhow_keeps_a_cancellation() {
    use anyhow::Context as _;

    let boxed: Box<dyn StdError + Send + Sync> = why().into();
    let plain = anyhow::Error::from_boxed(boxed);
    check_cancelled(Error::from_boxed(plain.into()), "why");

    let read: Result<(), io::Error> = Err(io::Error::other(why()));
    let explained = read.context("reading").context("starting").expect_err("cancelled");
    check_cancelled(Error::from_boxed(explained.into()), "starting");
}

#[cfg(feature = "anyhow")]
#[test]
fn anyhow_takes_an_error_with_its_chain() {
    fn step() -> anyhow::Result<()> {
        Err(anyhow::Error::from(why()).context("starting"))
    }
    fn plain() -> anyhow::Result<()> {
        Err(ValueError("x").with_cause(TypeError("y")))?
    }
    check_cancelled(Error::from_boxed(step().expect_err("cancelled").into()), "starting");
    let error = plain().expect_err("a ValueError");
    let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
    assert_eq!(chain, ["x", "y"]);
}

#[test]
fn what_happened_before_is_not_the_error_itself() {
    // Raised while a cancellation was handled, plain or wrapped, or from one.
    let wrapped = AppError::Io(io::Error::other(why()));
    let errors = [
        ValueError("x").with_context(why()),
        ValueError("x").with_context(wrapped),
        ValueError("x").with_cause(why()),
    ];
    for error in errors {
        for wrapper in [
            Error::from(io::Error::other(error.clone())),
            Error::from(Opaque(error.clone().into())),
            Error::from(AppError::Boxed(error.clone().into())),
        ] {
            assert!(wrapper.is::<Exception>(), "{wrapper:?}");
        }
    }
}

// ---- causes and contexts

#[test]
fn tracebacks_are_pythons() {
    let cause = "ValueError: a\n\nThe above exception was the direct cause of the following \
                 exception:\n\nRuntimeError: b";
    let context = "ValueError: a\n\nDuring handling of the above exception, another exception \
                   occurred:\n\nRuntimeError: b";
    let (a, b) = (|| ValueError("a"), || RuntimeError("b"));
    assert_eq!(b().with_cause(a()).format_exception(), cause);
    assert_eq!(b().with_context(a()).format_exception(), context);
    assert_eq!(b().with_context(a()).without_context().format_exception(), "RuntimeError: b");
    // `raise b from a` while something else is handled.
    let both = b().with_context(TypeError("c")).with_cause(a());
    assert_eq!(both.format_exception(), cause);
    assert_eq!(ValueError("two\nlines").format_exception(), "ValueError: two\nlines");
    assert_eq!(ValueError("").format_exception(), "ValueError");
}

#[test]
fn tracebacks_show_the_sources_of_rust_errors() {
    let wrapper = |source: Error| Error::from(AppError::Boxed(source.into()));
    let name = std::any::type_name::<AppError>();
    let sentence = "The above exception was the direct cause of the following exception:";

    let error = wrapper(ValueError("a").with_context(TypeError("b")));
    let handled = "During handling of the above exception, another exception occurred:";
    let expected =
        format!("TypeError: b\n\n{handled}\n\nValueError: a\n\n{sentence}\n\n{name}: boxed");
    assert_eq!(error.format_exception(), expected);

    let error = Error::from(AppError::Io(io::Error::new(ErrorKind::NotFound, "gone")));
    let expected = format!("FileNotFoundError: gone\n\n{sentence}\n\n{name}: io");
    assert_eq!(error.format_exception(), expected);

    // What was raised from it explicitly comes in their place.
    let expected = format!("TypeError: b\n\n{sentence}\n\n{name}: io");
    assert_eq!(error.with_cause(TypeError("b")).format_exception(), expected);
}

#[test]
fn links_never_make_a_circle() {
    let (a, b) = (ValueError("a"), ValueError("b"));
    a.set_context(Some(b.clone()));
    b.set_context(Some(a.clone()));
    assert!(b.context().is_some_and(|context| context.is_same(&a)));
    assert!(a.context().is_none());

    a.set_context(Some(a.clone()));
    assert!(a.context().is_none());

    let a = a.with_cause(b.clone());
    assert!(b.context().is_none());
    assert!(a.cause().is_some_and(|cause| cause.is_same(&b)));
    let b = b.with_cause(a.clone());
    assert!(a.cause().is_none());
    assert_eq!(b.clone().with_cause(b).format_exception(), "ValueError: b");

    // Two ways lead to the same error, and neither is a circle.
    let end = ValueError("end");
    let top = ValueError("top").with_context(a.with_context(end.clone())).with_cause(end.clone());
    assert!(top.context().and_then(|a| a.context()).is_some_and(|error| error.is_same(&end)));
}

#[test]
fn long_chains_are_dropped_without_exhausting_the_stack() {
    let mut error = ValueError("first");
    for _ in 0..200_000 {
        error = ValueError("next").with_context(error);
    }
    drop(error);
}

#[test]
fn the_cancellation_without_a_message_is_one_value_and_never_changed() {
    let shared = CancelledError();
    assert!(shared.is_same(&CancelledError()));
    assert!(!why().is_same(&why()));

    shared.set_context(Some(ValueError("x")));
    assert!(shared.context().is_none());

    let own = shared.clone().with_context(ValueError("x"));
    assert!(own.is::<CancelledError>() && !own.is_same(&shared));
    assert!(own.context().is_some_and(|context| context.is::<ValueError>()));
    check_texts(&own, "", "CancelledError()");
    assert!(shared.clone().with_cause(ValueError("x")).cause().is_some());
    assert!(!shared.clone().without_context().is_same(&shared));
    assert!(shared.cause().is_none() && shared.context().is_none());
}

// ---- panics

#[test]
fn a_panic_keeps_its_payload() {
    let error = PanicError(Box::new(42));
    check_texts(&error, "Box<dyn Any>", "PanicError('Box<dyn Any>')");
    assert!(error.is::<Exception>());

    let error = PanicError(Box::new("boom"));
    check_texts(&error, "boom", "PanicError('boom')");
    let panic = error.downcast_ref::<PanicError>().expect("the class");
    let payload = panic.take_payload().expect("the payload");
    assert_eq!(payload.downcast_ref::<&str>(), Some(&"boom"));
    assert!(panic.clone().take_payload().is_none());
    check_texts(&error, "boom", "PanicError('boom')");
}
