//! The signatures of all macros, in one table that the parser and the rules read.

/// One macro, as its users see it.
#[derive(Debug)]
pub(crate) struct Signature {
    /// How it is written: `gather!` or `#[asyncio::main]`.
    pub(crate) macro_name: &'static str,
    /// A complete call, for the messages about missing and surplus arguments.
    pub(crate) usage: &'static str,
    pub(crate) parameters: &'static [Parameter],
    /// Names that people know from elsewhere, each with what to do here instead.
    pub(crate) habits: &'static [(&'static str, &'static str)],
}

/// One parameter of a macro.
#[derive(Debug)]
pub(crate) struct Parameter {
    /// Python's name.
    pub(crate) name: &'static str,
    pub(crate) place: Place,
    pub(crate) takes: Takes,
    pub(crate) default: Default,
    /// How to write it, for the messages: `timeout = 1.5`.
    pub(crate) example: &'static str,
}

/// Where the argument for a parameter may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the order of the table, or later by its name.
    Positional,
    /// Python's `*args`: up to `most` positional arguments, or one `..iterator`.
    Variadic { most: usize },
    /// By its name alone.
    Keyword,
}

/// What a parameter accepts; all but the first two are read while compiling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// An expression that has to be awaitable.
    Awaitable,
    /// An expression for a time: seconds, a `Duration` or `None`.
    Timeout,
    /// The literal `true` or `false`.
    Flag,
    /// A literal number of seconds.
    Seconds,
    /// The path of a function.
    Function,
    /// The path by which the expansion reaches this crate.
    Crate,
}

/// What holds when the argument is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Default {
    /// It must not be left out.
    Required,
    /// The expansion does not mention it.
    Absent,
    /// The expansion sees this expression.
    Value(&'static str),
}

impl Signature {
    /// The parameter that a named argument is for.
    pub(crate) fn named(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.may_be_named() && parameter.name == name)
    }

    /// The parameter that takes any number of arguments.
    pub(crate) fn variadic(&self) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| !parameter.may_be_named())
    }

    /// Whether arguments may stand without a name; the options of an attribute may not.
    pub(crate) fn has_positions(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.place != Place::Keyword)
    }
}

impl Parameter {
    /// Whether `name = value` is an argument for it.
    pub(crate) fn may_be_named(&self) -> bool {
        !matches!(self.place, Place::Variadic { .. })
    }
}

/// `asyncio.gather(*coros_or_futures, return_exceptions=False)`.
pub(crate) const GATHER: Signature = Signature {
    macro_name: "gather!",
    usage: "gather!(a(), b(), return_exceptions = true)",
    parameters: &[
        Parameter {
            name: "coros_or_futures",
            place: Place::Variadic { most: 16 },
            takes: Takes::Awaitable,
            default: Default::Absent,
            example: "..tasks",
        },
        Parameter {
            name: "return_exceptions",
            place: Place::Keyword,
            takes: Takes::Flag,
            default: Default::Value("false"),
            example: "return_exceptions = true",
        },
    ],
    habits: &[LOOP],
};

/// `asyncio.wait_for(fut, timeout)`.
pub(crate) const WAIT_FOR: Signature = Signature {
    macro_name: "wait_for!",
    usage: "wait_for!(work(), timeout = 1.5)",
    parameters: &[
        Parameter {
            name: "fut",
            place: Place::Positional,
            takes: Takes::Awaitable,
            default: Default::Required,
            example: "fut = work()",
        },
        Parameter {
            name: "timeout",
            place: Place::Positional,
            takes: Takes::Timeout,
            default: Default::Required,
            example: "timeout = 1.5",
        },
    ],
    habits: &[LOOP],
};

/// The options of `#[asyncio::main]`: those of `asyncio.run`, and the path of the crate.
pub(crate) const MAIN: Signature = Signature {
    macro_name: "#[asyncio::main]",
    usage: "#[asyncio::main(debug = true)]",
    parameters: &[
        Parameter {
            name: "debug",
            place: Place::Keyword,
            takes: Takes::Flag,
            default: Default::Absent,
            example: "debug = true",
        },
        Parameter {
            name: "loop_factory",
            place: Place::Keyword,
            takes: Takes::Function,
            default: Default::Absent,
            example: "loop_factory = asyncio::new_event_loop",
        },
        CRATE,
    ],
    habits: &[
        FLAVOR,
        (
            "worker_threads",
            "a loop runs on the one thread that started it: leave `worker_threads` out",
        ),
        (
            "start_paused",
            "only tests have a virtual clock: write `#[asyncio::test(virtual_time = true)]`",
        ),
    ],
};

/// The options of `#[asyncio::test]`.
pub(crate) const TEST: Signature = Signature {
    macro_name: "#[asyncio::test]",
    usage: "#[asyncio::test(timeout = 5.0)]",
    parameters: &[
        Parameter {
            name: "debug",
            place: Place::Keyword,
            takes: Takes::Flag,
            default: Default::Absent,
            example: "debug = false",
        },
        Parameter {
            name: "virtual_time",
            place: Place::Keyword,
            takes: Takes::Flag,
            default: Default::Absent,
            example: "virtual_time = true",
        },
        Parameter {
            name: "timeout",
            place: Place::Keyword,
            takes: Takes::Seconds,
            default: Default::Absent,
            example: "timeout = 5.0",
        },
        CRATE,
    ],
    habits: &[
        FLAVOR,
        ("start_paused", "the option has another name here: write `virtual_time = true`"),
    ],
};

const CRATE: Parameter = Parameter {
    name: "crate",
    place: Place::Keyword,
    takes: Takes::Crate,
    default: Default::Value("::asyncio"),
    example: "crate = ::asyncio",
};

const LOOP: (&str, &str) =
    ("loop", "the running loop is taken, as in Python since 3.10: leave `loop` out");

const FLAVOR: (&str, &str) = (
    "flavor",
    "a loop runs on the one thread that started it: leave `flavor` out; \
     for more cores run a loop in each of several `std::thread`s",
);
