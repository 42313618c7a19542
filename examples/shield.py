"""What is shielded goes on when those who wait for it are cancelled, or have no more time."""

import asyncio


async def save(document):
    await asyncio.sleep(0.2)
    print(f"{document} is saved")
    return len(document)


async def serve(saving):
    try:
        return await asyncio.shield(saving)
    except asyncio.CancelledError:
        print("serve() is cancelled, what it waits for is not")
        raise


async def main():
    saving = asyncio.create_task(save("letter"))
    serving = asyncio.create_task(serve(saving))
    await asyncio.sleep(0.1)
    serving.cancel()
    await asyncio.wait([serving])
    print(await saving)

    # Without the shield wait_for() would cancel the task.
    saving = asyncio.create_task(save("novel"))
    try:
        await asyncio.wait_for(asyncio.shield(saving), 0.1)
    except TimeoutError:
        print("It takes a while")
    print(await saving)

    # A shield has one side only.
    saving = asyncio.create_task(save("poem"))
    serving = asyncio.create_task(serve(saving))
    await asyncio.sleep(0.1)
    saving.cancel()
    await asyncio.wait([serving])
    print("Nobody saves the poem")


asyncio.run(main())
