"""A factory makes all tasks of a loop; the eager one starts them at once."""

import asyncio


def announcing_factory(loop, coroutine, **options):
    print(f"A task is made of {coroutine.__name__}()")
    return asyncio.Task(coroutine, loop=loop, **options)


def announcing_constructor(coroutine, *, loop, **options):
    return announcing_factory(loop, coroutine, **options)


async def greet(name):
    print(f"Hello, {name}!")
    await asyncio.sleep(0)
    print(f"Goodbye, {name}!")


async def create(name, **options):
    task = asyncio.create_task(greet(name), **options)
    print(f"{name} is created")
    await task


async def main():
    loop = asyncio.get_running_loop()
    assert loop.get_task_factory() is None

    loop.set_task_factory(announcing_factory)
    await create("Ada")

    # What ends without waiting for anything never needs the loop.
    loop.set_task_factory(asyncio.eager_task_factory)
    await create("Brian")

    loop.set_task_factory(asyncio.create_eager_task_factory(announcing_constructor))
    await create("Claude")

    # Without a factory, each task as it is wanted.
    loop.set_task_factory(None)
    await create("Donald")
    await create("Edsger", eager_start=True)


asyncio.run(main())
