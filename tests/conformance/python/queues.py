"""Queues: who gets which item, what a cancellation leaves behind, and the end of a queue."""

import asyncio

from trace import (
    attempt,
    outcome,
    run,
    scenario,
    show,
    state,
    watch,
)


async def job(label, coroutine):
    return await watch(label, coroutine)


def start(label, coroutine):
    return asyncio.create_task(job(label, coroutine), name=label)


async def settle():
    for _ in range(4):
        await asyncio.sleep(0)


@scenario
def a_queue_gives_what_it_was_given():
    async def main():
        for queue in asyncio.Queue(3), asyncio.LifoQueue(3), asyncio.PriorityQueue(3):
            show("queue", queue)
            for item in 3, 1, 2:
                attempt("put", queue.put_nowait, item)
            show("full", queue.full())
            attempt("put", queue.put_nowait, 4)
            show("queue", queue)
            show("size", queue.qsize())
            for _ in range(3):
                await outcome("get", queue.get())
            show("empty", queue.empty())
            attempt("get", queue.get_nowait)
            show("queue", queue)

    run(main())


@scenario
def a_queue_shows_its_items_and_who_waits():
    async def main():
        queue = asyncio.Queue(1)
        getters = [start(f"getter {number}", queue.get()) for number in range(2)]
        await asyncio.sleep(0)
        show("queue", queue)
        queue.put_nowait("it's")
        show("queue", queue)
        queue.get_nowait()
        queue.put_nowait("a text that is longer than thirty characters")
        putter = start("putter", queue.put("next"))
        await settle()
        show("queue", queue)
        queue.shutdown(immediate=True)
        show("queue", queue)
        await settle()
        show("queue", queue)

    run(main())


@scenario
def the_items_of_a_heap_come_as_in_cpython():
    async def main():
        queue = asyncio.PriorityQueue()
        for number in range(12):
            queue.put_nowait(number * 7 % 5 + number % 3)
            show("queue", queue)
        while not queue.empty():
            attempt("get", queue.get_nowait)
            show("queue", queue)

    run(main())


@scenario
def a_woken_getter_may_be_too_late():
    async def main():
        queue = asyncio.Queue()
        first = start("first", queue.get())
        second = start("second", queue.get())
        await asyncio.sleep(0)
        queue.put_nowait(1)
        attempt("barge", queue.get_nowait)
        show("queue", queue)
        await settle()
        show("queue", queue)
        queue.put_nowait(2)
        await settle()
        show("queue", queue)
        state("first", first)
        state("second", second)

    run(main())


@scenario
def a_woken_putter_may_be_too_late():
    async def main():
        queue = asyncio.Queue(1)
        queue.put_nowait(1)
        first = start("first", queue.put(2))
        second = start("second", queue.put(3))
        await asyncio.sleep(0)
        attempt("get", queue.get_nowait)
        attempt("barge", queue.put_nowait, 4)
        show("queue", queue)
        await settle()
        show("queue", queue)
        for _ in range(3):
            await outcome("get", queue.get())
        state("first", first)
        state("second", second)

    run(main())


@scenario
def the_item_of_a_cancelled_getter_goes_to_the_next():
    async def main():
        queue = asyncio.Queue()
        tasks = [start(f"task {number}", queue.get()) for number in range(3)]
        await asyncio.sleep(0)
        queue.put_nowait(1)
        tasks[0].cancel("too late")
        show("queue", queue)
        await settle()
        show("queue", queue)
        tasks[2].cancel()
        show("queue", queue)
        queue.put_nowait(2)
        show("queue", queue)
        await settle()
        show("queue", queue)

    run(main())


@scenario
def the_place_of_a_cancelled_putter_goes_to_the_next():
    async def main():
        queue = asyncio.Queue(1)
        queue.put_nowait(0)
        tasks = [start(f"task {number}", queue.put(number)) for number in range(1, 4)]
        await asyncio.sleep(0)
        attempt("get", queue.get_nowait)
        tasks[0].cancel("too late")
        await settle()
        show("queue", queue)
        tasks[2].cancel()
        await settle()
        show("queue", queue)

    run(main())


@scenario
def a_getter_is_cancelled_before_the_item_comes():
    async def main():
        queue = asyncio.Queue()
        first = start("first", queue.get())
        second = start("second", queue.get())
        await asyncio.sleep(0)
        first.cancel()
        queue.put_nowait(1)
        show("queue", queue)
        await settle()
        state("second", second)

    run(main())


@scenario
def a_ping_pong_takes_its_iterations():
    async def player(label, here, there):
        for _ in range(3):
            await there.put(await watch(label, here.get()))

    async def main():
        ping, pong = asyncio.Queue(1), asyncio.Queue(1)
        first = asyncio.create_task(player("ping", ping, pong))
        second = asyncio.create_task(player("pong", pong, ping))
        await ping.put("ball")
        await asyncio.gather(first, second)
        show("ping", ping)

    run(main())


@scenario
def a_producer_and_a_consumer_take_turns():
    async def produce(queue):
        for number in range(5):
            await outcome(f"put {number}", queue.put(number))

    async def consume(queue):
        for number in range(5):
            await outcome(f"get {number}", queue.get())

    async def main():
        queue = asyncio.Queue(2)
        await asyncio.gather(produce(queue), consume(queue))

    run(main())


@scenario
def join_waits_for_every_task_done():
    async def main():
        queue = asyncio.Queue()
        await outcome("join", queue.join())
        queue.put_nowait(1)
        queue.put_nowait(2)
        first = start("first", queue.join())
        second = start("second", queue.join())
        await settle()
        queue.get_nowait()
        attempt("done", queue.task_done)
        first.cancel()
        await settle()
        attempt("done", queue.task_done)
        # What is put now is not waited for any more.
        queue.put_nowait(3)
        await settle()
        state("second", second)
        attempt("done", queue.task_done)
        attempt("done", queue.task_done)

    run(main())


@scenario
def a_shutdown_lets_what_is_there_be_taken():
    async def main():
        queue = asyncio.Queue(2)
        queue.put_nowait(1)
        queue.put_nowait(2)
        putter = start("putter", queue.put(3))
        join = start("join", queue.join())
        await asyncio.sleep(0)
        queue.shutdown()
        show("queue", queue)
        await settle()
        attempt("put", queue.put_nowait, 4)
        await outcome("put", queue.put(4))
        await outcome("get", queue.get())
        await outcome("put", queue.put(4))
        attempt("get", queue.get_nowait)
        attempt("get", queue.get_nowait)
        await outcome("get", queue.get())
        queue.shutdown()
        queue.task_done()
        queue.task_done()
        await outcome("join", join)

    run(main())


@scenario
def an_immediate_shutdown_empties_the_queue():
    async def main():
        queue = asyncio.Queue()
        for item in range(3):
            queue.put_nowait(item)
        queue.get_nowait()
        join = start("join", queue.join())
        await asyncio.sleep(0)
        queue.shutdown(immediate=True)
        show("queue", queue)
        await settle()
        state("join", join)
        attempt("get", queue.get_nowait)
        attempt("done", queue.task_done)
        attempt("done", queue.task_done)
        await outcome("join", join)

    run(main())


@scenario
def a_shutdown_wakes_getters_and_putters():
    async def main():
        empty, full = asyncio.Queue(), asyncio.Queue(1)
        full.put_nowait(0)
        getters = [start(f"getter {number}", empty.get()) for number in range(3)]
        putters = [start(f"putter {number}", full.put(number)) for number in range(3)]
        await asyncio.sleep(0)
        getters[1].cancel()
        putters[1].cancel()
        empty.shutdown()
        full.shutdown(immediate=True)
        getters[2].cancel()
        putters[2].cancel()
        await settle()
        show("empty", empty)
        show("full", full)

    run(main())


@scenario
def a_shutdown_after_a_getter_was_woken():
    async def main():
        queue = asyncio.Queue()
        first = start("first", queue.get())
        second = start("second", queue.get())
        await asyncio.sleep(0)
        queue.put_nowait(1)
        queue.shutdown()
        await settle()
        state("first", first)
        state("second", second)

    run(main())


@scenario
def a_queue_belongs_to_the_loop_of_its_first_wait():
    queue = asyncio.Queue(1)

    async def contend():
        await outcome("get", asyncio.wait_for(queue.get(), 1))

    async def fill():
        queue.put_nowait(1)
        await outcome("put", queue.put(2))
        await outcome("get", queue.get())

    run(contend())
    run(contend())
    run(fill())
