"""What a task has for itself: `ContextVar`."""

import asyncio
from contextvars import ContextVar

user = ContextVar("user", default="nobody")


async def greet():
    await asyncio.sleep(0)
    print("hello,", user.get())


def show():
    print(user.get())


async def session(name):
    user.set(name)
    await greet()


async def main():
    await asyncio.gather(session("Ann"), session("Ben"))
    token = user.set("root")
    await greet()
    user.reset(token)
    await asyncio.to_thread(show)


asyncio.run(main())
