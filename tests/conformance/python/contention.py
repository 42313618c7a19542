"""Workers that contend for locks and queues and cancel one another, by the dice of `mixtures`."""

import asyncio

from mixtures import Dice
from trace import (
    attempt,
    outcome,
    run,
    scenario,
    show,
    state,
)

WORKERS = 7
STEPS = 14
KINDS = 17


class Things:
    """What the workers contend for."""

    def __init__(self, queue):
        self.lock = asyncio.Lock()
        self.event = asyncio.Event()
        self.condition = asyncio.Condition(self.lock)
        self.semaphore = asyncio.Semaphore(2)
        self.bounded = asyncio.BoundedSemaphore(1)
        self.barrier = asyncio.Barrier(3)
        self.queue = queue

    def show(self, label):
        show(f"{label} lock", self.lock)
        show(f"{label} event", self.event)
        show(f"{label} condition", self.condition)
        show(f"{label} semaphore", self.semaphore)
        show(f"{label} bounded", self.bounded)
        show(f"{label} barrier", self.barrier)
        show(f"{label} queue", self.queue)


async def hold(thing, delay):
    await thing.acquire()
    try:
        await asyncio.sleep(delay)
    finally:
        thing.release()


async def wait_under_lock(condition):
    async with condition:
        return await condition.wait()


async def wait_for_event(condition, event):
    async with condition:
        return await condition.wait_for(event.is_set)


async def notify(condition, count):
    async with condition:
        condition.notify(count)


async def consume(queue, delay):
    item = await queue.get()
    try:
        await asyncio.sleep(delay)
    finally:
        queue.task_done()
    return item


async def worker(number, dice, things, workers):
    for step in range(STEPS):
        label = f"{number}.{step}"
        kind = dice.roll(KINDS)
        if kind < 9:
            await use_a_lock(label, kind, dice, things)
        elif kind < 13:
            await use_the_queue(label, kind, dice, things)
        else:
            await disturb(label, kind, dice, things, workers)
    return number


async def use_a_lock(label, kind, dice, things):
    delay = dice.roll(3)
    match kind:
        case 0:
            await outcome(f"{label} lock", hold(things.lock, delay))
        case 1:
            await outcome(f"{label} semaphore", hold(things.semaphore, delay))
        case 2:
            await outcome(f"{label} bounded", hold(things.bounded, delay))
        case 3:
            waiting = wait_under_lock(things.condition)
            await outcome(f"{label} condition", waiting)
        case 4:
            waiting = wait_for_event(things.condition, things.event)
            await outcome(f"{label} predicate", asyncio.wait_for(waiting, 1 + delay))
        case 5:
            await outcome(f"{label} event", asyncio.wait_for(things.event.wait(), 1 + delay))
        case 6:
            await outcome(f"{label} barrier", things.barrier.wait())
        case 7:
            waiting = asyncio.wait_for(hold(things.lock, delay), 1)
            await outcome(f"{label} lock in time", waiting)
        case 8:
            waiting = asyncio.wait_for(hold(things.semaphore, delay), 1)
            await outcome(f"{label} semaphore in time", waiting)


async def use_the_queue(label, kind, dice, things):
    queue = things.queue
    match kind:
        case 9:
            await outcome(f"{label} put", queue.put(dice.roll(100)))
        case 10:
            await outcome(f"{label} get", consume(queue, dice.roll(3)))
        case 11:
            attempt(f"{label} put now", queue.put_nowait, dice.roll(100))
            await outcome(f"{label} join", asyncio.wait_for(queue.join(), dice.roll(3)))
        case 12:
            attempt(f"{label} get now", queue.get_nowait)
            attempt(f"{label} task done", queue.task_done)
            await outcome(f"{label} get in time", asyncio.wait_for(consume(queue, 0), dice.roll(3)))


async def disturb(label, kind, dice, things, workers):
    other = dice.roll(WORKERS)
    cancel = workers[other].cancel
    match kind:
        case 13:
            await outcome(f"{label} notify", notify(things.condition, dice.roll(3)))
            show(f"{label} cancels {other}", cancel(f"by {label}"))
        case 14:
            action = things.event.clear if things.event.is_set() else things.event.set
            attempt(f"{label} changes event", action)
            action = things.barrier.reset if dice.roll(4) else things.barrier.abort
            await outcome(f"{label} changes barrier", action())
        case 15:
            show(f"{label} cancels {other}", cancel(f"by {label}"))
            await outcome(f"{label} yield", asyncio.sleep(0))
            show(f"{label} cancels {other} again", cancel(f"again by {label}"))
        case 16:
            callback = lambda: show(f"{label} cancels {other} in time", cancel(f"by {label}"))
            asyncio.get_running_loop().call_later(dice.roll(3), callback)
            things.show(label)


async def manager(seed, queue):
    # When an exception is lost is up to Python's collector.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    things = Things(queue)
    workers = []
    for number in range(WORKERS):
        dice = Dice(seed + number)
        workers.append(asyncio.create_task(worker(number, dice, things, workers)))
    for tick in range(40):
        await asyncio.sleep(0.5)
        things.event.set()
        await outcome(f"tick {tick}", notify(things.condition, 1))
        attempt(f"tick {tick} put", queue.put_nowait, tick)
    things.show("shutdown")
    queue.shutdown(seed % 2 == 0)
    while pending := [task for task in workers if not task.done()]:
        for task in pending:
            task.cancel("the end")
            await asyncio.sleep(0.5)
    for number, task in enumerate(workers):
        state(f"worker {number}", task)
    things.show("end")


@scenario
def seven_workers_and_the_dice_of_seed_1():
    run(manager(1, asyncio.Queue(2)))


@scenario
def seven_workers_and_the_dice_of_seed_2000():
    run(manager(2000, asyncio.PriorityQueue(3)))


@scenario
def seven_workers_and_the_dice_of_seed_33333():
    run(manager(33333, asyncio.LifoQueue(1)))
