//! `async_for!(stream, |item| { … }, else_ = { … })`: Python's `async for`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use super::bodies::Body;
use super::routes::{Routes, here, label, perhaps, variable};
use crate::calls::Call;
use crate::errors::Errors;
use crate::spans::located_at;

/// A loop that awaits the next item each time. Nothing is run when it is left: the stream is
/// dropped, as Python leaves an iterator alone.
pub(crate) fn expand(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let (Some(iterable), Some(body)) = (call.bound.value("iterable"), call.bound.value("body"))
    else {
        return TokenStream::new();
    };
    let private = call.private;
    let (stream, item, error) = (variable("stream"), variable("item"), variable("error"));
    let (raise, items) = (label("raise"), label("items"));
    let mut routes = Routes::new(private, call.told);
    let mut body = Body::of(body);
    let mut else_ = call.bound.value("else_").map(Body::of);
    // First: a jump in it decides how the loop ends.
    if let Some(else_) = &mut else_ {
        routes.body("raise", &mut else_.code, errors);
    }
    routes.is_loop = true;
    routes.body("raise", &mut body.code, errors);
    routes.is_loop = false;
    let next = quote_spanned!(here()=> #private::next(#stream.as_mut()));
    let awaited = routes.await_(next, here());
    let next = routes.attempt(awaited, here());
    let body = body.with(&item);
    let else_ = else_.map(|else_| else_.code.to_token_stream());
    let failed = perhaps(routes.err(&error));
    let outcome = variable("outcome");
    let looped = quote_spanned!(here()=> let #outcome: () = #body;);
    let ended = match else_ {
        Some(else_) => {
            let ok = perhaps(routes.ok(&outcome));
            // A block that is a jump alone would be called one that diverges.
            quote_spanned!(here()=> let #outcome: () = { let () = (); #else_ }; #ok)
        }
        None => routes.ok(quote_spanned!(here()=> ())),
    };
    let inner = quote_spanned! {here()=>
        let #error: #private::Error = #raise: {
            #items: loop {
                let #item = match #next {
                    ::core::option::Option::Some(#item) => #item,
                    ::core::option::Option::None => break #items,
                };
                #looped
            }
            #ended
        };
        #failed
    };
    let whole = routes.whole(inner, |_| TokenStream::new());
    let made = make(private, iterable, &stream);
    quote_spanned! {here()=> {
        #made
        let mut #stream = ::core::pin::pin!(#stream);
        #whole
    }}
}

/// The statement that makes the stream. What `&mut work()` borrows lives as long as a variable that
/// it stands in.
fn make(private: &TokenStream, iterable: &Expr, stream: &Ident) -> TokenStream {
    let located = here().located_at(iterable.span());
    let private = located_at(located, private);
    if !matches!(iterable, Expr::Reference(_)) {
        return quote_spanned!(located=> let #stream = #private::iterable(#iterable););
    }
    let lent = Ident::new(&stream.to_string(), located);
    quote_spanned!(located=> let #stream = #iterable; let #stream = #private::iterable(#lent);)
}
