"""`AsyncExitStack`, `aclosing`, and plain `async with`: exits in their order, and their errors."""

import asyncio
from contextlib import AsyncExitStack, aclosing

from trace import run, scenario, show, trace


class Manager:
    """Says what is done with it, each time an iteration later."""

    def __init__(self, name, error=None, swallows=False):
        self.name = name
        self.error = error
        self.swallows = swallows

    async def __aenter__(self):
        await asyncio.sleep(0)
        trace(f"enter {self.name}")
        return self.name

    async def __aexit__(self, kind, error, traceback):
        await asyncio.sleep(0)
        trace(f"exit {self.name} with {error!r}")
        if self.error is not None:
            raise self.error
        return self.swallows


async def ancestry(awaitable):
    """Await something, and write its exception with its contexts."""
    try:
        await awaitable
        trace("no exception")
    except BaseException as error:
        texts = []
        while error is not None:
            texts.append(repr(error))
            error = error.__context__
        trace("raised " + " while handling ".join(texts))


async def within(managers, error=None):
    """Fail, or not, inside of managers."""
    async with AsyncExitStack() as stack:
        for manager in managers:
            show("entered", await stack.enter_async_context(manager))
        if error is not None:
            raise error


async def beside(managers):
    """Leave managers by `aclose`."""
    stack = AsyncExitStack()
    for manager in managers:
        await stack.enter_async_context(manager)
    await stack.aclose()


async def oversleep():
    await asyncio.sleep(3600)


async def fail(text):
    raise ValueError(text)


def body():
    return KeyError("body")


def failing(name):
    return Manager(name, error=ValueError(name))


# The order.


@scenario
def exits_run_last_in_first_out():
    async def main():
        await ancestry(within([Manager("a"), Manager("b")]))
        await ancestry(beside([Manager("a"), Manager("b")]))

    run(main())


@scenario
def all_kinds_of_exits():
    async def callback():
        await asyncio.sleep(0)
        trace("async callback")

    async def exit(kind, error, traceback):
        trace(f"async exit with {error!r}")
        return True

    def sync_exit(kind, error, traceback):
        trace(f"exit with {error!r}")

    async def main():
        async with AsyncExitStack() as stack:
            stack.callback(trace, "callback")
            stack.push_async_callback(callback)
            stack.push_async_exit(exit)
            stack.push(sync_exit)
            moved = stack.pop_all()
            stack.callback(trace, "left behind")
        trace("moved")
        async with moved:
            raise body()

    run(main())


@scenario
def exits_may_put_exits_on_the_stack():
    async def main():
        stack = AsyncExitStack()
        stack.callback(trace, "first")
        stack.callback(lambda: stack.callback(trace, "late"))
        await stack.aclose()
        await stack.aclose()

    run(main())


@scenario
def what_cannot_be_entered_is_not_exited():
    class Locked:
        async def __aenter__(self):
            raise OSError("locked")

        async def __aexit__(self, *details):
            trace("this never runs")

    run(ancestry(within([Manager("a"), Locked()])))


# Errors.


@scenario
def every_exit_sees_the_error_of_the_body():
    run(ancestry(within([Manager("a"), Manager("b")], body())))


@scenario
def an_exit_that_fails_hands_its_error_on():
    run(ancestry(within([failing("a"), failing("b"), Manager("c")], body())))


@scenario
def exits_that_fail_after_a_body_that_did_not():
    async def main():
        await ancestry(within([failing("a"), failing("b")]))
        await ancestry(beside([failing("a"), failing("b")]))

    run(main())


@scenario
def an_exit_that_swallows_the_error():
    async def main():
        await ancestry(within([Manager("a"), Manager("b", swallows=True)], body()))
        await ancestry(within([failing("a"), Manager("b", swallows=True)], body()))

    run(main())


@scenario
def an_exit_that_swallows_the_error_of_another():
    async def main():
        await ancestry(within([Manager("a", swallows=True), failing("b")], body()))
        await ancestry(within([Manager("a", swallows=True), failing("b")]))
        swallowing = [Manager(name, swallows=True) for name in "ac"]
        await ancestry(within([swallowing[0], failing("b"), swallowing[1]], body()))

    run(main())


@scenario
def an_exit_that_raises_from_the_error_it_gets():
    def wrap(kind, error, traceback):
        raise RuntimeError("wrapped") from error

    async def main():
        async with AsyncExitStack() as stack:
            stack.push(wrap)
            stack.push(wrap)
            raise body()

    run(ancestry(main()))


@scenario
def an_exit_that_raises_the_error_it_gets():
    def again(kind, error, traceback):
        raise error

    async def main():
        async with AsyncExitStack() as stack:
            stack.push(again)
            stack.push(again)
            raise body()

    run(ancestry(main()))


@scenario
def a_stack_within_a_stack():
    async def main():
        async with AsyncExitStack() as outer:
            inner = await outer.enter_async_context(AsyncExitStack())
            await inner.enter_async_context(failing("a"))
            await inner.enter_async_context(Manager("b", swallows=True))
            raise body()

    run(ancestry(main()))


@scenario
def a_manager_alone():
    async def alone(manager, error=None):
        async with manager as name:
            show("entered", name)
            if error is not None:
                raise error

    async def main():
        await ancestry(alone(Manager("m")))
        await ancestry(alone(Manager("m"), body()))
        await ancestry(alone(Manager("m", swallows=True), body()))
        await ancestry(alone(failing("m"), body()))
        await ancestry(alone(failing("m")))

    run(main())


# Cancellation, timeouts and groups.


@scenario
def a_cancelled_body():
    async def sleeper():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Manager("a"))
            await oversleep()

    async def main():
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(1)
        task.cancel("enough")
        await ancestry(task)
        show("cancelled", task.cancelled())

    run(main())


@scenario
def a_cancelled_exit():
    async def sleeper():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Manager("a"))
            stack.push_async_callback(oversleep)
            await stack.enter_async_context(Manager("b"))

    async def main():
        task = asyncio.create_task(sleeper())
        await asyncio.sleep(1)
        task.cancel("enough")
        await ancestry(task)

    run(main())


@scenario
def a_timeout_on_the_stack():
    async def main():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Manager("a"))
            await stack.enter_async_context(asyncio.timeout(1))
            await stack.enter_async_context(Manager("b"))
            await oversleep()

    run(ancestry(main()))


@scenario
def a_group_on_the_stack():
    async def main():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Manager("a"))
            group = await stack.enter_async_context(asyncio.TaskGroup())
            group.create_task(fail("child"))
            await oversleep()

    run(ancestry(main()))


@scenario
def a_group_on_the_stack_that_is_cancelled():
    async def main():
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(Manager("a"))
            group = await stack.enter_async_context(asyncio.TaskGroup())
            group.create_task(oversleep())
            group.cancel()
            await oversleep()

    run(ancestry(main()))


# Closing.


class Closable:
    def __init__(self, error=None):
        self.error = error

    async def aclose(self):
        await asyncio.sleep(0)
        trace("closed")
        if self.error is not None:
            raise self.error


@scenario
def what_is_closed_at_the_end():
    async def close(thing, error=None):
        async with aclosing(thing) as same:
            show("the same", same is thing)
            if error is not None:
                raise error

    async def main():
        await ancestry(close(Closable()))
        await ancestry(close(Closable(), body()))
        await ancestry(close(Closable(ValueError("close")), body()))
        await ancestry(close(Closable(ValueError("close"))))

    run(main())
