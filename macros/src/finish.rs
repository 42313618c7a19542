//! The end of every entry point: the expansion, or the mistakes and what stands in for it.

use proc_macro2::TokenStream;
use quote::quote;

/// What stands in for an expansion that failed, by the place of the macro call.
#[derive(Debug)]
pub(crate) enum Fallback {
    /// Statements that check what could be understood; they never run.
    Expression(TokenStream),
    /// The item the attribute stands on, so that nothing else misses it.
    Item(TokenStream),
}

/// Turns the outcome of a macro into the tokens for the compiler.
pub(crate) fn finish(result: syn::Result<TokenStream>, fallback: Fallback) -> TokenStream {
    let errors = match result {
        Ok(expansion) => return expansion,
        Err(error) => error.into_compile_error(),
    };
    match fallback {
        // Without the braces the compiler reads several errors as a type and loses all but the
        // first. With the errors in the last place the block has no type that could fail elsewhere.
        Fallback::Expression(statements) => quote!({ #statements #errors }),
        Fallback::Item(item) => quote!(#item #errors),
    }
}
