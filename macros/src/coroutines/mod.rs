//! `#[asyncio::coroutine]` and `#[asyncio::generator]`: an `async fn` that is called as it was, and
//! whose body the runtime knows more of.

mod blocking;
mod body;
mod expand;
mod validate;
pub(crate) mod yields;

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::arguments;
use crate::arguments::signature::Signature;
use crate::arguments::table::{COROUTINE, GENERATOR};
use crate::arguments::validate::Bound;
use crate::entry::parse::{self, Function};
use crate::errors::Errors;
use crate::finish::{Fallback, finish};

/// Which of the two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Coroutine,
    Generator,
}

impl Kind {
    fn signature(self) -> &'static Signature {
        match self {
            Self::Coroutine => &COROUTINE,
            Self::Generator => &GENERATOR,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Coroutine => "coroutine",
            Self::Generator => "generator",
        }
    }

    fn not_a_function(self) -> String {
        let macro_name = self.signature().macro_name;
        let example = match self {
            Self::Coroutine => "async fn work() -> asyncio::Result<()> { … }",
            Self::Generator => "async fn numbers() -> asyncio::AsyncGenerator<u32> { … }",
        };
        format!("`{macro_name}` goes on a function: write `{example}`")
    }
}

/// Runs all stages of an attribute. The item survives each mistake.
pub(crate) fn attribute(kind: Kind, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let bound = arguments::read(kind.signature(), options, &mut errors);
    let output = match parse::function(&kind.not_a_function(), item.clone()) {
        Ok(function) => expanded(kind, function, &bound, &mut errors),
        Err(error) => {
            errors.push(error);
            item
        }
    };
    finish(errors.check().map(|()| output.clone()), Fallback::Item(output))
}

fn expanded(kind: Kind, mut function: Function, bound: &Bound, errors: &mut Errors) -> TokenStream {
    let is_good = validate::repair(kind, &mut function, errors);
    if let Some(end) = function.end {
        return expand::declared(kind, &function, end, bound);
    }
    // What is wrong with its syntax the compiler says itself.
    let Some(mut body) = body::parse(&function.body) else { return original(&function) };
    let allow_blocking = bound
        .value("allow_blocking")
        .is_some_and(|value| value.to_token_stream().to_string() == "true");
    body::rewrite(kind, &mut body.block, allow_blocking, errors);
    match (kind, is_good) {
        (Kind::Coroutine, true) => expand::coroutine(&function, &body, bound),
        (Kind::Generator, true) => expand::generator(&function, &body, bound),
        (_, false) => expand::never_runs(&function),
    }
}

/// The function as it was.
fn original(Function { attributes, visibility, signature, body, .. }: &Function) -> TokenStream {
    quote::quote!(#(#attributes)* #visibility #signature #body)
}
