"""All that the coroutines of one program share; `../src/run/world.rs` has the same."""

import asyncio
import contextvars

from acts import ACTS, Acts
from blocks import Blocks
from generators import Generators
from made import Made, Makers
from nests import Nests
from recorder import KeepingLoop
from steps import Steps, steps_of

STUCK_AFTER = 1000.0


def plain_task(loop, coro, **options):
    return asyncio.Task(coro, loop=loop, **options)


STEPS = steps_of(Steps, Blocks, Nests)


class World(Steps, Blocks, Nests, Generators, Acts, Makers):
    """Runs one program."""

    def __init__(self, program, recorder):
        self.program = program
        self.recorder = recorder
        self.note = recorder.note
        self.attempt = recorder.attempt
        self.fibers = 0
        self.callbacks_made = 0
        self.managers = 0
        self.count = 0
        self.rescues = 0
        self.slots = [None] * 6
        self.callbacks = [None] * 4
        self.handles = [None] * 4
        self.timeouts = [None] * 3
        self.groups = [None] * 3
        self.generators = [None] * 3
        # The generators that may refuse to be closed.
        self.kept = []
        self.tokens = [None] * 2
        self.events = [asyncio.Event() for _ in range(2)]
        lock = asyncio.Lock()
        self.contexts = [contextvars.copy_context() for _ in range(2)]
        self.conditions = [asyncio.Condition(), asyncio.Condition(lock)]
        self.locks = [
            lock,
            asyncio.Lock(),
            *self.conditions,
            asyncio.Semaphore(1),
            asyncio.BoundedSemaphore(2),
        ]
        self.barrier = asyncio.Barrier(2)
        self.queues = [
            asyncio.Queue(1),
            asyncio.Queue(),
            asyncio.PriorityQueue(2),
            asyncio.LifoQueue(),
        ]

    # Running.

    def execute(self):
        """Run the program and return its trace."""
        runner = asyncio.Runner(loop_factory=self.new_loop)
        self.loop = runner.get_loop()
        for number, run in enumerate(self.program["runs"]):
            self.guarded(f"run {number}", lambda: self.run_main(runner, run))
        for number, made in self.filled_slots():
            self.note(f"slot {number} {self.describe(made)}")
        self.guarded("close", runner.close)
        for number, made in self.filled_slots():
            # What a closed loop leaves pending, it has dropped in Rust.
            if made.awaitable.done() and not made.plain:
                self.note(f"slot {number} {self.describe(made)}")
        runner = made = None
        return self.recorder.finish(vars(self))

    def run_main(self, runner, run):
        main = self.coroutine(run["body"]).awaitable
        if run["forever"] is None:
            return runner.run(main)
        self.loop.create_task(main)
        self.loop.call_later(run["forever"], self.loop.stop)
        self.loop.run_forever()

    def filled_slots(self):
        return [(number, made) for number, made in enumerate(self.slots) if made is not None]

    def new_loop(self):
        self.recorder.loop = loop = KeepingLoop()
        if self.program["eager"]:
            loop.set_task_factory(asyncio.eager_task_factory)
        elif self.program.get("factory"):
            loop.set_task_factory(plain_task)
        if self.program["handler"] != "default":
            loop.set_exception_handler(self.recorder.handle_exception)
        return loop

    def guarded(self, label, function):
        """Run a phase that a watchdog ends when nothing is left to happen."""
        self.rescues = 1
        self.watchdog = self.loop.call_later(STUCK_AFTER, self.bark)
        self.attempt(label, function)
        self.watchdog.cancel()

    def bark(self):
        if not self.rescues:
            self.note("stuck for good")
            self.loop.stop()
            return
        self.note("stuck")
        self.rescues -= 1
        self.watchdog = self.loop.call_later(STUCK_AFTER, self.bark)
        for made in self.slots:
            if made is not None and made.plain and not made.awaitable.done():
                made.awaitable.set_result(0)
        for event in self.events:
            event.set()
        for condition in self.conditions:
            if condition.locked():
                condition.notify_all()
        for queue in self.queues:
            queue.shutdown()

    def describe(self, made):
        """Tell whether a future is done, and a task's count."""
        count = f" cancelling {made.awaitable.cancelling()}" if made.task else ""
        return self.state(made.awaitable) + count

    def state(self, future):
        if future.cancelled():
            return "cancelled"
        return "done" if future.done() else "pending"

    # Coroutines and callbacks.

    def next_level(self):
        self.fibers += 1
        return self.fibers

    def coroutine(self, body):
        level = self.next_level()
        return Made(self.fiber(f"f{level}", level, body), level)

    async def fiber(self, who, level, body):
        self.note(f"{who} starts")
        try:
            left = await self.run(who, level, body)
        except BaseException as error:
            self.note(f"{who} failed with {error!r}")
            if isinstance(error, GeneratorExit):
                # As the exception of a task it would close the coroutines that await that.
                raise RuntimeError("GeneratorExit") from None
            raise
        value = left[0] if isinstance(left, tuple) else None
        self.note(f"{who} returns {value!r}")
        return value

    async def run(self, who, level, body):
        """Run the steps; what `return` returns comes in a tuple, else by its name how they end."""
        for op in body:
            name = op["op"]
            if step := STEPS.get(name):
                if left := await step(self, who, level, op):
                    return left
            else:
                ACTS[name](self, who, level, op)

    def callback(self, body):
        self.callbacks_made += 1
        who = f"c{self.callbacks_made}"

        def run(*_):
            self.note(f"{who} runs")
            for act in body:
                ACTS[act["op"]](self, who, 0, act)

        return run
