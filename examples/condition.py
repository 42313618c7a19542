"""A condition: tasks wait until what they share is as they need it."""

import asyncio


class Kitchen:
    def __init__(self):
        self.plates = 0
        self.changed = asyncio.Condition()

    async def cook(self):
        for _ in range(2):
            await asyncio.sleep(0.1)
            async with self.changed:
                self.plates += 2
                print(f"{self.plates} plates are ready")
                self.changed.notify_all()

    async def eat(self, name, wanted):
        async with self.changed:
            await self.changed.wait_for(lambda: self.plates >= wanted)
            self.plates -= wanted
            print(f"{name} takes {wanted}, {self.plates} left")


async def main():
    kitchen = Kitchen()
    await asyncio.gather(
        kitchen.eat("Ann", 3),
        kitchen.eat("Ben", 1),
        kitchen.cook(),
    )


asyncio.run(main())
