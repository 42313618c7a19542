"""`try`, `async with` and `async for` as statements: every way out of them, in its order."""

import asyncio

from trace import run, scenario, show, trace


class Manager:
    """Says what is done with it, each time an iteration later."""

    def __init__(self, name, error=None, swallows=False):
        self.name = name
        self.error = error
        self.swallows = swallows

    async def __aenter__(self):
        await asyncio.sleep(0)
        trace(f"enter {self.name}")
        return self.name

    async def __aexit__(self, kind, error, traceback):
        await asyncio.sleep(0)
        trace(f"exit {self.name} with {error!r}")
        if self.error is not None:
            raise self.error
        return self.swallows


class Items:
    """What comes out of a queue until it is shut down."""

    def __init__(self, queue):
        self.queue = queue

    def __aiter__(self):
        return self

    async def __anext__(self):
        try:
            return await self.queue.get()
        except asyncio.QueueShutDown:
            raise StopAsyncIteration


def filled(*numbers):
    queue = asyncio.Queue()
    for number in numbers:
        queue.put_nowait(number)
    queue.shutdown()
    return queue


async def ancestry(label, awaitable):
    """Await something, and write its outcome: an exception with its contexts."""
    try:
        show(label, await awaitable)
    except BaseException as error:
        texts = []
        while error is not None:
            texts.append(repr(error))
            error = error.__context__
        trace(f"{label} raised " + " while handling ".join(texts))


def cancelling():
    return asyncio.current_task().cancelling()


# Loops.


@scenario
def every_way_out_of_a_loop():
    async def leave(way):
        value = 0
        while value < 1:
            value += 1
            for round in range(2):
                async with Manager("a") as name:
                    try:
                        await asyncio.sleep(0)
                        trace(f"round {value} {round} in {name}")
                        if way == "return":
                            return value
                        if way == "break":
                            break
                        if way == "continue":
                            continue
                        if way == "raise":
                            raise ValueError(way)
                    finally:
                        await asyncio.sleep(0)
                        trace("finally")
                trace("behind the block")
        return value * 10

    async def main():
        for way in ["return", "break", "continue", "raise", "end"]:
            await ancestry(way, leave(way))

    run(main())


@scenario
def nested_blocks_are_left_from_the_inside():
    async def leave():
        async with Manager("a"):
            try:
                async with Manager("b"):
                    try:
                        return "value"
                    finally:
                        trace("inner finally")
            finally:
                await asyncio.sleep(0)
                trace("outer finally")

    async def main():
        await ancestry("left", leave())

    run(main())


# Errors.


def raising(error):
    raise error


async def which(error):
    try:
        raising(error)
    except ValueError as e:
        return f"ValueError {e}"
    except (KeyError, OSError) as e:
        return f"one of two, {str(isinstance(e, OSError)).lower()}"
    except Exception as e:
        return f"Exception {e}"
    finally:
        trace("finally")


@scenario
def the_first_arm_that_fits():
    async def main():
        errors = [ValueError("v"), KeyError("k"), TimeoutError("t"), TypeError("y")]
        for error in errors + [asyncio.CancelledError("c"), asyncio.QueueEmpty()]:
            await ancestry("which", which(error))

    run(main())


@scenario
def arms_that_raise():
    async def another():
        try:
            raise ValueError("first")
        except ValueError:
            await asyncio.sleep(0)
            raise TypeError("second")

    async def again():
        try:
            raise ValueError("first")
        except ValueError:
            await asyncio.sleep(0)
            raise

    async def in_an_arm_of_an_arm():
        try:
            raise ValueError("first")
        except ValueError:
            try:
                raise KeyError("second")
            except KeyError:
                raise TypeError("third")

    async def main():
        await ancestry("another", another())
        await ancestry("again", again())
        await ancestry("nested", in_an_arm_of_an_arm())

    run(main())


@scenario
def errors_in_finally():
    async def behind_a_value():
        try:
            return 1
        finally:
            raise TypeError("finally")

    async def behind_an_error():
        try:
            raise ValueError("first")
        finally:
            raise TypeError("finally")

    async def behind_an_arm():
        try:
            raise ValueError("first")
        except ValueError:
            raise KeyError("second")
        finally:
            raise TypeError("finally")

    async def caught_in_it():
        try:
            raise ValueError("first")
        finally:
            try:
                raise TypeError("finally")
            except TypeError as e:
                trace(f"caught {e!r}")

    async def main():
        await ancestry("value", behind_a_value())
        await ancestry("error", behind_an_error())
        await ancestry("arm", behind_an_arm())
        await ancestry("caught", caught_in_it())

    run(main())


@scenario
def when_else_is_run():
    async def leave(error, in_else):
        try:
            if error is not None:
                raise error
        except ValueError:
            result = "caught"
        else:
            await asyncio.sleep(0)
            if in_else is not None:
                raise in_else
            result = "else"
        finally:
            trace("finally")
        return result

    async def main():
        await ancestry("no error", leave(None, None))
        await ancestry("an error", leave(ValueError("v"), None))
        await ancestry("in else", leave(None, ValueError("in else")))

    run(main())


# Groups.


def group():
    inner = ExceptionGroup("inner", [ValueError("b"), KeyError("c")])
    return ExceptionGroup("outer", [ValueError("a"), inner, TypeError("d")])


@scenario
def stars_share_a_group():
    async def share(error):
        try:
            raise error
        except* ValueError as e:
            await asyncio.sleep(0)
            trace(f"values {e!r}")
        except* (KeyError, OSError) as e:
            trace(f"two {e!r}")
        finally:
            trace("finally")

    async def main():
        await ancestry("group", share(group()))
        await ancestry("all", share(ExceptionGroup("g", [ValueError("v"), OSError("o")])))
        await ancestry("lone", share(ValueError("v")))
        await ancestry("other", share(TypeError("t")))
        await ancestry("cancelled", share(asyncio.CancelledError("c")))

    run(main())


@scenario
def stars_that_raise():
    async def another(error):
        try:
            raise error
        except* ValueError:
            raise OSError("another")
        except* KeyError as e:
            trace(f"keys {e!r}")

    async def two(error):
        try:
            raise error
        except* ValueError:
            raise OSError("one")
        except* KeyError:
            raise OSError("two")

    async def again(error):
        try:
            raise error
        except* ValueError:
            raise
        except* KeyError as e:
            trace(f"keys {e!r}")

    async def main():
        for label, function in [("another", another), ("two", two), ("again", again)]:
            await ancestry(label, function(group()))
            await ancestry(f"{label} alone", function(ValueError("v")))

    run(main())


@scenario
def stars_that_raise_a_member():
    async def share(error):
        try:
            raise error
        except* ValueError as e:
            raise e.exceptions[0]
        except* KeyError as e:
            # A group in the group.
            raise e.exceptions[0]

    async def main():
        for error in [ValueError("v"), ExceptionGroup("g", [ValueError("v")]), group()]:
            try:
                await share(error)
            except Exception as e:
                # Its context is none here: a group cannot be that of its own member.
                trace(f"raised {e!r}")

    run(main())


@scenario
def stars_that_catch_nothing():
    async def around_one():
        try:
            raise ValueError("v")
        except* ValueError:
            raise

    async def inside():
        try:
            await around_one()
        except ExceptionGroup as e:
            trace(f"around one {e!r}")
            raise ExceptionGroup("outer", [e])

    async def nothing():
        try:
            await inside()
        except* KeyError:
            trace("no keys")
        except* Exception as e:
            trace(f"taken apart {e!r}")
            raise

    run(ancestry("nothing", nothing()))


# Managers.


@scenario
def exits_that_fail():
    async def failing(error=None, way=None):
        async with Manager("a"):
            async with Manager("b", error=OSError("exit")):
                if error is not None:
                    raise error
                if way == "return":
                    return "value"
        return "end"

    async def main():
        await ancestry("at the end", failing())
        await ancestry("an error", failing(ValueError("body")))
        await ancestry("return", failing(way="return"))

    run(main())


@scenario
def exits_that_swallow():
    async def swallowing(error):
        async with Manager("a", swallows=True):
            await asyncio.sleep(0)
            if error is not None:
                raise error
        return "behind"

    async def main():
        await ancestry("error", swallowing(ValueError("v")))
        await ancestry("none", swallowing(None))

    run(main())


# Cancellation.


@scenario
def a_cancellation_runs_all_finally_blocks():
    async def work():
        try:
            async with Manager("a"):
                try:
                    await asyncio.sleep(3600)
                except Exception:
                    trace("no Exception")
                except asyncio.CancelledError as e:
                    trace(f"caught {e!r}")
                    raise
                finally:
                    await asyncio.sleep(1)
                    trace("inner finally")
        finally:
            await asyncio.sleep(1)
            trace(f"outer finally, {cancelling()}")

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        task.cancel("enough")
        await ancestry("work", task)

    run(main())


@scenario
def a_second_cancellation_in_finally():
    async def work():
        try:
            await asyncio.sleep(3600)
        finally:
            try:
                await asyncio.sleep(10)
                trace("not reached")
            finally:
                trace(f"inner finally, {cancelling()}")

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        task.cancel("first")
        await asyncio.sleep(1)
        task.cancel("second")
        await ancestry("work", task)

    run(main())


@scenario
def a_swallowed_cancellation():
    async def work():
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            show("requests", cancelling())
            show("left", asyncio.current_task().uncancel())
        await asyncio.sleep(1)
        return "went on"

    async def main():
        task = asyncio.create_task(work())
        await asyncio.sleep(1)
        task.cancel()
        await ancestry("work", task)

    run(main())


@scenario
def timeouts_around_finally():
    async def limited():
        async with asyncio.timeout(1) as t:
            try:
                await asyncio.sleep(3600)
            finally:
                trace(f"finally, {t.expired()}, {cancelling()}")
                await asyncio.sleep(5)
                trace("cleaned up")

    async def caught():
        try:
            async with asyncio.timeout(1):
                try:
                    await asyncio.sleep(3600)
                except asyncio.CancelledError:
                    trace(f"inside, {cancelling()}")
                    raise ValueError("instead")
        except TimeoutError:
            trace("not this one")
        except ValueError as e:
            trace(f"{e!r}, {e.__context__!r}, {cancelling()}")

    async def nested():
        async with asyncio.timeout(5) as outer:
            try:
                async with asyncio.timeout(1) as inner:
                    await asyncio.sleep(3600)
            except TimeoutError:
                trace(f"inner {inner.expired()}, outer {outer.expired()}, {cancelling()}")
            await asyncio.sleep(10)

    async def main():
        await ancestry("limited", limited())
        await ancestry("caught", caught())
        await ancestry("nested", nested())

    run(main())


@scenario
def both_timeouts_at_once():
    async def limited():
        try:
            async with asyncio.timeout(1):
                try:
                    async with asyncio.timeout(1):
                        await asyncio.sleep(3600)
                except TimeoutError:
                    trace(f"inner, {cancelling()}")
                await asyncio.sleep(0)
                trace("between")
        except TimeoutError:
            trace(f"outer, {cancelling()}")

    async def main():
        await ancestry("limited", limited())

    run(main())


@scenario
def groups_on_each_way_out():
    async def member(name, delay):
        try:
            await asyncio.sleep(delay)
            trace(f"{name} is done")
        finally:
            trace(f"{name} ends")

    async def leave(way):
        for _ in range(2):
            async with asyncio.TaskGroup() as g:
                g.create_task(member("one", 1))
                g.create_task(member("two", 2))
                if way == "return":
                    return "value"
                if way == "break":
                    break
                if way == "raise":
                    await asyncio.sleep(1.5)
                    raise ValueError("body")
            trace("behind the group")
        return "end"

    async def main():
        for way in ["return", "break", "raise", "end"]:
            await ancestry(way, leave(way))
        show("requests", cancelling())

    run(main())


# Streams.


@scenario
def every_way_out_of_an_async_loop():
    async def leave(way):
        queue = filled(1, 2, 3)
        total = 0
        async for number in Items(queue):
            trace(f"{way} at {number}")
            if way == "continue" and number == 2:
                continue
            if way == "break" and number == 2:
                break
            if way == "return" and number == 2:
                return "value"
            if way == "raise" and number == 2:
                raise ValueError(way)
            total += number
        else:
            await asyncio.sleep(0)
            trace("else")
        return total

    async def main():
        for way in ["continue", "break", "return", "raise", "end"]:
            await ancestry(way, leave(way))

    run(main())


@scenario
def async_loops_wait():
    async def produce(queue):
        for number in range(3):
            await asyncio.sleep(1)
            await queue.put(number)
        queue.shutdown()

    async def consume(queue):
        async for number in Items(queue):
            try:
                await asyncio.sleep(0)
                if number == 1:
                    continue
                trace(f"got {number}")
            finally:
                trace(f"finally {number}")
        return "end"

    async def main():
        queue = asyncio.Queue()
        task = asyncio.create_task(produce(queue))
        await ancestry("consumed", consume(queue))
        await task
        waiting = asyncio.create_task(consume(asyncio.Queue()))
        await asyncio.sleep(1)
        waiting.cancel("enough")
        await ancestry("waiting", waiting)

    run(main())
