//! The arguments of every macro here: one syntax, one table of signatures, one set of rules.
//!
//! Python's `gather(a(), b(), return_exceptions=True)` is `gather!(a(), b(), return_exceptions =
//! true)`, and the options of `#[asyncio::main(debug = true)]` are read and checked by the same
//! code. Each argument is a Rust expression, so that rustfmt formats it and editors complete in it.

pub(crate) mod parse;
pub(crate) mod signature;
mod similar;
pub(crate) mod table;
pub(crate) mod validate;

use proc_macro2::TokenStream;

use crate::arguments::signature::Signature;
use crate::arguments::validate::Bound;
use crate::errors::Errors;

/// Reads what stands in the parentheses of a macro, by the signature of that macro.
pub(crate) fn read(
    signature: &'static Signature,
    tokens: TokenStream,
    errors: &mut Errors,
) -> Bound {
    let arguments = parse::arguments(tokens, errors);
    validate::bind(signature, &arguments, errors)
}
