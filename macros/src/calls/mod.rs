//! The function-like macros: what each one expands to.
//!
//! A new one is a row in the table of signatures, a function in here, and an entry point with its
//! front door.

pub(crate) mod gather;
pub(crate) mod wait_for;

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use crate::arguments;
use crate::arguments::signature::{Signature, Takes};
use crate::arguments::validate::{Bound, Given};
use crate::errors::Errors;
use crate::finish::{Fallback, finish};
use crate::spans::located_at;

/// Stage `expand` of one macro: the path of the crate and the values of the parameters to the
/// expansion.
pub(crate) type Expand = fn(krate: &TokenStream, bound: &Bound) -> TokenStream;

/// Runs all stages of a function-like macro.
///
/// The first token is a parenthesised path: the front door, a `macro_rules!`, passes its `$crate`,
/// which reaches this crate under whatever name the caller knows it.
pub(crate) fn call(
    signature: &'static Signature,
    expand: Expand,
    input: TokenStream,
) -> TokenStream {
    let (krate, tokens) = split(input);
    let mut errors = Errors::new();
    let bound = arguments::read(signature, tokens, &mut errors);
    let result = errors.check().map(|()| expand(&krate, &bound));
    finish(result, Fallback::Expression(fallback(&krate, &bound)))
}

/// A value in the private function whose bound, by its message, says what is wrong with one of
/// another type.
///
/// All of it has the span of the value, for the compiler points there and nowhere else.
pub(crate) fn checked(krate: &TokenStream, takes: Takes, given: &Given) -> TokenStream {
    let one = |function: &str, value: &Expr| {
        let place = value.span();
        let function = Ident::new(function, place);
        let krate = located_at(place, krate);
        quote_spanned!(place=> #krate::__private::#function(#value))
    };
    match (given, takes) {
        (Given::One(value), Takes::Awaitable) => one("awaitable", value),
        (Given::One(value), Takes::Timeout) => one("timeout", value),
        (Given::One(value), _) => value.to_token_stream(),
        (Given::Many(values), _) => {
            let values = values.iter().map(|value| one("awaitable", value));
            quote!((#(#values,)*))
        }
        (Given::Spread(iterator), _) => one("awaitables", iterator),
    }
}

/// Splits what the front door passes into the path of the crate and the arguments.
fn split(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.into_iter();
    match tokens.next() {
        Some(TokenTree::Group(krate)) => (krate.stream(), tokens.collect()),
        first => (quote!(::asyncio), first.into_iter().chain(tokens).collect()),
    }
}

/// Stage `fallback`: the values that were understood, checked in a branch that never runs.
///
/// So their own mistakes are reported at the same time, and editors go on completing in them.
fn fallback(krate: &TokenStream, bound: &Bound) -> TokenStream {
    let values = bound.iter().map(|(parameter, given)| checked(krate, parameter.takes, given));
    quote!(if false { #(let _ = #values;)* })
}
