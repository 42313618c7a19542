"""What blocks is called on other threads, so that the loop goes on."""

import asyncio
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor


def block(seconds):
    time.sleep(seconds)
    return threading.current_thread().name


def fail():
    raise ValueError("Oops!")


def add_up(limit):
    return sum(range(limit + 1))


class OtherPool(Executor):
    """Somebody else's pool: here a thread for each job."""

    def submit(self, function, /, *args):
        future = Future()

        def run():
            if future.set_running_or_notify_cancel():
                future.set_result(function(*args))

        threading.Thread(target=run).start()
        return future


async def main():
    loop = asyncio.get_running_loop()

    # The loop makes its default executor when it is first needed.
    name = loop.run_in_executor(None, block, 0.5)
    for tick in range(2):
        await asyncio.sleep(0.1)
        print("Tick", tick)
    print("Called on", await name)

    # A pool of one thread does one thing after the other.
    pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="worker")
    names = await asyncio.gather(*(loop.run_in_executor(pool, block, 0.1) for _ in range(3)))
    print("Called on", *names)

    try:
        await loop.run_in_executor(pool, fail)
    except ValueError as error:
        print(f"The function failed with {error!r}")

    # to_thread() takes the default one; run() shuts that down, and waits for its threads.
    loop.set_default_executor(pool)
    print("Called on", await asyncio.to_thread(block, 0.1))

    print("Another pool says", await loop.run_in_executor(OtherPool(), add_up, 100))


asyncio.run(main())
