"""One LiveKit client in one room, which remembers everything that it was told."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from livekit import rtc

# What a client remembers. Each of the library's events has its own arguments, which are kept as they came.
EVENTS = (
    "participant_connected", "participant_disconnected", "track_published", "track_unpublished", "track_subscribed",
    "track_unsubscribed", "track_muted", "track_unmuted", "data_received", "active_speakers_changed", "disconnected",
    "reconnecting", "reconnected", "participant_metadata_changed", "participant_name_changed",
    "participant_attributes_changed", "participant_permissions_changed", "room_metadata_changed", "moved",
    "local_track_republished",
)  # fmt: skip


@dataclass(frozen=True)
class Server:
    """Where the node is, and what its tokens are signed with."""

    url: str
    key: str
    secret: str

    def token(self, identity: str, room: str, **grants: Any) -> str:
        """A LiveKit access token, made here so that no further package is needed."""

        def part(value: dict[str, Any]) -> str:
            return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

        now = int(time.time())
        video = {"roomJoin": True, "room": room, **grants}
        claims = {"iss": self.key, "sub": identity, "name": identity, "nbf": now - 5, "exp": now + 600, "video": video}
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        signature = hmac.new(self.secret.encode(), signed.encode(), hashlib.sha256).digest()
        return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class Client:
    """A room of the library, with its events in the order in which they came."""

    def __init__(self, server: Server, identity: str) -> None:
        self.server, self.identity = server, identity
        self.room = rtc.Room()
        self.tasks: set[asyncio.Task[Any]] = set()
        self._events: list[tuple[str, tuple[Any, ...]]] = []
        self._news = asyncio.Condition()
        for name in EVENTS:
            self.room.on(name, self._note(name))

    def _note(self, name: str) -> Callable[..., None]:
        def noted(*arguments: Any) -> None:
            self._events.append((name, arguments))
            self.start(self._tell())

        return noted

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    def start(self, work: Any) -> asyncio.Task[Any]:
        """Runs something beside, until the client closes."""
        task = asyncio.create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    async def connect(self, room: str, **grants: Any) -> "Client":
        await self.room.connect(self.server.url, self.server.token(self.identity, room, **grants))
        return self

    async def seen(self, name: str, matches: Callable[..., bool] = lambda *_: True) -> tuple[Any, ...]:
        """The first event of this name that matches, whether it came already or is still to come."""

        def found() -> tuple[Any, ...] | None:
            return next((args for event, args in self._events if event == name and matches(*args)), None)

        async with self._news:
            try:
                await self._news.wait_for(lambda: found() is not None)
            except asyncio.CancelledError:
                came = ", ".join(event for event, _ in self._events)
                print(f"    {self.identity} waited for {name}; came: {came or 'nothing'}")
                raise
        return found() or ()

    def any(self, name: str) -> bool:
        return any(event == name for event, _ in self._events)

    def received(self) -> list[rtc.DataPacket]:
        """All data messages so far."""
        return [args[0] for event, args in self._events if event == "data_received"]

    def forget(self) -> None:
        """From now on only what comes later counts."""
        self._events.clear()

    @property
    def me(self) -> rtc.LocalParticipant:
        return self.room.local_participant

    async def close(self) -> None:
        for task in list(self.tasks):
            task.cancel()
        await self.room.disconnect()
