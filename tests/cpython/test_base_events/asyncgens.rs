//! `BaseEventLoopTests`: generators that nobody holds any more are closed by the loop.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;

use asyncio::{AsyncGenerator, EventLoop, Result, create_task, new_event_loop, try_except, yield_};

use crate::loops::run_once;

/// What became of the generator, and its last owner: where Python has a cycle for its collector.
#[derive(Clone, Default)]
struct Status {
    started: Rc<Cell<bool>>,
    stopped: Rc<Cell<bool>>,
    finalized: Rc<Cell<bool>>,
    owner: Rc<RefCell<Option<AsyncGenerator<u32>>>>,
}

#[asyncio::generator]
async fn agen(status: Status) -> AsyncGenerator<u32> {
    status.started.set(true);
    try_except!(
        {
            for item in 0..5 {
                yield_!(item)?;
            }
        },
        finally = {
            status.finalized.set(true);
        }
    )?;
}

async fn iter_one(status: Status) -> Result<()> {
    let items = status.owner.borrow().clone();
    let Some(items) = items else { return Ok(()) };
    if items.anext().await? == 3 {
        status.stopped.set(true);
        return Ok(());
    }
    let next: Pin<Box<dyn Future<Output = Result<()>>>> = Box::pin(iter_one(status));
    drop(create_task(next));
    Ok(())
}

/// Iterates a generator until its fourth item.
fn leave_unfinalized_asyncgen(loop_: &EventLoop) -> Result<Status> {
    // Its body has what it sets, and not its own handle.
    let status = Status::default();
    let own = Status { owner: Rc::default(), ..status.clone() };
    status.owner.replace(Some(agen(own)));
    let first = status.clone();
    loop_.run_until_complete(async move {
        drop(create_task(iter_one(first)));
        asyncio::Ok(())
    })?;
    while !status.stopped.get() {
        run_once(loop_)?;
    }
    assert!(status.started.get());
    assert!(!status.finalized.get());
    Ok(status)
}

mod BaseEventLoopTests {
    use super::*;

    #[test]
    fn test_asyncgen_finalization_by_gc() -> Result<()> {
        let loop_ = new_event_loop();
        let status = leave_unfinalized_asyncgen(&loop_)?;
        drop(status.owner.take());
        assert!(!status.finalized.get());
        // One iteration makes the task, the next one runs it.
        run_once(&loop_)?;
        run_once(&loop_)?;
        assert!(status.finalized.get());
        loop_.close()
    }
}
