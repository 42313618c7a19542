//! Stage `fallback`: what stands in for a function that cannot be run.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ReturnType;

use crate::entry::Entry;
use crate::entry::parse::Function;

/// A function of the same name that never runs the body.
///
/// The body is compiled all the same, so that its own mistakes are reported too and nothing it uses
/// seems unused.
pub(crate) fn never_runs(entry: Entry, function: &Function) -> TokenStream {
    let Function { attributes, visibility, signature, body, .. } = function;
    let mut head = signature.clone();
    head.asyncness = None;
    if function.is_entry_point(entry) {
        // Parameters would be a mistake of `fn main` too.
        head.inputs.clear();
        head.generics = Default::default();
        head.output = ReturnType::Default;
        return quote!(#(#attributes)* #[allow(unused)] #visibility #head { #signature #body });
    }
    // A method: its body needs `self`, which a function inside cannot have.
    quote!(#(#attributes)* #[allow(unused)] #visibility #head { ::core::unreachable!() })
}
