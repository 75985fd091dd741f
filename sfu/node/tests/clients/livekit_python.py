"""A LiveKit client that is not ours, against an SFU node: joins, publishes, receives.

Usage: livekit_python.py ws://127.0.0.1:7880 API_KEY API_SECRET

Ends with status 0 when everything was seen, and says what was not otherwise. Needs the packages in requirements.txt.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import math
import sys
import time

from livekit import rtc

WIDTH, HEIGHT = 640, 360
SAMPLE_RATE = 48_000
DEADLINE_SECONDS = 20


def media_token(key: str, secret: str, identity: str, room: str) -> str:
    """A LiveKit access token, made here so that no second package is needed."""

    def part(value: dict) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    now = int(time.time())
    grant = {"roomJoin": True, "room": room}
    claims = {"iss": key, "sub": identity, "name": identity, "nbf": now - 5, "exp": now + 600, "video": grant}
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    signature = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


class Seen:
    """What the receiving side has to see, each ticked off once."""

    WANTED = ("video track", "audio track", "video frames", "audio sound", "reliable data", "lossy data",
              "muted", "unmuted", "departure")

    def __init__(self) -> None:
        self.events = {name: asyncio.Event() for name in self.WANTED}

    def tick(self, name: str) -> None:
        self.events[name].set()

    async def wait(self, *names: str) -> None:
        async with asyncio.timeout(DEADLINE_SECONDS):
            for name in names:
                await self.events[name].wait()

    def missing(self) -> list[str]:
        return [name for name, event in self.events.items() if not event.is_set()]


async def watch_video(track: rtc.Track, seen: Seen) -> None:
    """Ten frames that are decoded, of the expected shape."""
    frames = 0
    async for event in rtc.VideoStream(track):
        frames += 1
        if frames >= 10 and event.frame.width * HEIGHT == event.frame.height * WIDTH:
            seen.tick("video frames")
            return


async def hear_audio(track: rtc.Track, seen: Seen) -> None:
    """Samples that are not silence."""
    async for event in rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1):
        if max(abs(sample) for sample in event.frame.data) > 1_000:
            seen.tick("audio sound")
            return


async def send_video(source: rtc.VideoSource, stop: asyncio.Event) -> None:
    tick = 0
    while not stop.is_set():
        tick += 1
        shade = tick * 5 % 256
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA,
                                            bytes([shade, 128, 255 - shade, 255]) * (WIDTH * HEIGHT)))
        await asyncio.sleep(1 / 20)


async def send_audio(source: rtc.AudioSource, stop: asyncio.Event) -> None:
    samples = SAMPLE_RATE // 100
    position = 0
    while not stop.is_set():
        frame = rtc.AudioFrame.create(SAMPLE_RATE, 1, samples)
        for index in range(samples):
            frame.data[index] = int(12_000 * math.sin(2 * math.pi * 440 * (position + index) / SAMPLE_RATE))
        position += samples
        await source.capture_frame(frame)


def listen(room: rtc.Room, seen: Seen, tasks: set[asyncio.Task]) -> None:
    @room.on("track_subscribed")
    def _(track: rtc.Track, *_: object) -> None:
        is_video = track.kind == rtc.TrackKind.KIND_VIDEO
        seen.tick("video track" if is_video else "audio track")
        tasks.add(asyncio.create_task((watch_video if is_video else hear_audio)(track, seen)))

    @room.on("data_received")
    def _(packet: rtc.DataPacket) -> None:
        if packet.participant is not None and packet.participant.identity == "publisher":
            seen.tick("reliable data" if packet.data == b"reliably" else "lossy data")

    room.on("track_muted", lambda *_: seen.tick("muted"))
    room.on("track_unmuted", lambda *_: seen.tick("unmuted"))
    room.on("participant_disconnected", lambda *_: seen.tick("departure"))


async def scenario(url: str, key: str, secret: str) -> list[str]:
    seen, stop, tasks = Seen(), asyncio.Event(), set()
    name = f"python-{time.time_ns()}"
    publisher, viewer = rtc.Room(), rtc.Room()
    listen(viewer, seen, tasks)
    try:
        await viewer.connect(url, media_token(key, secret, "viewer", name))
        await publisher.connect(url, media_token(key, secret, "publisher", name))
        video, audio = rtc.VideoSource(WIDTH, HEIGHT), rtc.AudioSource(SAMPLE_RATE, 1)
        tasks |= {asyncio.create_task(send_video(video, stop)), asyncio.create_task(send_audio(audio, stop))}
        me = publisher.local_participant
        camera = rtc.LocalVideoTrack.create_video_track("camera", video)
        microphone = rtc.LocalAudioTrack.create_audio_track("microphone", audio)
        await me.publish_track(camera, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA,
                                                               video_codec=rtc.VideoCodec.VP8, simulcast=True))
        await me.publish_track(microphone, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
        await seen.wait("video track", "audio track", "video frames", "audio sound")
        await me.publish_data(b"reliably", reliable=True, topic="test")
        await me.publish_data(b"perhaps", reliable=False, topic="test")
        await seen.wait("reliable data", "lossy data")
        microphone.mute()
        await seen.wait("muted")
        microphone.unmute()
        await seen.wait("unmuted")
        await publisher.disconnect()
        await seen.wait("departure")
    except TimeoutError:
        pass
    finally:
        stop.set()
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await publisher.disconnect()
        await viewer.disconnect()
    return seen.missing()


def main() -> int:
    missing = asyncio.run(scenario(*sys.argv[1:4]))
    print(f"not seen: {', '.join(missing)}" if missing else "all seen")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
