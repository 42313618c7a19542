//! Stage `expand`: a plain function that makes the coroutine or generator of the body.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::visit_mut::{self, VisitMut};
use syn::{FnArg, Ident, Pat, PatIdent, ReturnType, Signature, Token, Type, TypeImplTrait};

use super::Kind;
use super::body::Body;
use crate::arguments::validate::Bound;
use crate::entry::parse::Function;

/// The function that makes the coroutine.
pub(super) fn coroutine(function: &Function, body: &Body, bound: &Bound) -> TokenStream {
    let Function { attributes, visibility, signature, .. } = function;
    let krate = krate(bound);
    let output = output(signature);
    let (mut head, arguments) = head(signature);
    head.output = coroutine_of(&krate, &output);
    let Body { attributes: inner, block } = body;
    let typed = typed(&output);
    quote_spanned! {Span::mixed_site()=>
        #(#attributes)*
        #[allow(refining_impl_trait)]
        #visibility #head {
            #(#inner)*
            use #krate::__private as __asyncio;
            let __asyncio_unstarted = __asyncio::unstarted(|| {});
            __asyncio::coroutine(async move {
                __asyncio_unstarted.start();
                #typed
                #arguments
                #block
            })
        }
    }
}

/// What a trait declares, of which the body stands elsewhere.
pub(super) fn declared(
    kind: Kind,
    function: &Function,
    end: Token![;],
    bound: &Bound,
) -> TokenStream {
    let Function { attributes, visibility, signature, .. } = function;
    let (mut head, _) = head(signature);
    if kind == Kind::Coroutine {
        head.output = coroutine_of(&krate(bound), &output(signature));
    }
    quote!(#(#attributes)* #visibility #head #end)
}

fn output(signature: &Signature) -> Box<Type> {
    match &signature.output {
        ReturnType::Default => Box::new(Type::Tuple(syn::parse_quote!(()))),
        ReturnType::Type(_, output) => output.clone(),
    }
}

/// The type of a coroutine that gives `output`.
///
/// It borrows what the `async fn` would borrow: the `impl` of this crate's edition captures all.
fn coroutine_of(krate: &TokenStream, output: &Type) -> ReturnType {
    let here = Span::mixed_site();
    let place = output.span().located_at(output.span());
    let future = quote_spanned!(place=> ::core::future::Future<Output = #output>);
    let coroutine = quote_spanned!(here=> -> #krate::Coroutine<impl #future>);
    syn::parse2(coroutine).unwrap_or(ReturnType::Default)
}

/// The function that makes the generator.
pub(super) fn generator(function: &Function, body: &Body, bound: &Bound) -> TokenStream {
    let Function { attributes, visibility, signature, .. } = function;
    let (head, arguments) = head(signature);
    let ReturnType::Type(_, output) = &signature.output else { return never_runs(function) };
    let here = Span::mixed_site();
    let place = output.span().located_at(output.span());
    let krate = krate(bound);
    let yielder = quote_spanned!(place=> <#output as __asyncio::IsGenerator>::Yielder);
    let typed = typed_as(&quote_spanned!(here=> __asyncio::Result<()>));
    let Body { attributes: inner, block } = body;
    let made = quote_spanned! {here=>
        move |__asyncio_yielder: #yielder| async move {
            #typed
            #arguments
            let _ = &__asyncio_yielder;
            #block
            #[allow(unreachable_code)]
            return __asyncio::Ok(());
        }
    };
    // What it is sent is checked here: the type says what that is.
    let made = quote_spanned!(place=> __asyncio::generator(#made));
    quote_spanned! {here=>
        #(#attributes)*
        #visibility #head {
            #(#inner)*
            use #krate::__private as __asyncio;
            #made
        }
    }
}

/// A function of the same name that never runs the body, for one that cannot be a generator.
pub(super) fn never_runs(function: &Function) -> TokenStream {
    let Function { attributes, visibility, signature, .. } = function;
    let mut head = signature.clone();
    head.asyncness = None;
    quote!(#(#attributes)* #[allow(unused)] #visibility #head { ::core::unreachable!() })
}

fn krate(bound: &Bound) -> TokenStream {
    bound.value("crate").map_or_else(|| quote!(::asyncio), ToTokens::to_token_stream)
}

/// The signature of the plain function, whose parameters have plain names, and the statements by
/// which the body takes all of them over: also those that it does not use.
fn head(signature: &Signature) -> (Signature, TokenStream) {
    let mut head = signature.clone();
    head.asyncness = None;
    let mut statements = TokenStream::new();
    for (index, input) in head.inputs.iter_mut().enumerate() {
        let parameter = match input {
            FnArg::Receiver(receiver) => {
                let this = receiver.self_token;
                statements.extend(quote_spanned!(Span::mixed_site()=> let _ = &#this;));
                continue;
            }
            FnArg::Typed(parameter) => parameter,
        };
        let cfgs = parameter.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
        let cfgs: Vec<_> = cfgs.collect();
        let pattern = parameter.pat.clone();
        if let Pat::Ident(PatIdent { by_ref: None, subpat: None, ident, .. }) = &*pattern {
            // The name is the caller's, who sees the head in documentation.
            let allow = quote! {
                #[allow(
                    clippy::no_effect_underscore_binding,
                    clippy::shadow_reuse,
                    clippy::shadow_same,
                    clippy::used_underscore_binding
                )]
            };
            statements.extend(quote!(#(#cfgs)* #allow let #pattern = #ident;));
            let ident = ident.clone();
            *parameter.pat = plain(ident);
        } else {
            let name = format_ident!("parameter_{index}", span = Span::mixed_site());
            statements.extend(quote!(#(#cfgs)* let #name = #name; #(#cfgs)* let #pattern = #name;));
            *parameter.pat = plain(name);
        }
    }
    (head, statements)
}

fn plain(ident: Ident) -> Pat {
    let attrs = Vec::new();
    Pat::Ident(PatIdent { attrs, by_ref: None, mutability: None, ident, subpat: None })
}

/// Says what type the body returns, for its `?`s; nothing if that type has no name.
fn typed(output: &Type) -> Option<TokenStream> {
    struct Nameless(bool);
    impl VisitMut for Nameless {
        fn visit_type_impl_trait_mut(&mut self, _: &mut TypeImplTrait) {
            self.0 = true;
        }
    }
    let mut nameless = Nameless(false);
    visit_mut::visit_type_mut(&mut nameless, &mut output.clone());
    (!nameless.0).then(|| typed_as(&output.to_token_stream()))
}

fn typed_as(output: &TokenStream) -> TokenStream {
    quote_spanned! {Span::mixed_site()=>
        if let __asyncio::Some(output) = __asyncio::None::<#output> {
            return output;
        }
    }
}
