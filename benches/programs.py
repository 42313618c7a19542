"""The rows as programs on Python's asyncio: `programs.py PROGRAM OPERATIONS ALIVE [uvloop]`."""

import asyncio
import os
import sys
import time
from queue import SimpleQueue

QUEUE = 100
PERMITS = 10
AHEAD = 1.0
FAR = 10.0


class Size:
    def __init__(self, operations, alive):
        self.operations = operations
        self.alive = alive
        self.rounds = operations // alive

    def delays(self):
        return (number * 7919 % self.alive / self.alive / 10 for number in range(self.alive))


class Watch:
    def __init__(self, clock=time.perf_counter):
        self.clock = clock
        self.start = clock()

    def nanoseconds_each(self, operations):
        return (self.clock() - self.start) * 1e9 / operations


def processor_watch():
    return Watch(time.process_time)


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def number_sum(count):
    return count * (count - 1) // 2


def report(figure):
    """Ends the process; what still runs in the loop is left behind."""
    print(figure, flush=True)
    # Python would take as long as the measurement to clean up behind a million tasks.
    os._exit(0)


# Callbacks and tasks


async def callbacks(size):
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def countdown(left):
        if left == 0:
            done.set_result(None)
        else:
            loop.call_soon(countdown, left - 1)

    watch = Watch()
    countdown(size.operations)
    await done
    return watch.nanoseconds_each(size.operations)


async def give(number):
    return number


async def tasks(size):
    watch = Watch()
    for _ in range(size.rounds):
        batch = [asyncio.create_task(give(number)) for number in range(size.alive)]
        total = 0
        for task in batch:
            total += await task
        assert total == number_sum(size.alive)
    return watch.nanoseconds_each(size.operations)


async def yields(size):
    async def yield_often():
        for _ in range(size.rounds):
            await asyncio.sleep(0)

    batch = [asyncio.create_task(yield_often()) for _ in range(size.alive)]
    watch = Watch()
    for task in batch:
        await task
    return watch.nanoseconds_each(size.operations)


async def futures(size):
    loop = asyncio.get_running_loop()

    async def set_result(future, number):
        future.set_result(number)

    watch = Watch()
    for number in range(size.operations):
        future = loop.create_future()
        task = asyncio.create_task(set_result(future, number))
        assert await future == number
        await task
    return watch.nanoseconds_each(size.operations)


async def gather(size):
    watch = Watch()
    for _ in range(size.rounds):
        numbers = await asyncio.gather(*(give(number) for number in range(size.alive)))
        assert sum(numbers) == number_sum(size.alive)
    return watch.nanoseconds_each(size.operations)


async def task_group(size):
    watch = Watch()
    for _ in range(size.rounds):
        async with asyncio.TaskGroup() as group:
            for number in range(size.alive):
                group.create_task(give(number))
    return watch.nanoseconds_each(size.operations)


async def cancel(size):
    cleaned_up = 0

    async def wait_and_clean_up(future):
        nonlocal cleaned_up
        try:
            await future
        finally:
            cleaned_up += 1

    loop = asyncio.get_running_loop()
    batch = [
        asyncio.create_task(wait_and_clean_up(loop.create_future())) for _ in range(size.alive)
    ]
    await asyncio.sleep(0)
    watch = Watch()
    for task in batch:
        task.cancel()
    for task in batch:
        try:
            await task
        except asyncio.CancelledError:
            pass
    assert cleaned_up == size.alive
    return watch.nanoseconds_each(size.alive)


# Queues and locks


async def queue(size):
    watch = Watch()
    items = asyncio.Queue(QUEUE)

    async def produce():
        for number in range(size.operations):
            await items.put(number)

    producer = asyncio.create_task(produce())
    total = 0
    for _ in range(size.operations):
        total += await items.get()
    await producer
    assert total == number_sum(size.operations)
    return watch.nanoseconds_each(size.operations)


async def ping_pong(size):
    watch = Watch()
    ping, pong = asyncio.Queue(1), asyncio.Queue(1)

    async def play():
        for _ in range(size.operations):
            await pong.put(await ping.get())

    player = asyncio.create_task(play())
    for number in range(size.operations):
        await ping.put(number)
        assert await pong.get() == number
    await player
    return watch.nanoseconds_each(size.operations)


async def contend(size, gate):
    async def rival():
        for _ in range(size.rounds):
            async with gate:
                await asyncio.sleep(0)

    watch = Watch()
    batch = [asyncio.create_task(rival()) for _ in range(size.alive)]
    for task in batch:
        await task
    return watch.nanoseconds_each(size.operations)


async def lock(size):
    return await contend(size, asyncio.Lock())


async def semaphore(size):
    return await contend(size, asyncio.Semaphore(PERMITS))


async def event(size):
    watch = Watch()
    for _ in range(size.rounds):
        event = asyncio.Event()
        batch = [asyncio.create_task(event.wait()) for _ in range(size.alive)]
        await asyncio.sleep(0)
        event.set()
        for task in batch:
            await task
    return watch.nanoseconds_each(size.operations)


# Timers


def never():
    raise AssertionError("it is cancelled")


async def timeouts(size):
    loop = asyncio.get_running_loop()
    watch = Watch()
    for _ in range(size.operations):
        timer = loop.call_at(loop.time() + FAR, never)
        await asyncio.sleep(0)
        timer.cancel()
    return watch.nanoseconds_each(size.operations)


async def wait_for(size):
    watch = Watch()
    for _ in range(size.operations):
        await asyncio.wait_for(asyncio.sleep(0), FAR)
    return watch.nanoseconds_each(size.operations)


async def fire(size, watch, schedule, pause):
    fired = 0

    def count():
        nonlocal fired
        fired += 1

    for _ in range(size.rounds):
        fired = 0
        for delay in size.delays():
            schedule(delay, count)
        while fired < size.alive:
            await asyncio.sleep(pause)
    return watch.nanoseconds_each(size.operations)


async def timers_fire(size):
    loop = asyncio.get_running_loop()

    def schedule(delay, callback):
        loop.call_later(AHEAD + delay, callback)

    return await fire(size, processor_watch(), schedule, 0.01)


async def timers_due(size):
    loop = asyncio.get_running_loop()

    def schedule(delay, callback):
        loop.call_at(loop.time() - delay, callback)

    return await fire(size, Watch(), schedule, 0)


async def timers_cancel(size):
    loop = asyncio.get_running_loop()
    watch = Watch()
    for _ in range(size.rounds):
        timers = [loop.call_later(FAR + delay, never) for delay in size.delays()]
        for timer in timers:
            timer.cancel()
        await asyncio.sleep(0)
    return watch.nanoseconds_each(size.operations)


async def sleeps(size):
    watch = processor_watch()
    for _ in range(size.rounds):
        batch = [asyncio.create_task(asyncio.sleep(AHEAD + delay)) for delay in size.delays()]
        for task in batch:
            await task
    return watch.nanoseconds_each(size.operations)


# Threads


async def threadsafe(size):
    loop = asyncio.get_running_loop()
    called = 0

    def count():
        nonlocal called
        called += 1

    def post():
        for _ in range(size.operations):
            loop.call_soon_threadsafe(count)

    watch = Watch()
    await asyncio.to_thread(post)
    # uvloop may learn of the thread's end before the last calls.
    while called < size.operations:
        await asyncio.sleep(0)
    return watch.nanoseconds_each(size.operations)


async def threadsafe_latency(size):
    loop = asyncio.get_running_loop()
    answers = SimpleQueue()

    def ask():
        for _ in range(size.operations):
            loop.call_soon_threadsafe(answers.put, None)
            answers.get()

    watch = Watch()
    await asyncio.to_thread(ask)
    return watch.nanoseconds_each(size.operations)


# Memory


async def measure_memory(size, start):
    before = resident_bytes()
    kept = [start() for _ in range(size.alive)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    report((resident_bytes() - before) / len(kept))


async def bytes_sleeping(size):
    await measure_memory(size, lambda: asyncio.create_task(asyncio.sleep(1000)))


async def bytes_waiting(size):
    loop = asyncio.get_running_loop()

    async def wait(future):
        await future

    def start():
        future = loop.create_future()
        return future, asyncio.create_task(wait(future))

    await measure_memory(size, start)


# The programs by their names


def start_up(size, run):
    async def nothing():
        pass

    watch = Watch()
    for _ in range(size.operations):
        run(nothing())
    return watch.nanoseconds_each(size.operations)


def main():
    name, operations, alive, *flavor = sys.argv[1:]
    size = Size(int(operations), int(alive))
    loop_factory = None
    if flavor:
        import uvloop

        loop_factory = uvloop.new_event_loop

    def run(coroutine, debug=None):
        return asyncio.run(coroutine, debug=debug, loop_factory=loop_factory)

    if name == "start_up":
        report(start_up(size, run))
    debug = name.endswith("_debug")
    program = globals()[name.removesuffix("_debug")]
    report(run(program(size), debug=debug))


if __name__ == "__main__":
    main()
