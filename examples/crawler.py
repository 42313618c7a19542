"""A crawler: a pool of workers over a queue, with retries, limits of time and a progress line."""

import asyncio

LINKS = {
    "/": ["/a", "/b", "/slow"],
    "/a": ["/b", "/c"],
    "/b": ["/flaky"],
    "/c": [],
    "/flaky": ["/"],
}


class Site:
    """Answers slowly, or at the second attempt, or never."""

    def __init__(self):
        self.attempts = 0

    async def get(self, page):
        await asyncio.sleep(0.001)
        if page == "/slow":
            await asyncio.sleep(3600)
        if page == "/flaky":
            self.attempts += 1
            if self.attempts == 1:
                raise ConnectionError("reset")
        return LINKS[page]


class Crawler:
    def __init__(self):
        self.site = Site()
        self.queue = asyncio.Queue()
        self.seen = set()
        self.fetched = []
        self.failed = []

    def add(self, page):
        if page not in self.seen:
            self.seen.add(page)
            self.queue.put_nowait(page)

    async def fetch(self, page):
        for attempt in range(1, 4):
            try:
                async with asyncio.timeout(0.25):
                    return await self.site.get(page)
            except TimeoutError:
                break
            except ConnectionError:
                if attempt == 3:
                    raise
                await asyncio.sleep(0.001 * attempt)
        raise LookupError(f"no answer from {page}")

    async def work(self):
        while True:
            page = await self.queue.get()
            try:
                for link in await self.fetch(page):
                    self.add(link)
                self.fetched.append(page)
            except (LookupError, ConnectionError) as error:
                self.failed.append(str(error))
            finally:
                self.queue.task_done()


async def progress(crawler):
    try:
        while True:
            await asyncio.sleep(0.1)
            print(f"{len(crawler.fetched)} of {len(crawler.seen)} pages")
    finally:
        print("The crawler is done")


async def main():
    crawler = Crawler()
    crawler.add("/")
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(crawler.work()) for _ in range(3)]
        tasks.append(group.create_task(progress(crawler)))
        await crawler.queue.join()
        for task in tasks:
            task.cancel()
    print(sorted(crawler.fetched))
    print(crawler.failed)


asyncio.run(main())
