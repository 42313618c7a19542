//! Values that cannot be awaited, whatever their type, or that nobody means to be.

use quote::quote;
use syn::{Expr, ExprAwait, ExprClosure, ExprReference};

use crate::arguments::signature::{Parameter, Takes};
use crate::errors::Errors;

/// Whether a value may be awaitable; what is wrong with it is reported.
pub(super) fn check(parameter: &Parameter, value: &Expr, errors: &mut Errors) -> bool {
    match value {
        Expr::Await(ExprAwait { dot_token, await_token, .. }) => errors.at(
            quote!(#dot_token #await_token),
            "this is awaited before it is passed on, alone and to its end: leave `.await` out",
        ),
        Expr::Closure(ExprClosure { inputs_begin, inputs_end, .. }) => errors.at(
            quote!(#inputs_begin #inputs_end),
            "a closure is not awaitable until it is called: write `async move { … }`",
        ),
        Expr::Reference(ExprReference { and_token, mutability: Some(word), .. })
            if parameter.takes == Takes::Awaitable =>
        {
            errors.at(
                quote!(#and_token #word),
                "a task would outlive what is lent by `&mut`: write `&task`, or move it",
            );
        }
        Expr::Array(_) => errors.at(value, list(parameter)),
        Expr::Macro(list_of) if list_of.mac.path.is_ident("vec") => {
            errors.at(value, list(parameter));
        }
        Expr::Tuple(_) => errors.at(value, tuple(parameter)),
        _ => return true,
    }
    false
}

fn list(parameter: &Parameter) -> &'static str {
    if parameter.may_be_named() {
        return "one awaitable is expected, not a list: write `gather!(..list)`";
    }
    "a list is spread with two dots: write `..list`"
}

fn tuple(parameter: &Parameter) -> &'static str {
    if parameter.may_be_named() {
        return "one awaitable is expected, not a tuple: write `gather!(a(), b())`";
    }
    "arguments need no parentheses of their own: leave these out"
}
