//! Ways out that are hidden in the tokens of a macro nobody can look into.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A token by which a macro call leaves the block it stands in.
pub(super) struct Hidden {
    pub(super) token: TokenTree,
    /// How it is written.
    pub(super) written: &'static str,
}

/// Whether there is an `.await` in the tokens, be it in an `async` block.
pub(super) fn has_await(tokens: TokenStream) -> bool {
    let mut is_field = false;
    tokens.into_iter().any(|token| {
        let was_field = std::mem::replace(&mut is_field, false);
        match token {
            TokenTree::Group(group) => has_await(group.stream()),
            TokenTree::Ident(name) => was_field && name == "await",
            TokenTree::Punct(sign) => {
                is_field = sign.as_char() == '.';
                false
            }
            TokenTree::Literal(_) => false,
        }
    })
}

/// The first way out in the tokens; those of `async` blocks do not count.
pub(super) fn hidden(tokens: TokenStream) -> Option<Hidden> {
    let mut before = [String::new(), String::new()];
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let text = match &token {
            TokenTree::Group(group) => {
                let is_block = group.delimiter() == Delimiter::Brace;
                let is_async = before[1] == "async" || before == ["async", "move"];
                if is_block && is_async {
                    String::new()
                } else if let Some(found) = hidden(group.stream()) {
                    return Some(found);
                } else {
                    String::new()
                }
            }
            TokenTree::Literal(_) => String::new(),
            other => other.to_string(),
        };
        let written = match text.as_str() {
            // `?Sized` is a bound.
            "?" if !matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "Sized") => "?",
            "return" => "return",
            "break" => "break",
            "continue" => "continue",
            "await" if before[1] == "." => ".await",
            _ => "",
        };
        if !written.is_empty() {
            return Some(Hidden { token, written });
        }
        let [_, last] = before;
        before = [last, text];
    }
    None
}
