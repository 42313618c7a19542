"""Workers that do everything to one another, by dice that fall alike in both languages."""

import asyncio

from blocks import (
    cancelling,
    oversleep,
    within,
)
from trace import (
    outcome,
    run,
    scenario,
    show,
    state,
    trace,
    watch,
)

WORKERS = 8
STEPS = 16

# What the dice choose from.
ACTIONS = 13
ACTIONS_WITH_BLOCKS = 21


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


async def worker(number, dice, actions, slots, workers):
    for step in range(STEPS):
        label = f"{number}.{step}"
        action = dice.roll(actions)
        if action < 7:
            await act_on_a_slot(label, action, dice, slots)
        elif action < 13:
            await act_on_a_task(label, action, dice, slots, workers)
        else:
            await act_in_a_block(label, action, dice, slots)
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


async def act_in_a_block(label, action, dice, slots):
    match action:
        case 13:
            await outcome(f"{label} shield", asyncio.shield(double(slots.get(dice.roll(4)))))
        case 14:
            await outcome(f"{label} wait", wait_for_some(label, dice, slots))
        case 15:
            await outcome(f"{label} as completed", take_some(label, dice, slots))
        case 16:
            task = asyncio.create_task(stubborn(label, slots.get(dice.roll(4))), eager_start=True)
            await perhaps_cancel(label, task, dice)
            await outcome(f"{label} eager", asyncio.shield(task))
        case 17:
            await outcome(f"{label} moving", move_a_deadline(label, dice, slots))
        case 18:
            await outcome(f"{label} timeouts", nest_timeouts(label, dice, slots))
        case 19:
            limit = dice.roll(5) + 1
            grown = asyncio.wait_for(grow(label, 2, dice, slots), limit)
            await outcome(f"{label} grow", grown)
        case 20:
            await outcome(f"{label} grow", grow(label, 2, dice, slots))


async def wait_for_some(label, dice, slots):
    futures = [asyncio.create_task(double(slots.get(dice.roll(4)))) for _ in range(3)]
    modes = asyncio.ALL_COMPLETED, asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION
    mode, timeout = modes[dice.roll(3)], dice.roll(4)
    done, pending = await asyncio.wait(futures, timeout=timeout, return_when=mode)
    show(f"{label} done", [futures.index(future) for future in done])
    show(f"{label} pending", [futures.index(future) for future in pending])


async def take_some(label, dice, slots):
    children = [double(slots.get(dice.roll(4))) for _ in range(3)]
    for step in asyncio.as_completed(children, timeout=dice.roll(4)):
        await outcome(f"{label} step", step)


async def move_a_deadline(label, dice, slots):
    async def body(timeout):
        await watch(f"{label} first", slots.get(dice.roll(4)))
        timeout.reschedule(asyncio.get_running_loop().time() + dice.roll(3))
        await outcome(f"{label} second", slots.get(dice.roll(4)))
        await watch(f"{label} third", slots.get(dice.roll(4)))

    timeout = asyncio.timeout(dice.roll(4))
    try:
        await within(timeout, body)
    finally:
        trace(f"{label} {timeout!r}, cancelling {cancelling()}")


async def nest_timeouts(label, dice, slots):
    inner = asyncio.timeout(dice.roll(3))
    outer = asyncio.timeout(dice.roll(3))

    async def inner_body(timeout):
        await watch(f"{label} slot", slots.get(dice.roll(4)))

    async def outer_body(timeout):
        await watch(f"{label} inner", within(inner, inner_body))

    try:
        await within(outer, outer_body)
    finally:
        trace(f"{label} {inner!r} {outer!r}, cancelling {cancelling()}")


async def grow(label, depth, dice, slots):
    """Run a group with a random body and random children, which may be such groups."""
    group = asyncio.TaskGroup()
    if dice.roll(4) == 0:
        asyncio.get_running_loop().call_later(dice.roll(3), cancel_group, label, group)

    async def body(group):
        for number in range(dice.roll(3) + 1):
            own = Dice(dice.roll(2**15))
            child = grow_child(f"{label}.{number}", depth, own, group, slots)
            group.create_task(child, eager_start=dice.roll(3) == 0)
        match dice.roll(5):
            case 0:
                raise ValueError(label)
            case 1:
                cancel_group(label, group)
            case 2:
                await watch(f"{label} body", asyncio.sleep(dice.roll(3)))
            case 3:
                await outcome(f"{label} body", slots.get(dice.roll(4)))

    try:
        await watch(f"{label} group", within(group, body))
    finally:
        trace(f"{label} {group!r}, cancelling {cancelling()}")


def cancel_group(label, group):
    group.cancel()
    trace(f"{label} cancels {group!r}")


async def grow_child(label, depth, dice, group, slots):
    match dice.roll(7):
        case 0:
            await double(slots.get(dice.roll(4)))
        case 1:
            await stubborn(label, slots.get(dice.roll(4)))
        case 2:
            await asyncio.sleep(dice.roll(3))
            raise ValueError(label)
        case 3:
            await asyncio.sleep(dice.roll(3))
            cancel_group(label, group)
        case 4:
            await within(asyncio.timeout(dice.roll(3)), oversleep)
        case _ if depth:
            await grow(label, depth - 1, dice, slots)


async def manager(seed, actions=ACTIONS, ticks=80):
    # When an exception is lost is up to Python's collector.
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: None)
    slots = Slots()
    workers = []
    for number in range(WORKERS):
        dice = Dice(seed + number)
        coroutine = worker(number, dice, actions, slots, workers)
        workers.append(asyncio.create_task(coroutine, eager_start=False))
    for tick in range(ticks):
        await asyncio.sleep(0.5)
        slots.get(tick % 4).set_result(100 + tick)
    for number, task in enumerate(workers):
        state(f"worker {number}", task)
    await outcome("all", asyncio.gather(*workers, return_exceptions=True))


async def eager_manager(*arguments):
    """Be a manager all of whose tasks are eager, but for the workers."""
    asyncio.get_running_loop().set_task_factory(asyncio.eager_task_factory)
    await manager(*arguments)


@scenario
def eight_workers_and_the_dice_of_seed_1():
    run(manager(1))


@scenario
def eight_workers_and_the_dice_of_seed_1000():
    run(manager(1000))


@scenario
def eight_workers_and_the_dice_of_seed_77777():
    run(manager(77777))


@scenario
def eight_workers_in_blocks_and_the_dice_of_seed_2():
    run(manager(2, ACTIONS_WITH_BLOCKS, 600))


@scenario
def eight_workers_in_blocks_and_the_dice_of_seed_4242():
    run(manager(4242, ACTIONS_WITH_BLOCKS, 600))


@scenario
def eight_workers_in_blocks_and_the_dice_of_seed_31415():
    run(manager(31415, ACTIONS_WITH_BLOCKS, 600))


@scenario
def eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_5():
    run(eager_manager(5, ACTIONS_WITH_BLOCKS, 600))


@scenario
def eight_workers_in_blocks_with_eager_tasks_and_the_dice_of_seed_2718():
    run(eager_manager(2718, ACTIONS_WITH_BLOCKS, 600))
