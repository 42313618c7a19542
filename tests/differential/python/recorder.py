"""The trace of a program, and the loop that it runs on."""

import asyncio
import gc
import inspect
import logging
import pathlib
import re
import sys
import textwrap
import weakref

HERE = pathlib.Path(__file__).resolve().parent
# Behind what is here, which has files of the same names.
sys.path.insert(1, str(HERE.parents[1] / "conformance" / "python"))

# Importing it has asyncio keep its sets in the order of insertion.
from trace import VirtualEventLoop  # noqa: E402

TASK_NAME = re.compile(r"Task-(\d+)")
CUTS = [
    re.compile(pattern)
    for pattern in (r" cb=\[[^\]]*\]", r" coro=<[^>]*>", r" result=.*(?=>)", r" at 0x[0-9a-f]+")
]
IN_CALLBACK = "Exception in callback"
ABOUT = re.compile(r"(?:future|task): ")


class Recorder:
    """Takes down what happens, as `../src/run/trace.rs` does."""

    def __init__(self, handler, first_task):
        self.handler = handler
        self.first_task = first_task
        self.lines = []
        # When this shows is up to the collector.
        self.lost = []
        # Whether a task was destroyed while it was pending.
        self.destroyed = False
        self.loop = None

    def note(self, text):
        self.write(self.normalise(text))

    def write(self, text):
        self.lines.append(f"[{self.loop.iteration} {self.loop.time()!r}] {text}")

    def normalise(self, text):
        """Cut what the two languages cannot share; number tasks from 1 on."""
        if "Task-" in text:
            text = TASK_NAME.sub(lambda m: f"Task-{int(m[1]) - self.first_task}", text)
        if "<" in text:
            for pattern in CUTS:
                text = pattern.sub("", text)
        return text

    def attempt(self, label, function, *args):
        """Call a function and trace what it returns or raises."""
        try:
            value = function(*args)
        except BaseException as error:
            self.note(f"{label} raised {error!r}")
        else:
            self.note(f"{label}: {value!r}")

    def log(self, text):
        """Trace the message and what it is about, without the exception."""
        first, *others = text.splitlines()
        about = [line for line in others if ABOUT.match(line)]
        line = " | ".join(["log " + without_callback(first), *about])
        if "never retrieved" in first:
            self.lost.append(self.normalise(line))
        elif "destroyed but it is pending" in first:
            self.destroyed = True
        else:
            self.note(line)

    def handle_exception(self, loop, context):
        keys = [key for key in ("exception", "future", "task") if key in context]
        about = [f"{key}={context[key]!r}" for key in keys]
        message = without_callback(context["message"])
        line = " | ".join([f"handler {message}", *about])
        if "never retrieved" in message:
            self.lost.append(self.normalise(line))
        elif "destroyed but it is pending" in message:
            self.destroyed = True
        else:
            self.note(line)
            if self.handler == "fail":
                raise ValueError("handler")

    def finish(self, everything):
        """Let go of all that a program holds, and return the lines."""
        lines, self.lines = self.lines, []
        # Destroying such a task runs code, which may retrieve what is lost in Rust.
        is_left = lambda task: not task.done() and task._log_destroy_pending
        closing = [task for reference in self.loop.closing if (task := reference())]
        is_any_left = self.destroyed or any(map(is_left, self.loop.tasks + closing))
        lost = [] if is_any_left else self.lost
        for task in self.loop.tasks + closing:
            task._log_destroy_pending = False
            del task
        del closing
        self.loop.tasks.clear()
        everything.clear()
        gc.collect()
        return lines + sorted(f"lost: {line}" for line in lost)


def without_callback(message):
    """Cut the repr of a callback, which the languages do not share."""
    return IN_CALLBACK if message.startswith(IN_CALLBACK) else message


class KeepingLoop(VirtualEventLoop):
    """Owns its tasks, as the crate's loop does."""

    def __init__(self):
        super().__init__()
        self.tasks = []
        # What closes a generator would keep it, as a task has its coroutine for good.
        self.closing = []

    def create_task(self, coro, **kwargs):
        # Before its own tasks, if it is eager and makes some in its first step.
        birth = next(self._births)
        task = super().create_task(coro, **kwargs)
        self._birth_of_task[task] = birth
        if inspect.iscoroutine(coro):
            self.tasks.append(task)
        else:
            self.closing.append(weakref.ref(task))
        return task


KeepingLoop.__name__ = VirtualEventLoop.__name__


class LogHandler(logging.Handler):
    """Hands what is logged to whoever records."""

    recorder = None

    def emit(self, record):
        if self.recorder:
            self.recorder.log(record.getMessage())


def take_log():
    """Have a handler of our own be the only one."""
    logger = logging.getLogger("asyncio")
    logger.handlers.clear()
    handler = LogHandler()
    logger.addHandler(handler)
    return handler


def order_as_completed():
    """Have `as_completed` add its callbacks in the order of its arguments."""
    function = asyncio.tasks._AsCompletedIterator.__init__
    unordered, ordered = "{ensure_future(aw, loop=loop) for aw in set(aws)}", "set({})"
    source = textwrap.dedent(inspect.getsource(function))
    assert unordered in source
    source = source.replace(unordered, ordered.format(f"[{unordered[1:-1]}]"))
    names = {}
    exec(source, vars(asyncio.tasks), names)
    asyncio.tasks._AsCompletedIterator.__init__ = names["__init__"]
