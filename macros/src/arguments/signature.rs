//! What a signature is made of; `table` has those of all macros.

/// One macro, as its users see it.
#[derive(Debug)]
pub(crate) struct Signature {
    /// How it is written: `gather!` or `#[asyncio::main]`.
    pub(crate) macro_name: &'static str,
    /// A complete call, for the messages about missing and surplus arguments.
    pub(crate) usage: &'static str,
    /// The function in `__private` that the arguments go to, if it is the same for all calls.
    pub(crate) function: &'static str,
    /// The type that takes the arguments given by name, each by the setter of its name; without
    /// one they are arguments of the function, too.
    pub(crate) options: Option<&'static str>,
    pub(crate) parameters: &'static [Parameter],
    /// Names that people know from elsewhere, each with what to do here instead.
    pub(crate) habits: &'static [Habit],
    /// Two parameters that exclude each other, and what to say then.
    pub(crate) conflicts: &'static [Conflict],
}

/// A name from elsewhere, and what to do here instead.
pub(crate) type Habit = (&'static str, &'static str);

/// Two parameters, and why only one of them may be given.
pub(crate) type Conflict = (&'static str, &'static str, &'static str);

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
    /// Any number of arguments without a name.
    Repeated,
    /// By its name alone.
    Keyword,
}

/// What a parameter accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Something awaitable that a task may own from then on.
    Awaitable,
    /// Something awaitable that is awaited where it is.
    Awaited,
    /// A list of futures and tasks.
    Handles,
    /// A time: seconds, a `Duration` or `None`.
    Timeout,
    /// `FIRST_COMPLETED` and the like.
    ReturnWhen,
    /// The name of a task.
    Name,
    /// A `Context`, or a reference to one.
    Context,
    /// A `bool`.
    Bool,
    /// What can be raised.
    Exception,
    /// What can be raised, or `None`.
    Cause,
    /// What `async with` enters.
    Manager,
    /// What `async for` goes through.
    Iterable,
    /// A block of code, of this form.
    Code(Form),
    /// A function without parameters, or a closure that captures nothing.
    Factory,
    /// The literal `true` or `false`.
    Flag,
    /// A literal number of seconds.
    Seconds,
    /// The literal `"each_await"`.
    EachAwait,
    /// The path of a function.
    Function,
    /// The path by which the expansion reaches this crate.
    Crate,
}

impl Takes {
    /// Whether it is a block of code.
    pub(crate) fn is_code(self) -> bool {
        matches!(self, Self::Code(_))
    }
}

/// How a block of code is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// `{ … }`
    Bare,
    /// `{ … }` or `|name| { … }`
    Named,
    /// `|item| { … }`
    Item,
    /// `|e: ValueError| { … }`, perhaps with a star.
    Arm,
}

/// What holds when the argument is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Default {
    /// It must not be left out.
    Required,
    /// The expansion does not mention it.
    Absent,
    /// Python's `None`: the expansion does not mention it, nor if `None` is what was written.
    None,
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
        self.parameters.iter().find(|parameter| matches!(parameter.place, Place::Variadic { .. }))
    }

    /// Whether there are arguments that are given by their name alone.
    pub(crate) fn has_keywords(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.place == Place::Keyword)
    }

    /// Whether arguments may stand without a name; the options of an attribute may not.
    pub(crate) fn has_positions(&self) -> bool {
        self.parameters.iter().any(|parameter| parameter.place != Place::Keyword)
    }
}

impl Parameter {
    /// Whether `name = value` is an argument for it.
    pub(crate) fn may_be_named(&self) -> bool {
        !matches!(self.place, Place::Variadic { .. } | Place::Repeated)
    }

    /// Whether it is an option, for the setter of its name.
    pub(crate) fn is_option(&self) -> bool {
        let is_for_the_expansion = matches!(self.takes, Takes::Crate | Takes::EachAwait);
        self.place == Place::Keyword && !is_for_the_expansion && !self.takes.is_code()
    }
}
