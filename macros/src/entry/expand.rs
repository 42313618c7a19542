//! Stage `expand`: the coroutine goes into a plain function of the same name, which runs it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, Pat, PatIdent, ReturnType, Signature, parse_quote};

use crate::arguments::validate::Bound;
use crate::entry::Entry;
use crate::entry::parse::Function;
use crate::passed::options;
use crate::spans::located_at;

/// The function that runs the coroutine.
///
/// In it stays the `async fn` that was written: so its body gets those errors of the compiler that
/// it would get without the attribute, and inner attributes stand where they may. That it is `async`
/// is the attribute's wish, whether it awaits or not.
pub(crate) fn expand(entry: Entry, function: &Function, bound: &Bound) -> TokenStream {
    let Function { attributes, visibility, signature, body, .. } = function;
    let krate = bound.value("crate").map_or_else(|| quote!(::asyncio), ToTokens::to_token_stream);
    let test = (entry == Entry::Test).then(|| quote!(#[::core::prelude::v1::test]));
    let head = head(entry, function);
    let call = call(entry, function, &head, &krate, bound);
    quote! {
        #(#attributes)*
        #test
        #visibility #head {
            #[allow(clippy::unused_async)]
            #signature #body
            #call
        }
    }
}

/// The signature of the function around the coroutine.
fn head(entry: Entry, function: &Function) -> Signature {
    let mut head = function.signature.clone();
    head.asyncness = None;
    match entry {
        Entry::Test => head.output = ReturnType::Default,
        Entry::Main if function.is_entry_point(entry) => {
            head.output = parse_quote!(-> ::std::process::ExitCode);
        }
        Entry::Main => {
            for (index, input) in head.inputs.iter_mut().enumerate() {
                name_parameter(index, input);
            }
        }
    }
    head
}

/// Gives a parameter a plain name, by which it can be passed on; its pattern is the coroutine's.
fn name_parameter(index: usize, input: &mut FnArg) {
    let FnArg::Typed(parameter) = input else {
        return;
    };
    let name = match &*parameter.pat {
        Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) => ident.clone(),
        _ => format_ident!("parameter_{index}", span = Span::mixed_site()),
    };
    *parameter.pat = parse_quote!(#name);
}

/// The call that creates the coroutine and runs it.
///
/// The path of the crate is in the import alone, so that a wrong one is one mistake.
fn call(
    entry: Entry,
    function: &Function,
    head: &Signature,
    krate: &TokenStream,
    bound: &Bound,
) -> TokenStream {
    let signature = &function.signature;
    // What the compiler may complain about here is the type of the result.
    let place = match &signature.output {
        ReturnType::Default => signature.ident.span(),
        ReturnType::Type(_, output) => output.span(),
    };
    let runs_many_times = bound.value("cancel").is_some();
    let runner = match function.is_entry_point(entry) {
        true if runs_many_times => "each_await",
        true => entry.signature().function,
        false => "block_on",
    };
    let runner = Ident::new(runner, place);
    let mut coroutine = signature.ident.clone();
    coroutine.set_span(place);
    let generics = generic_arguments(signature);
    let arguments = head.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&parameter.pat),
        FnArg::Receiver(_) => None,
    });
    let private = quote!(__asyncio);
    let options = entry.signature().options.map(|builder| options(&private, builder, bound));
    let located = located_at(place, &private);
    let coroutine = match runs_many_times {
        // The function itself: each run has a coroutine of its own.
        true => quote_spanned!(place=> #coroutine),
        false => quote_spanned!(place=> #coroutine #generics (#(#arguments),*)),
    };
    let call = quote_spanned!(place=> #located::#runner(#coroutine, #options));
    quote!({ use #krate::__private as #private; #call })
}

/// `::<T, N>`; lifetimes are found by the compiler.
fn generic_arguments(signature: &Signature) -> Option<TokenStream> {
    let mut names = signature
        .generics
        .params
        .iter()
        .filter_map(|parameter| match parameter {
            GenericParam::Type(parameter) => Some(&parameter.ident),
            GenericParam::Const(parameter) => Some(&parameter.ident),
            GenericParam::Lifetime(_) => None,
        })
        .peekable();
    names.peek()?;
    Some(quote!(::<#(#names),*>))
}
