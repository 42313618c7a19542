//! `#[asyncio::coroutine]` and `#[asyncio::generator]`: what they expand to, and what they ask of a
//! function and its body.

use proc_macro2::TokenStream;
use quote::quote;

use crate::coroutines::{self, Kind, yields};
use crate::tests::{behind_front_door, check_errors, check_expansion, check_item, tokens};

pub(super) fn coroutine(options: &str, item: &str) -> TokenStream {
    coroutines::attribute(Kind::Coroutine, tokens(options), tokens(item))
}

pub(super) fn generator(options: &str, item: &str) -> TokenStream {
    coroutines::attribute(Kind::Generator, tokens(options), tokens(item))
}

/// The mistakes in the body of a coroutine.
#[track_caller]
fn check_body(body: &str, expected: &str) {
    check_errors(coroutine("", &format!("async fn f() -> R {{ {body} }}")), expected);
}

/// The mistakes in the body of a generator.
#[track_caller]
fn check_yields(body: &str, expected: &str) {
    check_errors(
        generator("", &format!("async fn f() -> AsyncGenerator<Y> {{ {body} }}")),
        expected,
    );
}

#[test]
fn a_coroutine_takes_all_its_arguments_over() {
    check_expansion(
        coroutine(
            "crate = ::aio",
            "/// Docs.
            pub async fn f<T: U>(&self, mut a: &T, (b, _): (u8, u8), _: X) -> R { #![allow(x)] a }",
        ),
        "/// Docs.
        #[allow(refining_impl_trait)]
        pub fn f<T: U>(&self, a: &T, parameter_2: (u8, u8), parameter_3: X)
            -> ::aio::Coroutine<impl ::core::future::Future<Output = R>>
        {
            #![allow(x)]
            use ::aio::__private as __asyncio;
            let __asyncio_unstarted = __asyncio::unstarted(|| {});
            __asyncio::coroutine(async move {
                __asyncio_unstarted.start();
                if let __asyncio::Some(output) = __asyncio::None::<R> { return output; }
                let _ = &self;
                #[allow(clippy::no_effect_underscore_binding, clippy::shadow_reuse, clippy::shadow_same, clippy::used_underscore_binding)]
                let mut a = a;
                let parameter_2 = parameter_2;
                let (b, _) = parameter_2;
                let parameter_3 = parameter_3;
                let _ = parameter_3;
                { a }
            })
        }",
    );
}

#[test]
fn an_await_is_wrapped() {
    check_expansion(
        coroutine("", "async fn f() -> impl T { a.await }"),
        "#[allow(refining_impl_trait)]
        fn f() -> ::asyncio::Coroutine<impl ::core::future::Future<Output = impl T>> {
            use ::asyncio::__private as __asyncio;
            let __asyncio_unstarted = __asyncio::unstarted(|| {});
            __asyncio::coroutine(async move {
                __asyncio_unstarted.start();
                {
                    (match __asyncio::slot(a) {
                        future => {
                            let mut future = ::core::pin::pin!(future);
                            match __asyncio::cancellable(future.as_mut()).await {
                                __asyncio::Ok(value) => value,
                                __asyncio::Err(error) => {
                                    use __asyncio::{RaisedInPlace as _, RaisedOutOfBody as _};
                                    match (&__asyncio::type_of_output(&future)).raised(error) {
                                        __asyncio::Ok(value) => value,
                                        __asyncio::Err(error) => return __asyncio::err(error),
                                    }
                                }
                            }
                        }
                    })
                }
            })
        }",
    );
}

#[test]
fn what_a_trait_declares_has_no_body() {
    let in_trait = |declared: TokenStream| quote!(trait T { #declared });
    check_expansion(
        in_trait(coroutine("", "async fn f(&self, _: X) -> R;")),
        "trait T {
            fn f(&self, parameter_1: X)
                -> ::asyncio::Coroutine<impl ::core::future::Future<Output = R>>;
        }",
    );
    check_expansion(
        in_trait(generator("", "async fn f(self: Rc<Self>) -> AsyncGenerator<Y>;")),
        "trait T { fn f(self: Rc<Self>) -> AsyncGenerator<Y>; }",
    );
    check_errors(
        coroutine("", "fn f();"),
        "`fn`: a coroutine awaits: write `async fn f`
        `f`: a coroutine can be cancelled, which is an error that it returns: write `-> asyncio::Result<()>`",
    );
}

#[test]
fn an_await_among_the_arguments_of_a_stranger_is_wrapped() {
    let output = coroutine("", "async fn f() -> R { info!(\"{}\", b = a.await?) }").to_string();
    let wrapped = tokens(
        "info!(\"{}\", b = (match __asyncio::slot(a) {
            future => {
                use __asyncio::{AwaitedAsItIs as _, AwaitedInPlace as _};
                let mut future = ::core::pin::pin!(future);
                (&__asyncio::type_of_output(&future)).awaited(future.as_mut()).await
            }
        })?)",
    );
    assert!(output.contains(&wrapped.to_string()), "{output}");
    for untouched in [
        "stringify!(a.await)",
        "select! { a = b.await => c }",
        "spawn!(async { a.await })",
        "in_a_thread!(std::fs::read(a))",
        "some!(b = a . await_,)",
    ] {
        let output = coroutine("", &format!("async fn f() -> R {{ {untouched} }}")).to_string();
        assert!(output.contains(&tokens(untouched).to_string()), "{output}");
    }
    check_body("other!(std::fs::read(a), b.await)", "");
}

#[test]
fn a_generator_yields_through_its_yielder() {
    check_expansion(
        generator("", "async fn f(n: u8) -> AsyncGenerator<Y, S> { yield_!(n)?; return; }"),
        "fn f(n: u8) -> AsyncGenerator<Y, S> {
            use ::asyncio::__private as __asyncio;
            __asyncio::generator(
                move |
                    __asyncio_yielder: <AsyncGenerator<Y, S> as __asyncio::IsGenerator>::Yielder,
                | async move {
                    if let __asyncio::Some(output) = __asyncio::None::<__asyncio::Result<()>> {
                        return output;
                    }
                    #[allow(clippy::no_effect_underscore_binding, clippy::shadow_reuse, clippy::shadow_same, clippy::used_underscore_binding)]
                    let n = n;
                    let _ = &__asyncio_yielder;
                    {
                        { yield_! { @generator } __asyncio_yielder.yield_(n) }.await?;
                        return __asyncio::Ok(());
                    }
                    #[allow(unreachable_code)]
                    return __asyncio::Ok(());
                },
            )
        }",
    );
}

#[test]
fn a_body_that_cannot_be_read_is_left_to_the_compiler() {
    check_errors(coroutine("", "async fn f() -> R { let ; = if }"), "");
    check_errors(generator("", "async fn f() -> AsyncGenerator<Y> { let ; = if }"), "");
}

#[test]
fn a_function_that_is_no_coroutine() {
    check_item(
        coroutine("", "fn f() -> R {}"),
        "`fn`: a coroutine awaits: write `async fn f`",
        "#[allow(refining_impl_trait)]
        fn f() -> ::asyncio::Coroutine<impl ::core::future::Future<Output = R>> {
            use ::asyncio::__private as __asyncio;
            let __asyncio_unstarted = __asyncio::unstarted(|| {});
            __asyncio::coroutine(async move {
                __asyncio_unstarted.start();
                if let __asyncio::Some(output) = __asyncio::None::<R> { return output; }
                {}
            })
        }",
    );
    check_errors(
        coroutine("", "async fn f() {}"),
        "`f`: a coroutine can be cancelled, which is an error that it returns: write `-> asyncio::Result<()>`",
    );
    check_errors(
        coroutine("", "const unsafe fn f() -> R {}"),
        "`fn`: a coroutine awaits: write `async fn f`
        `const`: a coroutine cannot be `const`: leave `const` out
        `unsafe`: a coroutine cannot be `unsafe`: leave `unsafe` out",
    );
    check_item(
        coroutine("", "struct S;"),
        "`struct`: `#[asyncio::coroutine]` goes on a function: write `async fn work() -> asyncio::Result<()> { … }`",
        "struct S;",
    );
    check_errors(
        generator("", "struct S;"),
        "`struct`: `#[asyncio::generator]` goes on a function: write `async fn numbers() -> asyncio::AsyncGenerator<u32> { … }`",
    );
}

#[test]
fn one_attribute_is_enough() {
    check_errors(
        coroutine("", "#[asyncio::coroutine] async fn f() -> R {}"),
        "`#[asyncio::coroutine]`: this is a coroutine already: leave the second attribute out",
    );
    check_errors(
        generator("", "#[coroutine] async fn f() -> AsyncGenerator<Y> {}"),
        "`#[coroutine]`: a function is a coroutine or a generator: leave one attribute out",
    );
    check_errors(
        coroutine("", "#[asyncio::main] async fn main() -> R {}"),
        "`#[asyncio::main]`: `#[asyncio::main]` makes a function that is no coroutine: write the coroutine as another function, and call it in `main`",
    );
    check_errors(
        generator("", "#[asyncio::test] async fn f() -> AsyncGenerator<Y> {}"),
        "`#[asyncio::test]`: `#[asyncio::test]` makes a function that is no generator: write the generator as another function, and call it in the test",
    );
    check_errors(coroutine("", "#[test] #[inline] async fn f() -> R {}"), "");
}

#[test]
fn what_a_generator_returns() {
    check_item(
        generator("", "async fn f() {}"),
        "`f`: a generator says what it gives: write `-> asyncio::AsyncGenerator<u32>`, with the type of its values",
        "#[allow(unused)] fn f() { ::core::unreachable!() }",
    );
    for (output, message) in [
        ("(u8, u8)", "a generator returns itself: "),
        (
            "Result<AsyncGenerator<u8>>",
            "calling a generator cannot fail, for nothing of it runs then: leave `Result` out, and ",
        ),
        ("AsyncIterator<u8>", "here this type has another name: "),
    ] {
        check_errors(
            generator("", &format!("async fn f() -> {output} {{}}")),
            &format!(
                "`{output}`: {message}write `-> asyncio::AsyncGenerator<u32>`, with the type of its values{}",
                if output.starts_with("Result") { "; its errors come out of `anext`" } else { "" }
            ),
        );
    }
    check_errors(
        generator("", "async fn f() -> AsyncGenerator {}"),
        "`AsyncGenerator`: an `AsyncGenerator` of what? Write `AsyncGenerator<u32>`",
    );
    check_errors(generator("", "async fn f() -> my::Numbers {}"), "");
}

#[test]
fn a_generator_owns_its_arguments() {
    const ARGUMENT: &str = "a generator lives on when the call is over, and cannot borrow its arguments: take the value itself";
    const THIS: &str = "a generator lives on when the call is over, and cannot borrow `self`: write `self`, or `self: std::rc::Rc<Self>`";
    for (parameters, expected) in [
        ("a: &str", format!("`&`: {ARGUMENT}")),
        ("a: u8, b: Option<&'a str>", format!("`&'a`: {ARGUMENT}")),
        ("a: (u8, &mut u8)", format!("`&`: {ARGUMENT}")),
        ("&self", format!("`&self`: {THIS}")),
        ("&'a mut self", format!("`&'a mut self`: {THIS}")),
        ("self: &Self", format!("`&`: {THIS}")),
        ("a: &'static str, b: Vec<u8>", String::new()),
        ("self: Rc<Self>", String::new()),
    ] {
        check_errors(
            generator("", &format!("async fn f({parameters}) -> AsyncGenerator<Y> {{}}")),
            &expected,
        );
    }
}

#[test]
fn calls_that_block_are_refused() {
    for (call, instead) in [
        ("std::thread::sleep", "write `asyncio::sleep(seconds).await?`"),
        ("thread::sleep", "write `asyncio::sleep(seconds).await?`"),
        ("std::fs::read", "write `asyncio::to_thread(move || …).await?` around it"),
        ("std::net::TcpStream::connect", "write `asyncio::to_thread(move || …).await?` around it"),
        ("io::stdin", "write `asyncio::to_thread(move || …).await?` around it"),
        ("reqwest::blocking::get", "write `asyncio::to_thread(move || …).await?` around it"),
        ("std::thread::park", "write `event.wait().await?`, of an `asyncio::Event`"),
        ("asyncio::run", "write `work().await?`, as the loop is running already"),
        ("block_on", "write `future.await`, as the loop is running already"),
        ("executor::block_on", "write `future.await`, as the loop is running already"),
    ] {
        let expected = format!(
            "`{call}`: `{call}` blocks the whole loop: {instead}, or permit it with `allow_blocking = true`"
        );
        check_body(&format!("loop {{ gather!({call}(a)).await?; }}"), &expected);
        check_errors(
            coroutine("allow_blocking = true", &format!("async fn f() -> R {{ {call}(a) }}")),
            "",
        );
        check_yields(&format!("yield_!({call}(a))?;"), &expected);
    }
    check_body("to_thread(|| std::fs::read(a)).await?", "");
    check_body("std::fs::OpenOptions::new()", "");
    check_body("std::net::SocketAddr::new(a, b)", "");
    check_body("tokio::fs::read(a).await", "");
    check_body("fn inner() { std::fs::read(a); }", "");
}

#[test]
fn a_generator_ends_without_a_value() {
    check_yields(
        "yield_!(1)?; Ok(())",
        "`Ok(())`: a generator ends without a value: leave this out",
    );
    check_yields(
        "return Ok(());",
        "`Ok(())`: a generator ends without a value: write `return`, or `raise!(…)` for an error",
    );
    check_yields("return Err(a);", "");
    check_yields("return;", "");
}

#[test]
fn no_value_leaves_a_scope_that_cancels() {
    for (block, scope) in
        [("timeout!(1, { @ })?", "timeout"), ("task_group!(|g| { @ })?", "task_group")]
    {
        let message = format!(
            "`yield_`: a generator must not give values out of `{scope}!` (PEP 789): what the consumer does until it asks again would be cancelled with the block; collect the values in the block, and give them behind it"
        );
        check_yields(&block.replace('@', "yield_!(1)?"), &message);
        check_yields(&block.replace('@', "async_with!(lock, { yield_!(1)? })?"), &message);
    }
    check_yields("async_with!(lock, { yield_!(1)? })?;", "");
}

#[test]
fn a_yield_gives_one_value() {
    check_yields("yield_!()?;", "");
    check_yields("yield_!(a,)?;", "");
    check_yields(
        "yield_!(a, b)?;",
        "`b`: `yield_!` gives one value: write a tuple, `yield_!((a, b))`",
    );
}

/// What no generator has replaced says where it stands.
#[test]
fn a_misplaced_yield_says_so() {
    let misplaced = |arguments: &str| yields::misplaced(behind_front_door(arguments));
    check_errors(
        misplaced("a"),
        "`a`: `yield_!` stands in a generator: write `#[asyncio::generator]` on an `async fn … -> asyncio::AsyncGenerator<…>`",
    );
    for (body, mark) in [
        ("a.for_each(|b| yield_!(b))", "@ closure b"),
        ("async { asyncio::yield_!(b) }", "@ block b"),
        ("select! { b => yield_!(b) }", "@ macro b"),
    ] {
        let output = generator("", &format!("async fn f() -> AsyncGenerator<Y> {{ {body}; }}"));
        assert!(output.to_string().contains(&format!("yield_ ! ({mark})")), "{output}");
    }
    check_errors(
        misplaced("@closure a"),
        "`a`: a closure is a function of its own, which cannot give values for the generator around it: write a loop in place of the closure",
    );
    check_errors(
        misplaced("@block a"),
        "`a`: an `async` block is a coroutine of its own, which cannot give values for the generator around it: leave `async` out, or put the values into an `asyncio::Queue`",
    );
    check_errors(
        misplaced("@macro a"),
        "`a`: what another macro does with `yield_!` is unknown: bind the value with `let` in front of that macro",
    );
}

#[test]
fn the_options_are_those_of_the_table() {
    check_errors(
        coroutine("allow_blocking", "async fn f() -> R {}"),
        "`allow_blocking`: `allow_blocking` has no value: write `allow_blocking = true`",
    );
    check_errors(
        coroutine("name = \"x\"", "async fn f() -> R {}"),
        "`name`: a coroutine has the name of its function; a task has one of its own: write `create_task!(work(), name = \"worker\")`",
    );
    check_errors(
        generator("name = \"x\"", "async fn f() -> AsyncGenerator<Y> {}"),
        "`name`: a generator has the name of its function: leave `name` out",
    );
}
