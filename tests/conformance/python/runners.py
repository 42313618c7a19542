"""`run` and `Runner`: what happens when the main coroutine ends."""

import asyncio

from trace import (
    attempt,
    new_event_loop,
    outcome,
    scenario,
    show,
    state,
    trace,
    use_loop,
    watch,
)


async def noop():
    pass


def run(main, debug=None):
    attempt("run", lambda: asyncio.run(main, debug=debug, loop_factory=new_event_loop))


@scenario
def run_returns_what_main_returns():
    async def main():
        await asyncio.sleep(1)
        return 5

    run(main())


@scenario
def run_raises_what_main_raises():
    async def main():
        await asyncio.sleep(1)
        raise ValueError("main")

    run(main())


@scenario
def run_raises_the_cancellation_of_main():
    async def main():
        asyncio.current_task().cancel("myself")
        await watch("sleep", asyncio.sleep(1))

    run(main())


@scenario
def run_raises_keyboard_interrupt_and_still_cleans_up():
    async def child():
        await watch("child", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(child())
        await asyncio.sleep(1)
        raise KeyboardInterrupt

    run(main())


@scenario
def what_is_left_is_cancelled_in_order_of_creation():
    async def child(name):
        try:
            await watch(name, asyncio.sleep(10))
        finally:
            await asyncio.sleep(1)
            trace(f"{name} is clean")

    async def main():
        tasks = [asyncio.create_task(child(name)) for name in ["first", "second", "third"]]
        await asyncio.sleep(1)
        trace("main ends")
        return len(tasks)

    run(main())


@scenario
def what_is_left_may_take_its_time():
    async def stubborn():
        await outcome("first sleep", asyncio.sleep(10))
        await outcome("second sleep", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(stubborn())
        await asyncio.sleep(1)
        return task.get_name()

    run(main())


@scenario
def a_task_made_at_the_end_of_main_still_starts():
    async def child():
        trace("started")
        await watch("child", asyncio.sleep(10))

    async def main():
        task = asyncio.create_task(child())
        return task.get_name()

    run(main())


@scenario
def failures_of_what_is_left_are_reported():
    async def failing(text):
        await outcome(text, asyncio.sleep(10))
        raise ValueError(text)

    async def quiet():
        await asyncio.sleep(10)

    async def main():
        tasks = [asyncio.create_task(aw) for aw in [failing("first"), quiet(), failing("third")]]
        await asyncio.sleep(1)
        return len(tasks)

    run(main())


@scenario
def failures_of_what_is_left_after_main_failed():
    async def failing():
        await outcome("sleep", asyncio.sleep(10))
        raise ValueError("left over")

    # In Python the one exception is the other's context, which a log would show.
    def handler(loop, context):
        show("message", context["message"])
        show("exception", context["exception"])
        show("task", context["task"])

    async def main():
        asyncio.get_running_loop().set_exception_handler(handler)
        task = asyncio.create_task(failing())
        await asyncio.sleep(1)
        raise RuntimeError(f"main, with {task.get_name()}")

    run(main())


@scenario
def the_main_task_shows_the_coroutine_it_was_given():
    async def main():
        show("task", asyncio.current_task())

    run(main())
    runner = asyncio.Runner(loop_factory=new_event_loop)
    runner.run(main())
    runner.close()


@scenario
def callbacks_run_while_the_runner_shuts_down():
    async def main():
        loop = asyncio.get_running_loop()
        left = 12

        def again():
            nonlocal left
            trace(f"callback, closed: {loop.is_closed()}")
            left -= 1
            if left:
                loop.call_soon(again)

        loop.call_soon(again)

    run(main())


@scenario
def the_shutdown_takes_the_same_iterations():
    async def main():
        task = asyncio.create_task(asyncio.sleep(10))
        return task.get_name()

    run(main())


@scenario
def run_is_refused_inside_a_loop():
    async def main():
        attempt("run", lambda: asyncio.run(noop(), loop_factory=new_event_loop))
        runner = asyncio.Runner(loop_factory=new_event_loop)
        attempt("Runner.run", lambda: runner.run(noop()))
        runner.get_loop()
        attempt("Runner.close", runner.close)
        use_loop(loop)

    loop = new_event_loop()
    attempt("main", lambda: loop.run_until_complete(main()))


@scenario
def a_runner_keeps_its_loop():
    async def main(result):
        await asyncio.sleep(1)
        return result

    runner = asyncio.Runner(loop_factory=new_event_loop)
    loop = runner.get_loop()
    attempt("first", lambda: runner.run(main(1)))
    attempt("second", lambda: runner.run(main(2)))
    show("same", runner.get_loop() is loop)
    show("closed", loop.is_closed())
    runner.close()
    show("closed", loop.is_closed())


@scenario
def a_runner_leaves_tasks_pending_until_it_is_closed():
    async def child():
        await watch("child", asyncio.sleep(10))

    async def start():
        return asyncio.create_task(child())

    async def wait():
        await asyncio.sleep(1)

    runner = asyncio.Runner(loop_factory=new_event_loop)
    kept = runner.run(start())
    attempt("wait", lambda: runner.run(wait()))
    state("child", kept)
    runner.close()
    state("child", kept)


@scenario
def a_closed_runner_refuses():
    runner = asyncio.Runner(loop_factory=new_event_loop)
    attempt("run", lambda: runner.run(noop()))
    runner.close()
    runner.close()
    attempt("run", lambda: runner.run(noop()))
    attempt("get_loop", runner.get_loop)


@scenario
def a_runner_that_was_never_used_closes_silently():
    runner = asyncio.Runner(loop_factory=new_event_loop)
    runner.close()
    trace("closed, no loop was made")
    attempt("get_loop", runner.get_loop)


@scenario
def a_runner_runs_futures_too():
    runner = asyncio.Runner(loop_factory=new_event_loop)
    future = runner.get_loop().create_future()
    runner.get_loop().call_later(1, lambda: future.set_result("set"))
    attempt("run", lambda: runner.run(future))
    runner.close()


@scenario
def debug_is_passed_to_the_loop():
    async def main():
        return asyncio.get_running_loop().get_debug()

    run(main())
    run(main(), debug=True)
    run(main(), debug=False)


@scenario
def a_factory_makes_the_tasks_at_the_end():
    def factory(loop, coroutine, **options):
        trace(f"a task of {coroutine.__qualname__}")
        return asyncio.Task(coroutine, loop=loop, **options)

    async def main():
        asyncio.get_running_loop().set_task_factory(factory)

    run(main())
