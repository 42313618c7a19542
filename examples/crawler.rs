//! A crawler: a pool of workers over a queue, with retries, limits of time and a progress line.
//!
//! The Python it mirrors is `crawler.py`, beside this file. Run it with
//! `cargo run --example crawler`; it prints
//!
//! ```text
//! 5 of 6 pages
//! 5 of 6 pages
//! The crawler is done
//! ['/', '/a', '/b', '/c', '/flaky']
//! ['no answer from /slow']
//! ```

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

use asyncio::{
    ConnectionError, LookupError, Queue, Result, TimeoutError, raise, sleep, task_group, timeout,
    try_except,
};

type Page = &'static str;

fn links(page: Page) -> &'static [Page] {
    match page {
        "/" => &["/a", "/b", "/slow"],
        "/a" => &["/b", "/c"],
        "/b" => &["/flaky"],
        "/flaky" => &["/"],
        _ => &[],
    }
}

/// Answers slowly, or at the second attempt, or never.
#[derive(Default)]
struct Site {
    attempts: Cell<u32>,
}

impl Site {
    async fn get(&self, page: Page) -> Result<&'static [Page]> {
        sleep(0.001).await?;
        if page == "/slow" {
            sleep(3600).await?;
        }
        if page == "/flaky" {
            self.attempts.set(self.attempts.get() + 1);
            if self.attempts.get() == 1 {
                raise!(ConnectionError("reset"));
            }
        }
        Ok(links(page))
    }
}

struct Crawler {
    site: Site,
    queue: Queue<Page>,
    seen: RefCell<BTreeSet<Page>>,
    fetched: RefCell<Vec<Page>>,
    failed: RefCell<Vec<String>>,
}

impl Crawler {
    fn new() -> Rc<Self> {
        Rc::new(Self {
            site: Site::default(),
            queue: Queue::new(0),
            seen: RefCell::default(),
            fetched: RefCell::default(),
            failed: RefCell::default(),
        })
    }

    fn add(&self, page: Page) -> Result<()> {
        if self.seen.borrow_mut().insert(page) {
            self.queue.put_nowait(page)?;
        }
        Ok(())
    }

    async fn fetch(&self, page: Page) -> Result<&'static [Page]> {
        for attempt in 1..4 {
            try_except!(
                { timeout!(0.25, { return Ok(self.site.get(page).await?) })? },
                |_: TimeoutError| break,
                |_: ConnectionError| {
                    if attempt == 3 {
                        raise!();
                    }
                    sleep(0.001 * f64::from(attempt)).await?;
                },
            )?;
        }
        raise!(LookupError(format!("no answer from {page}")))
    }

    async fn work(self: Rc<Self>) -> Result<()> {
        loop {
            let page = self.queue.get().await?;
            try_except!(
                {
                    for link in self.fetch(page).await? {
                        self.add(link)?;
                    }
                    self.fetched.borrow_mut().push(page);
                },
                |error: (LookupError, ConnectionError)| {
                    self.failed.borrow_mut().push(error.to_string());
                },
                finally = { self.queue.task_done()? },
            )?;
        }
    }
}

async fn progress(crawler: Rc<Crawler>) -> Result<()> {
    try_except!(
        {
            loop {
                sleep(0.1).await?;
                let (fetched, seen) = (crawler.fetched.borrow().len(), crawler.seen.borrow().len());
                println!("{fetched} of {seen} pages");
            }
        },
        finally = { println!("The crawler is done") },
    )
}

#[asyncio::main]
async fn main() -> Result<()> {
    let crawler = Crawler::new();
    crawler.add("/")?;
    task_group!(|group| {
        let mut tasks = Vec::new();
        for _ in 0..3 {
            tasks.push(group.create_task(Rc::clone(&crawler).work())?);
        }
        tasks.push(group.create_task(progress(Rc::clone(&crawler)))?);
        crawler.queue.join().await?;
        for task in tasks {
            task.cancel();
        }
    })?;
    crawler.fetched.borrow_mut().sort_unstable();
    let listed = |pages: &[String]| format!("['{}']", pages.join("', '"));
    let fetched: Vec<String> = crawler.fetched.borrow().iter().map(ToString::to_string).collect();
    println!("{}", listed(&fetched));
    println!("{}", listed(&crawler.failed.borrow()));
    Ok(())
}
