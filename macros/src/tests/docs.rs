//! What the documentation says of each macro is so: its signature in Python, the macros' forms, and
//! their expansions.

use proc_macro2::TokenStream;

use crate::tests::coroutines::{coroutine, generator};
use crate::tests::{CALLS, call, check_errors, main, pretty, test, tokens};

/// The documentation of the function-like macros; packages are built without it.
const FRONT_DOORS: &str = concat!(
    include_str!("../../../runtime/src/macros.rs"),
    include_str!("../../../runtime/src/macros/blocks.rs")
);
const ATTRIBUTES: &str = include_str!("../lib.rs");

/// What a macro is in Python.
const PYTHON: [(&str, &str); 13] = [
    ("gather!", "asyncio.gather(*coros_or_futures, return_exceptions=False)"),
    ("wait_for!", "asyncio.wait_for(fut, timeout)"),
    ("wait!", "asyncio.wait(fs, *, timeout=None, return_when=ALL_COMPLETED)"),
    ("as_completed!", "asyncio.as_completed(fs, *, timeout=None)"),
    ("shield!", "asyncio.shield(arg)"),
    ("create_task!", "asyncio.create_task(coro, *, name=None, context=None, eager_start=None)"),
    ("run!", "asyncio.run(main, *, debug=None, loop_factory=None)"),
    ("raise!", "raise exception from cause"),
    ("timeout!", "async with asyncio.timeout(delay) as t: body"),
    ("task_group!", "async with asyncio.TaskGroup() as g: body"),
    ("async_with!", "async with manager as name: body"),
    ("async_for!", "async for item in iterable: body else_"),
    ("try_except!", "try: body except: … else_ finally"),
];

/// The documentation above an item, without its slashes.
fn docs_of(source: &str, item: &str) -> String {
    let before = source.split(item).next().expect("a split has a first part");
    assert!(before.len() < source.len(), "there is no {item}");
    let lines: Vec<&str> = before
        .lines()
        .rev()
        .skip_while(|line| line.starts_with("#["))
        .take_while(|line| line.starts_with("///"))
        .collect();
    let lines = lines.iter().rev().map(|line| line[3..].strip_prefix(' ').unwrap_or(&line[3..]));
    lines.collect::<Vec<_>>().join("\n")
}

fn docs_of_call(macro_name: &str) -> String {
    let name = macro_name.trim_end_matches('!');
    docs_of(FRONT_DOORS, &format!("macro_rules! {name} {{"))
}

/// The blocks of code under `# Expansion`.
fn expansions(docs: &str) -> Vec<&str> {
    let (_, section) = docs.split_once("# Expansion\n").expect("there is a section on it");
    section.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect()
}

#[test]
fn each_macro_shows_what_it_is_in_python() {
    for (signature, _) in CALLS {
        let docs = docs_of_call(signature.macro_name);
        let (_, python) = PYTHON
            .iter()
            .find(|(name, _)| *name == signature.macro_name)
            .expect("the macro has a signature in Python");
        assert!(docs.contains(&format!("Python's `{python}`:")), "{}", signature.macro_name);
        let names = signature.parameters.iter().map(|parameter| parameter.name);
        for name in names {
            assert!(python.contains(name), "{python} has no {name}");
        }
    }
}

#[test]
fn each_macro_has_its_sections() {
    for (signature, _) in CALLS {
        let docs = docs_of_call(signature.macro_name);
        for part in ["| Python | Rust |", "# Errors", "# Expansion", "\n```\n"] {
            assert!(docs.contains(part), "{} has no {part}", signature.macro_name);
        }
        for parameter in signature.parameters.iter().filter(|parameter| parameter.is_option()) {
            let shown = format!("{} = ", parameter.name);
            assert!(docs.contains(&shown), "{} does not show {shown}", signature.macro_name);
        }
    }
}

#[test]
fn the_expansions_of_calls_are_those_shown() {
    for (signature, _) in CALLS {
        let docs = docs_of_call(signature.macro_name);
        for block in expansions(&docs) {
            let (source, expansion) =
                block.split_once("\n\n").expect("a call, and what it becomes");
            let output = call(source);
            check_errors(output.clone(), "");
            assert_eq!(
                pretty(in_an_async_function(plain(&short(output)))),
                pretty(in_an_async_function(tokens(expansion)))
            );
        }
    }
}

#[test]
fn the_expansions_of_attributes_are_those_shown() {
    let shown = |item: &str| {
        let docs = docs_of(ATTRIBUTES, item);
        let blocks = expansions(&docs);
        let body = blocks.first().expect("there is an expansion").replace('…', "Ok(())");
        pretty(tokens(&body))
    };
    assert_eq!(
        pretty(short(main("debug = true", "async fn main() -> asyncio::Result<()> { Ok(()) }"))),
        shown("pub fn main(")
    );
    assert_eq!(
        pretty(short(test("timeout = 5", "async fn works() -> asyncio::Result<()> { Ok(()) }"))),
        shown("pub fn test(")
    );
    assert_eq!(
        pretty(short(coroutine("", "async fn work(n: u32) -> asyncio::Result<()> { Ok(()) }"))),
        shown("pub fn coroutine(")
    );
    assert_eq!(
        pretty(short(generator("", "async fn numbers() -> AsyncGenerator<u32> { yield_!(1)?; }"))),
        shown("pub fn generator(")
    );
}

#[test]
fn the_attributes_show_their_options() {
    for (signature, item) in [
        (&crate::arguments::table::MAIN, "pub fn main("),
        (&crate::arguments::table::TEST, "pub fn test("),
        (&crate::arguments::table::COROUTINE, "pub fn coroutine("),
        (&crate::arguments::table::GENERATOR, "pub fn generator("),
    ] {
        let docs = docs_of(ATTRIBUTES, item);
        for parameter in signature.parameters {
            let row = format!("| `{}` |", parameter.name);
            assert!(docs.contains(&row), "{} has no row {row}", signature.macro_name);
        }
    }
}

/// The code as people write it, without the colons that make a path absolute.
fn short(output: TokenStream) -> TokenStream {
    tokens(
        &output
            .to_string()
            .replace(":: asyncio ::", "asyncio ::")
            .replace(":: std ::", "std ::")
            .replace(":: core :: prelude :: v1 :: test", "test"),
    )
}

/// The code with plain names; those of expansions are hidden by their spans as well.
fn plain(output: &TokenStream) -> TokenStream {
    let kept = output.to_string().replace("__private", "private");
    tokens(&kept.replace("__", "").replace(":: private", ":: __private"))
}

fn in_an_async_function(expression: TokenStream) -> TokenStream {
    quote::quote!(async fn f() { #expression })
}
