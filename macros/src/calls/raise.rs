//! `raise!(ValueError("…"), from = error)`.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::arguments::signature::{Signature, Takes};
use crate::arguments::validate::{Bound, is_none};
use crate::passed::checked;
use crate::spans::located_at;

/// A `return` of the exception, as the `Err` of whatever `Result` the function gives.
pub(crate) fn expand(_: &'static Signature, private: &TokenStream, bound: &Bound) -> TokenStream {
    let exception = bound.get("exception").map(|given| checked(private, Takes::Exception, given));
    let cause = match bound.value("from") {
        None => None,
        Some(value) if is_none(value) => Some(quote!(.without_context())),
        Some(_) => bound.get("from").map(|given| {
            let cause = checked(private, Takes::Cause, given);
            quote!(.with_cause(#cause))
        }),
    };
    // What the compiler may complain about here is the type that the function returns.
    let place = bound.value("exception").map_or_else(Span::call_site, Expr::span);
    let private = located_at(place, private);
    let err = quote_spanned!(place=> #private::err);
    quote!(return #err(#exception #cause))
}
