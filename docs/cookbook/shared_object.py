"""An object that several tasks use."""

import asyncio


class Account:
    def __init__(self):
        self.balance = 0
        self.log = []

    async def deposit(self, amount):
        await asyncio.sleep(0)
        self.balance += amount
        self.log.append(amount)


async def main():
    account = Account()
    deposits = map(account.deposit, [5, 10, 27])
    await asyncio.gather(*deposits)
    print(account.balance, account.log)


asyncio.run(main())
