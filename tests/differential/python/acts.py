"""The steps that wait for nothing; `../src/run/acts.rs` takes the same."""

import asyncio
import contextvars
import inspect

from made import EVERYTHING, Made
from values import error

VARIABLES = [contextvars.ContextVar(f"v{number}") for number in range(2)]


class Acts:
    """What coroutines and callbacks do."""

    def do_raise(self, who, level, op):
        raised = error(op["error"])
        self.note(f"{who} raises {raised!r}")
        raise raised

    def do_new_future(self, who, level, op):
        self.slots[op["slot"]] = Made(self.loop.create_future(), EVERYTHING, plain=True)

    def with_slot(self, who, op, function):
        """Call a function with the future in a slot, if there is one."""
        if made := self.slots[op["slot"]]:
            self.attempt(f"{who} {op['op']} {op['slot']}", function, made.awaitable)

    def do_set_result(self, who, level, op):
        if (made := self.slots[op["slot"]]) and made.plain:
            self.attempt(f"{who} set_result {op['slot']}", made.awaitable.set_result, op["value"])

    def do_set_exception(self, who, level, op):
        if (made := self.slots[op["slot"]]) and made.plain:
            label = f"{who} set_exception {op['slot']}"
            self.attempt(label, made.awaitable.set_exception, error(op["error"]))

    def do_cancel(self, who, level, op):
        message = op["message"]
        self.with_slot(who, op, lambda it: it.cancel() if message is None else it.cancel(message))

    def do_uncancel(self, who, level, op):
        if (made := self.slots[op["slot"]]) and made.task:
            self.attempt(f"{who} uncancel {op['slot']}", made.awaitable.uncancel)

    def do_state(self, who, level, op):
        if made := self.slots[op["slot"]]:
            self.note(f"{who} state {op['slot']}: {self.describe(made)}")

    def do_result(self, who, level, op):
        # The result of a main coroutine is moved out in Rust.
        if (made := self.slots[op["slot"]]) and made.level:
            self.with_slot(who, op, lambda future: future.result())

    def do_exception(self, who, level, op):
        self.with_slot(who, op, lambda future: future.exception())

    def do_add_callback(self, who, level, op):
        if made := self.slots[op["slot"]]:
            callback = self.callbacks[op["callback"]] = self.callback(op["body"])
            made.awaitable.add_done_callback(callback, **self.context(op))

    def do_remove_callback(self, who, level, op):
        if callback := self.callbacks[op["callback"]]:
            self.with_slot(who, op, lambda future: future.remove_done_callback(callback))

    def do_spawn(self, who, level, op):
        made = self.coroutine(op["body"])
        task = self.loop.create_task(made.awaitable, **self.options(made, op))
        self.slots[op["slot"]] = Made(task, made.level, task=True)

    def options(self, made, op):
        eager = {} if op["eager"] is None else {"eager_start": op["eager"]}
        return {"name": f"t{made.level}"} | eager | self.context(op)

    def context(self, op):
        number = op.get("context")
        return {} if number is None else {"context": self.contexts[number]}

    def do_ensure(self, who, level, op):
        made = self.make(level, op["what"])
        future = asyncio.ensure_future(made.awaitable)
        task = made.task or not made.is_future
        self.slots[op["slot"]] = Made(future, made.level, made.plain, made.many, task)

    def do_cancel_self(self, who, level, op):
        if task := asyncio.current_task():
            message = op["message"]
            value = task.cancel() if message is None else task.cancel(message)
            self.note(f"{who} cancel_self: {value!r}{self.requests()}")

    def do_uncancel_self(self, who, level, op):
        if task := asyncio.current_task():
            self.note(f"{who} uncancel_self: {task.uncancel()!r}")

    def do_keep_self(self, who, level, op):
        # That of a request, which closes a generator, is of another type in Rust.
        if (task := asyncio.current_task()) and inspect.iscoroutine(task.get_coro()):
            # Nobody may wait for it, who may be itself.
            self.slots[op["slot"]] = Made(task, 0, task=True)

    def do_new_group(self, who, level, op):
        self.groups[op["group"]] = asyncio.TaskGroup()

    def do_all_tasks(self, who, level, op):
        names = sorted(self.recorder.normalise(task.get_name()) for task in asyncio.all_tasks())
        self.recorder.write(f"{who} all_tasks: {names!r}")

    def do_group_spawn(self, who, level, op):
        if group := self.groups[op["group"]]:
            made = self.coroutine(op["body"])
            try:
                task = group.create_task(made.awaitable, **self.options(made, op))
            except RuntimeError as refusal:
                self.note(f"{who} group_spawn raised {refusal!r}")
            else:
                self.slots[op["slot"]] = Made(task, made.level, task=True)

    def do_group_cancel(self, who, level, op):
        if group := self.groups[op["group"]]:
            self.attempt(f"{who} group_cancel {op['group']}", group.cancel)

    def do_generator(self, who, level, op):
        self.generators[op["generator"]] = self.generator(op["spec"])

    def do_drop_generator(self, who, level, op):
        self.note(f"{who} drops {op['generator']}")
        self.generators[op["generator"]] = None

    def do_reschedule(self, who, level, op):
        if timeout := self.timeouts[op["timeout"]]:
            when = None if op["delay"] is None else self.loop.time() + op["delay"]
            self.attempt(f"{who} reschedule {op['timeout']}", timeout.reschedule, when)

    def do_call_soon(self, who, level, op):
        handle = self.loop.call_soon(self.callback(op["body"]), **self.context(op))
        self.handles[op["handle"]] = handle

    def do_call_later(self, who, level, op):
        handle = self.loop.call_later(op["delay"], self.callback(op["body"]))
        self.handles[op["handle"]] = handle

    def do_call_at(self, who, level, op):
        handle = self.loop.call_at(self.loop.time() + op["delay"], self.callback(op["body"]))
        self.handles[op["handle"]] = handle

    def do_cancel_handle(self, who, level, op):
        if handle := self.handles[op["handle"]]:
            handle.cancel()
            self.note(f"{who} cancel_handle {op['handle']}: {handle.cancelled()!r}")

    def do_timers(self, who, level, op):
        timers = [
            self.loop.call_later(float(index * 7 % 5), self.note, f"{who} timer {index}")
            for index in range(op["number"])
        ]
        for index, timer in enumerate(timers):
            if index % op["kept"]:
                timer.cancel()

    def do_after(self, who, level, op):
        callback = self.callback(op["body"])

        def hop(iterations):
            if iterations:
                self.loop.call_soon(hop, iterations - 1)
            else:
                callback()

        self.loop.call_soon(hop, op["iterations"])

    def do_stop(self, who, level, op):
        self.loop.stop()
        self.note(f"{who} stop")

    def do_call_handler(self, who, level, op):
        self.attempt(f"{who} call_handler", self.loop.call_exception_handler, {"message": who})

    def do_set_var(self, who, level, op):
        self.tokens[op["variable"]] = VARIABLES[op["variable"]].set(op["value"])

    def do_get_var(self, who, level, op):
        self.attempt(f"{who} get_var {op['variable']}", VARIABLES[op["variable"]].get)

    def do_reset_var(self, who, level, op):
        if token := self.tokens[op["variable"]]:
            self.attempt(f"{who} reset_var {op['variable']}", VARIABLES[op["variable"]].reset, token)

    def do_copy_context(self, who, level, op):
        self.contexts[op["context"]] = contextvars.copy_context()

    def do_set_event(self, who, level, op):
        self.events[op["event"]].set()

    def do_clear_event(self, who, level, op):
        self.events[op["event"]].clear()

    def do_release(self, who, level, op):
        self.attempt(f"{who} release {op['lock']}", self.locks[op["lock"]].release)

    def do_notify(self, who, level, op):
        condition = self.conditions[op["condition"]]
        label = f"{who} notify {op['condition']}"
        if op["number"] is None:
            self.attempt(label, condition.notify_all)
        else:
            self.attempt(label, condition.notify, op["number"])

    def do_count(self, who, level, op):
        self.count += 1

    def do_put_nowait(self, who, level, op):
        self.with_queue(who, op, lambda queue: queue.put_nowait(op["item"]))

    def do_get_nowait(self, who, level, op):
        self.with_queue(who, op, lambda queue: queue.get_nowait())

    def do_task_done(self, who, level, op):
        self.with_queue(who, op, lambda queue: queue.task_done())

    def do_shutdown(self, who, level, op):
        self.with_queue(who, op, lambda queue: queue.shutdown(op["immediate"]))

    def with_queue(self, who, op, function):
        queue = self.queues[op["queue"]]
        self.attempt(f"{who} {op['op']} {op['queue']} of {queue.qsize()}", function, queue)

    def do_show(self, who, level, op):
        what, number = op["what"], op["number"]
        if what == "barrier":
            shown = self.barrier
        elif what == "slot":
            shown = self.slots[number] and self.slots[number].awaitable
        else:
            shown = getattr(self, what + "s")[number]
        self.note(f"{who} shows {shown!r}")


ACTS = {
    name.removeprefix("do_"): function
    for name, function in vars(Acts).items()
    if name.startswith("do_")
}
