"""Generators that wait, and give their values, within blocks, and are asked within others."""

import asyncio

from trace import outcome, run, scenario, trace


class Block:
    """Says how it is left."""

    async def __aenter__(self):
        trace("enter")

    async def __aexit__(self, kind, error, _):
        trace(f"exit with {error!r}")


@scenario
def a_timeout_while_a_generator_is_in_a_block():
    async def within():
        async with Block():
            await asyncio.sleep(0)
            yield 1

    async def main():
        numbers = within()
        await outcome("anext", anext(numbers))
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(0)
                trace("not reached")
        except TimeoutError as error:
            trace(f"raised {error!r}")
        await outcome("aclose", numbers.aclose())

    run(main())


@scenario
def a_generator_goes_on_in_another_timeout():
    async def within():
        async with Block():
            yield 1
            await asyncio.sleep(10)

    async def main():
        numbers = within()
        async with asyncio.timeout(5):
            await outcome("anext", anext(numbers))
        try:
            async with asyncio.timeout(1):
                await anext(numbers)
        except TimeoutError as error:
            trace(f"raised {error!r}")
        await outcome("anext", anext(numbers))

    run(main())


@scenario
def a_generator_goes_on_in_another_task():
    async def within():
        async with Block():
            yield 1
            await asyncio.sleep(10)

    async def main():
        numbers = within()
        await outcome("anext", anext(numbers))
        task = asyncio.create_task(outcome("in the task", anext(numbers)))
        await asyncio.sleep(0)
        try:
            async with asyncio.timeout(0):
                await asyncio.sleep(0)
                trace("not reached")
        except TimeoutError as error:
            trace(f"raised {error!r}")
        await task

    run(main())
