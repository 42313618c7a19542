"""`async for`, and blocks in one another; `../src/run/streams.rs` and `nests.rs` have the same."""

import asyncio

from blocks import Closing, Manager
from steps import BREAK, CONTINUE


class Nests:
    """Steps in which several blocks stand in one function."""

    async def do_async_for(self, who, level, op):
        if op["closing"] and op["source"]["from"] in ("generator", "fresh"):
            return await self.closing_for(who, level, op)
        rounds = 0
        for again in (False, True):
            if again:
                return CONTINUE
            async for item in self.stream(who, level, op["source"]):
                self.note(f"{who} item {item}")
                rounds += 1
                if rounds > op["most"]:
                    break
                left = await self.run(who, level, op["body"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            else:
                self.note(f"{who} else")
                left = await self.run(who, level, op["otherwise"])
                if left == BREAK:
                    break
                if left == CONTINUE:
                    continue
                if left:
                    return left
            self.note(f"{who} left the loop")
            return None
        return BREAK

    async def closing_for(self, who, level, op):
        rounds = 0
        agen = None
        for again in (False, True):
            if again:
                return CONTINUE
            if not self.is_generator(level, op["source"]):
                return None
            try:
                async with Closing(self.stream(who, level, op["source"])) as agen:
                    async for item in agen:
                        self.note(f"{who} item {item}")
                        rounds += 1
                        if rounds > op["most"]:
                            break
                        left = await self.run(who, level, op["body"])
                        if left == BREAK:
                            break
                        if left == CONTINUE:
                            continue
                        if left:
                            return left
                    else:
                        self.note(f"{who} else")
                        left = await self.run(who, level, op["otherwise"])
                        if left == BREAK:
                            break
                        if left == CONTINUE:
                            continue
                        if left:
                            return left
                    self.note(f"{who} left the loop")
            finally:
                agen = None
            return None
        return BREAK

    async def do_nest_loop(self, who, level, op):
        managers = [Manager(self, who, level, op["manager"]) for _ in range(op["rounds"])]
        for manager in managers:
            async with manager as name:
                try:
                    async with asyncio.timeout(op["delay"]) as limit:
                        self.note(f"{who} nests in {name}")
                        left = await self.run(who, level, op["body"])
                        if left == BREAK:
                            break
                        if left == CONTINUE:
                            continue
                        if left:
                            return left
                        self.note(f"{who} is still in {limit!r}")
                except TimeoutError:
                    self.note(f"{who} is too late")
                    left = await self.run(who, level, op["handler"])
                    if left == BREAK:
                        break
                    if left == CONTINUE:
                        continue
                    if left:
                        return left
                    raise
                finally:
                    self.note(f"{who} cleans up in {name}")
                    await self.run(who, level, op["cleanup"])
                self.note(f"{who} leaves {name}")
            self.note(f"{who} ends a round")

    async def do_nest_stream(self, who, level, op):
        rounds = 0
        manager = Manager(self, who, level, op["manager"])
        async for item in self.stream(who, level, op["source"]):
            self.note(f"{who} nested item {item}")
            rounds += 1
            if rounds > op["most"]:
                break
            try:
                async with self.locks[op["lock"]]:
                    async with manager as name:
                        self.note(f"{who} nests in {name}")
                        left = await self.run(who, level, op["body"])
                        if left == BREAK:
                            break
                        if left == CONTINUE:
                            continue
                        if left:
                            return left
                    self.note(f"{who} holds the lock")
            finally:
                self.note(f"{who} cleans up")
                await self.run(who, level, op["cleanup"])
            self.note(f"{who} ends a round")
        else:
            self.note(f"{who} else")

    async def do_nest_group(self, who, level, op):
        for round in range(op["rounds"]):
            try:
                async with asyncio.TaskGroup() as group:
                    self.groups[op["group"]] = group
                    try:
                        self.note(f"{who} nests in {round}")
                        left = await self.run(who, level, op["body"])
                        if left == BREAK:
                            break
                        if left == CONTINUE:
                            continue
                        if left:
                            return left
                    finally:
                        self.note(f"{who} cleans up")
                        await self.run(who, level, op["cleanup"])
                    self.note(f"{who} waits for the group")
            except* ValueError as error:
                self.note(f"{who} caught {error!r}")
                await self.run(who, level, op["handler"])
            except* Exception as error:
                self.note(f"{who} caught as well {error!r}")
                raise
            self.note(f"{who} ends a round")
