//! Expansions see their own names, whatever those of the caller mean.

/// A crate by another name, as a manifest or a re-export gives it.
pub(crate) mod nested {
    pub(crate) use asyncio as runtime;
}

mod renamed {
    use asyncio as aio;

    #[aio::test]
    async fn function_like_macros_follow_the_name() -> aio::Result<()> {
        let (one, two) = aio::gather!(aio::wrap(async { 1 }), aio::wrap(async { 2 })).await?;
        assert_eq!(one + two, 3);
        aio::wait_for!(aio::sleep(0), 1).await
    }

    #[aio::test]
    async fn macros_with_options_follow_the_name() -> aio::Result<()> {
        let task = aio::create_task!(aio::sleep(0), name = "renamed", eager_start = false);
        let (done, _) = aio::wait!([task], return_when = aio::FIRST_COMPLETED).await?;
        for next in aio::as_completed!(..done, timeout = 5) {
            next.await?;
        }
        aio::shield!(aio::sleep(0)).await
    }

    #[test]
    fn statements_follow_the_name() {
        async fn raising() -> aio::Result<u8> {
            aio::raise!(aio::ValueError("x"), from = aio::KeyError("k"))
        }
        assert!(aio::run!(raising(), debug = false).unwrap_err().cause().is_some());
    }

    #[aio::main(crate = crate::hygiene::nested::runtime)]
    async fn answer() -> u8 {
        42
    }

    #[aio::test(crate = crate::hygiene::nested::runtime, timeout = 5)]
    async fn attributes_take_the_path() {
        aio::sleep(0).await.unwrap();
    }

    #[test]
    fn a_function_may_take_it_too() {
        assert_eq!(answer(), 42);
    }
}

/// Nothing of std is in sight.
#[no_implicit_prelude]
mod bare {
    async fn one() -> ::asyncio::Result<u8> {
        ::asyncio::sleep(0).await?;
        ::asyncio::Result::Ok(1)
    }

    #[::asyncio::test]
    async fn no_prelude_is_needed() -> ::asyncio::Result<()> {
        let (a, b) = ::asyncio::gather!(one(), one(), return_exceptions = true).await?;
        ::std::assert_eq!((a?, b?), (1, 1));
        ::std::assert_eq!(::asyncio::gather!(..[one()]).await?, [1]);
        ::asyncio::wait_for!(one(), timeout = 1).await?;
        ::asyncio::Result::Ok(())
    }

    #[::asyncio::test]
    async fn no_prelude_is_needed_for_options() -> ::asyncio::Result<()> {
        let context = ::asyncio::copy_context();
        let task = ::asyncio::create_task!(one(), name = "bare", context = context);
        let (done, _) =
            ::asyncio::wait!([task], timeout = 1, return_when = ::asyncio::ALL_COMPLETED).await?;
        for next in ::asyncio::as_completed!(..done) {
            next.await?;
        }
        ::asyncio::shield!(one()).await?;
        ::asyncio::Result::Ok(())
    }

    #[::core::prelude::v1::test]
    fn no_prelude_is_needed_outside_of_a_loop() {
        fn raising() -> ::asyncio::Result<()> {
            ::asyncio::raise!(::asyncio::ValueError("x"), from = None)
        }
        ::std::assert!(raising().is_err());
        ::std::assert!(::asyncio::run!(one(), debug = true).is_ok());
    }

    #[::asyncio::main(debug = true)]
    async fn program() -> ::asyncio::Result<u8> {
        one().await
    }

    #[::core::prelude::v1::test]
    fn no_prelude_is_needed_for_a_program() {
        ::std::assert!(program().is_ok());
    }
}

/// Names that an expansion could trip over mean something else here.
mod shadowed {
    #![allow(non_camel_case_types, dead_code, unused_macros)]

    struct Ok;
    struct Err;
    struct Some;
    struct None;
    struct Result;
    struct Option;
    struct Box;
    struct Vec;
    struct String;
    struct From;
    struct Into;
    struct IntoFuture;
    struct IntoIterator;
    struct Iterator;
    struct ExitCode;
    struct RunOptions;
    struct TaskOptions;
    struct WaitOptions;
    struct __private;
    struct bool;
    struct u8;
    struct f64;
    struct str;
    mod std {}
    mod core {}
    fn gather() {}
    fn wait_for() {}
    fn wait() {}
    fn awaitable() {}
    fn handles() {}
    fn exception() {}
    fn err() {}
    fn timeout() {}
    fn flag() {}
    fn name() {}
    fn main() {}
    macro_rules! panic {
        () => {};
    }

    async fn one() -> ::asyncio::Result<i32> {
        ::asyncio::Result::Ok(1)
    }

    #[::asyncio::test(timeout = 1)]
    async fn names_of_the_caller_do_not_matter() -> ::asyncio::Result<()> {
        let (fut, loop_) = (one(), one());
        assert_eq!(::asyncio::gather!(fut, loop_).await?, (1, 1));
        assert_eq!(::asyncio::wait_for!(one(), 1).await?, 1);
        ::asyncio::Result::Ok(())
    }

    #[::asyncio::test(debug = true)]
    async fn nor_do_they_for_options() -> ::asyncio::Result<()> {
        let (coro, handles, timeout) = (one(), 1, 2);
        let task = ::asyncio::create_task!(coro, name = "shadowed", eager_start = true);
        let (done, _) = ::asyncio::wait!([&task], timeout = timeout).await?;
        for next in ::asyncio::as_completed!(..done, timeout = handles) {
            assert_eq!(next.await?, 1);
        }
        let arg = one();
        assert_eq!(::asyncio::shield!(arg).await?, 1);
        ::asyncio::Result::Ok(())
    }

    #[::asyncio::test]
    async fn nor_do_they_in_blocks() -> ::asyncio::Result<()> {
        let (value, error, slot, place, with) = (1, 2, 3, ::asyncio::Lock::new(), 5);
        let __error = 6;
        let sum = 'done: loop {
            'raise: {
                ::asyncio::async_with!(place, {
                    if value == 0 {
                        break 'raise;
                    }
                    let sum = ::asyncio::timeout!(1, {
                        one().await? + value + error + slot + with + __error
                    })?;
                    ::asyncio::try_except!(
                        { ::asyncio::raise!(::asyncio::ValueError("x")) },
                        |_: ::asyncio::ValueError| break 'done sum + error,
                        finally = { assert_eq!(value, 1) },
                    )?;
                })?;
            }
        };
        assert_eq!(sum, 20);
        ::asyncio::Result::Ok(())
    }

    #[test]
    fn nor_do_they_outside_of_a_loop() {
        fn raising() -> ::asyncio::Result<()> {
            let (exception, cause) = (::asyncio::ValueError("x"), ::asyncio::ValueError("y"));
            ::asyncio::raise!(exception, from = cause)
        }
        assert!(raising().is_err());
        assert!(::asyncio::run!(one(), debug = None).is_ok());
    }

    #[::asyncio::main(debug = false, loop_factory = ::asyncio::new_event_loop)]
    async fn program() -> ::asyncio::Result<i32> {
        one().await
    }

    #[test]
    fn nor_do_they_for_a_program() {
        assert!(program().is_ok());
    }
}

/// Another crate has the name.
mod misnamed {
    #[allow(unused_imports)]
    use std as asyncio;

    #[::asyncio::test]
    async fn the_crate_is_found() -> ::asyncio::Result<()> {
        ::asyncio::gather!(::asyncio::sleep(0)).await?;
        ::asyncio::create_task!(::asyncio::sleep(0)).await
    }
}

mod raw {
    #[asyncio::test]
    async fn r#match() -> asyncio::Result<()> {
        let r#loop = asyncio::sleep(0);
        asyncio::gather!(r#loop).await.map(drop)
    }

    #[asyncio::test]
    async fn arguments_may_be_raw() -> asyncio::Result<()> {
        let (r#try, r#async) = (asyncio::sleep(0), "raw");
        let r#type = asyncio::create_task!(r#try, r#name = r#async, r#eager_start = true);
        asyncio::wait!(r#fs = [&r#type], r#timeout = 1).await?;
        r#type.await
    }

    #[asyncio::main(r#debug = true)]
    async fn r#while(r#for: u8) -> asyncio::Result<u8> {
        if r#for == 0 {
            let r#in = asyncio::ValueError("raw");
            asyncio::raise!(r#in, r#from = None);
        }
        Ok(r#for)
    }

    #[test]
    fn functions_may_be_raw() {
        assert_eq!(r#while(1).unwrap(), 1);
        assert!(r#while(0).is_err());
    }
}

#[asyncio::test]
async fn lines_are_those_of_the_source() -> asyncio::Result<()> {
    let first = line!() + 1;
    let inside = asyncio::gather!(asyncio::wrap(async { line!() }));
    assert_eq!(inside.await?.0, first);

    let second = line!() + 2;
    let raising = || -> asyncio::Result<()> {
        asyncio::raise!(asyncio::ValueError(line!().to_string()));
    };
    assert_eq!(raising().unwrap_err().to_string(), second.to_string());
    Ok(())
}

/// A macro of the caller around a block.
macro_rules! guarded {
    ($code:block, $name:ident: $class:ty => $caught:expr) => {
        asyncio::try_except!($code, |$name: $class| $caught)
    };
}

#[asyncio::test]
async fn a_macro_of_the_caller_passes_blocks() -> asyncio::Result<()> {
    let text = guarded!(
        {
            asyncio::sleep(0).await?;
            asyncio::raise!(asyncio::ValueError("inside"))
        },
        e: asyncio::ValueError => e.message().to_owned()
    )?;
    assert_eq!(text, "inside");
    Ok(())
}

/// A macro of the caller, whose fragments and names are its own.
macro_rules! nested {
    ($work:expr, $name:ident = $value:expr, $($option:tt)*) => {{
        let task = asyncio::create_task!($work, $name = $value, $($option)*);
        asyncio::wait!([&task]).await?;
        let task_of_mine = task;
        asyncio::shield!(task_of_mine).await?
    }};
}

#[asyncio::test]
async fn a_macro_of_the_caller_passes_fragments() -> asyncio::Result<()> {
    let task = "nested";
    nested!(asyncio::sleep(0), name = task, eager_start = false);
    Ok(())
}
