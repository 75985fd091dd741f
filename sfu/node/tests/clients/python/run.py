"""LiveKit's Python SDK against a node: runs the scenarios and ends with `N passed, N failed`.

Usage: run.py ws://127.0.0.1:7880 API_KEY API_SECRET [SCENARIO…]. Needs the packages of requirements.txt.
"""

import asyncio
import sys
import time
import traceback

from client import Client, Server
from scenarios import ALL, Scenario

DEADLINE_SECONDS = 30


async def run(server: Server, scenario: Scenario) -> None:
    room = f"python-{scenario.__name__}"
    ada, bob = Client(server, "ada"), Client(server, "bob")
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await ada.connect(room, canUpdateOwnMetadata=True)
            await bob.connect(room)
            await scenario(ada, bob)
    finally:
        await asyncio.gather(ada.close(), bob.close())


async def run_all(server: Server, chosen: list[str]) -> int:
    passed = failed = 0
    for scenario in ALL:
        if chosen and scenario.__name__ not in chosen:
            continue
        started = time.monotonic()
        try:
            await run(server, scenario)
            passed += 1
            result = "ok    "
        except Exception:
            failed += 1
            result = "FAILED"
            traceback.print_exc(file=sys.stdout)
        print(f"  {result} python: {scenario.__name__.replace('_', ' ')} ({time.monotonic() - started:.1f} s)", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(run_all(Server(*sys.argv[1:4]), sys.argv[4:])))
