"""Waits for the first of several tasks, for some time, for the first failure, for all of them."""

import asyncio


async def succeed(delay):
    await asyncio.sleep(delay)


async def fail(delay):
    await asyncio.sleep(delay)
    raise ValueError("Oops!")


def names(tasks):
    # A set has no order of its own.
    return " ".join(sorted(task.get_name() for task in tasks)) or "none"


def show(title, done, pending):
    print(f"{title}: done {names(done)}, pending {names(pending)}")


async def main():
    a = asyncio.create_task(succeed(0.1), name="a")
    b = asyncio.create_task(succeed(0.3), name="b")
    c = asyncio.create_task(fail(0.6), name="c")
    d = asyncio.create_task(succeed(3600), name="d")
    tasks = [a, b, c, d]

    show("First", *await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))
    show("Timeout", *await asyncio.wait(tasks, timeout=0.35))  # raises nothing
    show("Failure", *await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION))

    # What is pending goes on, unless it is cancelled.
    d.cancel()
    show("All", *await asyncio.wait(tasks))
    assert d.cancelled()
    print(f"c keeps its exception: {c.exception()!r}")

    try:
        await asyncio.wait([])
    except ValueError as error:
        print("ValueError:", error)


asyncio.run(main())
