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
    struct ExitCode;
    struct RunOptions;
    mod std {}
    mod core {}
    fn gather() {}
    fn wait_for() {}
    fn awaitable() {}
    fn timeout() {}
    fn main() {}
    macro_rules! panic {
        () => {};
    }

    async fn one() -> ::asyncio::Result<u8> {
        ::asyncio::Result::Ok(1)
    }

    #[::asyncio::test(timeout = 1)]
    async fn names_of_the_caller_do_not_matter() -> ::asyncio::Result<()> {
        let (fut, loop_) = (one(), one());
        assert_eq!(::asyncio::gather!(fut, loop_).await?, (1, 1));
        assert_eq!(::asyncio::wait_for!(one(), 1).await?, 1);
        ::asyncio::Result::Ok(())
    }
}

mod raw {
    #[asyncio::test]
    async fn r#match() -> asyncio::Result<()> {
        let r#loop = asyncio::sleep(0);
        asyncio::gather!(r#loop).await.map(drop)
    }
}

#[asyncio::test]
async fn lines_are_those_of_the_source() -> asyncio::Result<()> {
    let first = line!() + 1;
    let inside = asyncio::gather!(asyncio::wrap(async { line!() }));
    assert_eq!(inside.await?.0, first);
    Ok(())
}
