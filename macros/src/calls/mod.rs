//! The function-like macros: what each one expands to.
//!
//! A new one is a row in the table of signatures, an entry point with its front door and, if it
//! becomes more than one call of one function, a file in here.

pub(crate) mod gather;
pub(crate) mod raise;

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::quote;
use syn::Ident;

use crate::arguments;
use crate::arguments::signature::Signature;
use crate::arguments::validate::Bound;
use crate::blocks::visit::Surroundings;
use crate::errors::Errors;
use crate::finish::{Fallback, finish};
use crate::fragments;
use crate::passed::{checked, options};

/// Stage `expand` of one macro: the values of the parameters to the expansion. Macros with blocks
/// find mistakes in them meanwhile.
pub(crate) type Expand = fn(call: &Call<'_>, errors: &mut Errors) -> TokenStream;

/// A macro call whose arguments were read.
pub(crate) struct Call<'a> {
    pub(crate) signature: &'static Signature,
    /// The path of the runtime's `__private`, as the caller can reach it.
    pub(crate) private: &'a TokenStream,
    pub(crate) bound: &'a Bound,
    /// What a macro of ours around the call says of its place.
    pub(crate) told: &'a Surroundings,
    /// Nothing was wrong with the arguments, so that what is missing was left out.
    pub(crate) is_complete: bool,
}

/// Runs all stages of a function-like macro.
///
/// The first token is a parenthesised path: the front door, a `macro_rules!`, passes its `$crate`,
/// which reaches this crate under whatever name the caller knows it.
pub(crate) fn call(
    signature: &'static Signature,
    expand: Expand,
    input: TokenStream,
) -> TokenStream {
    let (private, tokens) = split(input);
    let (told, tokens) = Surroundings::take(tokens);
    let mut errors = Errors::new();
    let bound = arguments::read(signature, fragments::arguments(tokens), &mut errors);
    let is_complete = errors.is_empty();
    let call = Call { signature, private: &private, bound: &bound, told: &told, is_complete };
    let expansion = expand(&call, &mut errors);
    let result = errors.check().map(|()| expansion);
    finish(result, Fallback::Expression(fallback(&private, &bound)))
}

/// A call of the signature's function: with the values in the order of the table, and the options
/// behind them if they have a type.
pub(crate) fn plain(call: &Call<'_>, _: &mut Errors) -> TokenStream {
    let Call { signature, private, bound, .. } = call;
    let function = Ident::new(signature.function, Span::call_site());
    let options = signature.options.map(|builder| options(private, builder, bound));
    let values = signature
        .parameters
        .iter()
        .filter(|parameter| options.is_none() || !parameter.is_option())
        .filter_map(|parameter| Some(checked(private, parameter.takes, bound.get(parameter.name)?)))
        .chain(options.clone());
    quote!(#private::#function(#(#values),*))
}

/// Splits what the front door passes into the path that expansions use and the arguments.
fn split(input: TokenStream) -> (TokenStream, TokenStream) {
    let mut tokens = input.into_iter();
    match tokens.next() {
        Some(TokenTree::Group(krate)) => {
            let krate = krate.stream();
            (quote!(#krate::__private), tokens.collect())
        }
        first => (quote!(::asyncio::__private), first.into_iter().chain(tokens).collect()),
    }
}

/// Stage `fallback`: the values that were understood, checked in a branch that never runs.
///
/// So their own mistakes are reported at the same time, and editors go on completing in them. What
/// only a refused value uses is not called unused.
fn fallback(private: &TokenStream, bound: &Bound) -> TokenStream {
    let values = bound
        .iter()
        .filter(|(_, given)| !given.is_bound_code())
        .map(|(parameter, given)| checked(private, parameter.takes, given));
    let strays = &bound.strays;
    quote!(if false { #(let _ = #values;)* #(let _ = #strays;)* })
}
