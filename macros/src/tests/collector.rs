//! The collector of errors, and what `finish` makes of them.

use proc_macro2::Span;
use quote::quote;

use crate::errors::Errors;
use crate::finish::{Fallback, finish};
use crate::tests::{check_errors, tokens};

#[test]
fn all_errors_are_kept_in_their_order() {
    let source = tokens("first second third");
    let mut errors = Errors::new();
    for token in source {
        errors.at(&token, format!("this is {token}"));
    }
    let output = finish(errors.check().map(|()| quote!(never)), Fallback::Item(quote!()));
    check_errors(
        output,
        "`first`: this is first
         `second`: this is second
         `third`: this is third",
    );
}

#[test]
fn without_errors_the_expansion_comes_out_as_it_is() {
    let output =
        finish(Errors::new().check().map(|()| quote!(a + b)), Fallback::Expression(quote!(c)));
    assert_eq!(output.to_string(), "a + b");
}

#[test]
fn errors_in_an_expression_stand_in_braces_behind_the_fallback() {
    let mut errors = Errors::new();
    errors.at_span(Span::call_site(), "wrong");
    let output = finish(errors.check().map(|()| quote!(a)), Fallback::Expression(quote!(b;)));
    assert_eq!(output.to_string(), r#"{ b ; :: core :: compile_error ! { "wrong" } }"#);
}

#[test]
#[should_panic(expected = "the errors of a macro were dropped unread")]
fn dropping_errors_unread_is_a_bug() {
    let mut errors = Errors::new();
    errors.at_span(Span::call_site(), "wrong");
}
