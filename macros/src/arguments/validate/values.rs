//! What a parameter takes, and how a value says that it is not that.

mod awaitables;
mod code;

use syn::{
    Expr, ExprBlock, ExprField, ExprLit, ExprMethodCall, ExprPath, Lit, Member, Stmt, Token,
};

use crate::arguments::signature::{Parameter, Takes};
use crate::arguments::similar;
use crate::errors::Errors;

/// Whether a value is of the kind that its parameter takes; what is wrong with it is reported.
///
/// Types are not known here: a number where an awaitable belongs is found by the compiler, in the
/// expansion.
pub(super) fn check(parameter: &Parameter, value: &Expr, errors: &mut Errors) -> bool {
    let value = ungrouped(value);
    if path_of_python(value, errors) {
        return false;
    }
    let complaint = match parameter.takes {
        Takes::Awaitable | Takes::Awaited => return awaitables::check(parameter, value, errors),
        Takes::Handles => not_a_list(value).map(str::to_owned),
        Takes::Timeout => not_a_time(parameter, value),
        Takes::ReturnWhen => not_a_constant(parameter, value),
        Takes::Exception => not_an_exception(value).map(str::to_owned),
        Takes::Bool => not_a_bool(parameter, value),
        Takes::Flag => not_a_flag(parameter, value),
        Takes::Seconds => not_seconds(parameter, value),
        Takes::EachAwait => not_each_await(value),
        Takes::Factory => called(parameter, value),
        Takes::Function => not_a_function(parameter, value),
        Takes::Crate => not_a_crate(value).map(str::to_owned),
        Takes::Code(form) => return code::check(parameter, form, value, errors),
        Takes::Manager | Takes::Iterable => return code::check_plain(parameter, value, errors),
        Takes::Name | Takes::Context | Takes::Cause => None,
    };
    if let Some(message) = &complaint {
        errors.at(value, message);
    }
    complaint.is_none()
}

/// As [`check`], for what stands behind `..`.
pub(super) fn check_spread(value: &Expr, errors: &mut Errors) -> bool {
    !path_of_python(ungrouped(value), errors)
}

/// Whether the compiler has nothing to say about a value that was refused.
pub(super) fn may_stand_alone(value: &Expr) -> bool {
    match ungrouped(value) {
        Expr::Lit(_) | Expr::Await(_) | Expr::Cast(_) => false,
        value if is_arm(value) => false,
        Expr::Path(path) => !["True", "False"].iter().any(|name| path.path.is_ident(name)),
        value => dot_behind_the_crate(value).is_none(),
    }
}

/// Whether the value is a closure, perhaps behind a star.
pub(super) fn is_arm(value: &Expr) -> bool {
    match ungrouped(value) {
        Expr::Closure(_) => true,
        Expr::Unary(unary) => is_arm(&unary.expr),
        _ => false,
    }
}

/// Whether the value is written `None`.
pub(crate) fn is_none(value: &Expr) -> bool {
    matches!(ungrouped(value), Expr::Path(path) if path.path.is_ident("None"))
}

/// The value of a literal `true` or `false`.
pub(super) fn flag(value: &Expr) -> Option<bool> {
    match literal(value)? {
        Lit::Bool(flag) => Some(flag.value),
        _ => None,
    }
}

/// The value of a literal number of seconds.
pub(crate) fn seconds(value: &Expr) -> Option<f64> {
    let (digits, suffix) = match literal(value)? {
        Lit::Int(int) => (int.base10_digits(), int.suffix()),
        Lit::Float(float) => (float.base10_digits(), float.suffix()),
        _ => return None,
    };
    digits.parse().ok().filter(|seconds: &f64| suffix.is_empty() && seconds.is_finite())
}

/// An expression without the invisible delimiters that a `$value:expr` of a user's own macro puts
/// around it.
pub(super) fn ungrouped(mut value: &Expr) -> &Expr {
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    value
}

fn literal(value: &Expr) -> Option<&Lit> {
    match ungrouped(value) {
        Expr::Lit(ExprLit { lit, .. }) => Some(lit),
        _ => None,
    }
}

/// Reports the dot of Python's `asyncio.sleep`.
fn path_of_python(value: &Expr, errors: &mut Errors) -> bool {
    let Some((dot, name)) = dot_behind_the_crate(value) else { return false };
    errors.at(dot, format!("a path has colons where Python has a dot: write `asyncio::{name}`"));
    true
}

fn dot_behind_the_crate(value: &Expr) -> Option<(&Token![.], String)> {
    let is_crate =
        |value: &Expr| matches!(value, Expr::Path(path) if path.path.is_ident("asyncio"));
    match value {
        Expr::MethodCall(ExprMethodCall { receiver, dot_token, method, .. })
            if is_crate(receiver) =>
        {
            Some((dot_token, method.to_string()))
        }
        Expr::Field(ExprField { base, dot_token, member: Member::Named(name), .. })
            if is_crate(base) =>
        {
            Some((dot_token, name.to_string()))
        }
        Expr::MethodCall(call) => dot_behind_the_crate(&call.receiver),
        Expr::Field(field) => dot_behind_the_crate(&field.base),
        Expr::Call(call) => dot_behind_the_crate(&call.func),
        Expr::Await(awaited) => dot_behind_the_crate(&awaited.base),
        Expr::Try(tried) => dot_behind_the_crate(&tried.expr),
        _ => None,
    }
}

fn not_a_list(value: &Expr) -> Option<&'static str> {
    match value {
        Expr::Block(ExprBlock { block, label: None, .. })
            if matches!(&*block.stmts, [Stmt::Expr(_, None)]) =>
        {
            Some("a list of one stands in brackets, and Python's set too: write `[task]`")
        }
        Expr::Tuple(_) => Some("a list stands in brackets, and Python's tuple too: write `[a, b]`"),
        _ => None,
    }
}

fn not_a_time(parameter: &Parameter, value: &Expr) -> Option<String> {
    let example = parameter.example;
    let suffix = match literal(value)? {
        Lit::Str(_) => {
            return Some(format!(
                "a timeout is a number of seconds, a `Duration` or `None`: write `{example}`"
            ));
        }
        Lit::Int(int) => int.suffix(),
        Lit::Float(float) => float.suffix(),
        _ => return None,
    };
    let is_type = suffix.starts_with(['i', 'u', 'f']);
    (!suffix.is_empty() && !is_type)
        .then(|| format!("seconds are a number without a unit: write `{example}`"))
}

fn not_a_constant(parameter: &Parameter, value: &Expr) -> Option<String> {
    literal(value)?;
    let Parameter { name, example, .. } = parameter;
    Some(format!(
        "`{name}` is one of the constants `FIRST_COMPLETED`, `FIRST_EXCEPTION` and \
         `ALL_COMPLETED`: write `{example}`"
    ))
}

fn not_an_exception(value: &Expr) -> Option<&'static str> {
    let Expr::Call(call) = value else { return None };
    match &*call.func {
        Expr::Path(path) if path.path.is_ident("Err") => {
            Some("`raise!` makes the `Err` itself: leave `Err(…)` out around the exception")
        }
        _ => None,
    }
}

fn not_a_bool(parameter: &Parameter, value: &Expr) -> Option<String> {
    if flag(value).is_some() {
        return None;
    }
    let name = parameter.name;
    match value {
        Expr::Path(path) if path.path.is_ident("True") => {
            Some(format!("Rust's `True` is lower-case: write `{name} = true`"))
        }
        Expr::Path(path) if path.path.is_ident("False") => {
            Some(format!("Rust's `False` is lower-case: write `{name} = false`"))
        }
        Expr::Lit(_) => {
            Some(format!("`{name}` is either on or off: write `{name} = true` or `{name} = false`"))
        }
        _ => None,
    }
}

fn not_a_flag(parameter: &Parameter, value: &Expr) -> Option<String> {
    if flag(value).is_some() {
        return None;
    }
    let name = parameter.name;
    Some(not_a_bool(parameter, value).unwrap_or_else(|| {
        format!(
            "`{name}` has to be known while compiling: write `{name} = true` or `{name} = false`"
        )
    }))
}

fn not_seconds(parameter: &Parameter, value: &Expr) -> Option<String> {
    let Parameter { name, example, .. } = parameter;
    match seconds(value) {
        None => Some(format!("`{name}` is a literal number of seconds: write `{example}`")),
        Some(seconds) if seconds <= 0.0 => {
            Some(format!("`{name}` leaves no time at all: write `{example}`"))
        }
        Some(_) => None,
    }
}

fn not_each_await(value: &Expr) -> Option<String> {
    const MEANT: &str = "each_await";
    let written = match value {
        Expr::Path(path) if path.path.is_ident(MEANT) => {
            return Some(format!("`{MEANT}` is a text here: write `cancel = \"{MEANT}\"`"));
        }
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => text.value(),
        _ => String::new(),
    };
    if written == MEANT {
        return None;
    }
    Some(match similar::nearest(&written, [MEANT].into_iter()) {
        Some(_) => format!("`cancel` has no `\"{written}\"`: did you mean `\"{MEANT}\"`?"),
        None => format!(
            "a test is cancelled at each of its awaits or not at all: write `cancel = \"{MEANT}\"`"
        ),
    })
}

fn called(parameter: &Parameter, value: &Expr) -> Option<String> {
    let name = parameter.name;
    matches!(value, Expr::Call(_))
        .then(|| format!("`{name}` is the function itself: leave its parentheses out"))
}

fn not_a_function(parameter: &Parameter, value: &Expr) -> Option<String> {
    let Parameter { name, example, .. } = parameter;
    match value {
        Expr::Path(_) => None,
        _ => {
            Some(called(parameter, value).unwrap_or_else(|| {
                format!("`{name}` is the path of a function: write `{example}`")
            }))
        }
    }
}

/// A relative path would mean something else in each module that a user's own macro expands into.
fn not_a_crate(value: &Expr) -> Option<&'static str> {
    let Expr::Path(ExprPath { path, qself: None, .. }) = value else {
        return Some("`crate` is the path of this crate, not a text: write `crate = ::asyncio`");
    };
    let rooted = path
        .segments
        .first()
        .is_some_and(|first| first.ident == "crate" || first.ident == "$crate");
    if rooted || path.leading_colon.is_some() {
        return None;
    }
    Some(
        "the path of the crate is not absolute: \
         write `crate = ::asyncio` or `crate = crate::asyncio`",
    )
}
