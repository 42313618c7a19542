"""How many iterations of the loop each operation takes."""

import asyncio

from blocks import (
    briefly,
    within,
)
from trace import (
    iteration,
    run,
    scenario,
    trace,
)


async def noop():
    pass


async def nested():
    await asyncio.create_task(noop())


async def return_at_once(manager):
    pass


async def fill(group):
    group.create_task(noop())


async def cancel_before_the_start(group):
    group.create_task(noop())
    group.cancel()


async def take_each(completed):
    async for future in completed:
        await future


async def await_each(completed):
    for step in completed:
        await step


async def cost(label, awaitable):
    before = iteration()
    end = "returned"
    try:
        await awaitable
    except BaseException as error:
        end = f"raised {error!r}"
    trace(f"{label}: {iteration() - before}, {end}")


def pending():
    return asyncio.get_running_loop().create_future()


def done():
    future = pending()
    future.set_result(None)
    return future


def set_by_call_soon():
    future = pending()
    asyncio.get_running_loop().call_soon(lambda: future.set_result(None))
    return future


def cancelled_before_start():
    task = asyncio.create_task(noop())
    task.cancel()
    return task


def cancelled_while_waiting():
    future = pending()
    asyncio.get_running_loop().call_soon(lambda: future.cancel())
    return future


async def held_lock():
    lock = asyncio.Lock()
    await lock.acquire()
    asyncio.get_running_loop().call_soon(lock.release)
    return lock


async def notify(condition):
    async with condition:
        condition.notify()


@scenario
def what_takes_none():
    async def main():
        await cost("a coroutine", noop())
        await cost("a done future", done())
        await cost("an empty gather", asyncio.gather())
        await cost("a gather of done futures", asyncio.gather(done(), done()))
        await cost("wait_for(noop(), None)", asyncio.wait_for(noop(), None))
        await cost("wait_for(noop(), 1)", asyncio.wait_for(noop(), 1))
        await cost("wait_for(done, 0)", asyncio.wait_for(done(), 0))
        await cost("shield(done)", asyncio.shield(done()))
        await cost("an empty group", within(asyncio.TaskGroup(), return_at_once))
        await cost("timeout(0) without a suspension", within(asyncio.timeout(0), return_at_once))
        await cost("as_completed of nothing", await_each(asyncio.as_completed([])))

    run(main())


@scenario
def what_takes_none_if_tasks_are_eager():
    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await cost("create_task(noop())", asyncio.create_task(noop()))
        await cost("gather(noop(), noop())", asyncio.gather(noop(), noop()))
        await cost("shield(noop())", asyncio.shield(noop()))
        task = asyncio.create_task(noop())
        await cost("wait_for(create_task(noop()), 0)", asyncio.wait_for(task, 0))

    run(main())


@scenario
def what_takes_one():
    async def main():
        await cost("sleep(0)", asyncio.sleep(0))
        await cost("sleep(-1)", asyncio.sleep(-1))
        await cost("wait_for(sleep(0), 1)", asyncio.wait_for(asyncio.sleep(0), 1))
        await cost("timeout(1) around sleep(0)", within(asyncio.timeout(1), briefly))
        await cost("timeout(0) around sleep(0)", within(asyncio.timeout(0), briefly))

    run(main())


@scenario
def what_takes_two():
    async def main():
        await cost("create_task(noop())", asyncio.create_task(noop()))
        await cost("ensure_future(noop())", asyncio.ensure_future(noop()))
        await cost("a future set by call_soon", set_by_call_soon())
        await cost("a future cancelled by call_soon", cancelled_while_waiting())
        await cost("a task cancelled before it started", cancelled_before_start())
        await cost("wait_for(pending, 0)", asyncio.wait_for(pending(), 0))
        await cost("sleep(1)", asyncio.sleep(1))
        await cost("wait_for(pending, 1)", asyncio.wait_for(pending(), 1))
        await cost("wait_for(sleep(2), 1)", asyncio.wait_for(asyncio.sleep(2), 1))
        await cost("wait([done])", asyncio.wait([done()]))
        await cost("wait([pending], timeout=0)", asyncio.wait([pending()], timeout=0))
        await cost("timeout(0) around pending", within(asyncio.timeout(0), lambda _: pending()))
        await cost("as_completed of done", take_each(asyncio.as_completed([done()])))

    run(main())


@scenario
def what_takes_two_if_tasks_are_eager():
    async def main():
        asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
        await cost("create_task(sleep(0))", asyncio.create_task(asyncio.sleep(0)))
        await cost("a group of noop()", within(asyncio.TaskGroup(), fill))
        await cost("as_completed of noop()", await_each(asyncio.as_completed([noop()])))
        await cost("wait([create_task(noop())])", asyncio.wait([asyncio.create_task(noop())]))

    run(main())


@scenario
def what_takes_three():
    async def main():
        await cost("create_task(sleep(0))", asyncio.create_task(asyncio.sleep(0)))
        await cost("gather(noop(), noop())", asyncio.gather(noop(), noop()))
        await cost("wait_for(noop(), 0)", asyncio.wait_for(noop(), 0))
        await cost("gather of a task cancelled before", asyncio.gather(cancelled_before_start()))
        await cost("shield(noop())", asyncio.shield(noop()))
        await cost("a group of noop()", within(asyncio.TaskGroup(), fill))
        cancelled = within(asyncio.TaskGroup(), cancel_before_the_start)
        await cost("a group cancelled before its child started", cancelled)
        await cost("as_completed, awaited", await_each(asyncio.as_completed([noop(), noop()])))
        await cost("as_completed, taken", take_each(asyncio.as_completed([noop(), noop()])))
        await cost("wait([create_task(noop())])", asyncio.wait([asyncio.create_task(noop())]))

    run(main())


@scenario
def what_takes_more():
    async def main():
        await cost("create_task(sleep(1))", asyncio.create_task(asyncio.sleep(1)))
        await cost("gather(sleep(0), noop())", asyncio.gather(asyncio.sleep(0), noop()))
        await cost("gather(gather(noop()))", asyncio.gather(asyncio.gather(noop())))
        late = asyncio.create_task(asyncio.sleep(2))
        await cost("wait_for(create_task(sleep(2)), 1)", asyncio.wait_for(late, 1))
        await cost("create_task(nested())", asyncio.create_task(nested()))

    run(main())


@scenario
def what_takes_none_if_nobody_contends():
    async def main():
        lock, semaphore, event = asyncio.Lock(), asyncio.Semaphore(), asyncio.Event()
        await cost("a free lock", lock.acquire())
        await cost("the lock of a condition", asyncio.Condition().acquire())
        await cost("a free semaphore", semaphore.acquire())
        event.set()
        await cost("an event that is set", event.wait())
        await cost("a barrier of one", asyncio.Barrier(1).wait())
        queue = asyncio.Queue(1)
        await cost("a queue with a place", queue.put(None))
        await cost("a queue with an item", queue.get())
        queue.task_done()
        await cost("a queue without work", queue.join())

    run(main())


@scenario
def what_takes_two_if_somebody_contends():
    async def main():
        loop = asyncio.get_running_loop()
        await cost("a lock released by call_soon", (await held_lock()).acquire())
        semaphore = asyncio.Semaphore(0)
        loop.call_soon(semaphore.release)
        await cost("a semaphore released by call_soon", semaphore.acquire())
        event = asyncio.Event()
        loop.call_soon(event.set)
        await cost("an event set by call_soon", event.wait())
        await contend_for_a_queue(loop)
        condition = asyncio.Condition()
        await condition.acquire()
        notifier = asyncio.create_task(notify(condition))
        await cost("a condition notified by a task", condition.wait())
        await notifier
        barrier = asyncio.Barrier(2)
        other = asyncio.create_task(barrier.wait())
        await cost("a barrier of two", barrier.wait())
        await other

    run(main())


async def contend_for_a_queue(loop):
    queue = asyncio.Queue(1)
    loop.call_soon(queue.put_nowait, None)
    await cost("an item put by call_soon", queue.get())
    await queue.put(None)
    loop.call_soon(queue.get_nowait)
    await cost("a place made by call_soon", queue.put(None))
    for _ in range(3):
        loop.call_soon(queue.task_done)
    await cost("work done by call_soon", queue.join())
