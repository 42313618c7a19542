//! Stage `parse`: the function under the attribute. Its body stays a bag of tokens, whatever is in
//! it.

use proc_macro2::{Delimiter, Group, TokenStream};
use quote::quote;
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

use crate::entry::Entry;
use crate::fragments;

/// A function of which only the head is read.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// In its braces, with the inner attributes.
    pub(crate) body: Group,
    /// In place of a body, which is one of any type then.
    pub(crate) end: Option<Token![;]>,
}

/// Reads the item, which may be anything.
pub(crate) fn function(not_a_function: &str, item: TokenStream) -> syn::Result<Function> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if input.fork().parse::<Signature>().is_err() {
            return Err(input.error(not_a_function));
        }
        let signature = input.parse()?;
        let end: Option<Token![;]> = input.parse()?;
        let body = match end {
            None => fragments::body(input)?,
            Some(_) => Group::new(Delimiter::Brace, quote!(::core::unreachable!())),
        };
        Ok(Function { attributes, visibility, signature, body, end })
    };
    parser.parse2(item)
}

/// What to say of another item.
pub(super) fn not_a_function(entry: Entry) -> String {
    let name = match entry {
        Entry::Main => "main",
        Entry::Test => "it_works",
    };
    let macro_name = entry.signature().macro_name;
    format!(
        "`{macro_name}` goes on a function: \
         write `async fn {name}() -> asyncio::Result<()> {{ … }}`"
    )
}
