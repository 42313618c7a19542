//! The functions that the attribute makes are called as before, and their coroutines are named.

use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::rc::Rc;

use asyncio::{
    AnyTask, Coroutine, Error, Result, TaskGroup, ValueError, create_task, gather, sleep, wait_for,
};

use crate::logged;

#[asyncio::coroutine]
async fn add(a: u32, (b, mut c): (u32, u32), _: String) -> Result<u32> {
    sleep(0).await?;
    c += 1;
    Ok(a + b + c)
}

#[asyncio::coroutine]
async fn borrow<'a, const N: usize>(texts: [&'a str; N], other: &str) -> Result<&'a str> {
    sleep(0).await?;
    let longest = texts.into_iter().max_by_key(|text| text.len());
    longest.filter(|text| text.len() > other.len()).ok_or_else(|| ValueError(other))
}

#[asyncio::coroutine]
async fn show<T>(value: &T, more: impl Display) -> Result<String>
where
    T: Display + ?Sized + 'static,
{
    #![allow(clippy::unused_async)]
    Ok(format!("{value}{more}"))
}

#[asyncio::coroutine]
async fn several() -> Result<impl Iterator<Item = u32>> {
    Ok((0..2).map(|number| number * 2))
}

#[asyncio::coroutine]
async fn boxed() -> std::result::Result<u32, Box<dyn std::error::Error + Send + Sync>> {
    sleep(0).await?;
    let number: u32 = "5".parse()?;
    Ok(number)
}

struct Counter(Cell<u32>);

impl Counter {
    #[asyncio::coroutine]
    async fn next(&self) -> Result<u32> {
        sleep(0).await?;
        self.0.set(self.0.get() + 1);
        Ok(self.0.get())
    }

    #[asyncio::coroutine]
    async fn reset(&mut self, to: u32) -> Result<()> {
        sleep(0).await?;
        *self.0.get_mut() = to;
        Ok(())
    }

    #[asyncio::coroutine]
    async fn into_inner(mut self) -> Result<u32> {
        self.reset(9).await?;
        Ok(self.0.into_inner())
    }
}

trait Named {
    async fn name(&self) -> Result<String>;
}

impl Named for Counter {
    #[asyncio::coroutine]
    async fn name(&self) -> Result<String> {
        sleep(0).await?;
        Ok(format!("counter at {}", self.0.get()))
    }
}

/// Every implementation makes coroutine objects.
trait Job {
    #[asyncio::coroutine]
    async fn run(&self, _: u32) -> Result<u32>;

    #[asyncio::coroutine]
    async fn twice(&self, number: u32) -> Result<u32> {
        Ok(self.run(number).await? + self.run(number).await?)
    }
}

impl Job for Counter {
    #[asyncio::coroutine]
    async fn run(&self, number: u32) -> Result<u32> {
        sleep(0).await?;
        Ok(self.0.get() + number)
    }
}

#[asyncio::test]
async fn a_trait_has_coroutines() -> Result<()> {
    let counter = Counter(Cell::new(3));
    assert_eq!(counter.run(4).await?, 7);
    let twice: Coroutine<_> = counter.twice(4);
    assert_eq!(twice.await?, 14);
    Ok(())
}

/// Its type has a name, and so it has a place in others.
struct Later<'a, F> {
    work: Coroutine<F>,
    text: &'a str,
}

impl<F: Future<Output = Result<u32>>> Later<'_, F> {
    #[asyncio::coroutine]
    async fn length_and_work(self) -> Result<(usize, u32)> {
        Ok((self.text.len(), self.work.await?))
    }
}

#[asyncio::test]
async fn a_coroutine_is_kept_for_later() -> Result<()> {
    let text = String::from("text");
    let later = Later { work: add(1, (2, 3), String::new()), text: &text };
    assert_eq!(later.length_and_work().await?, (4, 7));
    let work: Vec<Coroutine<_>> = (0..3).map(|n| add(n, (n, n), String::new())).collect();
    assert_eq!(gather!(..work).await?, [1, 4, 7]);
    Ok(())
}

#[test]
fn a_coroutine_shows_its_function() {
    let counter = Counter(Cell::new(0));
    let (one, two, three) = (add(1, (2, 3), String::new()), counter.next(), Named::name(&counter));
    let four = show::<str>("a", 1);
    assert!(asyncio::iscoroutine(&one));
    assert_eq!(format!("{one:?}"), format!("<coroutine object add at {:p}>", &raw const one));
    for (name, qualname, found) in [
        ("add", "add", (one.name(), one.qualname())),
        ("next", "Counter.next", (two.name(), two.qualname())),
        ("name", "Counter.name", (three.name(), three.qualname())),
        ("show", "show", (four.name(), four.qualname())),
    ] {
        assert_eq!(found, (name.to_owned(), qualname.to_owned()));
    }
    one.close();
    two.close();
    three.close();
    four.close();
}

#[test]
fn one_that_was_closed_is_not_reported() {
    let lines = logged(|| add(1, (2, 3), String::new()).close());
    assert_eq!(lines, [""; 0]);
}

/// One that it was to await was never awaited either, and nobody has closed that.
#[test]
fn the_argument_of_one_that_was_closed_is_reported() {
    #[asyncio::coroutine]
    async fn outer<F: Future<Output = Result<u32>>>(inner: Coroutine<F>) -> Result<u32> {
        inner.await
    }
    let lines = logged(|| outer(add(1, (2, 3), String::new())).close());
    assert_eq!(lines, ["RuntimeWarning: coroutine 'add' was never awaited"]);
}

/// A task factory gets it with its name, and can refuse it.
#[asyncio::test]
async fn a_task_factory_gets_its_name() -> Result<()> {
    let loop_ = asyncio::get_running_loop();
    loop_.set_task_factory(|loop_, coroutine: Coroutine, options| {
        assert!(format!("{coroutine:?}").starts_with("<coroutine object Counter.into_inner at 0x"));
        assert_eq!(
            (coroutine.name(), coroutine.qualname()),
            two("into_inner", "Counter.into_inner")
        );
        AnyTask::new(loop_, coroutine, options)
    });
    let task = create_task(Counter(Cell::new(1)).into_inner());
    loop_.clear_task_factory();
    assert!(format!("{task:?}").contains(" coro=<Counter.into_inner() running"), "{task:?}");
    assert_eq!(task.await?, 9);
    Ok(())
}

fn two(name: &str, qualname: &str) -> (String, String) {
    (name.to_owned(), qualname.to_owned())
}

/// It is its future and nothing else.
#[asyncio::test]
async fn a_coroutine_is_polled_where_it_lies() -> Result<()> {
    fn is_send<T: Send>(_: &T) {}
    #[asyncio::coroutine]
    async fn nothing() -> Result<()> {
        Ok(())
    }
    let mut work = std::pin::pin!(nothing());
    is_send(&work);
    // Whether it has begun, and where it stands.
    assert_eq!(size_of_val(&*work), 2);
    let waker = std::task::Waker::noop();
    let ready = work.as_mut().poll(&mut std::task::Context::from_waker(waker));
    assert!(ready.is_ready());
    let (one, two) = futures::join!(nothing(), Box::pin(nothing()));
    one.and(two)
}

#[asyncio::test]
async fn functions_are_called_as_before() -> Result<()> {
    assert_eq!(add(1, (2, 3), String::new()).await?, 7);
    assert_eq!(borrow(["a", "abc"], "ab").await?, "abc");
    assert_eq!(borrow(["a"], "ab").await.unwrap_err().to_string(), "ab");
    assert_eq!(show("a", 1).await?, "a1");
    assert_eq!(several().await?.collect::<Vec<_>>(), [0, 2]);
    assert_eq!(boxed().await.unwrap(), 5);
    let mut counter = Counter(Cell::new(0));
    assert_eq!((counter.next().await?, counter.next().await?), (1, 2));
    counter.reset(5).await?;
    assert_eq!(counter.name().await?, "counter at 5");
    assert_eq!(counter.into_inner().await?, 9);
    Ok(())
}

#[asyncio::test]
async fn a_task_shows_the_name() -> Result<()> {
    let task = create_task(add(1, (2, 3), String::new()));
    assert!(format!("{task:?}").contains(" coro=<add() running"), "{task:?}");
    assert_eq!(task.await?, 7);
    Ok(())
}

#[test]
fn one_that_was_never_awaited_is_reported() {
    let lines = logged(|| {
        drop(add(1, (2, 3), String::new()));
        drop(Counter(Cell::new(0)).next());
    });
    assert_eq!(
        lines,
        [
            "RuntimeWarning: coroutine 'add' was never awaited",
            "RuntimeWarning: coroutine 'Counter.next' was never awaited",
        ]
    );
}

#[test]
fn one_that_was_begun_is_not_reported() {
    let lines = logged(|| {
        asyncio::run(async {
            add(1, (2, 3), String::new()).await?;
            // Dropped half-way, by the timeout.
            let endless = wait_for(forever(), 0.001).await;
            assert!(endless.is_err());
            Ok::<(), Error>(())
        })
        .unwrap();
    });
    assert_eq!(lines, [""; 0]);
}

#[asyncio::coroutine]
async fn forever() -> Result<()> {
    sleep(3600).await
}

/// Python throws the cancellation into the coroutine, which counts as its beginning.
#[test]
fn one_that_was_cancelled_before_it_began_is_not_reported() {
    let lines = logged(|| {
        asyncio::run(async {
            let task = create_task(forever());
            task.cancel();
            assert!(task.await.is_err());
            assert!(wait_for(forever(), 0).await.is_err());
            let task = create_task(Box::pin(forever()));
            assert!(format!("{task:?}").contains(" coro=<forever() running>"), "{task:?}");
            task.cancel();
            assert!(task.await.is_err());
            Ok::<(), Error>(())
        })
        .unwrap();
    });
    assert_eq!(lines, [""; 0]);
}

/// One inside another counts by itself.
#[test]
fn the_argument_of_one_that_was_cancelled_is_reported() {
    #[asyncio::coroutine]
    async fn outer<F: Future<Output = Result<()>>>(inner: F) -> Result<()> {
        inner.await
    }
    let lines = logged(|| {
        asyncio::run(async {
            let task = create_task(outer(forever()));
            task.cancel();
            assert!(task.await.is_err());
            Ok::<(), Error>(())
        })
        .unwrap();
    });
    assert_eq!(lines, ["RuntimeWarning: coroutine 'forever' was never awaited"]);
}

/// As with an `async fn`: arguments live until the end, those without a name, too.
#[asyncio::test]
async fn arguments_are_dropped_at_the_end() -> Result<()> {
    struct Guard(&'static str, Rc<RefCell<Vec<&'static str>>>);
    impl Drop for Guard {
        fn drop(&mut self) {
            self.1.borrow_mut().push(self.0);
        }
    }

    #[asyncio::coroutine]
    async fn keep(_: Guard, _unused: Guard, log: Rc<RefCell<Vec<&'static str>>>) -> Result<()> {
        let _local = Guard("local", Rc::clone(&log));
        sleep(0).await?;
        log.borrow_mut().push("end");
        Ok(())
    }

    let log = Rc::new(RefCell::new(Vec::new()));
    let guard = |name| Guard(name, Rc::clone(&log));
    keep(guard("first"), guard("second"), Rc::clone(&log)).await?;
    assert_eq!(log.take(), ["end", "local", "second", "first"]);
    Ok(())
}

#[asyncio::test]
async fn they_run_in_groups_and_gathers() -> Result<()> {
    let (one, two) = gather!(several(), add(1, (2, 3), String::new())).await?;
    assert_eq!((one.count(), two), (2, 7));
    let group = TaskGroup::new();
    group
        .run(async |group| {
            let task = group.create_task(boxed())?;
            assert_eq!(task.await?, 5);
            Ok::<(), Error>(())
        })
        .await
}

/// As with an `async fn`: through a box.
#[asyncio::test]
async fn a_coroutine_calls_itself() -> Result<()> {
    #[asyncio::coroutine]
    async fn factorial(n: u64) -> Result<u64> {
        sleep(0).await?;
        if n == 0 {
            return Ok(1);
        }
        Ok(n * Box::pin(factorial(n - 1)).await?)
    }
    assert_eq!(factorial(5).await?, 120);
    Ok(())
}

/// The body stands where it was written.
#[asyncio::test]
async fn places_are_those_of_the_source() -> Result<()> {
    #[asyncio::coroutine]
    async fn place() -> Result<(u32, u32)> {
        let first = async { asyncio::Ok(line!()) }.await?;
        Ok((first, line!()))
    }
    let (first, second) = place().await?;
    assert_eq!(second, first + 1);
    assert!((line!() - 20..line!()).contains(&first));
    Ok(())
}

/// Names of the caller's mean what they mean there.
#[asyncio::test]
async fn names_are_the_callers() -> Result<()> {
    #[asyncio::coroutine]
    async fn shadowed(output: u8, value: u8, error: u8, future: u8) -> Result<u8> {
        #[allow(non_snake_case, reason = "to be in the way")]
        fn Ok(number: u8) -> Result<u8> {
            Result::Ok(number)
        }
        let type_of = sleep(0).await.map(|()| 1)?;
        let outcome = std::future::ready(output + value + error + future + type_of).await;
        Ok(outcome)
    }
    assert_eq!(shadowed(1, 2, 3, 4).await?, 11);
    Ok(())
}

/// An await costs a pointer, however deep the coroutines are nested.
#[test]
fn awaits_are_small() {
    #[asyncio::coroutine]
    async fn first() -> Result<()> {
        sleep(3600).await
    }
    #[asyncio::coroutine]
    async fn second() -> Result<()> {
        first().await
    }
    #[asyncio::coroutine]
    async fn third() -> Result<()> {
        second().await
    }
    let lines = logged(|| {
        let sizes = [size_of_val(&first()), size_of_val(&second()), size_of_val(&third())];
        assert!(sizes[1] - sizes[0] <= 48 && sizes[2] - sizes[1] <= 48, "{sizes:?}");
    });
    assert_eq!(lines.len(), 3);
}

/// An await becomes a `match`, and a statement that begins with one ends behind it.
#[asyncio::test]
async fn awaits_stand_at_the_beginning_of_statements() -> Result<()> {
    async fn number(number: u32) -> u32 {
        number
    }

    async fn list() -> [u32; 2] {
        [1, 2]
    }

    #[asyncio::coroutine]
    async fn sum() -> Result<u32> {
        let sum = { number(1).await + number(2).await };
        let second = { list().await[1] };
        let is_so = { number(1).await < 2 && number(2).await == 2 };
        let small = { number(1).await as u8 };
        Ok(sum + second + u32::from(is_so) + u32::from(small))
    }
    assert_eq!(sum().await?, 7);
    Ok(())
}
