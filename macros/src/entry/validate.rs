//! Stage `validate`: what a function must be so that it can be run.

use quote::{ToTokens, quote};
use syn::{FnArg, PatType, Safety, Token, Type, TypeReference};

use crate::entry::Entry;
use crate::entry::parse::Function;
use crate::errors::Errors;

/// Reports what is wrong with the function and, where that is plain, makes it as it should be.
///
/// The outcome is whether it can be called then.
pub(crate) fn repair(entry: Entry, function: &mut Function, errors: &mut Errors) -> bool {
    if let Some(end) = function.end {
        errors.at(end, "the function has no body: write `{ … }`");
    }
    coroutine(entry, function, errors);
    qualifiers(entry, function, errors);
    other_attributes(entry, function, errors);
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
    let macro_name = entry.signature().macro_name;
    refuse_qualifiers(&format!("what `{macro_name}` runs"), function, errors);
}

/// Refuses all words in front of `fn` but `async`; `what` is that which cannot have them.
pub(crate) fn refuse_qualifiers(what: &str, function: &mut Function, errors: &mut Errors) {
    let signature = &mut function.signature;
    let mut refuse = |word: &str, tokens: &dyn ToTokens| {
        errors.at(tokens, format!("{what} cannot be `{word}`: leave `{word}` out"));
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

/// A second attribute of the kind would find a function that is none to run any more.
fn other_attributes(entry: Entry, function: &mut Function, errors: &mut Errors) {
    let (name, message) = match entry {
        Entry::Main => {
            ("main", "`#[asyncio::main]` runs the function already: leave this attribute out")
        }
        Entry::Test => {
            ("test", "`#[asyncio::test]` makes it a test already: leave this attribute out")
        }
    };
    function.attributes.retain(|attribute| {
        let another = attribute.path().segments.last().is_some_and(|segment| segment.ident == name);
        if another {
            errors.at(attribute, message);
        }
        !another
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
        return parameters(function, errors);
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

/// Whether the parameters of a function that others call can be passed on.
fn parameters(function: &Function, errors: &mut Errors) -> bool {
    let mut good = true;
    for input in &function.signature.inputs {
        let FnArg::Typed(PatType { attrs, ty, .. }) = input else { continue };
        if let Some(cfg) = attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            errors.at(
                cfg,
                "a parameter that is passed on cannot be left out: write `#[cfg]` on the function",
            );
            good = false;
        }
        let Type::Reference(TypeReference { and_token, lifetime, .. }) = &**ty else { continue };
        if lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") {
            let message = "the loop cannot hold what is lent to it: \
                           write `&'static …`, or take the value itself";
            errors.at(quote!(#and_token #lifetime), message);
            good = false;
        }
    }
    good
}
