"""How many iterations of the loop each operation takes."""

import asyncio

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

    run(main())


@scenario
def what_takes_one():
    async def main():
        await cost("sleep(0)", asyncio.sleep(0))
        await cost("sleep(-1)", asyncio.sleep(-1))
        await cost("wait_for(sleep(0), 1)", asyncio.wait_for(asyncio.sleep(0), 1))

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

    run(main())


@scenario
def what_takes_three():
    async def main():
        await cost("create_task(sleep(0))", asyncio.create_task(asyncio.sleep(0)))
        await cost("gather(noop(), noop())", asyncio.gather(noop(), noop()))
        await cost("wait_for(noop(), 0)", asyncio.wait_for(noop(), 0))
        await cost("gather of a task cancelled before", asyncio.gather(cancelled_before_start()))

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
