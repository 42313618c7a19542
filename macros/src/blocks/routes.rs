//! Where each way out of a body leads.

use std::cell::Cell;

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote_spanned};
use syn::spanned::Spanned;
use syn::{Attribute, Expr, ExprAwait, ExprBreak, ExprContinue, ExprReturn, ExprTry, Lifetime};

use super::visit::{Surroundings, Ways, rewrite, unwrapped};
use crate::errors::Errors;
use crate::spans::{is_same_label, located_at};

/// Where the names in an expansion are seen: nowhere else.
pub(super) fn here() -> Span {
    Span::mixed_site()
}

/// A label of an expansion.
pub(super) fn label(name: &str) -> Lifetime {
    Lifetime::new(&format!("'__{name}"), here())
}

/// A variable of an expansion.
pub(super) fn variable(name: &str) -> Ident {
    format_ident!("__{name}", span = here())
}

/// How the labels of jumps begin, as they are written.
pub(super) const EXIT: &str = "__exit_";

/// A way out that runs code on its way.
pub(super) struct Jump {
    kind: Kind,
    /// In the expansion, to where it jumps first.
    stop: Lifetime,
    has_value: bool,
}

enum Kind {
    Return,
    Break(Option<Lifetime>),
    Continue(Option<Lifetime>),
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Return, Self::Return)
            | (Self::Break(None), Self::Break(None))
            | (Self::Continue(None), Self::Continue(None)) => true,
            (Self::Break(Some(one)), Self::Break(Some(other)))
            | (Self::Continue(Some(one)), Self::Continue(Some(other))) => is_same_label(one, other),
            _ => false,
        }
    }
}

/// Rewrites the bodies of one macro call, and knows how it is left.
pub(super) struct Routes<'a> {
    pub(super) private: &'a TokenStream,
    pub(super) told: &'a Surroundings,
    /// The variable with the place of the block that is awaited in.
    pub(super) place: Option<Ident>,
    /// Where errors of the next bodies go.
    pub(super) raise: Lifetime,
    /// Whether an error went there.
    pub(super) raises: Cell<bool>,
    pub(super) handled: Option<Ident>,
    /// Whether code runs when the block is left.
    pub(super) has_exit: bool,
    /// The next bodies are those of a loop.
    pub(super) is_loop: bool,
    /// Why the next bodies must not be left.
    pub(super) confined: Option<&'static str>,
    jumps: Vec<Jump>,
    /// Jumps without a label, where the first of a kind stands: they are done outside of all labels,
    /// for the compiler wants it so.
    breaks: Option<Span>,
    breaks_with_value: bool,
    continues: Option<Span>,
    refused: Vec<(Span, &'static str)>,
}

impl<'a> Routes<'a> {
    pub(super) fn new(private: &'a TokenStream, told: &'a Surroundings) -> Self {
        Self {
            private,
            told,
            place: told.block.clone(),
            raise: label("raise"),
            raises: Cell::new(false),
            handled: None,
            has_exit: false,
            is_loop: false,
            confined: None,
            jumps: Vec::new(),
            breaks: None,
            breaks_with_value: false,
            continues: None,
            refused: Vec::new(),
        }
    }

    /// Rewrites a body, whose errors go to the label `raise`.
    pub(super) fn body(&mut self, raise: &str, code: &mut Expr, errors: &mut Errors) {
        self.raise = label(raise);
        self.raises.set(false);
        rewrite(code, self, errors);
        if let Expr::Block(block) = code {
            // Braces of ours: nobody calls them unnecessary.
            let place = here().located_at(block.block.brace_token.span.join());
            block.block.brace_token = syn::token::Brace(place);
        } else {
            // Behind a statement, `if a { b } else { c } + d` would end at the brace.
            let mut whole = Group::new(Delimiter::Parenthesis, code.to_token_stream());
            whole.set_span(here().located_at(code.span()));
            *code = Expr::Verbatim(whole.into_token_stream());
        }
        for (place, message) in self.refused.drain(..) {
            errors.at_span(place, message);
        }
    }

    /// `Ok` of a value, as what the whole call gives.
    pub(super) fn ok(&self, value: impl ToTokens) -> TokenStream {
        let private = self.private;
        self.done(&quote_spanned!(here()=> #private::ok(#value)))
    }

    /// `Err` of an error, as what the whole call gives.
    pub(super) fn err(&self, error: impl ToTokens) -> TokenStream {
        let private = self.private;
        self.done(&quote_spanned!(here()=> #private::failed(#error)))
    }

    /// The end of the call with this result.
    pub(super) fn done(&self, result: &TokenStream) -> TokenStream {
        let done = label("done");
        if !self.has_flow() {
            return quote_spanned!(here()=> break #done #result);
        }
        let flow = self.flow();
        quote_spanned!(here()=> break #done #flow::Done(#result))
    }

    fn has_flow(&self) -> bool {
        self.breaks.is_some() || self.continues.is_some()
    }

    /// The type of what leaves all labels; a way that nobody goes is no value.
    fn flow(&self) -> TokenStream {
        let private = self.private;
        let never = quote_spanned!(here()=> ::core::convert::Infallible);
        let any = quote_spanned!(here()=> _);
        let broken = if self.breaks.is_some() { &any } else { &never };
        let continued = if self.continues.is_some() { &any } else { &never };
        quote_spanned!(here()=> #private::Flow::<_, #broken, #continued>)
    }

    /// The whole call: `inner` runs, and never ends but by jumps. On each way out `exit` is run,
    /// to which it is told what raises an error there.
    pub(super) fn whole(
        &self,
        inner: TokenStream,
        exit: impl Fn(&dyn Fn(TokenStream) -> TokenStream) -> TokenStream,
    ) -> TokenStream {
        let inner = self.jumps.iter().fold(inner, |inner, jump| {
            let exit = exit(&|error| self.raise_outside(jump, &error));
            self.jump(jump, &inner, &exit)
        });
        let done = label("done");
        // A block that begins with a jump would be called one that diverges.
        let first = (!self.jumps.is_empty()).then(|| quote_spanned!(here()=> let () = ();));
        let whole = quote_spanned!(here()=> #done: { #first #inner });
        if self.has_flow() { self.jump_outside(&whole) } else { whole }
    }

    /// The jumps without a label, which are done behind all of them.
    fn jump_outside(&self, flow: &TokenStream) -> TokenStream {
        let private = self.private;
        let broken = self.breaks.map(|keyword| {
            let jump = quote_spanned!(here().located_at(keyword)=> break);
            match self.breaks_with_value {
                true => quote_spanned!(here()=> #private::Flow::Break(value) => #jump value,),
                false => quote_spanned!(here()=> #private::Flow::Break(()) => #jump,),
            }
        });
        let continued = self.continues.map(|keyword| {
            let jump = quote_spanned!(here().located_at(keyword)=> continue);
            quote_spanned!(here()=> #private::Flow::Continue(()) => #jump,)
        });
        quote_spanned! {here()=>
            match #flow {
                #private::Flow::Done(result) => result,
                #broken
                #continued
            }
        }
    }

    /// A stop of its kind of jump, behind which the exit runs, and then the jump.
    fn jump(&self, jump: &Jump, inner: &TokenStream, exit: &TokenStream) -> TokenStream {
        let Jump { kind, stop, has_value } = jump;
        let private = self.private;
        let done = label("done");
        let flow = self.flow();
        let value = quote_spanned!(here()=> #private::then(#stop: { #inner }, { #exit }));
        let before = quote_spanned!(here()=> #stop: { #inner }; #exit);
        match kind {
            Kind::Return => quote_spanned!(here()=> return #value),
            Kind::Break(Some(label)) if *has_value => quote_spanned!(here()=> break #label #value),
            Kind::Break(Some(label)) => quote_spanned!(here()=> #before break #label),
            Kind::Break(None) => quote_spanned!(here()=> break #done #flow::Break(#value)),
            Kind::Continue(Some(label)) => quote_spanned!(here()=> #before continue #label),
            Kind::Continue(None) => {
                quote_spanned!(here()=> #before break #done #flow::Continue(()))
            }
        }
    }

    /// An error on the way of a jump is raised where the call stands, as by a `?` behind it. It is
    /// not the value of the call, or else the compiler would take what has moved away with the jump
    /// for missing behind the call, too.
    fn raise_outside(&self, jump: &Jump, error: &TokenStream) -> TokenStream {
        if let Kind::Break(None) | Kind::Continue(None) = jump.kind {
            return self.err(error);
        }
        let private = self.private;
        match &self.told.raise {
            Some(label) => quote_spanned!(here()=> break #label #error),
            None => quote_spanned!(here()=> return #private::err(#error)),
        }
    }

    /// The value of an expression that is awaited in the block.
    pub(super) fn await_(&mut self, future: impl ToTokens, place: Span) -> TokenStream {
        self.raises.set(true);
        let (private, raise) = (self.private, &self.raise);
        let slot = variable("slot");
        let pinned = quote_spanned!(here()=> ::core::pin::pin!(#slot));
        let driven = match &self.place {
            Some(block) => quote_spanned!(here()=> #private::within(&#block, #pinned)),
            None => quote_spanned!(here()=> #private::awaited(#pinned)),
        };
        let place = here().located_at(place);
        let awaited = raising(raise, &quote_spanned!(here()=> #driven.await), place);
        let slotted = quote_spanned!(here()=> #private::slot(#future));
        quote_spanned!(place=> (match #slotted { #slot => #awaited }))
    }

    /// The value of a `Result`, whose error is raised.
    pub(super) fn attempt(&mut self, result: impl ToTokens, place: Span) -> TokenStream {
        self.raises.set(true);
        let place = here().located_at(place);
        let private = located_at(place, self.private);
        let attempt = quote_spanned!(place=> #private::attempt(#result));
        let value = raising(&self.raise, &attempt, place);
        quote_spanned!(place=> (#value))
    }

    fn goes(&mut self, kind: Kind, keyword: Span, value: Option<Box<Expr>>) -> TokenStream {
        if let Some(message) = self.confined {
            self.refused.push((keyword, message));
        }
        let has_value = value.is_some();
        let known = self.jumps.iter().position(|jump| jump.kind == kind);
        let index = known.unwrap_or(self.jumps.len());
        match known {
            Some(known) => self.jumps[known].has_value |= has_value,
            None => {
                let stop = Lifetime::new(&format!("'{EXIT}{index}"), here());
                self.jumps.push(Jump { kind, stop, has_value });
            }
        }
        let stop = &self.jumps[index].stop;
        quote_spanned!(here().located_at(keyword)=> break #stop #value)
    }
}

/// Code of ours behind code of the user, which may never end: no reason for a warning.
pub(super) fn perhaps(code: impl ToTokens) -> TokenStream {
    quote_spanned!(here()=> #[allow(unreachable_code)] { #code })
}

/// What replaces an expression, behind its attributes: a `#[cfg]` decides whether it is there.
fn with_attributes(attributes: &[Attribute], code: &TokenStream) -> Expr {
    Expr::Verbatim(quote_spanned!(here()=> #(#attributes)* #code))
}

/// What is in the `Ok`, which is shown at `place` if it is of another type than is expected; an error
/// goes to the label.
fn raising(raise: &Lifetime, result: &TokenStream, place: Span) -> TokenStream {
    let (value, error) = (Ident::new("__value", place), variable("error"));
    quote_spanned! {place=>
        match #result {
            ::core::result::Result::Ok(#value) => #value,
            ::core::result::Result::Err(#error) => break #raise #error,
        }
    }
}

impl Ways for Routes<'_> {
    fn tried(&mut self, ExprTry { attrs, expr, .. }: ExprTry) -> Expr {
        let place = expr.span();
        with_attributes(&attrs, &self.attempt(unwrapped(*expr), place))
    }

    fn awaited(&mut self, ExprAwait { attrs, base, .. }: ExprAwait) -> Expr {
        let place = base.span();
        with_attributes(&attrs, &self.await_(unwrapped(*base), place))
    }

    fn returned(&mut self, returned: ExprReturn) -> Expr {
        if !self.has_exit && self.confined.is_none() {
            return Expr::Return(returned);
        }
        let keyword = returned.return_token.span;
        let jump = self.goes(Kind::Return, keyword, returned.expr);
        with_attributes(&returned.attrs, &jump)
    }

    fn broken(&mut self, broken: ExprBreak) -> Expr {
        let keyword = broken.break_token.span;
        if self.is_loop && broken.label.is_none() {
            if let Some(value) = broken.expr {
                let message = "a loop over a stream has no value: leave it out behind `break`";
                self.refused.push((value.span(), message));
            }
            let over = self.ok(quote_spanned!(here()=> ()));
            return with_attributes(&broken.attrs, &quote_spanned!(here()=> (#over)));
        }
        if broken.label.is_none() && self.confined.is_none() {
            self.breaks.get_or_insert(keyword);
            self.breaks_with_value |= broken.expr.is_some();
        } else if !self.has_exit && self.confined.is_none() {
            return Expr::Break(broken);
        }
        let jump = self.goes(Kind::Break(broken.label), keyword, broken.expr);
        with_attributes(&broken.attrs, &jump)
    }

    fn continued(&mut self, continued: ExprContinue) -> Expr {
        let keyword = continued.continue_token.span;
        if self.is_loop && continued.label.is_none() {
            let items = label("items");
            let jump = quote_spanned!(here().located_at(keyword)=> continue #items);
            return with_attributes(&continued.attrs, &jump);
        }
        if continued.label.is_none() && self.confined.is_none() {
            self.continues.get_or_insert(keyword);
        } else if !self.has_exit && self.confined.is_none() {
            return Expr::Continue(continued);
        }
        let jump = self.goes(Kind::Continue(continued.label), keyword, None);
        with_attributes(&continued.attrs, &jump)
    }

    fn surroundings(&self) -> Surroundings {
        self.raises.set(true);
        Surroundings {
            raise: Some(self.raise.clone()),
            block: self.place.clone(),
            handled: self.handled.clone(),
        }
    }
}
