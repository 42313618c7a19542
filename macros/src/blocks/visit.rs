//! The ways out of a block: one walk over a body finds `?`, `.await`, `return`, `break` and
//! `continue`, and hands those that leave the body to whoever expands it.
//!
//! Closures, `async` blocks and items are left alone, as they have ways of their own. Macro calls
//! are looked into if their tokens are known to be expressions; others must not hide a way out.

mod calls;
mod scan;
mod surroundings;

use std::mem;

use proc_macro2::Span;
use syn::visit_mut::{self, VisitMut};
use syn::{
    Block, Expr, ExprAwait, ExprBreak, ExprCall, ExprContinue, ExprForLoop, ExprMacro, ExprReturn,
    ExprTry, ExprWhile, Item, Label, Lifetime, Stmt, StmtMacro, Token, Type,
};

use crate::errors::Errors;
use crate::spans::is_same_label;

pub(crate) use surroundings::Surroundings;

/// What becomes of each way out. Operands were visited before; what is not overridden stays.
pub(crate) trait Ways {
    /// `value?`
    fn tried(&mut self, tried: ExprTry) -> Expr {
        Expr::Try(tried)
    }

    /// `future.await`
    fn awaited(&mut self, awaited: ExprAwait) -> Expr {
        Expr::Await(awaited)
    }

    /// `future.await` among the arguments of somebody else's macro, which may put it into an
    /// `async` block: no place to leave the body from.
    fn awaited_by_a_stranger(&mut self, awaited: ExprAwait) -> Expr {
        Expr::Await(awaited)
    }

    /// `return value`
    fn returned(&mut self, returned: ExprReturn) -> Expr {
        Expr::Return(returned)
    }

    /// A `break` out of the body.
    fn broken(&mut self, broken: ExprBreak) -> Expr {
        Expr::Break(broken)
    }

    /// A `continue` of a loop around the body.
    fn continued(&mut self, continued: ExprContinue) -> Expr {
        Expr::Continue(continued)
    }

    /// A macro call that stands in `blocks`, the names of the block macros between it and the
    /// body, outermost first; returns what replaces it, if something does.
    fn called(
        &mut self,
        _call: &ExprMacro,
        _blocks: &[String],
        _errors: &mut Errors,
    ) -> Option<Expr> {
        None
    }

    /// A call of a function, as in `path::function(value)`.
    fn function_called(&mut self, _call: &ExprCall, _errors: &mut Errors) {}

    /// A closure or an `async` block, which is not walked into.
    fn left_alone(&mut self, _expr: &mut Expr) {}

    /// Whether a macro that nobody can look into may hide a way out.
    fn may_be_hidden(&self) -> bool {
        false
    }

    /// What the macros of ours in the body have to know of it.
    fn surroundings(&self) -> Surroundings {
        Surroundings::default()
    }
}

/// Rewrites the ways out of a body.
pub(crate) fn rewrite(body: &mut Expr, ways: &mut dyn Ways, errors: &mut Errors) {
    Visitor::new(ways, errors).visit_expr_mut(body);
}

/// [`rewrite`] for the block of a function.
pub(crate) fn rewrite_block(body: &mut Block, ways: &mut dyn Ways, errors: &mut Errors) {
    Visitor::new(ways, errors).visit_block_mut(body);
}

/// What stands in the parentheses of an operand, as in `(&task).await`: where it becomes an argument,
/// the compiler would warn of them, and advise to write what means something else.
pub(crate) fn unwrapped(operand: Expr) -> Expr {
    match operand {
        Expr::Paren(paren) if paren.attrs.is_empty() => *paren.expr,
        operand => operand,
    }
}

/// A loop, or a block with a label, around the place of the walk.
struct Scope {
    label: Option<Lifetime>,
    kind: Kind,
    /// The label is ours: a way out of an inner block macro needs one.
    is_lent: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Loop,
    /// The body of an inner `async_for!`, which sees to its own jumps.
    InnerLoop,
    Block,
}

struct Visitor<'a> {
    ways: &'a mut dyn Ways,
    errors: &'a mut Errors,
    scopes: Vec<Scope>,
    /// How many of the scopes are outside of the innermost block macro.
    outer_scopes: usize,
    /// The block macros around the place of the walk: they see to `?` and `.await` themselves.
    blocks: Vec<String>,
    /// The place is in a macro of somebody else.
    is_strange: bool,
    lent_labels: usize,
}

impl<'a> Visitor<'a> {
    fn new(ways: &'a mut dyn Ways, errors: &'a mut Errors) -> Self {
        Self {
            ways,
            errors,
            scopes: Vec::new(),
            outer_scopes: 0,
            blocks: Vec::new(),
            is_strange: false,
            lent_labels: 0,
        }
    }

    /// Walks a loop or a labelled block; returns its label afterwards.
    fn scope(
        &mut self,
        label: Option<Label>,
        kind: Kind,
        walk: impl FnOnce(&mut Self),
    ) -> Option<Label> {
        let name = label.as_ref().map(|label| label.name.clone());
        self.scopes.push(Scope { label: name, kind, is_lent: false });
        walk(self);
        let lent = self.scopes.pop().filter(|scope| scope.is_lent).and_then(|scope| scope.label);
        let with_colon = |name| Label { name, colon_token: Token![:](Span::mixed_site()) };
        label.or_else(|| lent.map(with_colon))
    }

    /// Whether a jump to `label` stays in the body. One without a label that crosses an inner block
    /// macro gets one.
    fn stays(&mut self, label: &mut Option<Lifetime>) -> bool {
        if let Some(label) = label {
            let mut labels = self.scopes.iter().filter_map(|scope| scope.label.as_ref());
            return labels.any(|it| is_same_label(it, label));
        }
        let Some(nearest) = self.scopes.iter().rposition(|scope| scope.kind != Kind::Block) else {
            return false;
        };
        if nearest >= self.outer_scopes || self.scopes[nearest].kind == Kind::InnerLoop {
            return true;
        }
        let scope = &mut self.scopes[nearest];
        if scope.label.is_none() {
            let name = format!("'__loop_{}", self.lent_labels);
            self.lent_labels += 1;
            scope.is_lent = true;
            scope.label = Some(Lifetime::new(&name, Span::mixed_site()));
        }
        label.clone_from(&scope.label);
        true
    }

    /// Replaces an expression whose operands were visited.
    fn leave(&mut self, way: Expr) -> Expr {
        match way {
            Expr::Try(tried) if self.blocks.is_empty() => self.ways.tried(tried),
            Expr::Await(awaited) if self.blocks.is_empty() && self.is_strange => {
                self.ways.awaited_by_a_stranger(awaited)
            }
            Expr::Await(awaited) if self.blocks.is_empty() => self.ways.awaited(awaited),
            Expr::Return(returned) if self.is_strange => Expr::Return(returned),
            Expr::Return(returned) => self.ways.returned(returned),
            Expr::Break(mut broken) => match self.stays(&mut broken.label) {
                true => Expr::Break(broken),
                false => self.ways.broken(broken),
            },
            Expr::Continue(mut continued) => match self.stays(&mut continued.label) {
                true => Expr::Continue(continued),
                false => self.ways.continued(continued),
            },
            other => other,
        }
    }

    fn while_loop(&mut self, looped: &mut ExprWhile) {
        let label = looped.label.take();
        looped.label = self.scope(label, Kind::Loop, |this| {
            this.visit_expr_mut(&mut looped.cond);
            this.visit_block_mut(&mut looped.body);
        });
    }

    /// The iterator is made outside of the loop.
    fn for_loop(&mut self, looped: &mut ExprForLoop) {
        self.visit_expr_mut(&mut looped.expr);
        let label = looped.label.take();
        looped.label = self.scope(label, Kind::Loop, |this| this.visit_block_mut(&mut looped.body));
    }
}

impl VisitMut for Visitor<'_> {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        match expr {
            Expr::Closure(_) | Expr::Async(_) => self.ways.left_alone(expr),
            Expr::Const(_) => {}
            Expr::Loop(looped) => {
                let label = looped.label.take();
                looped.label =
                    self.scope(label, Kind::Loop, |this| this.visit_block_mut(&mut looped.body));
            }
            Expr::While(looped) => self.while_loop(looped),
            Expr::ForLoop(looped) => self.for_loop(looped),
            Expr::Block(block) if block.label.is_some() => {
                let label = block.label.take();
                block.label =
                    self.scope(label, Kind::Block, |this| this.visit_block_mut(&mut block.block));
            }
            Expr::Macro(call) => {
                if let Some(replacement) = self.call(call) {
                    *expr = replacement;
                }
            }
            Expr::Try(_)
            | Expr::Await(_)
            | Expr::Return(_)
            | Expr::Break(_)
            | Expr::Continue(_) => {
                visit_mut::visit_expr_mut(self, expr);
                let way = mem::replace(expr, Expr::PLACEHOLDER);
                *expr = self.leave(way);
            }
            Expr::Call(call) => {
                // What somebody else's macro runs may run in a thread.
                if !self.is_strange {
                    self.ways.function_called(call, self.errors);
                }
                visit_mut::visit_expr_mut(self, expr);
            }
            _ => visit_mut::visit_expr_mut(self, expr),
        }
    }

    fn visit_stmt_mut(&mut self, stmt: &mut Stmt) {
        let Stmt::Macro(StmtMacro { attrs, mac, semi_token }) = stmt else {
            return visit_mut::visit_stmt_mut(self, stmt);
        };
        let mut call = ExprMacro { attrs: mem::take(attrs), mac: mac.clone() };
        match self.call(&mut call) {
            Some(replacement) => *stmt = Stmt::Expr(replacement, *semi_token),
            None => (*attrs, *mac) = (call.attrs, call.mac),
        }
    }

    // What is not run where it stands.
    fn visit_item_mut(&mut self, _: &mut Item) {}
    fn visit_type_mut(&mut self, _: &mut Type) {}
}
