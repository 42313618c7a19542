"""Generators, what is asked of them, and streams; `../src/run/generators.rs` has the same.

What holds a generator is a slot or a request, never a name in a frame: a traceback would keep it.
"""

import asyncio

from blocks import Manager
from made import EVERYTHING
from steps import BREAK, CONTINUE
from values import CLASSES, error as error_of


class Known:
    """A generator, and its number."""

    def __init__(self, agen, level):
        self.agen = agen
        self.level = level


class Generating:
    """The body of a generator, while it is run."""

    def __init__(self, world, who, kept):
        self.world = world
        self.who = who
        self.kept = kept
        self.closing = False

    def note(self, text):
        self.world.note(f"{self.who} {text}")

    def may_yield(self):
        """Whether it may give a value.

        One that refuses to be closed, and is dropped then, GeneratorExit is raised in on the spot;
        in Rust only destructors run.
        """
        may_yield = self.kept or not self.closing
        if not may_yield:
            self.note("yields no more")
        return may_yield

    def sent(self, value):
        self.note(f"was sent {value!r}")

    def thrown(self, error):
        self.note(f"was thrown {error!r}")
        # A task that was to close it, and was cancelled before that, throws its cancellation.
        self.closing |= isinstance(error, (GeneratorExit, asyncio.CancelledError))


class Stream:
    """A stream of the program's own: it does the same for each item, and may fail at its end."""

    def __init__(self, world, who, level, items, body, error):
        self.world, self.who, self.level = world, who, level
        self.items, self.body, self.error = items, body, error
        self.given = 0

    def __aiter__(self):
        return self

    async def __anext__(self):
        self.world.note(f"{self.who} is asked for {self.given}")
        # Counted when it is there.
        try:
            await self.world.run(self.who, self.level, self.body)
        finally:
            self.given += 1
        if self.given <= self.items:
            return self.given - 1
        if self.error:
            raise error_of(self.error)
        raise StopAsyncIteration


class Items:
    """What comes out of a queue, until it is shut down."""

    def __init__(self, queue):
        self.queue = queue

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.queue.get()
        except asyncio.QueueShutDown:
            raise StopAsyncIteration


class Generators:
    """Makes and asks generators."""

    def generator(self, spec):
        level = self.next_level()
        agen = self.generate(f"g{level}", level, spec)
        agen.__qualname__ = "generate"
        if spec["kept"]:
            self.kept.append(agen)
        return Known(agen, EVERYTHING if spec["simple"] else level)

    async def generate(self, who, level, spec):
        body = Generating(self, who, spec["kept"])
        body.note("starts")
        try:
            for give in spec["body"]:
                if give["op"] == "yield":
                    if body.may_yield():
                        try:
                            sent = yield give["value"]
                        except BaseException as error:
                            body.thrown(error)
                            raise
                        body.sent(sent)
                elif give["op"] == "yield_with":
                    async with Manager(self, who, level, give["manager"]):
                        for value in range(give["values"]):
                            left = await self.run(who, level, give["body"])
                            if left == BREAK:
                                break
                            if left == CONTINUE:
                                continue
                            if left:
                                return
                            if body.may_yield():
                                try:
                                    sent = yield value
                                except BaseException as error:
                                    body.thrown(error)
                                    raise
                                body.sent(sent)
                elif give["op"] == "yield_from":
                    rounds = 0
                    async for item in self.stream(who, level, give["source"]):
                        if body.may_yield():
                            try:
                                sent = yield item + 10
                            except BaseException as error:
                                body.thrown(error)
                                raise
                            body.sent(sent)
                        rounds += 1
                        if rounds >= give["most"]:
                            break
                else:
                    left = await self.run(who, level, [give])
                    if left == BREAK:
                        break
                    if left == CONTINUE:
                        continue
                    if left:
                        return
        except CLASSES[spec["catch"]] as caught:
            body.note(f"caught {caught!r}")
            for say in spec["handler"]:
                if say["op"] != "yield":
                    await self.run(who, level, [say])
                elif body.may_yield():
                    try:
                        sent = yield say["value"]
                    except BaseException as error:
                        body.thrown(error)
                        raise
                    body.sent(sent)
            if spec["reraise"]:
                raise
        finally:
            body.note("cleans up")
            for say in spec["cleanup"]:
                if say["op"] != "yield":
                    await self.run(who, level, [say])
                elif body.may_yield():
                    try:
                        sent = yield say["value"]
                    except BaseException as error:
                        body.thrown(error)
                        raise
                    body.sent(sent)
        body.note("ends")

    def may_ask(self, level, generator):
        """Whether there is a generator, which cannot wait for a coroutine of this level."""
        return self.generators[generator] is not None and self.generators[generator].level > level

    async def request(self, level, generator, request):
        """Ask a generator for something; that it is over is no failure.

        Nor is GeneratorExit, by which an await closes coroutines in Python.
        """
        if not self.may_ask(level, generator):
            return None
        try:
            return await self.ask(generator, request)
        except (StopAsyncIteration, GeneratorExit) as end:
            return f"over by {type(end).__name__}"

    def ask(self, generator, request):
        match request["method"]:
            case "anext":
                return self.generators[generator].agen.__anext__()
            case "asend":
                return self.generators[generator].agen.asend(request["value"])
            case "athrow":
                return self.generators[generator].agen.athrow(error_of(request["error"]))
            case "aclose":
                return self.generators[generator].agen.aclose()

    def stream(self, who, level, source):
        """Make what `async for` goes through."""
        match source["from"]:
            case "queue":
                return Items(self.queues[source["queue"]])
            case "stream":
                return Stream(self, who, level, source["items"], source["body"], source["error"])
            case "fresh":
                return self.generator(source["spec"]).agen
        if self.may_ask(level, source["generator"]):
            return self.generators[source["generator"]].agen
        return Stream(self, who, level, 0, [], None)

    def is_generator(self, level, source):
        match source["from"]:
            case "generator":
                return self.may_ask(level, source["generator"])
            case kind:
                return kind == "fresh"
