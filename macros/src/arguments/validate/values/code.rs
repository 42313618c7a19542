//! Blocks of code, and what stands before them: how they are written, and how not.

use quote::quote;
use syn::{Expr, ExprCast, ExprClosure, ExprUnary, Pat, ReturnType, Type, UnOp};

use crate::arguments::signature::{Form, Parameter, Takes};
use crate::errors::Errors;
use crate::fragments::{ungrouped, ungrouped_type};

/// Whether a block has the form that its place wants; what is wrong with it is reported.
pub(super) fn check(parameter: &Parameter, form: Form, value: &Expr, errors: &mut Errors) -> bool {
    match value {
        Expr::Async(block) => {
            errors.at(block.async_token, "the block runs where it stands: leave `async` out");
            false
        }
        Expr::Block(block) if form != Form::Arm && form != Form::Item => {
            if let Some(label) = &block.label {
                errors.at(label, "a label belongs in the block: write `{ 'label: { … } }`");
            }
            block.label.is_none()
        }
        Expr::Closure(closure) => closure_fits(parameter, form, closure, errors),
        Expr::Unary(ExprUnary { op: UnOp::Deref(star), expr, .. }) => match (form, ungrouped(expr))
        {
            (Form::Arm, Expr::Closure(closure)) => closure_fits(parameter, form, closure, errors),
            (_, Expr::Closure(_)) => {
                errors.at(star, "only arms of `try_except!` have a star: leave it out");
                false
            }
            _ => not_code(parameter, form, value, errors),
        },
        _ => not_code(parameter, form, value, errors),
    }
}

fn not_code(parameter: &Parameter, form: Form, value: &Expr, errors: &mut Errors) -> bool {
    let example = parameter.example;
    let message = match form {
        Form::Arm if matches!(value, Expr::Block(_)) => {
            "an arm says what it catches: write `|e: ValueError| { … }`".to_owned()
        }
        Form::Item if matches!(value, Expr::Block(_)) => {
            "the loop needs a name for the items: write `|item| { … }`".to_owned()
        }
        _ => format!("a block of code is expected here: write `{example}`"),
    };
    errors.at(value, message);
    false
}

/// Whether the bars of a block have in them what they should.
fn closure_fits(
    parameter: &Parameter,
    form: Form,
    closure: &ExprClosure,
    errors: &mut Errors,
) -> bool {
    if let Some(word) = &closure.asyncness {
        errors.at(word, "the block may await as it is: leave `async` out before the bars");
        return false;
    }
    if let Some(word) = &closure.capture {
        errors.at(word, "the block runs in place and may use all there is: leave `move` out");
        return false;
    }
    if let ReturnType::Type(arrow, _) = &closure.output {
        errors.at(arrow, "the value of a block tells its type: leave `-> …` out");
        return false;
    }
    if let Some(attribute) = closure.attrs.first() {
        errors.at(attribute, "the bars of a block have no attributes: write them in its braces");
        return false;
    }
    let bars = quote_bars(closure);
    if form == Form::Bare {
        let example = parameter.example;
        errors.at(bars, format!("nothing is given to this block: write `{example}`"));
        return false;
    }
    match (closure.inputs.len(), form) {
        (1, Form::Arm) => return typed(closure, errors),
        (1, _) => return true,
        (0, Form::Named) => errors.at(bars, "a block without a name has no bars: write `{ … }`"),
        (0, Form::Arm) => errors.at(bars, "an empty arm catches nothing: write `|e: Exception|`"),
        (_, Form::Arm) => {
            errors.at(bars, "several types stand in parentheses: write `|e: (A, B)| { … }`");
        }
        _ => {
            let example = parameter.example;
            errors.at(bars, format!("the block gets one value, for one name: write `{example}`"));
        }
    }
    false
}

fn quote_bars(closure: &ExprClosure) -> proc_macro2::TokenStream {
    let ExprClosure { inputs_begin, inputs, inputs_end, .. } = closure;
    quote!(#inputs_begin #inputs #inputs_end)
}

/// Whether an arm names the error, and its types.
fn typed(closure: &ExprClosure, errors: &mut Errors) -> bool {
    let Some(Pat::Type(typed)) = closure.inputs.first() else {
        let message = "an arm says which errors it catches: write `|e: Exception|`, or \
                       `BaseException` for all";
        errors.at(&closure.inputs, message);
        return false;
    };
    if !matches!(&*typed.pat, Pat::Ident(_) | Pat::Wild(_)) {
        errors.at(&typed.pat, "the error is lent under a name: write `|e: ValueError|`");
        return false;
    }
    match ungrouped_type(&typed.ty) {
        Type::Reference(reference) => {
            errors.at(reference.and_token, "an arm names the type alone: leave `&` out");
        }
        Type::Tuple(tuple) if tuple.elems.is_empty() => {
            errors.at(tuple, "no type is caught by `()`: write `|e: (A, B)| { … }`");
        }
        Type::Infer(hole) => {
            errors.at(hole, "`_` is no type to catch: write `Exception`, or `BaseException`");
        }
        _ => return true,
    }
    false
}

/// Whether what stands before a block has no name of its own, as in Python.
pub(super) fn check_plain(parameter: &Parameter, value: &Expr, errors: &mut Errors) -> bool {
    if let Expr::Cast(ExprCast { as_token, .. }) = value {
        let message = "Python's `as` comes with the block here: write `|name| { … }`";
        errors.at(as_token, message);
        return false;
    }
    let is_code = matches!(ungrouped(value), Expr::Closure(_));
    if is_code {
        let before = match parameter.takes {
            Takes::Manager => "what is entered",
            _ => "the stream",
        };
        errors.at(value, format!("{before} comes first: write `{}, …`", parameter.example));
    }
    !is_code
}
