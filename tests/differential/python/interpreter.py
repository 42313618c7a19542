"""Runs programs on asyncio; `../src/run.rs` does the same on the crate.

Reads a program a line as JSON, up to an empty line; then prints the trace of each, with
an empty line behind it. Both interpreters make the same objects in the same order.
"""

import asyncio
import contextvars
import gc
import json
import pathlib
import signal
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from recorder import Recorder, order_as_completed, take_log  # noqa: E402
from world import World  # noqa: E402


async def task_number():
    return int(asyncio.current_task().get_name().removeprefix("Task-"))


def main():
    # What a coroutine does when it is thrown away after the end of its program is nobody's
    # business.
    sys.unraisablehook = lambda _: None
    # A Runner that may not take Ctrl-C over spares two system calls.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    order_as_completed()
    log = take_log()
    counter = asyncio.new_event_loop()
    gc.disable()
    gc.freeze()
    batch = []
    for line in sys.stdin:
        if line.strip():
            batch.append(json.loads(line))
            continue
        for program in batch:
            first_task = counter.run_until_complete(task_number())
            log.recorder = recorder = Recorder(program["handler"], first_task)
            # Whatever a program sets, even while it is thrown away, ends with it.
            lines = contextvars.copy_context().run(World(program, recorder).execute)
            log.recorder = None
            sys.stdout.write("\n".join(lines) + "\n\n")
        sys.stdout.flush()
        batch = []


if __name__ == "__main__":
    main()
