//! Stage `parse`: tokens to arguments. It goes on after a mistake, at the next comma.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::punctuated::Punctuated;
use syn::{Expr, Ident, Token, braced};

use crate::errors::Errors;

/// The arguments of a call, as they were written.
pub(crate) struct Arguments {
    pub(crate) list: Vec<Argument>,
    /// Something could not be read; it may have been what a later rule would miss.
    pub(crate) damaged: bool,
}

pub(crate) enum Argument {
    /// `value`
    Positional(Expr),
    /// `..value`
    Spread { dots: Token![..], value: Expr },
    /// `name = value`
    Keyword { name: Ident, value: Expr },
}

impl ToTokens for Argument {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        match self {
            Self::Positional(value) => value.to_tokens(tokens),
            Self::Spread { dots, value } => {
                dots.to_tokens(tokens);
                value.to_tokens(tokens);
            }
            Self::Keyword { name, value } => {
                name.to_tokens(tokens);
                quote!(=).to_tokens(tokens);
                value.to_tokens(tokens);
            }
        }
    }
}

impl Argument {
    /// What is given.
    pub(crate) fn value(&mut self) -> &mut Expr {
        match self {
            Self::Positional(value) | Self::Spread { value, .. } | Self::Keyword { value, .. } => {
                value
            }
        }
    }
}

/// Reads a list of arguments, and reports what is wrong with its syntax.
pub(crate) fn arguments(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments { list: Vec::new(), damaged: false };
    let mut rest = tokens;
    while !rest.is_empty() {
        match first_argument(rest.clone(), errors) {
            Ok((argument, remaining)) => {
                arguments.list.push(argument);
                rest = remaining;
            }
            Err(error) => {
                errors.push(error);
                arguments.damaged = true;
                rest = after_comma(rest);
            }
        }
    }
    arguments
}

/// Reads one argument and the comma behind it; the rest is returned.
///
/// Each argument has a parser of its own: one that failed would report its unread tokens again at
/// the end.
fn first_argument(
    tokens: TokenStream,
    errors: &mut Errors,
) -> syn::Result<(Argument, TokenStream)> {
    let parser = |input: ParseStream<'_>| {
        let content;
        braced!(content in input);
        let argument = argument(&content, errors)?;
        separator(&content, errors);
        Ok((argument, content.parse()?))
    };
    parser.parse2(TokenTree::Group(in_braces(tokens)).into())
}

/// Puts the tokens into braces of our own, at the last of them.
///
/// The parser reports an unexpected end at the closing brace. Without it that would be the whole
/// call, with a note that it comes from a macro nobody wrote.
fn in_braces(tokens: TokenStream) -> Group {
    let end = tokens.clone().into_iter().last().map_or_else(Span::call_site, |last| match last {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    });
    let mut group = Group::new(Delimiter::Brace, tokens);
    group.set_span(end);
    group
}

fn argument(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Argument> {
    if input.peek(Token![,]) {
        return Err(input.error("an argument is missing before this `,`: leave the comma out"));
    }
    if input.peek(Token![..]) {
        return spread(input);
    }
    if is_from_of_python(input) {
        let name: Ident = input.parse()?;
        errors.at(&name, "Python's `from` is an argument here: write `, from = error`");
        return Ok(Argument::Keyword { name, value: value(input)? });
    }
    if input.peek(Ident::peek_any) && names_a_value(input) {
        return keyword(input, errors);
    }
    value(input).map(Argument::Positional)
}

/// An expression; what only Python takes for one is answered.
fn value(input: ParseStream<'_>) -> syn::Result<Expr> {
    if input.peek(Token![await]) {
        return Err(
            input.error("`await` cannot come first: leave it out, or write `expression.await`")
        );
    }
    if let Some(brace) = set_of_python(input) {
        return Err(syn::Error::new(
            brace,
            "a list stands in brackets, and Python's set too: write `[a, b]`",
        ));
    }
    input.parse()
}

/// The opening brace of Python's `{a, b}`. `{a}` is an expression of Rust, too.
fn set_of_python(input: ParseStream<'_>) -> Option<Span> {
    let (content, spans, _) = input.cursor().group(Delimiter::Brace)?;
    let members = Punctuated::<Expr, Token![,]>::parse_terminated;
    let members = members.parse2(content.token_stream()).ok()?;
    (members.len() > 1 || members.trailing_punct()).then(|| spans.open())
}

/// Whether the `from error` of Python's `raise` comes next, with nothing between the two.
fn is_from_of_python(input: ParseStream<'_>) -> bool {
    let Some((name, rest)) = input.cursor().ident() else { return false };
    name == "from" && (rest.ident().is_some() || rest.literal().is_some())
}

fn spread(input: ParseStream<'_>) -> syn::Result<Argument> {
    let two = "a spread has two dots: write `..tasks`";
    if let Some(dots) = input.parse::<Option<Token![...]>>()? {
        return Err(syn::Error::new_spanned(dots, two));
    }
    if let Some(dots) = input.parse::<Option<Token![..=]>>()? {
        return Err(syn::Error::new_spanned(dots, two));
    }
    let dots = input.parse()?;
    if ends_here(input) {
        return Err(syn::Error::new_spanned(dots, "nothing stands behind `..`: write `..tasks`"));
    }
    Ok(Argument::Spread { dots, value: value(input)? })
}

/// Whether the identifier that comes next is followed by `=`, or by the `:` that is meant to be
/// one.
fn names_a_value(input: ParseStream<'_>) -> bool {
    let equals = input.peek2(Token![=]) && !input.peek2(Token![==]) && !input.peek2(Token![=>]);
    let colon = input.peek2(Token![:]) && !input.peek2(Token![::]);
    equals || colon
}

fn keyword(input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Argument> {
    let name = input.call(Ident::parse_any)?;
    let mut sign = name.span();
    if let Some(colon) = input.parse::<Option<Token![:]>>()? {
        errors.at(colon, format!("an argument is named with `=`: write `{name} = …`"));
        sign = colon.span;
    }
    if let Some(equals) = input.parse::<Option<Token![=]>>()? {
        sign = equals.span;
    }
    if ends_here(input) {
        return Err(syn::Error::new(sign, format!("`{name}` has no value: write `{name} = …`")));
    }
    Ok(Argument::Keyword { name, value: value(input)? })
}

fn ends_here(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,])
}

/// Expects the comma behind an argument; without one the next argument begins where it is missing.
fn separator(input: ParseStream<'_>, errors: &mut Errors) {
    if input.is_empty() {
        return;
    }
    if input.peek(Token![;]) {
        errors.push(input.error("arguments are separated by commas: write `,`"));
    } else if is_from_of_python(input) {
        // Reported as the argument that it is meant to be.
        return;
    } else if !input.peek(Token![,]) {
        errors.push(input.error("a comma is missing before this: write `,`"));
        return;
    }
    // Cannot fail: one of the two was seen.
    let _ = input.parse::<TokenTree>();
}

/// What follows the first comma that is not inside the `<…>` of a turbofish.
fn after_comma(tokens: TokenStream) -> TokenStream {
    let mut tokens = tokens.into_iter();
    let mut angles = 0_usize;
    let mut before = [' ', ' '];
    for token in tokens.by_ref() {
        let sign = match &token {
            TokenTree::Punct(punct) => punct.as_char(),
            _ => ' ',
        };
        match sign {
            '<' if angles > 0 || before == [':', ':'] => angles += 1,
            '>' if before[1] != '-' && before[1] != '=' => angles = angles.saturating_sub(1),
            ',' if angles == 0 => break,
            _ => {}
        }
        before = [before[1], sign];
    }
    tokens.collect()
}
