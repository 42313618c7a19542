//! How values reach the runtime: through a check of their type, or by a setter.
//!
//! `private` is the path of the runtime's `__private`, as the caller can reach it.

use proc_macro2::{Literal, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::spanned::Spanned;
use syn::{Expr, Ident};

use crate::arguments::signature::Takes;
use crate::arguments::validate::{Bound, Given, is_none, seconds};
use crate::spans::located_at;

/// A value in the private function whose bound, by its message, says what is wrong with one of
/// another type.
///
/// All of it has the span of the value, for the compiler points there and nowhere else.
pub(crate) fn checked(private: &TokenStream, takes: Takes, given: &Given) -> TokenStream {
    match given {
        Given::One(value) => one(private, takes, value),
        Given::Many(values) => {
            let values = values.iter().map(|value| one(private, takes, value));
            quote!((#(#values,)*))
        }
        Given::Spread(iterator) => {
            in_function(private, "awaitables", iterator.span(), &iterator.to_token_stream())
        }
    }
}

fn one(private: &TokenStream, takes: Takes, value: &Expr) -> TokenStream {
    let place = value.span();
    let nothing = takes == Takes::Cause && is_none(value);
    let value = value.to_token_stream();
    let function = match takes {
        // Nothing to check, and on its own of no type.
        Takes::Cause if nothing => return quote!(()),
        Takes::Awaitable | Takes::Awaited => "awaitable",
        Takes::Handles => "handles",
        Takes::Timeout => "timeout",
        Takes::ReturnWhen => "return_when",
        Takes::Bool => "flag",
        Takes::Name => "name",
        // Borrowed here, so that the caller may write a context as well as a reference to one.
        Takes::Context => {
            return in_function(private, "context", place, &quote_spanned!(place=> &#value));
        }
        Takes::Exception => "exception",
        Takes::Cause => "cause",
        Takes::Manager
        | Takes::Iterable
        | Takes::Code(_)
        | Takes::Factory
        | Takes::Flag
        | Takes::Seconds
        | Takes::EachAwait
        | Takes::Function
        | Takes::Crate => return value,
    };
    in_function(private, function, place, &value)
}

fn in_function(
    private: &TokenStream,
    function: &str,
    place: Span,
    argument: &TokenStream,
) -> TokenStream {
    let function = Ident::new(function, place);
    let private = located_at(place, private);
    quote_spanned!(place=> #private::#function(#argument))
}

/// The options that were given, each by the setter of its name.
pub(crate) fn options(private: &TokenStream, builder: &str, bound: &Bound) -> TokenStream {
    let given = bound.iter().filter(|(parameter, _)| parameter.is_option());
    let setters = given.filter_map(|(parameter, given)| {
        let Given::One(value) = given else { return None };
        let place = value.span();
        let setter = Ident::new(parameter.name, place);
        let value = match seconds(value) {
            Some(seconds) if parameter.takes == Takes::Seconds => {
                let mut seconds = Literal::f64_unsuffixed(seconds);
                seconds.set_span(place);
                seconds.into_token_stream()
            }
            _ => checked(private, parameter.takes, given),
        };
        Some(quote_spanned!(place=> .#setter(#value)))
    });
    let builder = Ident::new(builder, Span::call_site());
    quote!(#private::#builder::new() #(#setters)*)
}
