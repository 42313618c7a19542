//! What a macro around a call tells it, in front of its arguments: `@raise('label)` and the like.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Lifetime;

/// The block that a macro call stands in.
#[derive(Clone, Default)]
pub(crate) struct Surroundings {
    /// Where an exception that is raised here goes; without it, out of the function.
    pub(crate) raise: Option<Lifetime>,
    /// The variable with the block that awaits are polled in.
    pub(crate) block: Option<Ident>,
    /// The variable with the exception that is being handled.
    pub(crate) handled: Option<Ident>,
}

impl Surroundings {
    /// Takes what stands in front of the arguments; what the nearest macro says comes first.
    pub(crate) fn take(tokens: TokenStream) -> (Self, TokenStream) {
        let mut found = Self::default();
        let mut rest = tokens;
        loop {
            let mut tokens = rest.clone().into_iter();
            let Some([TokenTree::Punct(at), TokenTree::Ident(name), TokenTree::Group(value)]) =
                three(&mut tokens)
            else {
                return (found, rest);
            };
            if at.as_char() != '@' || !found.set(&name.to_string(), value.stream()) {
                return (found, rest);
            }
            rest = tokens.collect();
        }
    }

    fn set(&mut self, name: &str, value: TokenStream) -> bool {
        match name {
            "raise" => take_first(&mut self.raise, syn::parse2(value)),
            "block" => take_first(&mut self.block, syn::parse2(value)),
            "handled" => take_first(&mut self.handled, syn::parse2(value)),
            _ => false,
        }
    }

    /// These, and what a macro further out says of the rest.
    pub(crate) fn or(self, outer: Self) -> Self {
        Self {
            raise: self.raise.or(outer.raise),
            block: self.block.or(outer.block),
            handled: self.handled.or(outer.handled),
        }
    }
}

fn three(tokens: &mut impl Iterator<Item = TokenTree>) -> Option<[TokenTree; 3]> {
    Some([tokens.next()?, tokens.next()?, tokens.next()?])
}

fn take_first<T>(slot: &mut Option<T>, value: syn::Result<T>) -> bool {
    let Ok(value) = value else { return false };
    slot.get_or_insert(value);
    true
}

impl ToTokens for Surroundings {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let here = Span::mixed_site();
        if let Some(label) = &self.raise {
            tokens.extend(quote_spanned!(here=> @raise(#label)));
        }
        if let Some(block) = &self.block {
            tokens.extend(quote_spanned!(here=> @block(#block)));
        }
        if let Some(handled) = &self.handled {
            tokens.extend(quote_spanned!(here=> @handled(#handled)));
        }
    }
}
