//! What arms there may be, and in which order.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Expr, ExprBreak, Lifetime};

use super::{Arm, is_named};
use crate::arguments::validate::Given;
use crate::blocks::bodies::diverges;
use crate::blocks::routes::EXIT;
use crate::calls::Call;
use crate::errors::Errors;

/// Reports what is wrong with the parts as a whole.
pub(super) fn check(call: &Call<'_>, arms: &[Arm], errors: &mut Errors) {
    let given = match call.bound.get("except") {
        Some(Given::Many(arms)) => arms.len(),
        _ => 0,
    };
    let finally = call.bound.value("finally");
    if let (Some(else_), 0) = (call.bound.value("else_"), given) {
        let message = "`else_` runs when no arm had to, but there is none: put it behind the tried \
                       code";
        errors.at(else_, message);
    } else if let (Some(body), None, 0, true) =
        (call.bound.value("body"), finally, given, call.is_complete)
    {
        let message = "nothing is done about errors here: write an arm, `|e: ValueError| { … }`, \
                       or `finally = { … }`";
        errors.at_span(crate::spans::of(&body.to_token_stream()), message);
    }
    mixed(arms, errors);
    unreached(arms, errors);
    groups(arms, errors);
}

fn mixed(arms: &[Arm], errors: &mut Errors) {
    let Some(first) = arms.first() else { return };
    let odd = arms.iter().find(|arm| arm.body.is_starred != first.body.is_starred);
    if let Some(odd) = odd {
        let message =
            "arms with and without a star do not mix: write `*|e: …|` for all or for none";
        errors.at_span(odd.place, message);
    }
}

fn unreached(arms: &[Arm], errors: &mut Errors) {
    let behind = arms.iter().skip_while(|arm| !arm.catches_all).nth(1);
    if let Some(arm) = behind {
        let message = "no error comes as far as this arm: write it before the one with \
                       `BaseException`";
        errors.at_span(arm.place, message);
    }
}

fn groups(arms: &[Arm], errors: &mut Errors) {
    for arm in arms.iter().filter(|arm| arm.body.is_starred) {
        let is_group = |it| is_named(it, "ExceptionGroup") || is_named(it, "BaseExceptionGroup");
        if let Some(group) = arm.types.iter().find(|it| is_group(it)) {
            let message = "`except*` looks into groups and catches none itself: write the type of \
                           the members, or leave the star out";
            errors.at(group, message);
        }
    }
}

/// Whether an error may leave the code, or it leaves the function.
pub(super) fn raises(code: &Expr) -> bool {
    let mut finder = Finder { found: false };
    finder.visit_expr_mut(&mut code.clone());
    finder.found
}

/// Whether a block further out may have made this of a `return` with a value.
fn is_return(jump: &ExprBreak) -> bool {
    let is_ours = |label: &Lifetime| label.ident.to_string().starts_with(EXIT);
    jump.expr.is_some() && jump.label.as_ref().is_some_and(is_ours)
}

struct Finder {
    found: bool,
}

impl VisitMut for Finder {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(_) | Expr::Async(_) => {}
            Expr::Try(_) | Expr::Return(_) => self.found = true,
            Expr::Break(jump) if is_return(jump) => self.found = true,
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        // An inner block is not looked into: a doubt is no warning.
        let blocks = ["try_except", "timeout", "task_group", "async_with", "async_for"];
        let last = call.path.segments.last();
        let is_block = last.is_some_and(|last| blocks.iter().any(|block| last.ident == block));
        self.found |= is_block || diverges(call);
    }

    fn visit_item_mut(&mut self, _: &mut syn::Item) {}
}
