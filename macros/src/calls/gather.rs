//! `gather!(a(), b(), return_exceptions = true)`.

use proc_macro2::TokenStream;
use quote::quote;

use crate::arguments::signature::Takes;
use crate::arguments::validate::Given;
use crate::calls::Call;
use crate::errors::Errors;
use crate::passed::checked;

/// Positional arguments become a tuple, in which each keeps its type; an iterator goes as it is.
pub(crate) fn expand(call: &Call<'_>, _: &mut Errors) -> TokenStream {
    let Call { private, bound, .. } = call;
    let given = bound.get("coros_or_futures");
    let spread = matches!(given, Some(Given::Spread(_)));
    let function = match (spread, bound.flag("return_exceptions") == Some(true)) {
        (false, false) => quote!(gather),
        (false, true) => quote!(gather_return_exceptions),
        (true, false) => quote!(gather_all),
        (true, true) => quote!(gather_all_return_exceptions),
    };
    let awaitables =
        given.map_or_else(|| quote!(()), |given| checked(private, Takes::Awaitable, given));
    quote!(#private::#function(#awaitables))
}
