//! The code in `docs/TESTING.md`, and of this test in `README.md` and in the documentation of the
//! attribute; and that it is the code there.

use std::panic::catch_unwind;

use crate::findings::check;

const CHAPTER: &str = include_str!("../../../docs/TESTING.md");
const README: &str = include_str!("../../../README.md");
const ATTRIBUTE: &str = include_str!("../../../macros/src/lib.rs");
const THIS: &str = include_str!("chapter.rs");

mod careless {
    use std::cell::RefCell;

    use asyncio::{Result, Semaphore, create_task, sleep};

    struct Connection;

    impl Connection {
        async fn query(&self, _text: &str) -> Result<u32> {
            sleep(1).await?;
            Ok(42)
        }
    }

    struct Pool {
        permits: Semaphore,
        idle: RefCell<Vec<Connection>>,
    }

    impl Pool {
        fn new() -> Self {
            Self { permits: Semaphore::new(2), idle: RefCell::new(vec![Connection, Connection]) }
        }

        async fn query(&self, text: &str) -> Result<u32> {
            self.permits.acquire().await?;
            let connection = self.idle.borrow_mut().pop().expect("a permit is a connection");
            let answer = connection.query(text).await?;
            self.idle.borrow_mut().push(connection);
            self.permits.release();
            Ok(answer)
        }
    }

    #[should_panic(expected = "fails if it is cancelled")]
    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn a_pool_keeps_its_connections() -> Result<()> {
        let pool = Pool::new();
        let outcome = pool.query("select 42").await;
        assert_eq!(pool.idle.borrow().len(), 2);
        outcome.map(drop)
    }

    async fn fetch(part: u32) -> Result<u32> {
        sleep(part).await?;
        Ok(part)
    }

    #[should_panic(expected = "fails if it is cancelled")]
    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn both_parts_are_fetched() -> Result<()> {
        let second = create_task(fetch(2));
        let first = fetch(1).await?;
        assert_eq!(first + second.await?, 3);
        Ok(())
    }

    pub(super) const REPORTED: [fn(); 2] = [a_pool_keeps_its_connections, both_parts_are_fetched];
}

mod careful {
    use std::cell::RefCell;

    use asyncio::{Result, Semaphore, gather, sleep};

    struct Connection;

    impl Connection {
        async fn query(&self, _text: &str) -> Result<u32> {
            sleep(1).await?;
            Ok(42)
        }
    }

    struct Pool {
        permits: Semaphore,
        idle: RefCell<Vec<Connection>>,
    }

    impl Pool {
        async fn query(&self, text: &str) -> Result<u32> {
            self.permits.acquire().await?;
            let connection = self.idle.borrow_mut().pop().expect("a permit is a connection");
            let answer = connection.query(text).await;
            self.idle.borrow_mut().push(connection);
            self.permits.release();
            answer
        }

        async fn query_with_a_guard(&self, text: &str) -> Result<u32> {
            let _permit = self.permits.permit().await?;
            let connection = self.idle.borrow_mut().pop().expect("a permit is a connection");
            let answer = connection.query(text).await;
            self.idle.borrow_mut().push(connection);
            answer
        }
    }

    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn a_pool_keeps_its_connections() -> Result<()> {
        let idle = RefCell::new(vec![Connection, Connection]);
        let pool = Pool { permits: Semaphore::new(2), idle };
        let outcome = async {
            pool.query("select 42").await?;
            pool.query_with_a_guard("select 42").await
        }
        .await;
        assert_eq!(pool.idle.borrow().len(), 2);
        for _ in 0..2 {
            assert!(!pool.permits.locked());
            pool.permits.acquire().await?;
        }
        outcome.map(drop)
    }

    async fn fetch(part: u32) -> Result<u32> {
        sleep(part).await?;
        Ok(part)
    }

    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn both_parts_are_fetched() -> Result<()> {
        assert_eq!(gather!(fetch(1), fetch(2)).await?, (1, 2));
        Ok(())
    }
}

mod a_lock_that_is_lost {
    #[should_panic(expected = "the lock is held for ever")]
    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn the_lock_is_free_again() -> asyncio::Result<()> {
        let lock = asyncio::Lock::new();
        let outcome = async {
            lock.acquire().await?;
            asyncio::sleep(1).await?; // wrong: leaves with the lock if this is cancelled
            lock.release()
        };
        let outcome = outcome.await;
        assert!(!lock.locked(), "the lock is held for ever");
        outcome
    }
}

mod a_lock_that_is_kept {
    use asyncio::{Lock, Result, sleep};

    async fn work(lock: &Lock) -> Result<()> {
        lock.acquire().await?;
        let outcome = sleep(1).await;
        // With a `?` behind the sleep this would not be reached, and the test would fail.
        lock.release()?;
        outcome
    }

    #[asyncio::test(cancel = "each_await", virtual_time = true)]
    async fn the_lock_is_free_again() -> Result<()> {
        let lock = Lock::new();
        let outcome = work(&lock).await;
        assert!(!lock.locked());
        outcome
    }
}

/// The blocks of this kind in a document.
fn blocks(document: &'static str, kind: &str) -> impl Iterator<Item = &'static str> {
    let starts = document.split(&format!("```{kind}\n")).collect::<Vec<_>>();
    starts.into_iter().skip(1).filter_map(|rest| rest.split("```").next())
}

#[test]
fn the_code_is_that_of_the_tests() {
    let flat = |code: &str| {
        let lines = code.lines().map(str::trim);
        lines.filter(|line| !line.starts_with("#[should_panic")).collect::<Vec<_>>().join("\n")
    };
    let this = flat(THIS);
    let check = |block: &str| assert!(this.contains(&flat(block)), "there is no test of\n{block}");
    blocks(CHAPTER, "rust").for_each(check);
    assert_eq!(blocks(CHAPTER, "rust").count(), 4);

    let is_ours = |block: &&str| block.contains("the_lock_is_free_again");
    check(blocks(README, "rust").find(is_ours).expect("the README shows a test"));
    let attribute =
        ATTRIBUTE.lines().map(|line| line.trim_start_matches("///")).collect::<Vec<_>>();
    let attribute = attribute.join("\n");
    let shown = attribute.split("```").find(is_ours).expect("the attribute shows a test");
    check(&shown.replace("\n # mod tests {", "").replace("\n # }", ""));
}

#[test]
fn the_reports_are_those_of_the_tests() {
    assert_eq!(blocks(CHAPTER, "text").count(), careless::REPORTED.len());
    for (block, test) in blocks(CHAPTER, "text").zip(careless::REPORTED) {
        let payload = catch_unwind(test).expect_err("the test fails");
        check(payload.downcast_ref::<String>().expect("a text"), block.trim_end());
    }
}
