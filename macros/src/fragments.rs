//! Fragments that a macro of the caller passes on, as `$body:expr` and `$output:ty`: each comes in
//! invisible delimiters, behind which it is what it was.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use syn::parse::ParseStream;
use syn::{Expr, Type};

/// An expression without the invisible delimiters.
pub(crate) fn ungrouped(mut value: &Expr) -> &Expr {
    while let Expr::Group(group) = value {
        value = &group.expr;
    }
    value
}

/// A type without the invisible delimiters.
pub(crate) fn ungrouped_type(mut ty: &Type) -> &Type {
    while let Type::Group(group) = ty {
        ty = &group.elem;
    }
    ty
}

/// Reads the body of a function, in its braces.
pub(crate) fn body(input: ParseStream<'_>) -> syn::Result<Group> {
    input.step(|cursor| match cursor.token_tree() {
        Some((TokenTree::Group(group), rest)) => match in_braces(group) {
            Some(body) => Ok((body, rest)),
            None => Err(cursor.error("expected curly braces")),
        },
        _ => Err(cursor.error("expected curly braces")),
    })
}

fn in_braces(group: Group) -> Option<Group> {
    match group.delimiter() {
        Delimiter::Brace => Some(group),
        Delimiter::None => match group.stream().into_iter().next()? {
            TokenTree::Group(inner) => in_braces(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Takes the delimiters off the statements that were passed on, as `$body:block` and `$first:stmt`:
/// the parser takes what is in them for an expression. Nothing else is changed.
pub(crate) fn statements(tokens: TokenStream) -> TokenStream {
    spliced(&tokens, true).unwrap_or(tokens)
}

/// [`statements`] in the blocks among arguments.
pub(crate) fn arguments(tokens: TokenStream) -> TokenStream {
    spliced(&tokens, false).unwrap_or(tokens)
}

/// The tokens without such delimiters, if there were any; `is_block` if they are statements.
fn spliced(tokens: &TokenStream, is_block: bool) -> Option<TokenStream> {
    let mut found = false;
    let mut begins = is_block;
    let mut result = Vec::new();
    let mut tokens = tokens.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        let mut after =
            is_block && matches!(&token, TokenTree::Punct(sign) if sign.as_char() == ';');
        match token {
            TokenTree::Group(group) => {
                let is_brace = group.delimiter() == Delimiter::Brace;
                let inner = spliced(&group.stream(), is_brace);
                found |= inner.is_some();
                let group = inner.map_or(group.clone(), |inner| {
                    let mut changed = Group::new(group.delimiter(), inner);
                    changed.set_span(group.span());
                    changed
                });
                if begins && is_statement(&group, tokens.peek()) {
                    found = true;
                    result.extend(group.stream());
                    after = true;
                } else {
                    after = is_block && is_brace;
                    result.push(TokenTree::Group(group));
                }
            }
            other => result.push(other),
        }
        begins = after;
    }
    found.then(|| result.into_iter().collect())
}

/// Whether a group where a statement may begin is one that was passed on, and no expression.
fn is_statement(group: &Group, next: Option<&TokenTree>) -> bool {
    if group.delimiter() != Delimiter::None {
        return false;
    }
    let mut tokens = group.stream().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Group(block)), None) if block.delimiter() == Delimiter::Brace => {
            // Behind an expression there would be an operator.
            match next {
                Some(TokenTree::Ident(word)) => word != "as",
                Some(TokenTree::Group(group)) => group.delimiter() == Delimiter::None,
                Some(TokenTree::Punct(sign)) => matches!(sign.as_char(), '#' | '\''),
                Some(TokenTree::Literal(_)) => true,
                None => false,
            }
        }
        (Some(TokenTree::Punct(sign)), Some(_)) => sign.as_char() == '#',
        (Some(TokenTree::Ident(word)), Some(_)) => {
            const WORDS: [&str; 13] = [
                "let",
                "fn",
                "struct",
                "enum",
                "use",
                "static",
                "impl",
                "trait",
                "mod",
                "type",
                "pub",
                "extern",
                "macro_rules",
            ];
            WORDS.iter().any(|one| word == one)
        }
        _ => false,
    }
}
