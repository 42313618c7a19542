//! How many iterations of the loop each operation takes.

use asyncio::{
    AsCompleted, Awaitable, Barrier, Condition, Error, Event, EventLoop, Future, Lock, Queue,
    Result, Semaphore, Task, TaskGroup, WaitOptions,
};

use crate::blocks::briefly;
use crate::trace::{iteration, run, trace};

crate::scenarios! { iterations:
    what_takes_none,
    what_takes_none_if_tasks_are_eager,
    what_takes_one,
    what_takes_two,
    what_takes_two_if_tasks_are_eager,
    what_takes_three,
    what_takes_more,
    what_takes_none_if_nobody_contends,
    what_takes_two_if_somebody_contends,
}

async fn noop() -> Result<()> {
    Ok(())
}

async fn nested() -> Result<()> {
    asyncio::create_task(noop()).await
}

async fn return_at_once<M>(_: &M) -> Result<()> {
    Ok(())
}

async fn fill(group: &TaskGroup) -> Result<()> {
    group.create_task(noop())?;
    Ok(())
}

async fn cancel_before_the_start(group: &TaskGroup) -> Result<()> {
    group.create_task(noop())?;
    group.cancel();
    Ok(())
}

async fn take_each(mut completed: AsCompleted<()>) -> Result<()> {
    while let Some(future) = completed.anext().await {
        future?.await?;
    }
    Ok(())
}

async fn await_each(completed: AsCompleted<()>) -> Result<()> {
    for step in completed {
        step.await?;
    }
    Ok(())
}

async fn cost<A: Awaitable<Failure = Error>>(label: &str, awaitable: A) -> Result<()> {
    let before = iteration();
    let end = match awaitable.await {
        Ok(_) => "returned".to_owned(),
        Err(error) => format!("raised {error:?}"),
    };
    trace!("{label}: {}, {end}", iteration() - before);
    Ok(())
}

fn pending() -> Future<()> {
    asyncio::get_running_loop().create_future()
}

fn done() -> Future<()> {
    let future = pending();
    future.set_result(()).unwrap();
    future
}

fn set_by_call_soon() -> Future<()> {
    let future = pending();
    let setter = future.clone();
    asyncio::get_running_loop().call_soon(move || setter.set_result(()));
    future
}

fn cancelled_before_start() -> Task<()> {
    let task = asyncio::create_task(noop());
    task.cancel();
    task
}

fn cancelled_while_waiting() -> Future<()> {
    let future = pending();
    let canceller = future.clone();
    asyncio::get_running_loop().call_soon(move || canceller.cancel());
    future
}

async fn held_lock() -> Result<Lock> {
    let lock = Lock::new();
    lock.acquire().await?;
    let held = lock.clone();
    asyncio::get_running_loop().call_soon(move || held.release());
    Ok(lock)
}

/// `put` with the error alone, without the item.
async fn put(queue: &Queue<()>) -> Result<()> {
    Ok(queue.put(()).await?)
}

async fn notify(condition: Condition) -> Result<()> {
    condition.lock().await?.notify(1)
}

fn what_takes_none() {
    async fn main() -> Result<()> {
        cost("a coroutine", noop()).await?;
        cost("a done future", done()).await?;
        cost("an empty gather", asyncio::gather_all(Vec::<Task<()>>::new())).await?;
        cost("a gather of done futures", asyncio::gather((done(), done()))).await?;
        cost("wait_for(noop(), None)", asyncio::wait_for(noop(), None)).await?;
        cost("wait_for(noop(), 1)", asyncio::wait_for(noop(), 1)).await?;
        cost("wait_for(done, 0)", asyncio::wait_for(done(), 0)).await?;
        cost("shield(done)", asyncio::shield(done())).await?;
        cost("an empty group", TaskGroup::new().run(return_at_once)).await?;
        let timeout = asyncio::timeout(0);
        cost("timeout(0) without a suspension", timeout.run(return_at_once)).await?;
        let none: [Task<()>; 0] = [];
        cost("as_completed of nothing", await_each(asyncio::as_completed(none))).await
    }

    run(main());
}

fn what_takes_none_if_tasks_are_eager() {
    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_task_factory(asyncio::eager_task_factory);
        cost("create_task(noop())", asyncio::create_task(noop())).await?;
        cost("gather(noop(), noop())", asyncio::gather((noop(), noop()))).await?;
        cost("shield(noop())", asyncio::shield(noop())).await?;
        let task = asyncio::create_task(noop());
        cost("wait_for(create_task(noop()), 0)", asyncio::wait_for(task, 0)).await
    }

    run(main());
}

fn what_takes_one() {
    async fn main() -> Result<()> {
        cost("sleep(0)", asyncio::sleep(0)).await?;
        cost("sleep(-1)", asyncio::sleep(-1)).await?;
        cost("wait_for(sleep(0), 1)", asyncio::wait_for(asyncio::sleep(0), 1)).await?;
        cost("timeout(1) around sleep(0)", asyncio::timeout(1).run(briefly)).await?;
        cost("timeout(0) around sleep(0)", asyncio::timeout(0).run(briefly)).await
    }

    run(main());
}

fn what_takes_two() {
    async fn main() -> Result<()> {
        cost("create_task(noop())", asyncio::create_task(noop())).await?;
        cost("ensure_future(noop())", asyncio::ensure_future(noop())).await?;
        cost("a future set by call_soon", set_by_call_soon()).await?;
        cost("a future cancelled by call_soon", cancelled_while_waiting()).await?;
        cost("a task cancelled before it started", cancelled_before_start()).await?;
        cost("wait_for(pending, 0)", asyncio::wait_for(pending(), 0)).await?;
        cost("sleep(1)", asyncio::sleep(1)).await?;
        cost("wait_for(pending, 1)", asyncio::wait_for(pending(), 1)).await?;
        cost("wait_for(sleep(2), 1)", asyncio::wait_for(asyncio::sleep(2), 1)).await?;
        cost("wait([done])", asyncio::wait([done()])).await?;
        let options = WaitOptions::new().timeout(0);
        cost("wait([pending], timeout=0)", asyncio::wait_with([pending()], options)).await?;
        let timeout = asyncio::timeout(0);
        cost("timeout(0) around pending", timeout.run(async |_| pending().await)).await?;
        cost("as_completed of done", take_each(asyncio::as_completed([done()]))).await
    }

    run(main());
}

fn what_takes_two_if_tasks_are_eager() {
    async fn main() -> Result<()> {
        asyncio::get_running_loop().set_task_factory(asyncio::eager_task_factory);
        cost("create_task(sleep(0))", asyncio::create_task(asyncio::sleep(0))).await?;
        cost("a group of noop()", TaskGroup::new().run(fill)).await?;
        cost("as_completed of noop()", await_each(asyncio::as_completed([noop()]))).await?;
        let task = asyncio::create_task(noop());
        cost("wait([create_task(noop())])", asyncio::wait([task])).await
    }

    run(main());
}

fn what_takes_three() {
    async fn main() -> Result<()> {
        cost("create_task(sleep(0))", asyncio::create_task(asyncio::sleep(0))).await?;
        cost("gather(noop(), noop())", asyncio::gather((noop(), noop()))).await?;
        cost("wait_for(noop(), 0)", asyncio::wait_for(noop(), 0)).await?;
        let cancelled = cancelled_before_start();
        cost("gather of a task cancelled before", asyncio::gather((cancelled,))).await?;
        cost("shield(noop())", asyncio::shield(noop())).await?;
        cost("a group of noop()", TaskGroup::new().run(fill)).await?;
        let group = TaskGroup::new();
        let cancelled = group.run(cancel_before_the_start);
        cost("a group cancelled before its child started", cancelled).await?;
        let completed = asyncio::as_completed([noop(), noop()]);
        cost("as_completed, awaited", await_each(completed)).await?;
        let completed = asyncio::as_completed([noop(), noop()]);
        cost("as_completed, taken", take_each(completed)).await?;
        let task = asyncio::create_task(noop());
        cost("wait([create_task(noop())])", asyncio::wait([task])).await
    }

    run(main());
}

fn what_takes_more() {
    async fn main() -> Result<()> {
        cost("create_task(sleep(1))", asyncio::create_task(asyncio::sleep(1))).await?;
        cost("gather(sleep(0), noop())", asyncio::gather((asyncio::sleep(0), noop()))).await?;
        let inner = asyncio::gather((noop(),));
        cost("gather(gather(noop()))", asyncio::gather((inner,))).await?;
        let late = asyncio::create_task(asyncio::sleep(2));
        cost("wait_for(create_task(sleep(2)), 1)", asyncio::wait_for(late, 1)).await?;
        cost("create_task(nested())", asyncio::create_task(nested())).await
    }

    run(main());
}

fn what_takes_none_if_nobody_contends() {
    async fn main() -> Result<()> {
        let (lock, semaphore, event) = (Lock::new(), Semaphore::new(1), Event::new());
        cost("a free lock", lock.acquire()).await?;
        cost("the lock of a condition", Condition::new().acquire()).await?;
        cost("a free semaphore", semaphore.acquire()).await?;
        event.set();
        cost("an event that is set", event.wait()).await?;
        cost("a barrier of one", Barrier::new(1).wait()).await?;
        let queue = Queue::new(1);
        cost("a queue with a place", put(&queue)).await?;
        cost("a queue with an item", queue.get()).await?;
        queue.task_done()?;
        cost("a queue without work", queue.join()).await
    }

    run(main());
}

fn what_takes_two_if_somebody_contends() {
    async fn main() -> Result<()> {
        let loop_ = asyncio::get_running_loop();
        cost("a lock released by call_soon", held_lock().await?.acquire()).await?;
        let semaphore = Semaphore::new(0);
        let released = semaphore.clone();
        loop_.call_soon(move || released.release());
        cost("a semaphore released by call_soon", semaphore.acquire()).await?;
        let event = Event::new();
        let set = event.clone();
        loop_.call_soon(move || set.set());
        cost("an event set by call_soon", event.wait()).await?;
        contend_for_a_queue(&loop_).await?;
        let condition = Condition::new();
        condition.acquire().await?;
        let notifier = asyncio::create_task(notify(condition.clone()));
        cost("a condition notified by a task", condition.wait()).await?;
        notifier.await?;
        let barrier = Barrier::new(2);
        let other = asyncio::create_task(barrier.wait());
        cost("a barrier of two", barrier.wait()).await?;
        other.await?;
        Ok(())
    }

    run(main());
}

async fn contend_for_a_queue(loop_: &EventLoop) -> Result<()> {
    let queue = Queue::new(1);
    let filled = queue.clone();
    loop_.call_soon(move || Ok::<_, Error>(filled.put_nowait(())?));
    cost("an item put by call_soon", queue.get()).await?;
    queue.put(()).await?;
    let emptied = queue.clone();
    loop_.call_soon(move || emptied.get_nowait());
    cost("a place made by call_soon", put(&queue)).await?;
    for _ in 0..3 {
        let done = queue.clone();
        loop_.call_soon(move || done.task_done());
    }
    cost("work done by call_soon", queue.join()).await
}
