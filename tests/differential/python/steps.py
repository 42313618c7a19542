"""The steps of coroutines; `../src/run/steps.rs` takes the same."""

import asyncio

from values import CLASSES


class Steps:
    """What a coroutine does and may wait for; a `return` gives its value in a tuple."""

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

    async def do_try(self, who, level, op):
        try:
            return await self.run(who, level, op["body"])
        except CLASSES[op["catch"]] as error:
            self.note(f"{who} caught {error!r}")
            left = await self.run(who, level, op["handler"])
            if left or not op["reraise"]:
                return left
            raise

    async def do_finally(self, who, level, op):
        try:
            return await self.run(who, level, op["body"])
        finally:
            self.note(f"{who} cleans up")
            await self.run(who, level, op["cleanup"])

    async def do_timeout(self, who, level, op):
        timeout = self.timeout(op)
        try:
            async with timeout:
                return await self.run(who, level, op["body"])
        finally:
            self.note(f"{who} left {timeout!r}{self.requests()}")

    def timeout(self, op):
        number, delay = op["timeout"], op["delay"]
        if op["fresh"] or self.timeouts[number] is None:
            if op["at"]:
                timeout = asyncio.timeout_at(None if delay is None else self.loop.time() + delay)
            else:
                timeout = asyncio.timeout(delay)
            self.timeouts[number] = timeout
        return self.timeouts[number]

    async def do_group(self, who, level, op):
        number = op["group"]
        if op["fresh"] or self.groups[number] is None:
            self.groups[number] = asyncio.TaskGroup()
        group = self.groups[number]
        try:
            async with group:
                return await self.run(who, level, op["body"])
        finally:
            self.note(f"{who} left {group!r}{self.requests()}")

    async def do_hold(self, who, level, op):
        try:
            async with self.locks[op["lock"]]:
                self.note(f"{who} holds {op['lock']}")
                return await self.run(who, level, op["body"])
        finally:
            self.note(f"{who} held {op['lock']}: {self.locks[op['lock']].locked()}")

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


STEPS = {
    name.removeprefix("do_"): function
    for name, function in vars(Steps).items()
    if name.startswith("do_")
}
