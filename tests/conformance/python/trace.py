"""What every scenario is written with: a virtual clock and a trace.

`../trace.rs` has the same functions under the same names, so that a scenario
reads alike in both languages; the cuts that make texts comparable are described
there.
"""

import asyncio
import gc
import itertools
import logging
import math
import re
import selectors
import traceback
import weakref

_lines = []
_loop = None


def scenario(function):
    """Mark a function as a scenario; its name names the trace."""
    function.is_scenario = True
    return function


def take_lines():
    """Return the trace so far and forget it."""
    lines = _lines[:]
    _lines.clear()
    return lines


# Tracing.


def trace(text):
    """Write a line: loop iteration, virtual time, text."""
    where = f"{_loop.iteration} {_loop.time()!r}" if _loop else "- -"
    _lines.append(f"[{where}] {normalise(text)}")


def show(label, value):
    """Write a value's repr."""
    trace(f"{label}: {value!r}")


def state(label, future):
    """Write whether a future is pending, done or cancelled, and a task's count."""
    name = "cancelled" if future.cancelled() else "done" if future.done() else "pending"
    count = f", cancelling {future.cancelling()}" if isinstance(future, asyncio.Task) else ""
    trace(f"{label} is {name}{count}")


def attempt(label, function, *args):
    """Call a function and write what it returns or raises."""
    try:
        value = function(*args)
    except BaseException as error:
        trace(f"{label} raised {error!r}")
    else:
        show(label, value)


async def outcome(label, awaitable):
    """Await something and write what it returns or raises; raises nothing."""
    try:
        value = await awaitable
    except BaseException as error:
        trace(f"{label} raised {error!r}")
    else:
        show(label, value)


async def watch(label, awaitable):
    """Await something, write what it returns or raises, and pass it on."""
    try:
        value = await awaitable
    except BaseException as error:
        trace(f"{label} raised {error!r}")
        raise
    show(label, value)
    return value


# Running.


def new_event_loop():
    """Make a loop with a virtual clock; later lines show its iterations and time."""
    global _loop
    _loop = VirtualEventLoop()
    return _loop


def use_loop(loop):
    """Let later lines show the iterations and time of this loop."""
    global _loop
    _loop = loop


def iteration():
    """Return the number of iterations the traced loop has begun."""
    return _loop.iteration


def run(main):
    """Run a coroutine on a new loop, until complete."""
    loop = new_event_loop()
    try:
        loop.run_until_complete(main)
    except BaseException as error:
        trace(f"run raised {error!r}")
    return loop


def run_once(loop):
    """Run exactly one iteration, which does not wait."""
    loop.stop()
    loop.run_forever()


def run_until(loop, when):
    """Run until a virtual time; the stop is a timer like any other."""
    loop.call_at(when, loop.stop)
    loop.run_forever()


def collect():
    """Collect reference cycles; Rust has none to collect."""
    gc.collect()


class VirtualSelector(selectors.DefaultSelector):
    """Passes the time it is asked to wait by adding it to `now`."""

    def __init__(self):
        super().__init__()
        self.now = 0.0

    def select(self, timeout=None):
        if events := super().select(0):
            return events
        if timeout is None:
            raise RuntimeError("deadlock: the loop would wait for ever")
        self.now += timeout
        return []


class OrderedWeakSet(weakref.WeakKeyDictionary):
    """As much of a weak set as the loop uses, in order of insertion."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class VirtualEventLoop(asyncio.SelectorEventLoop):
    """The ordinary loop, with a clock of its own and a count of its iterations."""

    def __init__(self):
        self.iteration = 0
        self._virtual_selector = VirtualSelector()
        self._births = itertools.count()
        self._birth_of_task = weakref.WeakKeyDictionary()
        super().__init__(self._virtual_selector)
        self._asyncgens = OrderedWeakSet()

    def time(self):
        return self._virtual_selector.now

    def create_task(self, coro, **kwargs):
        task = super().create_task(coro, **kwargs)
        self._birth_of_task[task] = next(self._births)
        return task

    def _run_once(self):
        self.iteration += 1
        super()._run_once()


# The repr of a loop shows the name of its class.
VirtualEventLoop.__name__ = asyncio.SelectorEventLoop.__name__


# Sets in order of insertion, where asyncio leaves the order open.


class OrderedSet(dict):
    """As much of a set as asyncio uses."""

    def __init__(self, items=()):
        super().__init__(dict.fromkeys(items))

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)

    def remove(self, item):
        del self[item]


_unordered_all_tasks = asyncio.all_tasks


def _all_tasks(loop=None):
    if loop is None:
        loop = asyncio.get_running_loop()
    # An eager task in its first step is not born yet, and the youngest.
    birth = lambda task: loop._birth_of_task.get(task, math.inf)
    return sorted(_unordered_all_tasks(loop), key=birth)


asyncio.tasks.set = asyncio.taskgroups.set = asyncio.base_events.set = OrderedSet
asyncio.tasks.all_tasks = asyncio.all_tasks = _all_tasks


# The log and the texts.


class _TraceHandler(logging.Handler):
    def emit(self, record):
        text = record.getMessage() + "\n"
        if record.exc_info:
            text += "".join(traceback.format_exception(record.exc_info[1]))
        trace_log(text)


def trace_log(text):
    """Write what was logged, without tracebacks and blank lines."""
    lines = [line for line in text.splitlines() if line and not _TRACEBACK.match(line)]
    for number, line in enumerate(lines):
        trace(("log   " if number else "log ") + line)


_logger = logging.getLogger("asyncio")
_logger.addHandler(_TraceHandler())
_logger.setLevel(logging.WARNING)
_logger.propagate = False

_TRACEBACK = re.compile(r"Traceback \(most recent call last\):|  ")
_CUTS = [
    (re.compile(r" at [^\s,>\]]+:\d+"), ""),
    (re.compile(r" at 0x[0-9a-f]+"), ""),
    (re.compile(r" done, defined\b"), " done"),
    (re.compile(r"(?:\w+\.<locals>\.)+"), ""),
]


def normalise(text):
    """Cut what the two languages cannot share; `../trace.rs` lists the cuts."""
    for pattern, replacement in _CUTS:
        text = pattern.sub(replacement, text)
    return text
