//! Stage `validate`: what a function must be so that it can be run.

use quote::ToTokens;
use syn::{Safety, Token};

use crate::entry::Entry;
use crate::entry::parse::Function;
use crate::errors::Errors;

/// Reports what is wrong with the function and, where that is plain, makes it as it should be.
///
/// The outcome is whether it can be called then.
pub(crate) fn repair(entry: Entry, function: &mut Function, errors: &mut Errors) -> bool {
    coroutine(entry, function, errors);
    qualifiers(entry, function, errors);
    if entry == Entry::Test {
        other_tests(function, errors);
    }
    callable(entry, function, errors)
}

fn coroutine(entry: Entry, function: &mut Function, errors: &mut Errors) {
    let signature = &mut function.signature;
    if signature.asyncness.is_some() {
        return;
    }
    let macro_name = entry.signature().macro_name;
    let message = format!("`{macro_name}` runs a coroutine: write `async fn {}`", signature.ident);
    errors.at(signature.fn_token, message);
    signature.asyncness = Some(Token![async](signature.fn_token.span));
}

fn qualifiers(entry: Entry, function: &mut Function, errors: &mut Errors) {
    let signature = &mut function.signature;
    let mut refuse = |word: &str, tokens: &dyn ToTokens| {
        let macro_name = entry.signature().macro_name;
        errors
            .at(tokens, format!("what `{macro_name}` runs cannot be `{word}`: leave `{word}` out"));
    };
    if let Some(constness) = signature.constness.take() {
        refuse("const", &constness);
    }
    if let Safety::Unsafe(unsafety) = std::mem::take(&mut signature.safety) {
        refuse("unsafe", &unsafety);
    }
    if let Some(abi) = signature.abi.take() {
        refuse("extern", &abi);
    }
}

/// A second test attribute would have the test run twice, or make a test of what is none any more.
fn other_tests(function: &mut Function, errors: &mut Errors) {
    function.attributes.retain(|attribute| {
        let is_test =
            attribute.path().segments.last().is_some_and(|segment| segment.ident == "test");
        if is_test {
            errors.at(
                attribute,
                "`#[asyncio::test]` makes it a test already: leave this attribute out",
            );
        }
        !is_test
    });
}

/// Whether the function around it can call it.
fn callable(entry: Entry, function: &Function, errors: &mut Errors) -> bool {
    let signature = &function.signature;
    if let Some(receiver) = signature.receiver() {
        let message = "`self` cannot be passed on from here: \
                       write a function, and call `asyncio::run` in the method";
        errors.at(receiver, message);
        return false;
    }
    if !function.is_entry_point(entry) {
        return true;
    }
    let no_parameters = signature.inputs.is_empty();
    if !no_parameters {
        errors.at(
            &signature.inputs,
            match entry {
                Entry::Main => {
                    "`main` has no parameters: leave them out, and read `std::env::args()`"
                }
                Entry::Test => {
                    "a test has no parameters: leave them out, and call an `async fn` that has them"
                }
            },
        );
    }
    let no_generics = signature.generics.params.is_empty();
    if !no_generics {
        errors.at(
            &signature.generics.params,
            "nobody can choose a generic parameter here: leave it out",
        );
    }
    no_parameters && no_generics
}
