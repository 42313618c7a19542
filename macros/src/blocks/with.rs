//! `timeout!`, `task_group!` and `async_with!`: Python's `async with`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote_spanned};
use syn::Ident;

use super::bodies::Body;
use super::routes::{Routes, here, label, perhaps, variable};
use crate::arguments::signature::Takes;
use crate::calls::Call;
use crate::errors::Errors;
use crate::passed::checked;
use crate::spans::located_at;

/// How a kind of manager is made and left.
enum Kind {
    Timeout,
    /// A group whose block never comes to its end: it has no value, and may be ended by `cancel`.
    Endless,
    Any,
}

/// `timeout!(1.5, |t| { … })`
pub(crate) fn timeout(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let private = call.private;
    let delay = call.bound.get("delay").map(|delay| checked(private, Takes::Timeout, delay));
    expand(call, &Kind::Timeout, &quote_spanned!(here()=> #private::new_timeout(#delay)), errors)
}

/// `task_group!(|g| { … })`
pub(crate) fn task_group(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let private = call.private;
    let never_ends = call.bound.value("body").is_some_and(|body| Body::of(body).never_ends());
    let kind = if never_ends { Kind::Endless } else { Kind::Any };
    expand(call, &kind, &quote_spanned!(here()=> #private::group()), errors)
}

/// `async_with!(lock, { … })`
pub(crate) fn async_with(call: &Call<'_>, errors: &mut Errors) -> TokenStream {
    let manager = call.bound.value("manager").map(ToTokens::to_token_stream).unwrap_or_default();
    expand(call, &Kind::Any, &manager, errors)
}

fn expand(call: &Call<'_>, kind: &Kind, manager: &TokenStream, errors: &mut Errors) -> TokenStream {
    let Some(body) = call.bound.value("body") else { return TokenStream::new() };
    let private = call.private;
    let place = variable("place");
    let make_place = match &call.told.block {
        Some(outer) => quote_spanned!(here()=> #private::place_in(&#outer)),
        None => quote_spanned!(here()=> #private::place()),
    };
    let mut routes = Routes::new(private, call.told);
    routes.place = Some(place.clone());
    routes.has_exit = true;
    let mut body = Body::of(body);
    let never_ends = body.never_ends();
    routes.body("raise", &mut body.code, errors);
    let inner = inner(&routes, kind, &body, never_ends);
    let whole = routes.whole(inner, |raise| leave(private, kind, raise));
    let (manager_, with) = (variable("manager"), variable("with"));
    let located = here().located_at(crate::spans::whole(manager));
    let private = located_at(located, private);
    let lent = Ident::new("__manager", located);
    let make_with = quote_spanned!(located=> #private::with(#lent, &#place));
    quote_spanned! {here()=> {
        let #manager_ = &#manager;
        let #place = #make_place;
        let mut #with = #make_with;
        #whole
    }}
}

/// The entry, the block, and the exit behind its end and behind its error.
fn inner(routes: &Routes<'_>, kind: &Kind, body: &Body, never_ends: bool) -> TokenStream {
    let private = routes.private;
    let (with, value, error) = (variable("with"), variable("value"), variable("error"));
    let (outcome, types) = (variable("outcome"), variable("types"));
    let raise = label("raise");
    let body = body.with(&value);
    let unit = matches!(kind, Kind::Endless).then(|| quote_spanned!(here()=> : ()));
    let noted = matches!(kind, Kind::Any).then(|| quote_spanned!(here()=> #types.note(&#outcome);));
    let make_types = matches!(kind, Kind::Any)
        .then(|| quote_spanned!(here()=> let #types = #private::swallowed();));
    let not_entered = routes.err(&error);
    let left = leave(private, kind, &|error| routes.err(error));
    let ok = routes.ok(&outcome);
    let failed = perhaps(fail(routes, kind, never_ends));
    let ended = perhaps(quote_spanned!(here()=> #noted #left #ok));
    quote_spanned! {here()=>
        #make_types
        let #error: #private::Error = #raise: {
            let #value = match #private::enter(&mut #with).await {
                ::core::result::Result::Ok(#value) => #value,
                ::core::result::Result::Err(#error) => #not_entered,
            };
            let #outcome #unit = #body;
            #ended
        };
        #failed
    }
}

/// The exit of a block that did not fail.
fn leave(
    private: &TokenStream,
    kind: &Kind,
    raise: &dyn Fn(TokenStream) -> TokenStream,
) -> TokenStream {
    let (with, error) = (variable("with"), variable("error"));
    if let Kind::Timeout = kind {
        return quote_spanned!(here()=> #with.pass().await;);
    }
    let raised = raise(error.to_token_stream());
    quote_spanned! {here()=>
        if let ::core::result::Result::Err(#error) = #private::leave(&#with).await {
            #raised;
        }
    }
}

/// The exit of a block that failed.
fn fail(routes: &Routes<'_>, kind: &Kind, never_ends: bool) -> TokenStream {
    let private = routes.private;
    let (with, error, types) = (variable("with"), variable("error"), variable("types"));
    match kind {
        Kind::Timeout => routes.err(quote_spanned!(here()=> #with.failure(#error).await)),
        Kind::Endless => {
            routes.done(&quote_spanned!(here()=> #private::fail(&#with, #error).await))
        }
        Kind::Any => {
            let raised = routes.err(&error);
            let swallowed = match never_ends {
                true => quote_spanned!(here()=> #private::NoValue::value(#types, #error)),
                false => quote_spanned!(here()=> #types.value(#error)),
            };
            let swallowed = routes.done(&swallowed);
            quote_spanned! {here()=>
                match #private::fail(&#with, ::core::clone::Clone::clone(&#error)).await {
                    ::core::result::Result::Ok(()) => {
                        #[allow(unused_imports)]
                        use #private::NoValue as _;
                        #swallowed
                    }
                    ::core::result::Result::Err(#error) => #raised,
                }
            }
        }
    }
}
