"""A callback at the end of a task: beside run_until_complete(), and to stop run_forever()."""

import asyncio

asyncio.set_event_loop(asyncio.new_event_loop())  # 3.14 and later create none


async def slow_operation():
    await asyncio.sleep(1)
    return "Future is done!"


def got_result(task):
    print("Got:", task.result())


def got_result_and_stop(task):
    print("Got, and stops the loop:", task.result())
    task.get_loop().stop()


loop = asyncio.get_event_loop()
task = loop.create_task(slow_operation())
task.add_done_callback(got_result)
loop.run_until_complete(task)

task = loop.create_task(slow_operation())
task.add_done_callback(got_result_and_stop)
loop.run_forever()
loop.close()
