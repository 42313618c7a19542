//! Stage `expand`: the coroutine goes into a plain function of the same name, which runs it.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, Pat, PatIdent, ReturnType, Signature, parse_quote};

use crate::arguments::signature::Takes;
use crate::arguments::validate::Bound;
use crate::entry::Entry;
use crate::entry::parse::Function;
use crate::spans::located_at;

/// The function that runs the coroutine.
///
/// In it stays the `async fn` that was written: so its body gets those errors of the compiler that
/// it would get without the attribute, and inner attributes stand where they may.
pub(crate) fn expand(entry: Entry, function: &Function, bound: &Bound) -> TokenStream {
    let Function { attributes, visibility, signature, body } = function;
    let krate = bound.value("crate").map_or_else(|| quote!(::asyncio), ToTokens::to_token_stream);
    let test = (entry == Entry::Test).then(|| quote!(#[::core::prelude::v1::test]));
    let head = head(entry, function, &krate);
    let call = call(entry, function, &head, &krate, bound);
    quote! {
        #(#attributes)*
        #test
        #visibility #head {
            #signature #body
            #call
        }
    }
}

/// The signature of the function around the coroutine.
fn head(entry: Entry, function: &Function, krate: &TokenStream) -> Signature {
    let mut head = function.signature.clone();
    head.asyncness = None;
    match entry {
        Entry::Test => head.output = ReturnType::Default,
        Entry::Main if function.is_entry_point(entry) => {
            head.output = parse_quote!(-> #krate::__private::ExitCode);
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
    let runner = match entry {
        Entry::Test => "test",
        Entry::Main if function.is_entry_point(entry) => "main",
        Entry::Main => "block_on",
    };
    let runner = Ident::new(runner, place);
    let mut coroutine = signature.ident.clone();
    coroutine.set_span(place);
    let generics = generic_arguments(signature);
    let arguments = head.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&parameter.pat),
        FnArg::Receiver(_) => None,
    });
    let options = options(entry, krate, bound);
    let krate = located_at(place, krate);
    quote_spanned! {place=>
        #krate::__private::#runner(#coroutine #generics (#(#arguments),*), #options)
    }
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

/// The options that were given, each by the setter of its name.
fn options(entry: Entry, krate: &TokenStream, bound: &Bound) -> TokenStream {
    let builder = match entry {
        Entry::Main => quote!(RunOptions),
        Entry::Test => quote!(TestOptions),
    };
    let setters = bound.iter().filter(|(parameter, _)| parameter.takes != Takes::Crate).map(
        |(parameter, _)| {
            let value = bound.value(parameter.name);
            let place = value.span();
            let setter = Ident::new(parameter.name, place);
            match bound.seconds(parameter.name) {
                Some(seconds) if parameter.takes == Takes::Seconds => {
                    let mut seconds = Literal::f64_unsuffixed(seconds);
                    seconds.set_span(place);
                    quote_spanned!(place=> .#setter(#seconds))
                }
                _ => quote_spanned!(place=> .#setter(#value)),
            }
        },
    );
    quote!(#krate::__private::#builder::new() #(#setters)*)
}
