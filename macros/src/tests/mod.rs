//! Tests that need no compiler: the text and the place of every error, and the code that comes out.

mod attributes;
mod blocks;
mod collector;
mod coroutines;
mod docs;
mod expressions;
mod fragments;
mod options;
mod raise;
mod random;
mod syntax;
mod values;
mod visitor;

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use syn::LitStr;

use crate::arguments::signature::Signature;
use crate::arguments::table::{
    AS_COMPLETED, ASYNC_FOR, ASYNC_WITH, CREATE_TASK, GATHER, RAISE, RUN, SHIELD, TASK_GROUP,
    TIMEOUT, TRY_EXCEPT, WAIT, WAIT_FOR,
};
use crate::blocks::{async_for, try_except, with};
use crate::calls::Expand;
use crate::entry::Entry;
use crate::tests::coroutines::{coroutine, generator};
use crate::{calls, entry};

/// The function-like macros.
const CALLS: [(&Signature, Expand); 13] = [
    (&GATHER, calls::gather::expand),
    (&WAIT_FOR, calls::plain),
    (&WAIT, calls::plain),
    (&AS_COMPLETED, calls::plain),
    (&SHIELD, calls::plain),
    (&CREATE_TASK, calls::plain),
    (&RUN, calls::plain),
    (&RAISE, calls::raise::expand),
    (&TIMEOUT, with::timeout),
    (&TASK_GROUP, with::task_group),
    (&ASYNC_WITH, with::async_with),
    (&ASYNC_FOR, async_for::expand),
    (&TRY_EXCEPT, try_except::expand),
];

/// Expands a call, such as `gather!(a())`.
#[track_caller]
fn call(source: &str) -> TokenStream {
    let (name, arguments) = source.split_once('(').expect("a call has parentheses");
    let arguments = arguments.strip_suffix(')').expect("a call ends with a parenthesis");
    let found = CALLS.iter().find(|(signature, _)| signature.macro_name == name);
    let (signature, expand) = found.expect("there is a macro of this name");
    calls::call(signature, *expand, behind_front_door(arguments))
}

fn gather(arguments: &str) -> TokenStream {
    call(&format!("gather!({arguments})"))
}

fn wait_for(arguments: &str) -> TokenStream {
    call(&format!("wait_for!({arguments})"))
}

fn main(options: &str, item: &str) -> TokenStream {
    entry::attribute(Entry::Main, tokens(options), tokens(item))
}

fn test(options: &str, item: &str) -> TokenStream {
    entry::attribute(Entry::Test, tokens(options), tokens(item))
}

/// The caller's `#![forbid(unsafe_code)]` does not see into expansions, so this has to.
#[test]
fn expansions_hold_no_unsafe_code() {
    for output in [
        gather("a, b, return_exceptions = true"),
        gather("..a"),
        gather("a b, c = 1"),
        wait_for("a, 1"),
        call("wait!(a, timeout = 1, return_when = b)"),
        call("as_completed!(..a, timeout = 1)"),
        call("shield!(a)"),
        call("create_task!(a, name = b, context = c, eager_start = d)"),
        call("run!(a, debug = true, loop_factory = b)"),
        call("raise!(a, from = b)"),
        call("timeout!(1, |t| { a.await?; return b })"),
        call("task_group!(|g| { break; })"),
        call("async_with!(a, { continue 'a })"),
        call("async_for!(a, |b| { break; }, else_ = { return })"),
        call("try_except!({ a? }, |e: A| b, |e: BaseException| {}, else_ = { c }, finally = {})"),
        call("try_except!({ a? }, *|e: A| b)"),
        main("debug = true", "async fn main() {}"),
        main("", "async fn other<T>(a: T, (b, c): (u8, u8)) -> u8 { a }"),
        main("", "async unsafe fn main(a: u8) {}"),
        test("timeout = 1", "async fn works() {}"),
        coroutine("", "async fn f(a: A) -> R { a.await?; b }"),
        generator("", "async fn f(a: A) -> AsyncGenerator<Y> { yield_!(a.await?)?; return; }"),
    ] {
        let text = output.to_string();
        let code = text.split("compile_error").next().unwrap_or_default();
        assert!(!code.contains("unsafe"), "{text}");
    }
}

/// What the front door in the runtime makes of a call.
fn behind_front_door(arguments: &str) -> TokenStream {
    let mut input = tokens("(::asyncio)");
    input.extend(tokens(arguments));
    input
}

fn tokens(source: &str) -> TokenStream {
    source.parse().expect("a test's source has balanced delimiters")
}

/// Compares the errors in an output: a line for each, the code it points at and its message.
#[track_caller]
fn check_errors(output: TokenStream, expected: &str) {
    let mut found = Vec::new();
    collect_errors(output, &mut found);
    let expected: Vec<&str> =
        expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(found, expected);
}

/// Compares the code of an output that has no errors.
#[track_caller]
fn check_expansion(output: TokenStream, expected: &str) {
    check_errors(output.clone(), "");
    assert_eq!(pretty(output), pretty(tokens(expected)));
}

/// Compares the errors in an output, and the item that stands before them.
#[track_caller]
fn check_item(output: TokenStream, errors: &str, item: &str) {
    check_errors(output.clone(), errors);
    let item = pretty(tokens(item));
    let output = pretty(output);
    assert!(output.starts_with(&item), "{output}does not begin with\n{item}");
}

/// Compares an expansion in the place of an expression.
#[track_caller]
fn check_expression(output: TokenStream, expected: &str) {
    check_expansion(in_a_function(output), &in_a_function(tokens(expected)).to_string());
}

/// Compares an expansion with the code in which the path of `__private` is left out.
#[track_caller]
fn check_call(output: TokenStream, expected: &str) {
    check_errors(output.clone(), "");
    let private = ":: asyncio :: __private ::";
    assert_eq!(
        pretty(tokens(&in_a_function(output).to_string().replace(private, ""))),
        pretty(in_a_function(tokens(expected)))
    );
}

fn in_a_function(expression: TokenStream) -> TokenStream {
    quote::quote!(fn f() { #expression })
}

fn pretty(items: TokenStream) -> String {
    let text = items.to_string();
    let file = syn::parse2(items).unwrap_or_else(|error| panic!("{error} in {text}"));
    prettyplease::unparse(&file)
}

fn collect_errors(output: TokenStream, found: &mut Vec<String>) {
    let output: Vec<TokenTree> = output.into_iter().collect();
    for (index, token) in output.iter().enumerate() {
        match token {
            TokenTree::Ident(name) if name == "compile_error" => {
                let Some(TokenTree::Group(message)) = output.get(index + 2) else {
                    panic!("a compile_error without a message");
                };
                found.push(format!(
                    "`{}`: {}",
                    pointed_at(name.span(), message.span()),
                    text(message)
                ));
            }
            TokenTree::Group(group) => collect_errors(group.stream(), found),
            _ => {}
        }
    }
}

fn text(message: &Group) -> String {
    let text: LitStr = syn::parse2(message.stream()).expect("a message is a string");
    text.value()
}

/// The code from the start of an error's span to its end.
fn pointed_at(start: Span, end: Span) -> String {
    start
        .join(end)
        .and_then(|span| span.source_text())
        .unwrap_or_else(|| "the whole call".to_owned())
}
