//! Stage `parse`: the function under the attribute. Its body stays a bag of tokens, whatever is in
//! it.

use proc_macro2::{Group, TokenStream};
use syn::parse::{ParseStream, Parser};
use syn::{Attribute, Signature, Token, Visibility};

use crate::entry::Entry;

/// A function of which only the head is read.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) attributes: Vec<Attribute>,
    pub(crate) visibility: Visibility,
    pub(crate) signature: Signature,
    /// In its braces, with the inner attributes.
    pub(crate) body: Group,
}

/// Reads the item, which may be anything.
pub(crate) fn function(entry: Entry, item: TokenStream) -> syn::Result<Function> {
    let parser = |input: ParseStream<'_>| {
        let attributes = input.call(Attribute::parse_outer)?;
        let visibility = input.parse()?;
        if input.fork().parse::<Signature>().is_err() {
            return Err(input.error(not_a_function(entry)));
        }
        let signature = input.parse()?;
        if input.peek(Token![;]) {
            return Err(input.error("the function has no body: write `{ … }`"));
        }
        Ok(Function { attributes, visibility, signature, body: input.parse()? })
    };
    parser.parse2(item)
}

fn not_a_function(entry: Entry) -> String {
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
