"""Values that belong to a task and what it calls, without being handed on."""

import asyncio
from contextvars import ContextVar, copy_context

user = ContextVar("user", default="nobody")


def log(text):
    print(f"[{user.get()}] {text}")


async def inner():
    await asyncio.sleep(0)
    log("seen by what a task awaits")


async def handle(name):
    user.set(name)
    await inner()
    asyncio.get_running_loop().call_soon(log, "seen by its callbacks")
    await asyncio.sleep(0)


async def main():
    log("seen by main()")
    await asyncio.gather(handle("ada"), handle("brian"))
    log("what tasks set, others do not see")

    # A token takes back one set().
    token = user.set("root")
    await asyncio.to_thread(log, "seen on another thread")
    child = asyncio.create_task(inner())  # it has a copy, made here
    user.reset(token)
    await child
    log("seen by main() again")

    context = copy_context()
    context.run(user.set, "guest")
    await asyncio.create_task(inner(), context=context)
    print(f"In the context: {context[user]}, outside of it: {user.get()}")


asyncio.run(main())
