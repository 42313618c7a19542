"""Files: threads read and write them, as no system can wait for a file as it waits for a socket."""

import asyncio
import tempfile
from pathlib import Path


async def count_words(path):
    text = await asyncio.to_thread(path.read_text)
    return len(text.split())


async def show(path):
    file = await asyncio.to_thread(path.open)
    number = 0
    while line := await asyncio.to_thread(file.readline):
        number += 1
        print(f"{path.name}:{number}: {line.rstrip()}")
    file.close()


async def main(folder):
    texts = {
        "one.txt": "Errors should never pass silently.\n",
        "two.txt": "Unless explicitly silenced.\n",
        "three.txt": "If the implementation is easy to explain,\nit may be a good idea.\n",
    }
    paths = [folder / name for name in texts]
    writes = [asyncio.to_thread(path.write_text, texts[path.name]) for path in paths]
    await asyncio.gather(*writes)

    # All at once: as many threads as there are files.
    counts = await asyncio.gather(*map(count_words, paths))
    for path, count in zip(paths, counts):
        print(f"{path.name} has {count} words")

    await show(paths[2])

    try:
        await count_words(folder / "four.txt")
    except FileNotFoundError:
        print("There is no four.txt")


with tempfile.TemporaryDirectory() as folder:
    asyncio.run(main(Path(folder)))
