//! `#[asyncio::main]` and `#[asyncio::test]`: what they expand to, their options, and what they ask
//! of a function.

use crate::tests::{check_errors, check_expansion, check_item, main, test};

#[test]
fn main_returns_a_status() {
    check_expansion(
        main(
            "",
            "/// Docs.\n #[inline] pub(crate) async fn main() -> Result<()> { #![allow(x)] body() }",
        ),
        "/// Docs.
        #[inline]
        pub(crate) fn main() -> ::std::process::ExitCode {
            #[allow(clippy::unused_async)]
            async fn main() -> Result<()> { #![allow(x)] body() }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::main(main(), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn main_passes_its_options_on() {
    check_expansion(
        main(
            "debug = true, loop_factory = my::factory, crate = crate::runtime",
            "async fn main() {}",
        ),
        "fn main() -> ::std::process::ExitCode {
            #[allow(clippy::unused_async)]
            async fn main() {}
            {
                use crate::runtime::__private as __asyncio;
                __asyncio::main(
                    main(),
                    __asyncio::RunOptions::new().debug(true).loop_factory(my::factory),
                )
            }
        }",
    );
}

#[test]
fn the_body_is_not_read() {
    check_errors(main("", "async fn main() { let ; = if }"), "");
}

#[test]
fn a_function_of_another_name_keeps_its_type_and_parameters() {
    check_expansion(
        main("", "async fn fetch<T: Copy, const N: usize>(mut url: &'static str, (a, b): (T, [T; N])) -> T { a }"),
        "fn fetch<T: Copy, const N: usize>(url: &'static str, parameter_1: (T, [T; N])) -> T {
            #[allow(clippy::unused_async)]
            async fn fetch<T: Copy, const N: usize>(mut url: &'static str, (a, b): (T, [T; N])) -> T { a }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::block_on(fetch::<T, N>(url, parameter_1), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn a_raw_name_stays_raw() {
    check_expansion(
        main("", "async fn r#loop() -> u8 { 1 }"),
        "fn r#loop() -> u8 {
            #[allow(clippy::unused_async)]
            async fn r#loop() -> u8 { 1 }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::block_on(r#loop(), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn a_test_is_one_after_the_attributes_of_the_user() {
    check_expansion(
        test(
            "debug = false, virtual_time = true, timeout = 5",
            "#[should_panic] async fn works() -> Result<()> { Ok(()) }",
        ),
        "#[should_panic]
        #[::core::prelude::v1::test]
        fn works() {
            #[allow(clippy::unused_async)]
            async fn works() -> Result<()> { Ok(()) }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::test(
                    works(),
                    __asyncio::TestOptions::new().debug(false).virtual_time(true).timeout(5.0),
                )
            }
        }",
    );
}

#[test]
fn a_test_that_is_cancelled_is_passed_on_uncalled() {
    check_expansion(
        test("cancel = \"each_await\", timeout = 5", "async fn works() -> Result<()> { Ok(()) }"),
        "#[::core::prelude::v1::test]
        fn works() {
            #[allow(clippy::unused_async)]
            async fn works() -> Result<()> { Ok(()) }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::each_await(works, __asyncio::TestOptions::new().timeout(5.0))
            }
        }",
    );
}

#[test]
fn other_items_are_left_alone() {
    check_item(
        main("", "pub struct Main;"),
        "`struct`: `#[asyncio::main]` goes on a function: write `async fn main() -> asyncio::Result<()> { … }`",
        "pub struct Main;",
    );
}

#[test]
fn a_function_has_a_body() {
    check_item(
        test("", "async fn works();"),
        "`;`: the function has no body: write `{ … }`",
        "#[::core::prelude::v1::test]
        fn works() {
            #[allow(clippy::unused_async)]
            async fn works() { ::core::unreachable!() }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::test(works(), __asyncio::TestOptions::new())
            }
        }",
    );
}

#[test]
fn the_function_must_be_async() {
    check_item(
        main("", "fn main() { work().await }"),
        "`fn`: `#[asyncio::main]` runs a coroutine: write `async fn main`",
        "fn main() -> ::std::process::ExitCode {
            #[allow(clippy::unused_async)]
            async fn main() { work().await }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::main(main(), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn qualifiers_are_refused() {
    check_errors(
        main("", "async unsafe extern \"C\" fn main() {}"),
        "`unsafe`: what `#[asyncio::main]` runs cannot be `unsafe`: leave `unsafe` out
         `extern \"C\"`: what `#[asyncio::main]` runs cannot be `extern`: leave `extern` out",
    );
}

#[test]
fn main_has_no_parameters() {
    check_item(
        main("", "async fn main<T>(url: T) -> Result<()> { get(url) }"),
        "`url: T`: `main` has no parameters: leave them out, and read `std::env::args()`
         `T`: nobody can choose a generic parameter here: leave it out",
        "#[allow(unused)]
        fn main() {
            async fn main<T>(url: T) -> Result<()> { get(url) }
        }",
    );
}

#[test]
fn a_test_has_no_parameters() {
    check_item(
        test("", "async fn works(case: u8) {}"),
        "`case: u8`: a test has no parameters: leave them out, and call an `async fn` that has them",
        "#[allow(unused)]
        fn works() {
            async fn works(case: u8) {}
        }",
    );
}

#[test]
fn a_method_is_refused() {
    check_item(
        main("", "pub async fn fetch(&self, url: &str) -> Result<()> { self.get(url) }"),
        "`&self`: `self` cannot be passed on from here: write a function, and call `asyncio::run` in the method",
        "#[allow(unused)]
        pub fn fetch(&self, url: &str) -> Result<()> { ::core::unreachable!() }",
    );
}

#[test]
fn one_test_attribute_is_enough() {
    check_item(
        test("", "#[test] #[inline] #[tokio::test] async fn works() {}"),
        "`#[test]`: `#[asyncio::test]` makes it a test already: leave this attribute out
         `#[tokio::test]`: `#[asyncio::test]` makes it a test already: leave this attribute out",
        "#[inline]
        #[::core::prelude::v1::test]
        fn works() {
            #[allow(clippy::unused_async)]
            async fn works() {}
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::test(works(), __asyncio::TestOptions::new())
            }
        }",
    );
}

#[test]
fn one_main_attribute_is_enough() {
    check_errors(
        main("", "#[inline] #[tokio::main] async fn main() {}"),
        "`#[tokio::main]`: `#[asyncio::main]` runs the function already: leave this attribute out",
    );
}

#[test]
fn a_parameter_is_not_lent() {
    let message =
        "the loop cannot hold what is lent to it: write `&'static …`, or take the value itself";
    check_item(
        main("", "async fn fetch<'a>(url: &str, part: &'a mut u8, kind: &'static str) {}"),
        &format!("`&`: {message}\n`&'a`: {message}"),
        "#[allow(unused)]
        fn fetch<'a>(url: &str, part: &'a mut u8, kind: &'static str) { ::core::unreachable!() }",
    );
}

#[test]
fn a_parameter_is_always_there() {
    check_errors(
        main("", "async fn fetch(#[cfg(unix)] url: u8) {}"),
        "`#[cfg(unix)]`: a parameter that is passed on cannot be left out: write `#[cfg]` on the function",
    );
}

#[test]
fn cfgs_and_their_attributes_stay_where_they_are() {
    check_expansion(
        test("", "#[cfg(unix)] #[cfg_attr(all(), should_panic)] async fn works() { #![allow(x)] }"),
        "#[cfg(unix)]
        #[cfg_attr(all(), should_panic)]
        #[::core::prelude::v1::test]
        fn works() {
            #[allow(clippy::unused_async)]
            async fn works() { #![allow(x)] }
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::test(works(), __asyncio::TestOptions::new())
            }
        }",
    );
}

#[test]
fn a_test_may_have_a_loop_factory_or_virtual_time() {
    let factory = test("loop_factory = my::factory", "async fn works() {}").to_string();
    assert!(factory.contains("TestOptions :: new () . loop_factory (my :: factory)"), "{factory}");
    let message = "a loop with virtual time is made by the test itself: leave `loop_factory` out";
    for both in ["loop_factory = f, virtual_time = true", "virtual_time = true, loop_factory = f"] {
        check_errors(test(both, "async fn works() {}"), &format!("`loop_factory`: {message}"));
    }
}

#[test]
fn none_is_as_if_left_out() {
    check_expansion(
        main("debug = None, loop_factory = None", "async fn main() {}"),
        "fn main() -> ::std::process::ExitCode {
            #[allow(clippy::unused_async)]
            async fn main() {}
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::main(main(), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn options_are_checked_all_at_once() {
    check_item(
        main("debug = \"yes\", debug = true, debgu = true, worker_threads = 4, 5", "async fn main() {}"),
        "`\"yes\"`: `debug` is either on or off: write `debug = true` or `debug = false`
         `debug`: `debug` is given twice: leave one of the two out
         `debgu`: `#[asyncio::main]` has no `debgu`: did you mean `debug`? it also takes `loop_factory`, `crate`
         `worker_threads`: a loop runs on the one thread that started it: leave `worker_threads` out
         `5`: an option has a name and a value: write `#[asyncio::main(debug = true)]`",
        "fn main() -> ::std::process::ExitCode {
            #[allow(clippy::unused_async)]
            async fn main() {}
            {
                use ::asyncio::__private as __asyncio;
                __asyncio::main(main(), __asyncio::RunOptions::new())
            }
        }",
    );
}

#[test]
fn habits_of_other_runtimes_are_answered() {
    check_errors(
        main("flavor = \"multi_thread\"", "async fn main() {}"),
        "`flavor`: a loop runs on the one thread that started it: leave `flavor` out; \
         for more cores run a loop in each of several `std::thread`s",
    );
    check_errors(
        main("cancel = \"each_await\"", "async fn main() {}"),
        "`cancel`: only tests are cancelled at each await: \
         write `#[asyncio::test(cancel = \"each_await\")]`",
    );
    check_errors(
        test("start_paused = true", "async fn works() {}"),
        "`start_paused`: the option has another name here: write `virtual_time = true`",
    );
}

#[test]
fn an_option_has_a_value() {
    check_errors(
        main("debug", "async fn main() {}"),
        "`debug`: `debug` has no value: write `debug = true`",
    );
    check_errors(
        test("timeout(5)", "async fn works() {}"),
        "`timeout(5)`: an option has a name and a value: write `#[asyncio::test(timeout = 5.0)]`",
    );
    check_errors(
        test("..options", "async fn works() {}"),
        "`..`: `#[asyncio::test]` takes no `..`: write `#[asyncio::test(timeout = 5.0)]`",
    );
}

#[test]
fn a_time_limit_is_a_literal_number() {
    let literal = "`timeout` is a literal number of seconds: write `timeout = 5.0`";
    for wrong in ["\"5s\"", "LIMIT", "5s", "1e999", "-1.0"] {
        check_errors(
            test(&format!("timeout = {wrong}"), "async fn works() {}"),
            &format!("`{wrong}`: {literal}"),
        );
    }
    check_errors(
        test("timeout = 0", "async fn works() {}"),
        "`0`: `timeout` leaves no time at all: write `timeout = 5.0`",
    );
}

#[test]
fn a_test_is_cancelled_at_each_await() {
    let check = |value: &str, message: &str| {
        let message = format!("`{value}`: {message}");
        check_errors(test(&format!("cancel = {value}"), "async fn works() {}"), &message);
    };
    let meant = "write `cancel = \"each_await\"`";
    check("each_await", &format!("`each_await` is a text here: {meant}"));
    for near in ["each_awiat", "every_await", "each-await"] {
        let message = format!("`cancel` has no `\"{near}\"`: did you mean `\"each_await\"`?");
        check(&format!("\"{near}\""), &message);
    }
    for wrong in ["true", "3", "\"\"", "\"never\"", "None", "my::MODE", "b\"each_await\""] {
        let message = format!("a test is cancelled at each of its awaits or not at all: {meant}");
        check(wrong, &message);
    }
}

#[test]
fn a_loop_factory_is_the_path_of_a_function() {
    check_errors(
        main("loop_factory = asyncio::new_event_loop()", "async fn main() {}"),
        "`asyncio::new_event_loop()`: `loop_factory` is the function itself: leave its parentheses out",
    );
    check_errors(
        main("loop_factory = || 5", "async fn main() {}"),
        "`|| 5`: `loop_factory` is the path of a function: write `loop_factory = asyncio::new_event_loop`",
    );
}

#[test]
fn the_path_of_the_crate_is_absolute() {
    for absolute in ["::aio", "crate", "crate::aio::asyncio", "::my::asyncio"] {
        check_errors(main(&format!("crate = {absolute}"), "async fn main() {}"), "");
    }
    for relative in ["aio", "super::aio"] {
        check_errors(
            main(&format!("crate = {relative}"), "async fn main() {}"),
            &format!(
                "`{relative}`: the path of the crate is not absolute: write `crate = ::asyncio` or `crate = crate::asyncio`"
            ),
        );
    }
    check_errors(
        main("crate = \"aio\"", "async fn main() {}"),
        "`\"aio\"`: `crate` is the path of this crate, not a text: write `crate = ::asyncio`",
    );
}
