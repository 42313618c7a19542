//! `raise!(ValueError("…"), from = error)`, `raise!()`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Expr;
use syn::spanned::Spanned;

use crate::arguments::signature::Takes;
use crate::arguments::validate::is_none;
use crate::calls::Call;
use crate::errors::Errors;
use crate::passed::checked;
use crate::spans::located_at;

/// A `return` of the exception, as the `Err` of whatever `Result` the function gives; in a block a
/// `break` with it, to where the block sees to it.
pub(crate) fn expand(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let exception = exception(call, errors);
    // What the compiler may complain about here is the type that the function returns.
    let place = call.bound.value("exception").map_or_else(Span::call_site, Expr::span);
    if let Some(label) = &call.told.raise {
        return quote_spanned!(place=> break #label #exception);
    }
    let private = located_at(place, call.private);
    let err = quote_spanned!(place=> #private::err);
    quote!(return #err(#exception))
}

/// The exception with its cause; without one, that which is being handled.
fn exception(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let Call { private, bound, .. } = call;
    let Some(given) = bound.get("exception") else {
        return again(call, errors);
    };
    let exception = checked(private, Takes::Exception, given);
    let cause = match bound.value("from") {
        None => None,
        Some(value) if is_none(value) => Some(quote!(.without_context())),
        Some(_) => bound.get("from").map(|given| {
            let cause = checked(private, Takes::Cause, given);
            quote!(.with_cause(#cause))
        }),
    };
    quote!(#exception #cause)
}

/// Python's `raise` alone.
fn again(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let Call { private, bound, told, is_complete, .. } = call;
    if let (Some(cause), true) = (bound.value("from"), is_complete) {
        let message = "nothing stands before `from`: write `raise!(error, from = cause)`";
        errors.at(cause, message);
    }
    let Some(handled) = &told.handled else {
        if bound.value("from").is_none() && *is_complete {
            let message = "nothing is being handled here that could be raised again: write \
                           `raise!(error)`, or this in an arm of `try_except!`";
            errors.at_span(Span::call_site(), message);
        }
        return TokenStream::new();
    };
    let handled = handled.to_token_stream();
    quote!(#private::exception(&#handled))
}
