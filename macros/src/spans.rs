//! Where the compiler points when it complains about generated code.

use proc_macro2::{Span, TokenStream};

/// The same tokens, seen at another place: they resolve as before.
pub(crate) fn located_at(place: Span, tokens: &TokenStream) -> TokenStream {
    tokens
        .clone()
        .into_iter()
        .map(|mut token| {
            token.set_span(token.span().located_at(place));
            token
        })
        .collect()
}

/// Where tokens stand: at the first of them.
pub(crate) fn of(tokens: &TokenStream) -> Span {
    tokens.clone().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}

/// Where tokens stand, if the compiler can tell more than the first of them.
pub(crate) fn whole(tokens: &TokenStream) -> Span {
    syn::spanned::Spanned::span(tokens)
}
