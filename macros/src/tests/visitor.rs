//! The walk over a body: which ways out leave it, and what stays as it was.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::{
    Block, Expr, ExprAwait, ExprBreak, ExprContinue, ExprMacro, ExprReturn, ExprTry, Lifetime,
};

use crate::blocks::visit::{Surroundings, Ways, rewrite, rewrite_block};
use crate::errors::Errors;
use crate::tests::{check_errors, tokens};

/// Marks each way out with a call.
struct Marked {
    surroundings: Surroundings,
    yields: Vec<String>,
}

impl Ways for Marked {
    fn tried(&mut self, ExprTry { expr, .. }: ExprTry) -> Expr {
        Expr::Verbatim(quote!(tried(#expr)))
    }

    fn awaited(&mut self, ExprAwait { base, .. }: ExprAwait) -> Expr {
        Expr::Verbatim(quote!(awaited(#base)))
    }

    fn returned(&mut self, ExprReturn { expr, .. }: ExprReturn) -> Expr {
        Expr::Verbatim(quote!(returned(#expr)))
    }

    fn broken(&mut self, ExprBreak { label, expr, .. }: ExprBreak) -> Expr {
        let label = label.map(|label| label.ident);
        Expr::Verbatim(quote!(broken(#label; #expr)))
    }

    fn continued(&mut self, ExprContinue { label, .. }: ExprContinue) -> Expr {
        let label = label.map(|label| label.ident);
        Expr::Verbatim(quote!(continued(#label)))
    }

    fn called(&mut self, call: &ExprMacro, blocks: &[String], _: &mut Errors) -> Option<Expr> {
        let is_yield = call.mac.path.is_ident("yield_");
        is_yield.then(|| {
            self.yields.push(blocks.join(" "));
            let value = &call.mac.tokens;
            Expr::Verbatim(quote!(yielded(#value)))
        })
    }

    fn surroundings(&self) -> Surroundings {
        self.surroundings.clone()
    }
}

fn walk(body: &str, surroundings: Surroundings) -> (String, TokenStream, Vec<String>) {
    let mut body: Expr = syn::parse2(tokens(body)).expect("a body is an expression");
    let mut errors = Errors::new();
    let mut marked = Marked { surroundings, yields: Vec::new() };
    rewrite(&mut body, &mut marked, &mut errors);
    let errors = errors.check().err().map(|error| error.into_compile_error()).unwrap_or_default();
    (quote!(#body).to_string(), errors, marked.yields)
}

/// Walks over the statements of a block, and compares what they become.
#[track_caller]
fn check(body: &str, expected: &str) {
    let (found, errors, _) = walk(&format!("{{ {body} }}"), Surroundings::default());
    check_errors(errors, "");
    assert_same(&found, &format!("{{ {expected} }}"));
}

/// Compares code as text, in which spaces do not count.
#[track_caller]
fn assert_same(found: &str, expected: &str) {
    let packed = |code: &str| code.split_whitespace().collect::<String>();
    assert_eq!(packed(found), packed(expected), "{found}");
}

#[track_caller]
fn check_unchanged(body: &str) {
    check(body, body);
}

#[track_caller]
fn check_refused(body: &str, expected: &str) {
    let (_, errors, _) = walk(&format!("{{ {body} }}"), Surroundings::default());
    check_errors(errors, expected);
}

#[test]
fn each_way_out_is_found() {
    check(
        "a?; b.await; return c; break d; continue;",
        "tried(a); awaited(b); returned(c); broken(; d); continued();",
    );
    check("a().await?.b()?", "tried(tried(awaited(a())).b())");
    check("return a?;", "returned(tried(a));");
    check("break 'x a.await;", "broken(x; awaited(a));");
    check("let Some(a) = b else { return };", "let Some(a) = b else { returned() };");
    check("if let Some(a) = b? && c.await {}", "if let Some(a) = tried(b) && awaited(c) {}");
    check("match a { b if c? => d?, _ => {} }", "match a { b if tried(c) => tried(d), _ => {} }");
    check("unsafe { a? }", "unsafe { tried(a) }");
}

#[test]
fn jumps_within_the_body_stay() {
    check_unchanged("loop { break; continue; break a; }");
    check_unchanged("while a { break; }");
    check_unchanged("for a in b { continue; }");
    check_unchanged("'x: loop { loop { break 'x; } continue 'x }");
    check_unchanged("'x: { if a { break 'x b; } }");
    check("'x: { if a { break 'y b; } }", "'x: { if a { broken(y; b); } }");
    check("'x: { break; }", "'x: { broken(;); }");
    check("loop { return a?; }", "loop { returned(tried(a)); }");
    check("'x: loop {} break 'x;", "'x: loop {} broken(x;);");
    check("for a in { break b } {}", "for a in { broken(; b) } {}");
    check_unchanged("while { break } {}");
}

#[test]
fn what_has_ways_of_its_own_is_left_alone() {
    check_unchanged("|| { a?; return b; };");
    check_unchanged("async move || a.await?;");
    check_unchanged("async { a.await?; return b };");
    check_unchanged("async move { a.await? };");
    check_unchanged("const { loop { break } };");
    check_unchanged("fn a() { return b? }");
    check_unchanged("const A: [u8; { loop { break 3 } }] = b;");
    check("a(|| b?)?;", "tried(a(|| b?));");
}

#[test]
fn macros_of_std_are_looked_into() {
    check("println!(\"{}\", a?);", "println!(\"{}\", tried(a));");
    check("format!(\"{b}\", b = a.await)", "format!(\"{b}\", b = awaited(a))");
    check("vec![a?; b?]", "vec![tried(a); tried(b)]");
    check("std::assert_eq!(a?, b);", "std::assert_eq!(tried(a), b);");
    check("matches!(a?, Some(1..) if b)", "matches!(tried(a), Some(1..) if b)");
    check_unchanged("vec![1; 2];");
    check_unchanged("println!();");
    check("a(&format!(\"{}\", b.await?))", "a(&format!(\"{}\", tried(awaited(b))))");
}

#[test]
fn other_macros_hide_no_way_out() {
    let end = "leaves the block unseen: bind the value with `let` before";
    check_refused("select!(a? => b)", &format!("`?`: `?` in `select!` {end} `select!`"));
    check_refused("tokio::join!(a.await)", &format!("`await`: `.await` in `join!` {end} `join!`"));
    check_refused("x!({ [return] });", &format!("`return`: `return` in `x!` {end} `x!`"));
    check_refused("x!(break);", &format!("`break`: `break` in `x!` {end} `x!`"));
    check_refused("x!(a continue);", &format!("`continue`: `continue` in `x!` {end} `x!`"));
    check_refused("matches!(a, b if c?);", &format!("`?`: `?` in `matches!` {end} `matches!`"));
    check_refused("println!(a => b?)", &format!("`?`: `?` in `println!` {end} `println!`"));
    check_unchanged("x!(a => b, await, \"?\", ?Sized, async { a.await? }, async move { return });");
}

#[test]
fn macros_that_return_are_refused() {
    let message = "returns from the function, and no arm or exit would see the error: write";
    check_refused("bail!(\"a\")", &format!("`bail`: `bail!` {message} `raise!(error)`"));
    check_refused(
        "anyhow::ensure!(a, \"b\");",
        &format!("`ensure`: `ensure!` {message} `if !condition {{ raise!(error) }}`"),
    );
    check_unchanged("async { bail!(a) }; || bail!(a); timeout!(1, { bail!(a) });");
}

#[test]
fn our_calls_are_looked_into() {
    check("gather!(a?, ..b.await, c = d?)", "gather!(tried(a), ..awaited(b), c = tried(d))");
    check("asyncio::wait_for!(a(b?), 1)", "asyncio::wait_for!(a(tried(b)), 1)");
    check("raise!(a?, from = b)", "raise!(tried(a), from = b)");
    check_unchanged("gather!(async { a? }, || b?)");
    // What is wrong with the arguments the macro says itself.
    check_unchanged("gather!(a? b?)");
}

#[test]
fn an_inner_block_sees_to_its_own_errors() {
    check("timeout!(a?, { b.await?; })", "timeout!(tried(a), { b.await?; })");
    check("timeout!(1, |t| { return t?; })", "timeout!(1, |t| { returned(t?); })");
    check("async_with!(a.await, |b| b.await?)", "async_with!(awaited(a), |b| b.await?)");
    check(
        "try_except!({ a?; return b; }, |e: E| { return c?; }, *|e: E| return, finally = { return })",
        "try_except!({ a?; returned(b); }, |e: E| { returned(c?); }, *|e: E| returned(), \
         finally = { returned() })",
    );
    check("task_group!(|g| { x!(a?) })", "task_group!(|g| { x!(a?) })");
    check(
        "timeout!(1, { timeout!(a?, { return }) })",
        "timeout!(1, { timeout!(a?, { returned() }) })",
    );
}

#[test]
fn jumps_out_of_an_inner_block_have_a_label() {
    check("timeout!(1, { break; })", "timeout!(1, { broken(;); })");
    check("timeout!(1, { loop { break } })", "timeout!(1, { loop { break } })");
    check(
        "loop { timeout!(1, { break; }); }",
        "'__loop_0: loop { timeout!(1, { break '__loop_0; }); }",
    );
    check(
        "loop { for a in b { timeout!(1, { continue; }); task_group!({ break; }); } break; }",
        "loop { '__loop_0: for a in b { timeout!(1, { continue '__loop_0; }); \
         task_group!({ break '__loop_0; }); } break; }",
    );
    check(
        "'x: while a { timeout!(1, { break; break 'x; break 'y }); }",
        "'x: while a { timeout!(1, { break 'x; break 'x; broken(y;) }); }",
    );
    check("async_for!(a?, |b| { break; })", "async_for!(tried(a), |b| { break; })");
    check("async_for!(a, |b| b, else_ = { break })", "async_for!(a, |b| b, else_ = { broken(;) })");
    check(
        "async_for!(a, |b| { timeout!(1, { continue; }); })",
        "async_for!(a, |b| { timeout!(1, { continue; }); })",
    );
}

fn told() -> Surroundings {
    Surroundings {
        raise: Some(Lifetime::new("'r", Span::call_site())),
        block: Some(format_ident!("b")),
        handled: Some(format_ident!("h")),
    }
}

#[track_caller]
fn check_told(body: &str, expected: &str) {
    assert_same(&walk(body, told()).0, expected);
}

#[test]
fn our_macros_are_told_where_they_stand() {
    check_told("raise!(a)", "raise!(@raise('r) @block(b) @handled(h) a)");
    check_told("timeout!(1, {})", "timeout!(@raise('r) @block(b) @handled(h) 1, {})");
    check_told("gather!(a)", "gather!(a)");
    // The nearest macro says it, and only what another has not said.
    check_told(
        "timeout!(1, { raise!(a) })",
        "timeout!(@raise('r) @block(b) @handled(h) 1, { raise!(@handled(h) a) })",
    );
    check_told("raise!(@handled(other))", "raise!(@raise('r) @block(b) @handled(h))");
    check_told("{ raise!(); }", "{ raise!(@raise('r) @block(b) @handled(h)); }");
}

#[test]
fn what_was_told_is_read_again() {
    let (found, rest) =
        Surroundings::take(tokens("@raise('a) @raise('b) @block(c) d, @handled(e)"));
    assert_eq!(found.raise.map(|label| label.to_string()).as_deref(), Some("'a"));
    assert_eq!(found.block.map(|block| block.to_string()).as_deref(), Some("c"));
    assert!(found.handled.is_none());
    assert_same(&rest.to_string(), "d, @handled(e)");
    for other in ["@", "@raise", "@raise(1) a", "@other('a) a", "a, b"] {
        assert_eq!(Surroundings::take(tokens(other)).1.to_string(), tokens(other).to_string());
    }
}

#[test]
fn a_call_may_be_replaced() {
    let body = "{ yield_!(a?)?; timeout!(1, { try_except!({ yield_!(b); }); }); }";
    let (found, _, blocks) = walk(body, Surroundings::default());
    let expected = "{ tried(yielded(tried(a))); timeout!(1, { try_except!({ yielded(b); }); }); }";
    assert_same(&found, expected);
    assert_eq!(blocks, ["", "timeout try_except"]);
}

#[test]
fn a_function_is_walked_too() {
    let mut body: Block = syn::parse2(tokens("{ a.await?; b }")).expect("it is a block");
    let mut errors = Errors::new();
    let mut marked = Marked { surroundings: Surroundings::default(), yields: Vec::new() };
    rewrite_block(&mut body, &mut marked, &mut errors);
    errors.check().expect("nothing is wrong");
    assert_eq!(quote!(#body).to_string(), tokens("{ tried(awaited(a)); b }").to_string());
}
