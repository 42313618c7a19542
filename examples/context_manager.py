"""Context managers: one of our own, entered and left, and locks as they are."""

import asyncio


class Transaction:
    """Writes when it is committed, and forgets what failed."""

    def __init__(self, table):
        self.table = table

    async def __aenter__(self):
        await asyncio.sleep(0.01)
        self.rows = []
        print("Begin")
        return self.rows

    async def __aexit__(self, kind, error, traceback):
        await asyncio.sleep(0.01)
        if error is None:
            self.table.extend(self.rows)
            print("Commit")
            return False
        print("Roll back:", error)
        return isinstance(error, ValueError)


async def insert(table, numbers):
    async with Transaction(table) as rows:
        for number in numbers:
            if number < 0:
                raise ValueError(f"{number} is negative")
            if number == 0:
                return "nothing more to insert"
            rows.append(number)
    return "inserted"


async def main():
    table = []
    print(await insert(table, [1, 2]))
    print(await insert(table, [3, -4]))
    print(await insert(table, [5, 0, 6]))
    print(table)

    lock = asyncio.Lock()
    async with lock:
        print("Locked:", lock.locked())
    print("Locked:", lock.locked())


asyncio.run(main())
