"""What LiveKit's Python SDK has to be able to do with a node. Each takes two clients that are in a room of their own."""

import asyncio
from collections.abc import Awaitable, Callable

from livekit import rtc

import media
from client import Client

Scenario = Callable[[Client, Client], Awaitable[None]]


async def joining(ada: Client, bob: Client) -> None:
    await ada.seen("participant_connected", lambda who: who.identity == "bob")
    assert "ada" in bob.room.remote_participants, "who was there before"
    assert (await ada.room.sid).startswith("RM_"), "the room has a sid"
    assert ada.room.name == bob.room.name


async def media_both_ways(ada: Client, bob: Client) -> None:
    for client in (ada, bob):
        await media.publish_camera(client)
        await media.publish_microphone(client)
    await asyncio.gather(
        media.sees(ada, "bob"), media.sees(bob, "ada"), media.hears(ada, "bob"), media.hears(bob, "ada")
    )


async def video_in_h264(ada: Client, bob: Client) -> None:
    await media.publish_camera(ada, rtc.VideoCodec.H264)
    await media.sees(bob, "ada")
    (publication,) = bob.room.remote_participants["ada"].track_publications.values()
    assert publication.mime_type.lower() == "video/h264", publication.mime_type


async def data_of_each_kind(ada: Client, bob: Client) -> None:
    await ada.me.publish_data(b"reliably", reliable=True, topic="r")
    await ada.me.publish_data(b"to bob", reliable=True, topic="a", destination_identities=["bob"])
    await ada.me.publish_data(b"perhaps", reliable=False, topic="l")
    for payload, topic in ((b"reliably", "r"), (b"to bob", "a"), (b"perhaps", "l")):
        (packet,) = await bob.seen("data_received", lambda packet, wanted=payload: packet.data == wanted)
        assert packet.participant is not None and packet.participant.identity == "ada", "the sender"
        assert packet.topic == topic, packet.topic
    # What is addressed to somebody else does not come: the next message, which came, would have been behind it.
    await bob.me.publish_data(b"to nobody", reliable=True, destination_identities=["carol"])
    await bob.me.publish_data(b"after", reliable=True)
    await ada.seen("data_received", lambda packet: packet.data == b"after")
    assert not any(packet.data == b"to nobody" for packet in ada.received()), "addressed to another"


async def mute_and_unmute(ada: Client, bob: Client) -> None:
    microphone = await media.publish_microphone(ada)
    await media.hears(bob, "ada")
    microphone.mute()
    await bob.seen("track_muted", lambda who, _: who.identity == "ada")
    microphone.unmute()
    await bob.seen("track_unmuted", lambda who, _: who.identity == "ada")


async def speakers(ada: Client, bob: Client) -> None:
    await media.publish_microphone(ada)
    await bob.seen("active_speakers_changed", lambda who: [speaker.identity for speaker in who] == ["ada"])


async def unpublishing(ada: Client, bob: Client) -> None:
    await media.publish_microphone(ada)
    await bob.seen("track_subscribed")
    (sid,) = ada.me.track_publications
    await ada.me.unpublish_track(sid)
    await bob.seen("track_unpublished", lambda publication, _: publication.sid == sid)


async def text_and_byte_streams(ada: Client, bob: Client) -> None:
    received: asyncio.Queue[object] = asyncio.Queue()

    def text(reader: rtc.TextStreamReader, _: str) -> None:
        bob.start(_put(received, reader.read_all()))

    async def collect(reader: rtc.ByteStreamReader) -> bytes:
        return b"".join([chunk async for chunk in reader])

    bob.room.register_text_stream_handler("words", text)
    bob.room.register_byte_stream_handler("bytes", lambda reader, _: bob.start(_put(received, collect(reader))) and None)
    words = "a long text, in several messages; " * 2_000
    await ada.me.send_text(words, topic="words")
    assert await received.get() == words
    file = bytes(range(256)) * 400
    await ada.me.send_bytes(file, name="file", topic="bytes")
    assert await received.get() == file


async def remote_calls(ada: Client, bob: Client) -> None:
    @bob.me.register_rpc_method("greet")
    async def greet(call: rtc.RpcInvocationData) -> str:
        if call.payload == "nobody":
            raise rtc.RpcError(1_234, "there is nobody to greet")
        return f"hello {call.payload} from {call.caller_identity}"

    answer = await ada.me.perform_rpc(destination_identity="bob", method="greet", payload="you")
    assert answer == "hello you from ada", answer
    try:
        await ada.me.perform_rpc(destination_identity="bob", method="greet", payload="nobody")
    except rtc.RpcError as error:
        assert error.code == 1_234, error
    else:
        raise AssertionError("a refusal arrives as one")


async def attributes(ada: Client, bob: Client) -> None:
    await ada.me.set_attributes({"table": "7"})
    await bob.seen("participant_attributes_changed", lambda changed, _: changed == {"table": "7"})
    await ada.me.set_metadata("words")
    await bob.seen("participant_metadata_changed", lambda who, *_: who.metadata == "words")
    await ada.me.set_name("Ada L.")
    await bob.seen("participant_name_changed", lambda *args: args[-1] == "Ada L.")


async def resuming_after_a_cut(ada: Client, bob: Client) -> None:
    """The signalling connection breaks: the session goes on, nobody is seen to leave."""
    await media.publish_microphone(ada)
    await media.hears(bob, "ada")
    (sid,) = ada.me.track_publications
    await ada.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_SIGNAL_RECONNECT)
    await ada.seen("reconnected")
    await ada.me.publish_data(b"back", reliable=True)
    await bob.seen("data_received", lambda packet: packet.data == b"back")
    await media.hears(bob, "ada")
    assert list(ada.me.track_publications) == [sid], "the same track"
    assert not bob.any("participant_disconnected"), "nobody left"


async def connecting_anew(ada: Client, bob: Client) -> None:
    """The client begins a new session, and publishes again."""
    await media.publish_microphone(ada)
    await media.hears(bob, "ada")
    bob.forget()
    await ada.room.simulate_scenario(rtc.SimulateScenarioKind.SIMULATE_FULL_RECONNECT)
    await ada.seen("reconnected")
    await media.hears(bob, "ada")


async def leaving(ada: Client, bob: Client) -> None:
    await ada.seen("participant_connected")
    await ada.room.disconnect()
    await bob.seen("participant_disconnected", lambda who: who.identity == "ada")


async def _put(queue: asyncio.Queue[object], value: Awaitable[object]) -> None:
    await queue.put(await value)


ALL: tuple[Scenario, ...] = (
    joining,
    media_both_ways,
    video_in_h264,
    data_of_each_kind,
    mute_and_unmute,
    speakers,
    unpublishing,
    text_and_byte_streams,
    remote_calls,
    attributes,
    resuming_after_a_cut,
    connecting_anew,
    leaving,
)
