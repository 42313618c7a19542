"""Other threads and the loop: they call functions there, and run coroutines and wait for them."""

import asyncio
import concurrent.futures
import threading


async def double(number):
    await asyncio.sleep(0.1)
    return 2 * number


async def fail():
    raise ValueError("Oops!")


async def wait_long():
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        print("The coroutine is cancelled")
        raise


def talk(loop):
    loop.call_soon_threadsafe(print, "Called by the loop")

    # Each result() blocks this thread, and the loop goes on.
    future = asyncio.run_coroutine_threadsafe(double(21), loop)
    print("The coroutine returned", future.result())

    future = asyncio.run_coroutine_threadsafe(fail(), loop)
    print(f"The coroutine failed with {future.exception()!r}")

    future = asyncio.run_coroutine_threadsafe(wait_long(), loop)
    try:
        future.result(timeout=0.1)
    except TimeoutError:
        print("The thread has no more time")
        future.cancel()


async def main():
    await asyncio.to_thread(talk, asyncio.get_running_loop())

    # The other way round: a thread ends a future that the loop waits for.
    letter = concurrent.futures.Future()
    threading.Thread(target=letter.set_result, args=["A letter from a thread"]).start()
    print(await asyncio.wrap_future(letter))


asyncio.run(main())
