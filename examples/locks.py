"""A lock: what is read before an await and written after it stays true."""

import asyncio


class Account:
    def __init__(self):
        self.balance = 100
        self.lock = asyncio.Lock()

    async def withdraw(self, name, amount):
        async with self.lock:
            print(f"{name} sees {self.balance}")
            if self.balance < amount:
                print(f"{name} gets nothing")
                return
            await asyncio.sleep(0.1)  # without the lock the other one would see the same
            self.balance -= amount
            print(f"{name} takes {amount}")


async def main():
    account = Account()
    await asyncio.gather(account.withdraw("Ann", 80), account.withdraw("Ben", 50))
    print(f"{account.balance} are left")

    # Without `async with`, whoever acquires has to release, whatever happens.
    await account.lock.acquire()
    try:
        print(f"locked: {account.lock.locked()}")
    finally:
        account.lock.release()
    try:
        account.lock.release()
    except RuntimeError as error:
        print(error)


asyncio.run(main())
