//! `gather!` and `wait_for!`.

use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

use asyncio::{
    Awaitable, Result, Task, TimeoutError, ValueError, create_task, gather, sleep, wait_for,
};

async fn value<T>(value: T) -> Result<T> {
    sleep(0).await?;
    Ok(value)
}

async fn failure(text: &str) -> Result<()> {
    Err(ValueError(text))
}

#[asyncio::test]
async fn gather_keeps_each_type() -> Result<()> {
    let task: Task<char> = create_task(value('c'));
    let boxed: Pin<Box<dyn Future<Output = Result<u8, String>>>> = Box::pin(async { Ok(3) });
    let future = asyncio::ensure_future(value([0; 2]));
    let all: (&str, char, u8, [i32; 2]) = gather!(value("a"), task, boxed, &future).await?;
    assert_eq!(all, ("a", 'c', 3, [0; 2]));
    Ok(())
}

#[asyncio::test]
async fn gather_of_nothing_is_done() -> Result<()> {
    let all = gather!();
    assert!(all.done());
    all.await?;
    gather!(return_exceptions = true).await
}

#[asyncio::test]
async fn gather_takes_sixteen() -> Result<()> {
    let v = value;
    let all = gather!(
        v(0),
        v(1),
        v(2),
        v(3),
        v(4),
        v(5),
        v(6),
        v(7),
        v(8),
        v(9),
        v(10),
        v(11),
        v(12),
        v(13),
        v(14),
        v(15),
    );
    assert_eq!(all.await?.15, 15);
    Ok(())
}

#[asyncio::test]
async fn gather_raises_or_returns_failures() -> Result<()> {
    let error = gather!(value(1), failure("first"), failure("second")).await.unwrap_err();
    assert_eq!(format!("{error:?}"), "ValueError('first')");

    let (one, failed) = gather!(value(1), failure("x"), return_exceptions = true).await?;
    assert_eq!(one?, 1);
    assert_eq!(failed.unwrap_err().to_string(), "x");

    let all = gather!(..["x", "y"].map(failure), return_exceptions = true).await?;
    let texts: Vec<String> =
        all.into_iter().map(|failed| failed.unwrap_err().to_string()).collect();
    assert_eq!(texts, ["x", "y"]);
    Ok(())
}

#[asyncio::test]
async fn gather_spreads_any_iterator() -> Result<()> {
    assert_eq!(gather!(..(0..3).map(value)).await?, [0, 1, 2]);
    assert_eq!(gather!(..Some(value(1))).await?, [1]);
    assert_eq!(gather!(..Vec::<Task<u8>>::new()).await?, []);
    Ok(())
}

/// As a call of Python does with `*iterable`.
#[asyncio::test]
async fn gather_unpacks_the_iterator_before_the_first_task() -> Result<()> {
    let tasks_seen = Rc::new(RefCell::new(Vec::new()));
    let works = (0..3).map(|number| {
        tasks_seen.borrow_mut().push(asyncio::all_tasks().len());
        value(number)
    });
    gather!(..works).await?;
    assert_eq!(*tasks_seen.borrow(), [1, 1, 1]);
    Ok(())
}

#[asyncio::test]
async fn gathers_nest() -> Result<()> {
    let (one, rest) = gather!(value(1), gather!(..[2, 3].map(value))).await?;
    assert_eq!((one, rest), (1, vec![2, 3]));
    Ok(())
}

#[asyncio::test]
async fn arguments_may_fail_and_await() -> Result<()> {
    async fn number() -> Result<u32> {
        let (number, _) = gather!(value("7".parse::<u32>()?), value(sleep(0).await?)).await?;
        gather!(value("seven".parse::<u32>()?), failure("not reached")).await?;
        Ok(number)
    }
    assert_eq!(number().await.unwrap_err().to_string(), "invalid digit found in string");
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn wait_for_takes_any_timeout() -> Result<()> {
    let limit = Some(0.5);
    assert_eq!(wait_for!(value(1), 1).await?, 1);
    assert_eq!(wait_for!(value(2), timeout = 0.5).await?, 2);
    assert_eq!(wait_for!(timeout = Duration::from_millis(5), fut = value(3)).await?, 3);
    assert_eq!(wait_for!(value(4), None).await?, 4);
    assert_eq!(wait_for!(value(5), timeout = limit).await?, 5);
    Ok(())
}

#[asyncio::test(virtual_time = true)]
async fn wait_for_raises_timeout_error() -> Result<()> {
    let error = wait_for!(sleep(10), timeout = 2.5).await.unwrap_err();
    assert!(error.is::<TimeoutError>());
    assert_eq!(asyncio::get_running_loop().time(), 2.5);
    Ok(())
}

/// Whatever the argument borrows lives until the end of the statement, as in a call.
#[asyncio::test]
async fn wait_for_awaits_what_borrows_temporaries() -> Result<()> {
    struct Reader(u8);
    impl Reader {
        async fn read(&mut self, text: &str) -> Result<String> {
            sleep(0).await?;
            Ok(format!("{text}{}", self.0))
        }
    }
    assert_eq!(wait_for!(Reader(1).read(&String::from("text")), 1).await?, "text1");
    Ok(())
}

#[asyncio::test]
async fn a_generic_awaitable_is_an_argument() -> Result<()> {
    async fn both<A>(first: A, second: impl Awaitable<Value = u8>) -> Result<(A::Value, u8)>
    where
        A: Awaitable<IntoFuture: 'static, Value: 'static>,
    {
        let (first,) = gather!(first).await?;
        Ok((first, wait_for!(second, 1).await?))
    }
    assert_eq!(both(value("a"), value(2)).await?, ("a", 2));
    Ok(())
}

#[asyncio::test]
async fn a_macro_of_the_user_may_pass_fragments() -> Result<()> {
    macro_rules! gather_both {
        ($first:expr, $name:ident = $flag:literal) => {
            gather!($first, $first, $name = $flag)
        };
    }
    let (a, b) = gather_both!(value(1), return_exceptions = true).await?;
    assert_eq!((a?, b?), (1, 1));
    Ok(())
}
