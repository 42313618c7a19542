"""The steps that are blocks; `../src/run/blocks.rs` and `tries.rs` have the same.

What leaves a block is done there, by a `return`, `break` or `continue` of Python's. So there is a
loop around each, of one round: a `continue` begins the second one.
"""

import asyncio
import contextlib

from steps import BREAK, CONTINUE
from values import CLASSES, error as error_of


class Manager:
    """A manager of whoever enters it."""

    def __init__(self, world, who, level, op):
        world.managers += 1
        self.world, self.who, self.level, self.op = world, who, level, op
        self.name = f"m{world.managers}"

    async def __aenter__(self):
        self.world.note(f"{self.who} enters {self.name}")
        await self.world.run(self.who, self.level, self.op["enter"])
        return self.name

    async def __aexit__(self, kind, error, _):
        self.world.note(f"{self.who} exits {self.name} with {error!r}")
        await self.world.run(self.who, self.level, self.op["exit"])
        swallows = self.op["swallows"]
        return swallows is not None and isinstance(error, CLASSES[swallows])


class Closing(contextlib.aclosing):
    """Lets go of the generator at its end, which the frames of a traceback would keep."""

    async def __aexit__(self, *error):
        try:
            await super().__aexit__(*error)
        finally:
            self.thing = None


class Blocks:
    """Loops, `try` and `async with`."""

    async def do_for(self, who, level, op):
        for round in range(op["rounds"]):
            self.note(f"{who} round {round}")
            left = await self.run(who, level, op["body"])
            if left == BREAK:
                break
            if left == CONTINUE:
                continue
            if left:
                return left
            self.note(f"{who} did round {round}")

    async def do_try(self, who, level, op):
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            except CLASSES[op["catch"]] as error:
                self.note(f"{who} caught {error!r}")
                left = await self.run(who, level, op["handler"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
                if op["reraise"]:
                    raise
            return None
        return BREAK

    async def do_finally(self, who, level, op):
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            finally:
                self.note(f"{who} cleans up")
                # `finally` is not left by a jump.
                await self.run(who, level, op["cleanup"])
            return None
        return BREAK

    async def do_try_except(self, who, level, op):
        # Without a second arm there is one that catches nothing.
        last = op["last"] and Exception or ()
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            except CLASSES[op["arm"]["catch"]] as error:
                left = await self.handle(who, level, op["arm"], error)
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
                if is_again(op["arm"]):
                    raise
            except last as error:
                left = await self.handle(who, level, op["last"], error)
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
                if is_again(op["last"]):
                    raise
            else:
                self.note(f"{who} else")
                left = await self.run(who, level, op["otherwise"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            finally:
                self.note(f"{who} cleans up")
                await self.run(who, level, op["cleanup"])
            return None
        return BREAK

    async def do_try_star(self, who, level, op):
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            except* CLASSES[op["arm"]["catch"]] as error:
                # An arm with a star is not left by a jump.
                await self.handle(who, level, op["arm"], error)
                if is_again(op["arm"]):
                    raise
            except* Exception as error:
                await self.handle(who, level, op["last"], error)
                if is_again(op["last"]):
                    raise
            else:
                self.note(f"{who} else")
                left = await self.run(who, level, op["otherwise"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            finally:
                self.note(f"{who} cleans up")
                await self.run(who, level, op["cleanup"])
            return None
        return BREAK

    async def handle(self, who, level, arm, error):
        """Do what an arm does before it raises its exception again, if it does."""
        self.note(f"{who} caught {error!r}")
        left = await self.run(who, level, arm["handler"])
        raises = arm["raises"]
        if raises and not left:
            match raises["how"]:
                case "new":
                    raise error_of(raises["error"])
                case "from":
                    raise error_of(raises["error"]) from error
                case "from_none":
                    raise error_of(raises["error"]) from None
        return left

    async def do_timeout(self, who, level, op):
        timeout = self.timeout(op)
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                async with timeout:
                    left = await self.run(who, level, op["body"])
                    if left == BREAK:
                        break
                    if left == CONTINUE:
                        continue
                    if left:
                        return left
            finally:
                self.note(f"{who} left {timeout!r}{self.requests()}")
            return None
        return BREAK

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
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                async with group:
                    left = await self.run(who, level, op["body"])
                    if left == BREAK:
                        break
                    if left == CONTINUE:
                        continue
                    if left:
                        return left
            finally:
                self.note(f"{who} left {group!r}{self.requests()}")
            return None
        return BREAK

    async def do_hold(self, who, level, op):
        for again in (False, True):
            if again:
                return CONTINUE
            try:
                async with self.locks[op["lock"]]:
                    self.note(f"{who} holds {op['lock']}")
                    left = await self.run(who, level, op["body"])
                    if left == BREAK:
                        break
                    if left == CONTINUE:
                        continue
                    if left:
                        return left
            finally:
                self.note(f"{who} held {op['lock']}: {self.locks[op['lock']].locked()}")
            return None
        return BREAK

    async def do_with(self, who, level, op):
        for again in (False, True):
            if again:
                return CONTINUE
            async with Manager(self, who, level, op["manager"]) as name:
                self.note(f"{who} is in {name}")
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            return None
        return BREAK

    async def do_closing(self, who, level, op):
        if not self.may_ask(level, op["generator"]):
            return None
        for again in (False, True):
            if again:
                return CONTINUE
            async with Closing(self.generators[op["generator"]].agen):
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            return None
        return BREAK


def is_again(arm):
    return bool(arm["raises"]) and arm["raises"]["how"] == "again"
