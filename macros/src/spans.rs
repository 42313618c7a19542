//! Where the compiler points when it complains about generated code, and where names were written.

use proc_macro2::{Span, TokenStream};
use syn::Lifetime;

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

/// Whether two labels are one: of the same name, and not one of a macro and one of its caller.
pub(crate) fn is_same_label(one: &Lifetime, other: &Lifetime) -> bool {
    one.ident == other.ident && hygiene(one.ident.span()) == hygiene(other.ident.span())
}

/// In which expansion a token was written. Spans cannot be compared on a stable compiler, but their
/// text, `#0 bytes(1..2)`, begins with it; without such a text all are of one.
fn hygiene(span: Span) -> Option<String> {
    let text = format!("{span:?}");
    let (context, _) = text.split_once(" bytes(")?;
    Some(context.to_owned())
}
