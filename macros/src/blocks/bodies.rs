//! What runs in a block, and the name it has for what it gets.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Block, Expr, ExprUnary, Macro, Pat, Stmt, UnOp};

use super::routes::here;

use crate::fragments::ungrouped;

/// `{ … }` or `|name| { … }`.
pub(super) struct Body {
    pub(super) name: Option<Pat>,
    pub(super) code: Expr,
    /// The star of an `except*` arm.
    pub(super) is_starred: bool,
}

impl Body {
    /// Takes an argument apart; the rules have seen that it is of one of the two forms.
    pub(super) fn of(argument: &Expr) -> Self {
        match argument {
            Expr::Group(group) => Self::of(&group.expr),
            Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => {
                Self { is_starred: true, ..Self::of(expr) }
            }
            Expr::Closure(closure) => Self {
                name: closure.inputs.first().cloned(),
                code: (*closure.body).clone(),
                is_starred: false,
            },
            code => Self { name: None, code: code.clone(), is_starred: false },
        }
    }

    /// Whether the end of the code is never reached, as far as can be seen: then nothing tells the
    /// type of its value.
    pub(super) fn never_ends(&self) -> bool {
        never_ends(&self.code)
    }

    /// The code, with what it gets under its name; a value of another type is shown there.
    pub(super) fn with(&self, value: &Ident) -> TokenStream {
        let code = &self.code;
        match &self.name {
            Some(name) => {
                let value = Ident::new(&value.to_string(), value.span().located_at(name.span()));
                quote_spanned! {here()=> {
                    #[allow(clippy::no_effect_underscore_binding)]
                    let #name = #value;
                    #code
                }}
            }
            None => quote_spanned!(here()=> { _ = #value; #code }),
        }
    }
}

fn never_ends(code: &Expr) -> bool {
    match ungrouped(code) {
        Expr::Return(_) | Expr::Break(_) | Expr::Continue(_) => true,
        Expr::Macro(call) => diverges(&call.mac),
        Expr::Block(block) if block.label.is_none() => block_never_ends(&block.block),
        Expr::If(either) => {
            let otherwise = either.else_branch.as_ref().is_some_and(|(_, code)| never_ends(code));
            otherwise && block_never_ends(&either.then_branch)
        }
        Expr::Match(choice) => choice.arms.iter().all(|arm| never_ends(&arm.body)),
        // A `break` of a loop in it is taken for one of its own.
        Expr::Loop(looped) => !has_break(looped.body.to_token_stream()),
        _ => false,
    }
}

fn block_never_ends(block: &Block) -> bool {
    match block.stmts.last() {
        Some(Stmt::Expr(last, _)) => never_ends(last),
        Some(Stmt::Macro(last)) => diverges(&last.mac),
        _ => false,
    }
}

/// Whether nothing comes behind a macro call: it raises, or panics.
pub(super) fn diverges(call: &Macro) -> bool {
    let names = ["raise", "panic", "todo", "unimplemented", "unreachable"];
    call.path.segments.last().is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn has_break(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => has_break(group.stream()),
        token => token.to_string() == "break",
    })
}
