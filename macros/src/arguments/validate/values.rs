//! What a parameter takes, and how a value says that it is not that.

use quote::quote;
use syn::{Expr, ExprAwait, ExprLit, ExprPath, Lit};

use crate::arguments::signature::{Parameter, Takes};
use crate::errors::Errors;

/// Whether a value is of the kind that its parameter takes; what is wrong with it is reported.
///
/// Types are not known here: a number where an awaitable belongs is found by the compiler, in the
/// expansion.
pub(super) fn check(parameter: &Parameter, value: &Expr, errors: &mut Errors) -> bool {
    let value = ungrouped(value);
    let complaint = match parameter.takes {
        Takes::Awaitable => return awaitable(value, errors),
        Takes::Timeout => timeout(parameter, value),
        Takes::Flag => not_a_flag(parameter, value),
        Takes::Seconds => not_seconds(parameter, value),
        Takes::Function => not_a_function(parameter, value),
        Takes::Crate => not_a_crate(value).map(str::to_owned),
    };
    if let Some(message) = &complaint {
        errors.at(value, message);
    }
    complaint.is_none()
}

/// The value of a literal `true` or `false`.
pub(super) fn flag(value: &Expr) -> Option<bool> {
    match literal(value)? {
        Lit::Bool(flag) => Some(flag.value),
        _ => None,
    }
}

/// The value of a literal number of seconds.
pub(super) fn seconds(value: &Expr) -> Option<f64> {
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

fn awaitable(value: &Expr, errors: &mut Errors) -> bool {
    let Expr::Await(ExprAwait { dot_token, await_token, .. }) = value else {
        return true;
    };
    errors.at(
        quote!(#dot_token #await_token),
        "this is awaited before it is passed on, alone and to its end: leave `.await` out",
    );
    false
}

fn timeout(parameter: &Parameter, value: &Expr) -> Option<String> {
    let Some(Lit::Str(_)) = literal(value) else {
        return None;
    };
    Some(format!(
        "a timeout is a number of seconds, a `Duration` or `None`: write `{}`",
        parameter.example
    ))
}

fn not_a_flag(parameter: &Parameter, value: &Expr) -> Option<String> {
    if flag(value).is_some() {
        return None;
    }
    let name = parameter.name;
    Some(match value {
        Expr::Path(path) if path.path.is_ident("True") => {
            format!("Rust's `True` is lower-case: write `{name} = true`")
        }
        Expr::Path(path) if path.path.is_ident("False") => {
            format!("Rust's `False` is lower-case: write `{name} = false`")
        }
        Expr::Lit(_) => {
            format!("`{name}` is either on or off: write `{name} = true` or `{name} = false`")
        }
        _ => format!(
            "`{name}` has to be known while compiling: write `{name} = true` or `{name} = false`"
        ),
    })
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

fn not_a_function(parameter: &Parameter, value: &Expr) -> Option<String> {
    let Parameter { name, example, .. } = parameter;
    match value {
        Expr::Path(_) => None,
        Expr::Call(_) => {
            Some(format!("`{name}` is the function itself: leave its parentheses out"))
        }
        _ => Some(format!("`{name}` is the path of a function: write `{example}`")),
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
