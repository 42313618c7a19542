//! The signatures of all macros, in one table that the parser, the rules and the expansions read.

use crate::arguments::signature::{Default, Form, Habit, Parameter, Place, Signature, Takes};

/// `gather!`: what it calls depends on its arguments.
pub(crate) const GATHER: Signature = Signature {
    macro_name: "gather!",
    usage: "gather!(a(), b(), return_exceptions = true)",
    function: "gather",
    options: None,
    parameters: &[
        variadic("coros_or_futures", 16),
        Parameter {
            default: Default::Value("false"),
            ..keyword("return_exceptions", Takes::Flag, "return_exceptions = true")
        },
    ],
    habits: &[
        LOOP,
        ("timeout", "`gather!` waits as long as it takes: write `wait_for!(gather!(…), timeout)`"),
    ],
    conflicts: &[],
};

/// `wait_for!`.
pub(crate) const WAIT_FOR: Signature = Signature {
    macro_name: "wait_for!",
    usage: "wait_for!(work(), timeout = 1.5)",
    function: "wait_for",
    options: None,
    parameters: &[
        positional("fut", Takes::Awaited, "fut = work()"),
        positional("timeout", Takes::Timeout, "timeout = 1.5"),
    ],
    habits: &[LOOP],
    conflicts: &[],
};

/// `wait!`.
pub(crate) const WAIT: Signature = Signature {
    macro_name: "wait!",
    usage: "wait!(tasks, return_when = FIRST_COMPLETED)",
    function: "wait_with",
    options: Some("WaitOptions"),
    parameters: &[
        positional("fs", Takes::Handles, "fs = tasks"),
        keyword("timeout", Takes::Timeout, "timeout = 5"),
        keyword("return_when", Takes::ReturnWhen, "return_when = FIRST_COMPLETED"),
    ],
    habits: &[LOOP],
    conflicts: &[],
};

/// `as_completed!`.
pub(crate) const AS_COMPLETED: Signature = Signature {
    macro_name: "as_completed!",
    usage: "as_completed!(..tasks, timeout = 5)",
    function: "as_completed_with",
    options: None,
    parameters: &[
        Parameter { default: Default::Required, ..variadic("fs", 0) },
        Parameter {
            default: Default::Value("::core::option::Option::None"),
            ..keyword("timeout", Takes::Timeout, "timeout = 5")
        },
    ],
    habits: &[LOOP],
    conflicts: &[],
};

/// `shield!`.
pub(crate) const SHIELD: Signature = Signature {
    macro_name: "shield!",
    usage: "shield!(work())",
    function: "shield",
    options: None,
    parameters: &[positional("arg", Takes::Awaitable, "arg = work()")],
    habits: &[LOOP],
    conflicts: &[],
};

/// `create_task!`; its keyword arguments are those of `Task`.
pub(crate) const CREATE_TASK: Signature = Signature {
    macro_name: "create_task!",
    usage: "create_task!(work(), name = \"worker\")",
    function: "create_task_with",
    options: Some("TaskOptions"),
    parameters: &[
        positional("coro", Takes::Awaitable, "coro = work()"),
        keyword("name", Takes::Name, "name = \"worker\""),
        keyword("context", Takes::Context, "context = copy_context()"),
        keyword("eager_start", Takes::Bool, "eager_start = true"),
    ],
    habits: &[LOOP],
    conflicts: &[],
};

/// `run!`.
pub(crate) const RUN: Signature = Signature {
    macro_name: "run!",
    usage: "run!(main(), debug = true)",
    function: "run_with",
    options: Some("RunOptions"),
    parameters: &[
        positional("main", Takes::Awaitable, "main = main()"),
        keyword("debug", Takes::Bool, "debug = true"),
        keyword("loop_factory", Takes::Factory, "loop_factory = asyncio::new_event_loop"),
    ],
    habits: &[FLAVOR, WORKER_THREADS],
    conflicts: &[],
};

/// `raise!`, a statement in Python: what it calls depends on its arguments.
pub(crate) const RAISE: Signature = Signature {
    macro_name: "raise!",
    usage: "raise!(ValueError(\"…\"), from = error)",
    function: "raise",
    options: None,
    parameters: &[
        Parameter {
            default: Default::Absent,
            ..positional("exception", Takes::Exception, "ValueError(\"…\")")
        },
        Parameter { default: Default::Absent, ..keyword("from", Takes::Cause, "from = error") },
    ],
    habits: &[("cause", "Python's word for the cause is `from`: write `from = error`")],
    conflicts: &[],
};

/// `timeout!`.
pub(crate) const TIMEOUT: Signature = Signature {
    macro_name: "timeout!",
    usage: "timeout!(1.5, { … })",
    function: "timeout",
    options: None,
    parameters: &[
        positional("delay", Takes::Timeout, "1.5"),
        positional("body", Takes::Code(Form::Named), "{ … }"),
    ],
    habits: &[
        LOOP,
        (
            "when",
            "a point in time is for `timeout_at`: write `async_with!(timeout_at(when), { … })`",
        ),
    ],
    conflicts: &[],
};

/// `task_group!`.
pub(crate) const TASK_GROUP: Signature = Signature {
    macro_name: "task_group!",
    usage: "task_group!(|g| { … })",
    function: "task_group",
    options: None,
    parameters: &[positional("body", Takes::Code(Form::Named), "|g| { … }")],
    habits: &[LOOP],
    conflicts: &[],
};

/// `async_with!`.
pub(crate) const ASYNC_WITH: Signature = Signature {
    macro_name: "async_with!",
    usage: "async_with!(manager, |name| { … })",
    function: "async_with",
    options: None,
    parameters: &[
        positional("manager", Takes::Manager, "lock"),
        positional("body", Takes::Code(Form::Named), "|name| { … }"),
    ],
    habits: &[],
    conflicts: &[],
};

/// `async_for!`.
pub(crate) const ASYNC_FOR: Signature = Signature {
    macro_name: "async_for!",
    usage: "async_for!(stream, |item| { … })",
    function: "async_for",
    options: None,
    parameters: &[
        positional("iterable", Takes::Iterable, "stream"),
        positional("body", Takes::Code(Form::Item), "|item| { … }"),
        block("else_", "else_ = { … }"),
    ],
    habits: &[ELSE],
    conflicts: &[],
};

/// `try_except!`.
pub(crate) const TRY_EXCEPT: Signature = Signature {
    macro_name: "try_except!",
    usage: "try_except!({ … }, |e: ValueError| { … })",
    function: "try_except",
    options: None,
    parameters: &[
        positional("body", Takes::Code(Form::Bare), "{ … }"),
        Parameter {
            place: Place::Repeated,
            default: Default::Absent,
            ..positional("except", Takes::Code(Form::Arm), "|e: ValueError| { … }")
        },
        block("else_", "else_ = { … }"),
        block("finally", "finally = { … }"),
    ],
    habits: &[
        ELSE,
        ("except", "an arm has its type in bars: write `|e: ValueError| { … }`"),
        ("finally_", "the name is no word of Rust, and needs no `_`: write `finally = { … }`"),
    ],
    conflicts: &[],
};

/// The options of `#[asyncio::main]`: those of `asyncio.run`, and the path of the crate.
pub(crate) const MAIN: Signature = Signature {
    macro_name: "#[asyncio::main]",
    usage: "#[asyncio::main(debug = true)]",
    function: "main",
    options: Some("RunOptions"),
    parameters: &[
        keyword("debug", Takes::Flag, "debug = true"),
        keyword("loop_factory", Takes::Function, "loop_factory = asyncio::new_event_loop"),
        CRATE,
    ],
    habits: &[
        FLAVOR,
        WORKER_THREADS,
        (
            "start_paused",
            "only tests have a virtual clock: write `#[asyncio::test(virtual_time = true)]`",
        ),
        (
            "timeout",
            "a program has no time limit: write `asyncio::wait_for!(work(), timeout)` in it",
        ),
        (
            "cancel",
            "only tests are cancelled at each await: write `#[asyncio::test(cancel = \"each_await\")]`",
        ),
    ],
    conflicts: &[],
};

/// The options of `#[asyncio::test]`.
pub(crate) const TEST: Signature = Signature {
    macro_name: "#[asyncio::test]",
    usage: "#[asyncio::test(timeout = 5.0)]",
    function: "test",
    options: Some("TestOptions"),
    parameters: &[
        Parameter { default: Default::Absent, ..keyword("debug", Takes::Flag, "debug = false") },
        keyword("loop_factory", Takes::Function, "loop_factory = asyncio::new_event_loop"),
        Parameter {
            default: Default::Absent,
            ..keyword("virtual_time", Takes::Flag, "virtual_time = true")
        },
        keyword("timeout", Takes::Seconds, "timeout = 5.0"),
        Parameter {
            default: Default::Absent,
            ..keyword("cancel", Takes::EachAwait, "cancel = \"each_await\"")
        },
        CRATE,
    ],
    habits: &[
        FLAVOR,
        WORKER_THREADS,
        ("start_paused", "the option has another name here: write `virtual_time = true`"),
    ],
    conflicts: &[(
        "virtual_time",
        "loop_factory",
        "a loop with virtual time is made by the test itself: leave `loop_factory` out",
    )],
};

/// The options of `#[asyncio::coroutine]`.
pub(crate) const COROUTINE: Signature = Signature {
    macro_name: "#[asyncio::coroutine]",
    usage: "#[asyncio::coroutine]",
    function: "coroutine",
    options: None,
    parameters: &[ALLOW_BLOCKING, CRATE],
    habits: &[(
        "name",
        "a coroutine has the name of its function; a task has one of its own: \
         write `create_task!(work(), name = \"worker\")`",
    )],
    conflicts: &[],
};

/// The options of `#[asyncio::generator]`.
pub(crate) const GENERATOR: Signature = Signature {
    macro_name: "#[asyncio::generator]",
    usage: "#[asyncio::generator]",
    function: "generator",
    options: None,
    parameters: &[ALLOW_BLOCKING, CRATE],
    habits: &[("name", "a generator has the name of its function: leave `name` out")],
    conflicts: &[],
};

const fn positional(name: &'static str, takes: Takes, example: &'static str) -> Parameter {
    Parameter { name, place: Place::Positional, takes, default: Default::Required, example }
}

const fn keyword(name: &'static str, takes: Takes, example: &'static str) -> Parameter {
    Parameter { name, place: Place::Keyword, takes, default: Default::None, example }
}

/// Code that is given by its name, or not.
const fn block(name: &'static str, example: &'static str) -> Parameter {
    Parameter { default: Default::Absent, ..keyword(name, Takes::Code(Form::Bare), example) }
}

/// Awaitables, as many as there are.
const fn variadic(name: &'static str, most: usize) -> Parameter {
    Parameter {
        name,
        place: Place::Variadic { most },
        takes: Takes::Awaitable,
        default: Default::Absent,
        example: "..tasks",
    }
}

const ALLOW_BLOCKING: Parameter = Parameter {
    default: Default::Absent,
    ..keyword("allow_blocking", Takes::Flag, "allow_blocking = true")
};

const CRATE: Parameter = Parameter {
    name: "crate",
    place: Place::Keyword,
    takes: Takes::Crate,
    default: Default::Value("::asyncio"),
    example: "crate = ::asyncio",
};

const ELSE: Habit = ("else", "`else` is a word of Rust: write `else_ = { … }`");

const LOOP: Habit =
    ("loop", "the running loop is taken, as in Python since 3.10: leave `loop` out");

const FLAVOR: Habit = (
    "flavor",
    "a loop runs on the one thread that started it: leave `flavor` out; \
     for more cores run a loop in each of several `std::thread`s",
);

const WORKER_THREADS: Habit =
    ("worker_threads", "a loop runs on the one thread that started it: leave `worker_threads` out");
