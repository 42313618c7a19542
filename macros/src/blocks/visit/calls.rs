//! Macro calls in a body: those of std and ours hold expressions, which are visited like others.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::visit_mut::VisitMut;
use syn::{Expr, ExprMacro, ExprUnary, Ident, Token, UnOp};

use super::scan::{has_await, hidden};
use super::{Kind, Scope, Surroundings, Visitor};
use crate::arguments::parse::{Argument, Arguments, arguments};
use crate::errors::Errors;

/// Macros of std whose tokens are expressions, or formats and expressions.
const STD: &[&str] = &[
    "assert",
    "assert_eq",
    "assert_ne",
    "dbg",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "eprint",
    "eprintln",
    "format",
    "format_args",
    "panic",
    "pin",
    "print",
    "println",
    "todo",
    "unimplemented",
    "unreachable",
    "vec",
    "write",
    "writeln",
];

/// Macros to which tokens are what they are, and no code that runs here.
const DATA: &[&str] = &[
    "concat",
    "format_ident",
    "parse_quote",
    "parse_quote_spanned",
    "quote",
    "quote_spanned",
    "stringify",
];

/// Our macros that call a function.
const CALLS: &[&str] =
    &["as_completed", "create_task", "gather", "run", "shield", "wait", "wait_for", "yield_"];

/// Our macros with a block: its name, and how many plain arguments come before the block.
const BLOCKS: &[(&str, usize)] =
    &[("async_for", 1), ("async_with", 1), ("task_group", 0), ("timeout", 1), ("try_except", 0)];

/// Macros of other crates that are known to hold a `return`, and what does the same in a block.
const RETURNING: &[(&str, &str)] =
    &[("bail", "raise!(error)"), ("ensure", "if !condition { raise!(error) }")];

impl Visitor<'_> {
    /// Visits a macro call; returns what replaces it.
    pub(super) fn call(&mut self, call: &mut ExprMacro) -> Option<Expr> {
        let last = call.mac.path.segments.last()?;
        let name = last.ident.to_string();
        self.returning(&last.ident);
        if let Some((_, plain)) = BLOCKS.iter().find(|(block, _)| *block == name) {
            call.mac.tokens = self.block(&name, *plain, call.mac.tokens.clone());
        } else if name == "raise" || CALLS.contains(&name.as_str()) {
            call.mac.tokens = self.ours(&name, call.mac.tokens.clone());
        } else if name == "matches" {
            call.mac.tokens = self.matches(&name, call.mac.tokens.clone());
        } else if STD.contains(&name.as_str()) {
            call.mac.tokens = self.list(&name, call.mac.tokens.clone());
        } else if self.blocks.is_empty() && self.ways.may_be_hidden() {
            if !DATA.contains(&name.as_str()) {
                call.mac.tokens = self.strange(call.mac.tokens.clone());
            }
        } else {
            self.opaque(&name, call.mac.tokens.clone());
        }
        if self.is_strange {
            return None;
        }
        self.ways.called(call, &self.blocks, self.errors)
    }

    /// Refuses a macro whose own `return` no walk over tokens finds.
    fn returning(&mut self, name: &Ident) {
        if !self.blocks.is_empty() || self.ways.may_be_hidden() {
            return;
        }
        if let Some((_, instead)) = RETURNING.iter().find(|(returning, _)| name == returning) {
            let message = format!(
                "`{name}!` returns from the function, and no arm or exit would see the error: \
                 write `{instead}`"
            );
            self.errors.at(name, message);
        }
    }

    /// A macro of ours that calls a function, or raises.
    fn ours(&mut self, name: &str, tokens: TokenStream) -> TokenStream {
        let (told, tokens) = Surroundings::take(tokens);
        let Some(mut arguments) = readable(tokens.clone()) else { return quote!(#told #tokens) };
        for argument in &mut arguments.list {
            self.visit_expr_mut(argument.value());
        }
        let told = if name == "raise" { self.told(&told) } else { told };
        let arguments = arguments.list;
        quote!(#told #(#arguments),*)
    }

    /// A macro of ours with a block. What is wrong with its arguments it says itself.
    fn block(&mut self, name: &str, plain: usize, tokens: TokenStream) -> TokenStream {
        let (told, tokens) = Surroundings::take(tokens);
        let Some(mut arguments) = readable(tokens.clone()) else { return quote!(#told #tokens) };
        for (index, argument) in arguments.list.iter_mut().enumerate() {
            let is_body = match argument {
                Argument::Keyword { name, .. } => {
                    ["body", "else_", "finally"].iter().any(|body| name == body)
                }
                _ => index >= plain,
            };
            if is_body {
                let is_loop = name == "async_for" && matches!(argument, Argument::Positional(_));
                self.body(name, is_loop, argument.value());
            } else {
                self.visit_expr_mut(argument.value());
            }
        }
        let told = self.told(&told);
        let arguments = arguments.list;
        quote!(#told #(#arguments),*)
    }

    /// What a macro of ours is told: in the body of another one, that tells it most of it.
    fn told(&self, told: &Surroundings) -> Surroundings {
        let mut here = self.ways.surroundings();
        if !self.blocks.is_empty() {
            here = Surroundings { handled: here.handled, ..Surroundings::default() };
            return told.clone().or(here);
        }
        here.or(told.clone())
    }

    /// The block of an inner macro, be it that of a closure.
    fn body(&mut self, name: &str, is_loop: bool, body: &mut Expr) {
        let outer_scopes = std::mem::replace(&mut self.outer_scopes, self.scopes.len());
        self.blocks.push(name.to_owned());
        if is_loop {
            self.scopes.push(Scope { label: None, kind: Kind::InnerLoop, is_lent: false });
        }
        self.visit_expr_mut(body_of(body));
        if is_loop {
            self.scopes.pop();
        }
        self.blocks.pop();
        self.outer_scopes = outer_scopes;
    }

    /// `matches!`: what stands behind the value is a pattern.
    fn matches(&mut self, name: &str, tokens: TokenStream) -> TokenStream {
        let parser = |input: syn::parse::ParseStream<'_>| {
            Ok((input.parse::<Expr>()?, input.parse::<TokenStream>()?))
        };
        let Ok((mut value, rest)) = parser.parse2(tokens.clone()) else {
            self.opaque(name, tokens.clone());
            return tokens;
        };
        self.visit_expr_mut(&mut value);
        self.opaque(name, rest.clone());
        quote!(#value #rest)
    }

    /// A list of expressions; `vec![value; number]` is two.
    fn list(&mut self, name: &str, tokens: TokenStream) -> TokenStream {
        let mut parts: Vec<TokenStream> = vec![TokenStream::new()];
        let mut separators = Vec::new();
        for token in tokens.clone() {
            match &token {
                TokenTree::Punct(sign) if sign.as_char() == ';' => {
                    separators.push(token);
                    parts.push(TokenStream::new());
                }
                _ => parts.last_mut().expect("there is one").extend([token]),
            }
        }
        let mut separators = separators.into_iter();
        let mut visited = TokenStream::new();
        for part in parts {
            let Ok(mut list) = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(part) else {
                self.opaque(name, tokens.clone());
                return tokens;
            };
            list.iter_mut().for_each(|value| self.visit_expr_mut(value));
            list.to_tokens(&mut visited);
            visited.extend(separators.next());
        }
        visited
    }

    /// A macro of somebody else: the awaits in it are found if its tokens are a list of expressions.
    fn strange(&mut self, tokens: TokenStream) -> TokenStream {
        if !has_await(tokens.clone()) {
            return tokens;
        }
        let list = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
        let Ok(mut list) = list else { return tokens };
        let before = std::mem::replace(&mut self.is_strange, true);
        list.iter_mut().for_each(|value| self.visit_expr_mut(value));
        self.is_strange = before;
        list.into_token_stream()
    }

    /// Tokens of which nobody knows what they are; in an inner block its own macro complains.
    fn opaque(&mut self, name: &str, tokens: TokenStream) {
        if !self.blocks.is_empty() || self.ways.may_be_hidden() {
            return;
        }
        if let Some(found) = hidden(tokens) {
            let written = found.written;
            self.errors.at(
                found.token,
                format!(
                    "`{written}` in `{name}!` leaves the block unseen: bind the value with `let` \
                     before `{name}!`"
                ),
            );
        }
    }
}

/// The expression that runs: a closure of ours stands for the names it gives.
fn body_of(body: &mut Expr) -> &mut Expr {
    match body {
        Expr::Group(group) => body_of(&mut group.expr),
        Expr::Unary(ExprUnary { op: UnOp::Deref(_), expr, .. }) => body_of(expr),
        Expr::Closure(closure) => &mut closure.body,
        body => body,
    }
}

/// The arguments, if nothing is wrong with their syntax.
fn readable(tokens: TokenStream) -> Option<Arguments> {
    let mut errors = Errors::new();
    let arguments = arguments(tokens, &mut errors);
    errors.check().ok().map(|()| arguments)
}
