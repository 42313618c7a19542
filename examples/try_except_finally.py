"""Errors: arms, else, finally, and groups taken apart."""

import asyncio


async def fetch(key):
    await asyncio.sleep(0.01)
    match key:
        case "missing":
            raise KeyError(key)
        case "slow":
            raise TimeoutError("no answer")
        case "broken":
            raise ValueError("not a number")
    return len(key)


async def length_of(key):
    try:
        length = await fetch(key)
    except KeyError:
        length = 0
    except (TimeoutError, ConnectionError) as error:
        print("The network:", error)
        length = -1
    except Exception as error:
        raise RuntimeError(f"cannot fetch {key}") from error
    else:
        print("Fetched", key)
    finally:
        await asyncio.sleep(0)  # a cleanup may wait
        print("Done with", key)
    return length


async def main():
    for key in ["asyncio", "missing", "slow"]:
        print(await length_of(key))
    try:
        await length_of("broken")
    except RuntimeError as error:
        print(f"{error}, because it is {error.__cause__}")

    # Python's except*: each arm gets its part of the group.
    try:
        async with asyncio.TaskGroup() as group:
            for key in ["missing", "broken", "slow"]:
                group.create_task(fetch(key))
    except* KeyError as errors:
        print(len(errors.exceptions), "missing")
    except* OSError as errors:
        print(len(errors.exceptions), "unreachable")
    except* ValueError as errors:
        print(len(errors.exceptions), "broken")


asyncio.run(main())
