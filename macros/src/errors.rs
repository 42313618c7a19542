//! The mistakes of one macro call, collected so that all of them are reported at once.

use std::fmt::Display;

use proc_macro2::Span;
use quote::ToTokens;

/// What is wrong with a macro call, so far.
///
/// A rule reports a mistake and goes on, so that the rules after it run too.
/// Dropping the collector unread would lose them all, and therefore panics.
#[derive(Debug)]
#[must_use = "mistakes are reported by `check`"]
pub(crate) struct Errors {
    first: Option<syn::Error>,
    checked: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { first: None, checked: false }
    }

    /// Reports a mistake at `tokens`, which should be the fewest that show it.
    pub(crate) fn at(&mut self, tokens: impl ToTokens, message: impl Display) {
        self.push(syn::Error::new_spanned(tokens, message));
    }

    /// Reports a mistake at a span, for the places that have no tokens of their own.
    pub(crate) fn at_span(&mut self, span: Span, message: impl Display) {
        self.push(syn::Error::new(span, message));
    }

    /// Takes in an error of the parser.
    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.first {
            Some(first) => first.combine(error),
            None => self.first = Some(error),
        }
    }

    /// Whether nothing was reported.
    pub(crate) fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Everything that was reported, as one error.
    pub(crate) fn check(mut self) -> syn::Result<()> {
        self.checked = true;
        self.first.take().map_or(Ok(()), Err)
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        // A second panic would abort and hide the first.
        if !self.checked && !std::thread::panicking() {
            panic!("the errors of a macro were dropped unread");
        }
    }
}
