//! The body of a coroutine or generator: what becomes of its awaits, its `return`s and `yield_!`s.

use proc_macro2::{Group, Span};
use quote::{quote, quote_spanned};
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{
    Attribute, Block, Expr, ExprAwait, ExprCall, ExprMacro, ExprPath, ExprReturn, Stmt, token,
};

use super::{Kind, blocking, yields};
use crate::blocks::visit::{Ways, rewrite_block, unwrapped};
use crate::errors::Errors;
use crate::fragments;
use crate::spans::located_at;

/// A body with its inner attributes.
pub(super) struct Body {
    pub(super) attributes: Vec<Attribute>,
    pub(super) block: Block,
}

/// Reads a body, if its syntax is right.
pub(super) fn parse(body: &Group) -> Option<Body> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_inner)?;
        Ok((attributes, Block::parse_within(input)?))
    };
    let (attributes, stmts) = parser.parse2(fragments::statements(body.stream())).ok()?;
    let brace_token = token::Brace { span: body.delim_span() };
    Some(Body { attributes, block: Block { brace_token, stmts } })
}

/// Rewrites a body, and reports what must not stand in it.
pub(super) fn rewrite(kind: Kind, body: &mut Block, allow_blocking: bool, errors: &mut Errors) {
    if kind == Kind::Generator
        && let Some(Stmt::Expr(last, None)) = body.stmts.last()
        && is_ok(last)
    {
        errors.at(last, "a generator ends without a value: leave this out");
        body.stmts.pop();
    }
    // Braces of ours: nobody calls them unnecessary.
    let place = body.brace_token.span.join();
    body.brace_token = token::Brace(Span::mixed_site().located_at(place));
    let mut ways = InBody { kind, allow_blocking, ended_with: Vec::new() };
    rewrite_block(body, &mut ways, errors);
    for value in ways.ended_with {
        errors.at(
            value,
            "a generator ends without a value: write `return`, or `raise!(…)` for an error",
        );
    }
}

struct InBody {
    kind: Kind,
    allow_blocking: bool,
    /// What stands behind `return` in a generator and is no error.
    ended_with: Vec<Expr>,
}

impl Ways for InBody {
    /// A cancellation reaches what is ours inside first. If nobody there takes it, the future is
    /// dropped, and the error raised here.
    fn awaited(&mut self, awaited: ExprAwait) -> Expr {
        let ExprAwait { attrs, base, await_token, .. } = awaited;
        // What the compiler may complain about here is the value that is no future.
        let place = base.span().located_at(base.span());
        let private = located_at(place, &quote_spanned!(Span::mixed_site()=> __asyncio));
        let here = await_token.span.resolved_at(Span::mixed_site());
        let base = unwrapped(*base);
        let slot = quote_spanned!(place=> #private::slot(#base));
        // Pinned where it is: to pass it on would double the size of the coroutine. In parentheses,
        // for a statement that begins with a `match` ends behind it.
        Expr::Verbatim(quote_spanned! {here=>
            #(#attrs)*
            (match #slot {
                future => {
                    let mut future = ::core::pin::pin!(future);
                    match __asyncio::cancellable(future.as_mut()).await {
                        __asyncio::Ok(value) => value,
                        __asyncio::Err(error) => {
                            use __asyncio::{RaisedInPlace as _, RaisedOutOfBody as _};
                            match (&__asyncio::type_of_output(&future)).raised(error) {
                                __asyncio::Ok(value) => value,
                                __asyncio::Err(error) => return __asyncio::err(error),
                            }
                        }
                    }
                }
            })
        })
    }

    /// The error is raised here, or it goes further out.
    fn awaited_by_a_stranger(&mut self, awaited: ExprAwait) -> Expr {
        let ExprAwait { attrs, base, await_token, .. } = awaited;
        let place = base.span().located_at(base.span());
        let private = located_at(place, &quote_spanned!(Span::mixed_site()=> __asyncio));
        let here = await_token.span.resolved_at(Span::mixed_site());
        let slot = quote_spanned!(place=> #private::slot(#base));
        Expr::Verbatim(quote_spanned! {here=>
            (#(#attrs)*
            match #slot {
                future => {
                    use __asyncio::{AwaitedAsItIs as _, AwaitedInPlace as _};
                    let mut future = ::core::pin::pin!(future);
                    (&__asyncio::type_of_output(&future)).awaited(future.as_mut()).await
                }
            })
        })
    }

    fn returned(&mut self, returned: ExprReturn) -> Expr {
        if self.kind == Kind::Coroutine {
            return Expr::Return(returned);
        }
        if let Some(value) = &returned.expr {
            if is_ok(value) {
                self.ended_with.push((**value).clone());
            }
            return Expr::Return(returned);
        }
        let ExprReturn { attrs, return_token, .. } = returned;
        let here = return_token.span.resolved_at(Span::mixed_site());
        Expr::Verbatim(quote_spanned!(here=> #(#attrs)* return __asyncio::Ok(())))
    }

    fn called(&mut self, call: &ExprMacro, blocks: &[String], errors: &mut Errors) -> Option<Expr> {
        if self.kind == Kind::Coroutine {
            return None;
        }
        if call.mac.path.segments.last().is_some_and(|last| last.ident == "yield_") {
            return Some(yields::expand(call, blocks, errors));
        }
        let mut call = call.clone();
        call.mac.tokens = yields::mark(call.mac.tokens, "macro")?;
        Some(Expr::Macro(call))
    }

    fn function_called(&mut self, call: &ExprCall, errors: &mut Errors) {
        if !self.allow_blocking {
            blocking::check(call, errors);
        }
    }

    fn left_alone(&mut self, expr: &mut Expr) {
        if self.kind == Kind::Coroutine {
            return;
        }
        let what = if matches!(expr, Expr::Closure(_)) { "closure" } else { "block" };
        if let Some(marked) = yields::mark(quote!(#expr), what) {
            *expr = Expr::Verbatim(marked);
        }
    }

    /// Their own ways out are right as they are.
    fn may_be_hidden(&self) -> bool {
        true
    }
}

/// Whether this is `Ok(…)`.
fn is_ok(expr: &Expr) -> bool {
    let Expr::Call(ExprCall { func, .. }) = expr else { return false };
    let Expr::Path(ExprPath { path, .. }) = &**func else { return false };
    path.segments.last().is_some_and(|last| last.ident == "Ok")
}
