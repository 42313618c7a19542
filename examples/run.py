"""What asyncio.run() does around a coroutine: a fresh loop, no task left behind, the loop closed."""

import asyncio


async def leftover():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("leftover() is cancelled at the end of the run")
        raise


async def with_leftover():
    asyncio.create_task(leftover())
    await asyncio.sleep(0)  # lets it begin
    print("with_leftover() returns")
    return asyncio.get_running_loop()


async def nested():
    coroutine = with_leftover()
    try:
        asyncio.run(coroutine)
    except RuntimeError as error:
        print("RuntimeError:", error)
        coroutine.close()


first = asyncio.run(with_leftover())
assert first.is_closed()

second = asyncio.run(with_leftover())
assert second is not first

asyncio.run(nested())
