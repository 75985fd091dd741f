"""Pictures and sound that can be told apart from nothing."""

import asyncio
import math

from livekit import rtc

from client import Client

WIDTH, HEIGHT = 640, 360
FRAMES_PER_SECOND = 20
SAMPLE_RATE = 48_000
# Frames that have to be decoded, and the loudness (of 32,767) that is sound for sure: what is sent has 12,000.
FRAMES_WANTED = 10
LOUD = 1_000


async def publish_camera(client: Client, codec: rtc.VideoCodec.ValueType = rtc.VideoCodec.VP8) -> rtc.LocalVideoTrack:
    source = rtc.VideoSource(WIDTH, HEIGHT)
    track = rtc.LocalVideoTrack.create_video_track("camera", source)
    client.start(_draw(source))
    options = rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_CAMERA, video_codec=codec, simulcast=True)
    await client.me.publish_track(track, options)
    return track


async def publish_microphone(client: Client) -> rtc.LocalAudioTrack:
    source = rtc.AudioSource(SAMPLE_RATE, 1)
    track = rtc.LocalAudioTrack.create_audio_track("microphone", source)
    client.start(_hum(source))
    await client.me.publish_track(track, rtc.TrackPublishOptions(source=rtc.TrackSource.SOURCE_MICROPHONE))
    return track


async def sees(client: Client, whom: str) -> int:
    """Waits for enough decoded pictures of the right shape, and counts them."""
    track = await _subscribed(client, whom, rtc.TrackKind.KIND_VIDEO)
    frames = 0
    stream = rtc.VideoStream(track)
    async for event in stream:
        assert event.frame.width * HEIGHT == event.frame.height * WIDTH, "the shape of the picture"
        frames += 1
        if frames == FRAMES_WANTED:
            break
    await stream.aclose()
    return frames


async def hears(client: Client, whom: str) -> None:
    """Waits for samples that are not silence."""
    track = await _subscribed(client, whom, rtc.TrackKind.KIND_AUDIO)
    stream = rtc.AudioStream(track, sample_rate=SAMPLE_RATE, num_channels=1)
    async for event in stream:
        if max(abs(sample) for sample in event.frame.data) > LOUD:
            break
    await stream.aclose()


async def _subscribed(client: Client, whom: str, kind: rtc.TrackKind.ValueType) -> rtc.Track:
    def is_meant(track: rtc.Track, _: object, participant: rtc.RemoteParticipant) -> bool:
        return track.kind == kind and participant.identity == whom

    return (await client.seen("track_subscribed", is_meant))[0]


async def _draw(source: rtc.VideoSource) -> None:
    """A camera: it has a rate of its own, so this sleeps between frames."""
    shade = 0
    while True:
        shade = (shade + 5) % 256
        pixels = bytes([shade, 128, 255 - shade, 255]) * (WIDTH * HEIGHT)
        source.capture_frame(rtc.VideoFrame(WIDTH, HEIGHT, rtc.VideoBufferType.RGBA, pixels))
        await asyncio.sleep(1 / FRAMES_PER_SECOND)


async def _hum(source: rtc.AudioSource) -> None:
    """A microphone: 440 Hz; the library takes samples no faster than they sound."""
    samples = SAMPLE_RATE // 100
    position = 0
    while True:
        frame = rtc.AudioFrame.create(SAMPLE_RATE, 1, samples)
        for index in range(samples):
            frame.data[index] = int(12_000 * math.sin(2 * math.pi * 440 * (position + index) / SAMPLE_RATE))
        position += samples
        await source.capture_frame(frame)
