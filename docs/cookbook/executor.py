"""Threads of one's own: `run_in_executor`."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor


def work(number):
    return threading.current_thread().name, number * number


async def main():
    loop = asyncio.get_running_loop()
    pool = ThreadPoolExecutor(1, thread_name_prefix="pool")
    for number in [2, 3]:
        name, square = await loop.run_in_executor(
            pool, work, number
        )
        print(name, square)
    pool.shutdown()
    loop.set_default_executor(ThreadPoolExecutor(1, "mine"))
    name, square = await loop.run_in_executor(None, work, 4)
    print(name, square)


asyncio.run(main())
