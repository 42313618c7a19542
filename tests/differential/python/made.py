"""What is awaited: coroutines, futures and tasks; `../src/run/made.rs` makes the same."""

import asyncio

EVERYTHING = 2**32 - 1


class Made:
    """Something to await, and the lowest number of a coroutine that it may wait for.

    What is plain, a program may end; what is many, is of `gather`; what is a task, a program
    may see as one.
    """

    def __init__(self, awaitable, level, plain=False, many=False, task=False):
        self.awaitable = awaitable
        self.level = level
        self.plain = plain
        self.many = many
        self.task = task

    @property
    def is_future(self):
        return asyncio.isfuture(self.awaitable)


class Makers:
    """Makes what programs await."""

    def may_wait(self, level, made):
        """Whether a coroutine may wait for this without waiting for itself in the end."""
        return made is not None and made.level > level

    def make(self, level, what):
        return MAKERS[what["await"]](self, level, what)

    def make_slot(self, level, what):
        made = self.slots[what["slot"]]
        if not self.may_wait(level, made):
            return Made(self.nothing(), EVERYTHING)
        return made

    async def nothing(self):
        return None

    def make_coroutine(self, level, what):
        return self.coroutine(what["body"])

    def make_sleep(self, level, what):
        return Made(asyncio.sleep(what["delay"], what["value"]), EVERYTHING)

    def make_gather(self, level, what):
        made = [self.make(level, child) for child in what["children"]]
        return self.gather(made, self.children_of(made), what)

    def make_gather_two(self, level, what):
        made = future, other = self.make_slot(level, what), self.make(level, what["what"])
        if future.is_future and not future.many and not other.is_future:
            return self.gather(made, [future.awaitable, other.awaitable], what)
        return self.gather(made, self.children_of(made), what)

    def gather(self, made, children, what):
        lowest = min((one.level for one in made), default=EVERYTHING)
        gathered = asyncio.gather(*children, return_exceptions=what["return_exceptions"])
        return Made(gathered, lowest, many=True)

    def children_of(self, made):
        """Give coroutines only, or futures only."""
        if any(one.is_future for one in made):
            return [asyncio.ensure_future(self.one(one)) for one in made]
        return [one.awaitable for one in made]

    def one(self, made):
        """Follow a `gather`, as Rust's lists hold futures of one type."""
        return self.follow(made.awaitable) if made.many else made.awaitable

    async def follow(self, future):
        return await future

    def make_shield(self, level, what):
        made = self.make(level, what["what"])
        shielded = made.awaitable
        if made.is_future and shielded.done() and not shielded.cancelled() and shielded._exception is None:
            # A result that is there is cloned in Rust, and is not that future itself.
            outer = self.loop.create_future()
            outer.set_result(shielded.result())
            return Made(outer, made.level, many=made.many)
        return Made(asyncio.shield(shielded), made.level, many=made.many)

    def make_wait_for(self, level, what):
        made = self.make(level, what["what"])
        timeout = what["timeout"]
        if self.program["eager"] and not made.is_future and timeout is not None:
            # Without time, a coroutine never starts in Rust.
            timeout = max(timeout, 0.1)
        return Made(asyncio.wait_for(made.awaitable, timeout), made.level)

    def make_acquire(self, level, what):
        return Made(self.locks[what["lock"]].acquire(), EVERYTHING)

    def make_event(self, level, what):
        return Made(self.events[what["event"]].wait(), EVERYTHING)

    def make_condition(self, level, what):
        return Made(self.conditions[what["condition"]].wait(), EVERYTHING)

    def make_condition_for(self, level, what):
        def is_enough():
            self.note(f"count {self.count}")
            return self.count >= what["count"]

        return Made(self.conditions[what["condition"]].wait_for(is_enough), EVERYTHING)

    def make_barrier(self, level, what):
        return Made(self.barrier.wait(), EVERYTHING)

    def make_reset_barrier(self, level, what):
        return Made(self.barrier.reset(), EVERYTHING)

    def make_abort_barrier(self, level, what):
        return Made(self.barrier.abort(), EVERYTHING)

    def make_get(self, level, what):
        return Made(self.queues[what["queue"]].get(), EVERYTHING)

    def make_put(self, level, what):
        return Made(self.queues[what["queue"]].put(what["item"]), EVERYTHING)

    def make_join(self, level, what):
        return Made(self.queues[what["queue"]].join(), EVERYTHING)

    def make_request(self, level, what):
        return Made(self.request(level, what["generator"], what["request"]), EVERYTHING)


MAKERS = {
    name.removeprefix("make_"): function
    for name, function in vars(Makers).items()
    if name.startswith("make_")
}
