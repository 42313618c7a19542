//! `yield_!(value)`: what it becomes in a generator, and what to say of it elsewhere.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{Expr, ExprMacro, Token};

use crate::errors::Errors;
use crate::finish::{Fallback, finish};

/// The block macros that a generator must not be suspended in.
const SCOPES: [&str; 2] = ["timeout", "task_group"];

/// What stands for `yield_!(value)` in a generator, in the block macros `blocks`.
pub(super) fn expand(call: &ExprMacro, blocks: &[String], errors: &mut Errors) -> Expr {
    if let Some(scope) = blocks.iter().rev().find(|block| SCOPES.contains(&block.as_str())) {
        errors.at(
            &call.mac.path,
            format!(
                "a generator must not give values out of `{scope}!` (PEP 789): what the consumer \
                 does until it asks again would be cancelled with the block; collect the values \
                 in the block, and give them behind it"
            ),
        );
    }
    let here = call.mac.path.span().resolved_at(Span::mixed_site());
    let value = value(call, errors).unwrap_or_else(|| Expr::Verbatim(quote_spanned!(here=> ())));
    let place = value.span().located_at(value.span());
    let yielded = quote_spanned!(place=> .yield_(#value));
    // Called for nothing, so that it has to be imported, and is not said to be imported for nothing.
    let (attributes, path) = (&call.attrs, &call.mac.path);
    Expr::Verbatim(quote_spanned! {here=>
        #(#attributes)* { #path! { @generator } __asyncio_yielder #yielded }.await
    })
}

/// The one value; without any it is Python's `None`.
fn value(call: &ExprMacro, errors: &mut Errors) -> Option<Expr> {
    let parser = Punctuated::<Expr, Token![,]>::parse_terminated;
    let values = match parser.parse2(call.mac.tokens.clone()) {
        Ok(values) => values,
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    if let Some(second) = values.get(1) {
        errors.at(second, "`yield_!` gives one value: write a tuple, `yield_!((a, b))`");
        return Some(Expr::Verbatim(quote!((#values))));
    }
    values.into_iter().next()
}

/// Marks each `yield_!` in the tokens with the place where it stands, for which see
/// [`misplaced`]; nothing if there is none.
pub(super) fn mark(tokens: TokenStream, what: &str) -> Option<TokenStream> {
    let mut found = false;
    let mut marked = Vec::new();
    // How much of `yield_ !` was seen.
    let mut seen = 0;
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let inner = match seen {
                    // One that was replaced.
                    2 if group.stream().to_string().starts_with('@') => None,
                    2 => {
                        let (mark, inner) = (TokenStream::from(mark_of(what)), group.stream());
                        Some(quote!(@ #mark #inner))
                    }
                    _ => mark(group.stream(), what),
                };
                found |= inner.is_some();
                let mut marked = Group::new(group.delimiter(), inner.unwrap_or(group.stream()));
                marked.set_span(group.span());
                TokenTree::Group(marked)
            }
            other => other,
        };
        seen = match (&token, seen) {
            (TokenTree::Ident(name), _) if name == "yield_" => 1,
            (TokenTree::Punct(sign), 1) if sign.as_char() == '!' => 2,
            _ => 0,
        };
        marked.push(token);
    }
    found.then(|| marked.into_iter().collect())
}

fn mark_of(what: &str) -> TokenTree {
    TokenTree::Ident(proc_macro2::Ident::new(what, Span::mixed_site()))
}

/// What `yield_!` says where no generator has replaced it.
pub(crate) fn misplaced(input: TokenStream) -> TokenStream {
    let mut tokens = input.into_iter().peekable();
    // The path of the crate, from the front door.
    tokens.next();
    let mut what = String::new();
    if tokens.next_if(|token| token.to_string() == "@").is_some() {
        what = tokens.next().map(|mark| mark.to_string()).unwrap_or_default();
    }
    let message = match what.as_str() {
        "closure" => {
            "a closure is a function of its own, which cannot give values for the generator around \
             it: write a loop in place of the closure"
        }
        "block" => {
            "an `async` block is a coroutine of its own, which cannot give values for the generator \
             around it: leave `async` out, or put the values into an `asyncio::Queue`"
        }
        "macro" => {
            "what another macro does with `yield_!` is unknown: bind the value with `let` in front of \
             that macro"
        }
        _ => {
            "`yield_!` stands in a generator: write `#[asyncio::generator]` on an \
             `async fn … -> asyncio::AsyncGenerator<…>`"
        }
    };
    let value: TokenStream = tokens.collect();
    let mut errors = Errors::new();
    match value.is_empty() {
        true => errors.at_span(Span::call_site(), message),
        false => errors.at(&value, message),
    }
    finish(errors.check().map(|()| quote!()), Fallback::Expression(quote!()))
}
