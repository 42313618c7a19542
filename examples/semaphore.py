"""A semaphore limits how much is done at the same time; a line shows how far it is."""

import asyncio

PAGES = 7
SECONDS = [0.2, 0.3, 0.4, 0.3, 0.3, 0.3, 0.3]  # that the requests take


class Progress:
    def __init__(self):
        self.busy = 0
        self.done = 0

    def show(self):
        print(f"[{'#' * self.done:{'.'}<{PAGES}}] {self.done} of {PAGES} done, {self.busy} at work")


async def fetch(page, limit, progress):
    async with limit:
        progress.busy += 1
        await asyncio.sleep(SECONDS[page])
        progress.busy -= 1
        progress.done += 1
        progress.show()
    return page * page


async def main():
    limit = asyncio.Semaphore(3)
    progress = Progress()
    pages = await asyncio.gather(*(fetch(page, limit, progress) for page in range(PAGES)))
    print(sum(pages))


asyncio.run(main())
