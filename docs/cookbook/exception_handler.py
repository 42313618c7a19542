"""What nobody else sees: the exception handler."""

import asyncio


def handle(loop, context):
    print("nobody saw", repr(context["exception"]))


def fail():
    raise ValueError("in a callback")


async def forgotten():
    raise RuntimeError("in a task")


async def main():
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handle)
    loop.call_soon(fail)
    task = asyncio.create_task(forgotten())
    await asyncio.sleep(0.001)
    del task
    loop.call_exception_handler(
        {"message": "by hand", "exception": KeyError("x")}
    )


asyncio.run(main())
