//! Stage `validate`: what a function must be to be a coroutine or a generator.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    FnArg, GenericArgument, PatType, PathArguments, Receiver, ReceiverKind, ReturnType, Token,
    Type, TypeReference,
};

use super::Kind;
use crate::entry::parse::Function;
use crate::entry::validate::refuse_qualifiers;
use crate::errors::Errors;
use crate::fragments::ungrouped_type;

/// Reports what is wrong with the function and, where that is plain, makes it as it should be.
///
/// The outcome is whether it can be expanded then.
pub(super) fn repair(kind: Kind, function: &mut Function, errors: &mut Errors) -> bool {
    asyncness(kind, function, errors);
    refuse_qualifiers(&format!("a {}", kind.noun()), function, errors);
    let is_alone = other_attributes(kind, function, errors);
    match kind {
        Kind::Coroutine => {
            result(function, errors);
            is_alone
        }
        Kind::Generator => {
            let has_type = generator_type(function, errors);
            is_alone & has_type & owned_arguments(function, errors)
        }
    }
}

fn asyncness(kind: Kind, function: &mut Function, errors: &mut Errors) {
    let signature = &mut function.signature;
    if signature.asyncness.is_some() {
        return;
    }
    let noun = kind.noun();
    errors.at(signature.fn_token, format!("a {noun} awaits: write `async fn {}`", signature.ident));
    signature.asyncness = Some(Token![async](signature.fn_token.span));
}

/// Another attribute of ours would find a function that is no coroutine any more. Whether the
/// function is what this one takes it for.
fn other_attributes(kind: Kind, function: &mut Function, errors: &mut Errors) -> bool {
    let noun = kind.noun();
    let mut is_alone = true;
    function.attributes.retain(|attribute| {
        let segments = &attribute.path().segments;
        let Some(last) = segments.last() else { return true };
        let is_same = last.ident == noun;
        let message = match (last.ident.to_string().as_str(), kind) {
            ("coroutine", Kind::Coroutine) | ("generator", Kind::Generator) => {
                format!("this is a {noun} already: leave the second attribute out")
            }
            ("coroutine" | "generator", _) => {
                "a function is a coroutine or a generator: leave one attribute out".to_owned()
            }
            ("main", _) if segments.len() > 1 => format!(
                "`#[asyncio::main]` makes a function that is no {noun}: \
                 write the {noun} as another function, and call it in `main`"
            ),
            ("test", _) if segments.len() > 1 => format!(
                "`#[asyncio::test]` makes a function that is no {noun}: \
                 write the {noun} as another function, and call it in the test"
            ),
            _ => return true,
        };
        is_alone &= is_same;
        errors.at(attribute, message);
        false
    });
    is_alone
}

/// What can be cancelled must be able to return an error.
fn result(function: &mut Function, errors: &mut Errors) {
    let signature = &mut function.signature;
    if let ReturnType::Default = signature.output {
        errors.at(
            &signature.ident,
            "a coroutine can be cancelled, which is an error that it returns: \
             write `-> asyncio::Result<()>`",
        );
    }
}

/// Whether the function says what it gives.
fn generator_type(function: &Function, errors: &mut Errors) -> bool {
    const WRITE: &str = "write `-> asyncio::AsyncGenerator<u32>`, with the type of its values";
    let ReturnType::Type(_, output) = &function.signature.output else {
        errors.at(&function.signature.ident, format!("a generator says what it gives: {WRITE}"));
        return false;
    };
    let Type::Path(path) = ungrouped_type(output) else {
        errors.at(output, format!("a generator returns itself: {WRITE}"));
        return false;
    };
    let Some(last) = path.path.segments.last() else { return true };
    match last.ident.to_string().as_str() {
        "AsyncGenerator" => match &last.arguments {
            PathArguments::AngleBracketed(_) => true,
            _ => {
                errors.at(last, "an `AsyncGenerator` of what? Write `AsyncGenerator<u32>`");
                false
            }
        },
        "Result" | "Option" => {
            let what = last.ident.to_string();
            errors.at(
                output,
                format!(
                    "calling a generator cannot fail, for nothing of it runs then: leave `{what}` \
                     out, and {WRITE}; its errors come out of `anext`"
                ),
            );
            false
        }
        // Python's names, and an alias: the compiler knows what it is.
        "AsyncIterator" | "AsyncIterable" | "Stream" => {
            errors.at(output, format!("here this type has another name: {WRITE}"));
            false
        }
        _ => true,
    }
}

/// Whether the generator can keep its arguments for as long as it likes.
fn owned_arguments(function: &Function, errors: &mut Errors) -> bool {
    let mut good = true;
    for input in &function.signature.inputs {
        let (borrow, message) = match input {
            FnArg::Receiver(receiver) => match borrowed_self(receiver) {
                Some(borrow) => (
                    borrow,
                    "a generator lives on when the call is over, and cannot borrow `self`: \
                     write `self`, or `self: std::rc::Rc<Self>`",
                ),
                None => continue,
            },
            FnArg::Typed(PatType { ty, .. }) => match borrowed(ty) {
                Some(borrow) => (
                    borrow,
                    "a generator lives on when the call is over, and cannot borrow its arguments: \
                     take the value itself",
                ),
                None => continue,
            },
        };
        errors.at(borrow, message);
        good = false;
    }
    good
}

fn borrowed(ty: &Type) -> Option<TokenStream> {
    match ungrouped_type(ty) {
        Type::Reference(TypeReference { and_token, lifetime, .. })
            if lifetime.as_ref().is_none_or(|lifetime| lifetime.ident != "static") =>
        {
            Some(quote!(#and_token #lifetime))
        }
        // `Option<&str>` and the like.
        Type::Path(path) => {
            let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments
            else {
                return None;
            };
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => borrowed(ty),
                _ => None,
            })
        }
        Type::Tuple(tuple) => tuple.elems.iter().find_map(borrowed),
        _ => None,
    }
}

fn borrowed_self(receiver: &Receiver) -> Option<TokenStream> {
    match &receiver.kind {
        ReceiverKind::Reference(_, lifetime, _) => lifetime
            .as_ref()
            .is_none_or(|lifetime| lifetime.ident != "static")
            .then(|| receiver.to_token_stream()),
        ReceiverKind::Typed(_, ty) => borrowed(ty),
        _ => None,
    }
}
