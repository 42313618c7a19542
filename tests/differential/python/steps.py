"""The steps of coroutines; `../src/run/steps.rs` takes the same."""

import asyncio

BREAK, CONTINUE = "break", "continue"


class Steps:
    """What a coroutine does and may wait for, and how it is left."""

    async def do_await(self, who, level, op):
        made = self.make(level, op["what"])
        label = f"{who} await {op['what']['await']}"
        try:
            value = await made.awaitable
        except BaseException as error:
            self.note(f"{label} raised {error!r}")
            raise
        self.note(f"{label}: {value!r}")

    async def do_return(self, who, level, op):
        return (op["value"],)

    async def do_break(self, who, level, op):
        return BREAK

    async def do_continue(self, who, level, op):
        return CONTINUE

    async def do_as_completed(self, who, level, op):
        children = self.children_of([self.make(level, child) for child in op["children"]])
        completed = asyncio.as_completed(children, timeout=op["timeout"])
        if op["stream"]:
            await self.take_stream(who, op["take"], children, completed)
        else:
            await self.take_steps(who, op["take"], completed)

    async def take_stream(self, who, take, children, completed):
        taken = 0
        while taken < take:
            taken += 1
            try:
                future = await anext(completed)
            except StopAsyncIteration:
                self.note(f"{who} has all")
                return
            except Exception as error:
                self.note(f"{who} has none: {error!r}")
                continue
            place = children.index(future) if future in children else None
            self.note(f"{who} has {place}: {self.state(future)}")

    async def take_steps(self, who, take, completed):
        for step in completed:
            if not take:
                step.close()
                return
            take -= 1
            try:
                value = await step
            except Exception as error:
                self.note(f"{who} step raised {error!r}")
            else:
                self.note(f"{who} step: {value!r}")

    async def do_wait(self, who, level, op):
        slots = [slot for slot in op["slots"] if self.may_wait(level, self.slots[slot])]
        futures = [self.slots[slot].awaitable for slot in slots]
        try:
            done, pending = await asyncio.wait(futures, timeout=op["timeout"], return_when=op["when"])
        except BaseException as error:
            self.note(f"{who} wait raised {error!r}")
            raise
        places = [[futures.index(future) for future in part] for part in (done, pending)]
        self.note(f"{who} wait: {places!r}")

    def requests(self):
        return f" cancelling {asyncio.current_task().cancelling()}"


def steps_of(*classes):
    """Collect what is done by steps, by their names."""
    return {
        name.removeprefix("do_"): function
        for one in classes
        for name, function in vars(one).items()
        if name.startswith("do_")
    }
