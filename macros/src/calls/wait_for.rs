//! `wait_for!(work(), timeout = 1.5)`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::signature::Takes;
use crate::arguments::validate::Bound;
use crate::calls::checked;

/// A call of the function with both values.
pub(crate) fn expand(krate: &TokenStream, bound: &Bound) -> TokenStream {
    let fut = bound.get("fut").map(|given| checked(krate, Takes::Awaitable, given));
    let timeout = bound.get("timeout").map(|given| checked(krate, Takes::Timeout, given));
    quote!(#krate::__private::wait_for(#fut, #timeout))
}
