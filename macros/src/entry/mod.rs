//! `#[asyncio::main]` and `#[asyncio::test]`: an `async fn` that is run instead of called.

mod expand;
mod fallback;
pub(crate) mod parse;
pub(crate) mod validate;

use proc_macro2::TokenStream;

use crate::arguments;
use crate::arguments::signature::Signature;
use crate::arguments::table::{MAIN, TEST};
use crate::entry::parse::Function;
use crate::errors::Errors;
use crate::finish::{Fallback, finish};

/// Which of the two attributes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    Main,
    Test,
}

impl Entry {
    fn signature(self) -> &'static Signature {
        match self {
            Self::Main => &MAIN,
            Self::Test => &TEST,
        }
    }
}

impl Function {
    /// Whether nobody but the program's start or the test harness calls it.
    fn is_entry_point(&self, entry: Entry) -> bool {
        entry == Entry::Test || self.signature.ident == "main"
    }
}

/// Runs all stages of an attribute.
///
/// The item survives each mistake: its body and its callers are compiled as if nothing were wrong.
pub(crate) fn attribute(entry: Entry, options: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let bound = arguments::read(entry.signature(), options, &mut errors);
    let output = match parse::function(&parse::not_a_function(entry), item.clone()) {
        Ok(mut function) => match validate::repair(entry, &mut function, &mut errors) {
            true => expand::expand(entry, &function, &bound),
            false => fallback::never_runs(entry, &function),
        },
        Err(error) => {
            errors.push(error);
            item
        }
    };
    finish(errors.check().map(|()| output.clone()), Fallback::Item(output))
}
