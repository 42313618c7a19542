"""Workers that do everything to one another, by dice that fall alike in both languages."""

import asyncio

from trace import (
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
)

WORKERS = 8
STEPS = 16


class Dice:
    def __init__(self, seed):
        self.state = seed

    def roll(self, sides):
        self.state = (self.state * 1103515245 + 12345) % 2**31
        return self.state // 65536 % sides


class Slots:
    """Futures that are awaited and ended by all; one that is done gives way to a new one."""

    def __init__(self):
        self.futures = [asyncio.Future() for _ in range(4)]

    def get(self, number):
        if self.futures[number].done():
            self.futures[number] = asyncio.Future()
        return self.futures[number]


async def double(future):
    return await future * 2


async def stubborn(label, future):
    await outcome(f"{label} stubborn", future)
    await asyncio.sleep(0)
    raise ValueError(label)


async def worker(number, dice, slots, workers):
    for step in range(STEPS):
        label = f"{number}.{step}"
        action = dice.roll(13)
        if action < 7:
            await act_on_a_slot(label, action, dice, slots)
        else:
            await act_on_a_task(label, action, dice, slots, workers)
    return number


async def act_on_a_slot(label, action, dice, slots):
    slot = dice.roll(4)
    match action:
        case 0:
            await outcome(f"{label} sleep", asyncio.sleep(dice.roll(3)))
        case 1:
            await outcome(f"{label} wait", slots.get(slot))
        case 2:
            trace(f"{label} sets {slot}")
            slots.get(slot).set_result(dice.roll(100))
        case 3:
            trace(f"{label} fails {slot}")
            slots.get(slot).set_exception(ValueError(label))
        case 4:
            timeout = dice.roll(3)
            await outcome(f"{label} wait_for", asyncio.wait_for(slots.get(slot), timeout))
        case 5:
            children = double(slots.get(slot)), slots.get(dice.roll(4))
            await outcome(f"{label} gather", asyncio.gather(*children))
        case 6:
            children = double(slots.get(slot)), slots.get(dice.roll(4))
            gathered = asyncio.gather(*children, return_exceptions=True)
            await outcome(f"{label} gather all", gathered)


async def act_on_a_task(label, action, dice, slots, workers):
    slot = dice.roll(4)
    other = dice.roll(WORKERS)
    match action:
        case 7:
            show(f"{label} cancels {other}", workers[other].cancel(f"by {label}"))
        case 8:
            show(f"{label} uncancels {other}", workers[other].uncancel())
        case 9:
            cancel = workers[other].cancel
            callback = lambda _: show(f"{label} cancels {other} later", cancel(f"by {label}"))
            slots.get(slot).add_done_callback(callback)
        case 10:
            cancel = workers[other].cancel
            callback = lambda: show(f"{label} cancels {other} in time", cancel(f"by {label}"))
            asyncio.get_running_loop().call_later(dice.roll(3), callback)
        case 11:
            task = asyncio.create_task(double(slots.get(slot)))
            await perhaps_cancel(label, task, dice)
            await outcome(f"{label} task", asyncio.wait_for(task, dice.roll(3)))
        case 12:
            children = [
                asyncio.create_task(double(slots.get(slot))),
                asyncio.create_task(stubborn(label, slots.get(dice.roll(4)))),
            ]
            gathered = asyncio.gather(*children, return_exceptions=True)
            await perhaps_cancel(label, children[dice.roll(2)], dice)
            await perhaps_cancel(label, gathered, dice)
            await outcome(f"{label} gather of tasks", gathered)


async def perhaps_cancel(label, future, dice):
    if dice.roll(2):
        await outcome(f"{label} yield", asyncio.sleep(0))
    if dice.roll(2):
        show(f"{label} cancels its own", future.cancel(f"own {label}"))


async def manager(seed):
    # When an exception is lost is up to Python's collector.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    slots = Slots()
    workers = []
    for number in range(WORKERS):
        dice = Dice(seed + number)
        workers.append(asyncio.create_task(worker(number, dice, slots, workers)))
    for tick in range(80):
        await asyncio.sleep(0.5)
        slots.get(tick % 4).set_result(100 + tick)
    for number, task in enumerate(workers):
        state(f"worker {number}", task)
    await outcome("all", asyncio.gather(*workers, return_exceptions=True))


@scenario
def eight_workers_and_the_dice_of_seed_1():
    run(manager(1))


@scenario
def eight_workers_and_the_dice_of_seed_1000():
    run(manager(1000))


@scenario
def eight_workers_and_the_dice_of_seed_77777():
    run(manager(77777))
