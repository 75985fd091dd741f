//! Publishing with simulcast, receiving, choosing a layer, muting.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use rtc::rtp_transceiver::RTCRtpSenderId;
use serde_json::json;

use crate::client::{Client, LAYERS, drive};
use crate::node::{TestNode, token, token_with};
use crate::vp8::Picture;

/// A camera's encoder: each turn it sends a frame of every layer, key frames when one was asked for.
pub(crate) struct Camera {
    sender: RTCRtpSenderId,
    frame: u16,
}

impl Camera {
    pub(crate) const fn new(sender: RTCRtpSenderId) -> Self {
        Self { sender, frame: 0 }
    }

    pub(crate) fn send(&mut self, publisher: &mut Client) {
        let pc = publisher.publisher.as_mut().expect("it publishes");
        let wanted = std::mem::take(&mut pc.key_frames_wanted);
        self.frame += 1;
        for (rank, layer) in (0u8..).zip(LAYERS) {
            let offset = u16::from(rank) * 1000;
            let picture = Picture {
                layer: rank,
                key: self.frame == 1 || wanted > 0,
                id: (self.frame + offset) & 0x7fff,
                tl0: (self.frame & 0xff) as u8,
            };
            let timestamp = u32::from(self.frame) * 3000 + u32::from(rank) * 1_000_000;
            pc.send_packet(
                self.sender,
                layer,
                (self.frame.wrapping_add(offset), timestamp),
                picture.payload(),
            );
        }
    }

    /// Sends frames while everybody lives, until `done`.
    pub(crate) async fn run(
        &mut self,
        clients: &mut [&mut Client],
        what: &str,
        mut done: impl FnMut(&[&mut Client]) -> bool,
    ) {
        let clock = kit_core::Clock::system();
        let mut next = clock.instant();
        for _ in 0..1000 {
            if done(clients) {
                return;
            }
            self.send(clients[0]);
            next += std::time::Duration::from_millis(10);
            let frame = clock.clone();
            drive(clients, what, |_| frame.instant() >= next).await;
        }
        panic!("in vain: {what}");
    }
}

pub(crate) fn pictures(client: &Client) -> Vec<Picture> {
    client
        .subscriber
        .packets
        .iter()
        .filter_map(|packet| Picture::read(&packet.payload))
        .collect()
}

/// Everything that arrived is one stream: numbers without gaps, pictures one after the other, time that only advances.
pub(crate) fn assert_one_stream(client: &Client) {
    let packets = &client.subscriber.packets;
    assert!(packets.iter().all(|packet| packet.ssrc == packets[0].ssrc));
    for pair in packets.windows(2) {
        assert_eq!(pair[1].sequence, pair[0].sequence.wrapping_add(1));
        let ahead = pair[1].timestamp.wrapping_sub(pair[0].timestamp);
        assert!((1..90_000).contains(&ahead), "{ahead} ticks from one frame to the next");
    }
    let pictures = pictures(client);
    assert_eq!(pictures.len(), packets.len());
    for pair in pictures.windows(2) {
        assert_eq!(pair[1].id, pair[0].id.wrapping_add(1) & 0x7fff);
        assert_eq!(pair[1].tl0, pair[0].tl0.wrapping_add(1));
        assert!(
            pair[1].layer == pair[0].layer || pair[1].key,
            "layers change at key frames"
        );
    }
}

pub(crate) fn settings(sid: &str, width: u32, height: u32) -> Request {
    let track_sids = vec![sid.to_owned()];
    Request::TrackSetting(lk::UpdateTrackSettings {
        track_sids,
        width,
        height,
        ..Default::default()
    })
}

pub(crate) async fn room_of_two(node: &TestNode) -> (Client, Client, Camera, String) {
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let bob = Client::join(
        node.livekit,
        &token_with("bob", "room", json!({ "canPublish": false })),
        "",
    )
    .await;
    let (sid, sender) = ada.publish_camera("camera-1").await;
    (ada, bob, Camera::new(sender), sid)
}

pub(crate) fn has_more_than(count: usize) -> impl Fn(&[&mut Client]) -> bool {
    move |clients| pictures(clients[1]).len() > count
}

pub(crate) fn is_muted(muted: bool) -> impl Fn(&[&mut Client]) -> bool {
    move |clients| {
        let info = clients[1].last_update("ada");
        info.is_some_and(|info| info.tracks.iter().any(|track| track.muted == muted))
    }
}

pub(crate) fn is_showing(layer: u8) -> impl Fn(&[&mut Client]) -> bool {
    move |clients| {
        pictures(clients[1])
            .last()
            .is_some_and(|picture| picture.layer == layer)
    }
}

#[tokio::test]
async fn a_subscriber_gets_the_layer_it_asks_for_as_one_stream() {
    let node = TestNode::start().await;
    let (mut ada, mut bob, mut camera, sid) = room_of_two(&node).await;
    camera
        .run(&mut [&mut ada, &mut bob], "the highest layer", is_showing(2))
        .await;
    let info = bob.last_update("ada").expect("published").clone();
    assert!(info.is_publisher);
    let track = &info.tracks[0];
    assert_eq!(
        (
            track.sid.as_str(),
            track.mime_type.as_str(),
            track.codecs[0].layers.len()
        ),
        (sid.as_str(), "video/VP8", 3)
    );

    bob.ask(settings(&sid, 320, 180)).await;
    camera
        .run(&mut [&mut ada, &mut bob], "the lowest layer", is_showing(0))
        .await;
    bob.ask(settings(&sid, 500, 300)).await;
    camera
        .run(&mut [&mut ada, &mut bob], "the middle layer", is_showing(1))
        .await;
    bob.ask(settings(&sid, 1280, 720)).await;
    camera
        .run(&mut [&mut ada, &mut bob], "the highest layer again", is_showing(2))
        .await;
    assert_one_stream(&bob);
}

#[tokio::test]
async fn what_is_muted_is_not_sent() {
    let node = TestNode::start().await;
    let (mut ada, mut bob, mut camera, sid) = room_of_two(&node).await;
    camera
        .run(&mut [&mut ada, &mut bob], "pictures", has_more_than(5))
        .await;

    let mute = |muted| {
        Request::Mute(lk::MuteTrackRequest {
            sid: sid.clone(),
            muted,
        })
    };
    ada.ask(mute(true)).await;
    drive(&mut [&mut ada, &mut bob], "the mute", is_muted(true)).await;
    let seen = pictures(&bob).len();
    for _ in 0..30 {
        camera.send(&mut ada);
    }
    ada.ask(mute(false)).await;
    drive(&mut [&mut ada, &mut bob], "the end of the mute", is_muted(false)).await;
    assert_eq!(pictures(&bob).len(), seen, "nothing came while it was muted");
    camera
        .run(&mut [&mut ada, &mut bob], "pictures again", has_more_than(seen + 5))
        .await;
    assert!(pictures(&bob)[seen].key, "it goes on with a key frame");
    assert_one_stream(&bob);
}

#[tokio::test]
async fn what_is_not_shown_is_not_sent() {
    let node = TestNode::start().await;
    let (mut ada, mut bob, mut camera, sid) = room_of_two(&node).await;
    camera
        .run(&mut [&mut ada, &mut bob], "pictures", has_more_than(5))
        .await;

    let track_sids = vec![sid.clone()];
    let disabled = lk::UpdateTrackSettings {
        track_sids,
        disabled: true,
        ..Default::default()
    };
    bob.ask(Request::TrackSetting(disabled)).await;
    bob.ask(Request::Ping(1)).await;
    let is_pong = |said: &Response| matches!(said, Response::Pong(_));
    bob.wait("the settings' arrival", |said| is_pong(said).then_some(()))
        .await;
    for _ in 0..30 {
        camera.send(&mut ada);
    }
    bob.ask(settings(&sid, 1280, 720)).await;
    let seen = pictures(&bob).len();
    camera
        .run(&mut [&mut ada, &mut bob], "pictures once more", has_more_than(seen + 5))
        .await;
    assert_one_stream(&bob);

    let subscription = |subscribe| {
        let track_sids = vec![sid.clone()];
        Request::Subscription(lk::UpdateSubscription {
            track_sids,
            subscribe,
            ..Default::default()
        })
    };
    let offers = |client: &Client| {
        client
            .said
            .iter()
            .filter(|said| matches!(said, Response::Offer(_)))
            .count()
    };
    let before = offers(&bob);
    bob.ask(subscription(false)).await;
    drive(&mut [&mut ada, &mut bob], "the offer without the track", |clients| {
        offers(clients[1]) > before
    })
    .await;
    let seen = pictures(&bob).len();
    bob.ask(subscription(true)).await;
    camera
        .run(&mut [&mut ada, &mut bob], "the track again", has_more_than(seen))
        .await;
}

#[tokio::test]
async fn nobody_gets_what_they_did_not_ask_for_or_may_not_have() {
    let node = TestNode::start().await;
    let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
    let mut shy = Client::join(node.livekit, &token("shy", "room"), "&auto_subscribe=0").await;
    let (sid, sender) = ada.publish_camera("camera-1").await;
    let mut camera = Camera::new(sender);
    let published = |clients: &[&mut Client]| {
        clients[1]
            .last_update("ada")
            .is_some_and(|info| !info.tracks.is_empty())
    };
    camera
        .run(&mut [&mut ada, &mut shy], "the publication", published)
        .await;
    let unknown = lk::UpdateSubscription {
        track_sids: vec!["TR_none".to_owned()],
        subscribe: true,
        ..Default::default()
    };
    shy.ask(Request::Subscription(unknown)).await;
    shy.wait("the refusal", |said| match said {
        Response::SubscriptionResponse(refused) => {
            (refused.err() == lk::SubscriptionError::SeTrackNotfound).then_some(())
        }
        _ => None,
    })
    .await;
    assert!(pictures(&shy).is_empty());
    let subscribe = lk::UpdateSubscription {
        track_sids: vec![sid],
        subscribe: true,
        ..Default::default()
    };
    shy.ask(Request::Subscription(subscribe)).await;
    camera
        .run(&mut [&mut ada, &mut shy], "pictures", |clients| {
            !pictures(clients[1]).is_empty()
        })
        .await;

    let forbidden = json!({ "canPublishSources": ["microphone"] });
    let mut mute = Client::join(node.livekit, &token_with("mute", "room", forbidden), "").await;
    let request = lk::AddTrackRequest {
        cid: "c".to_owned(),
        r#type: lk::TrackType::Video.into(),
        source: lk::TrackSource::Camera.into(),
        ..Default::default()
    };
    mute.ask(Request::AddTrack(request)).await;
    mute.wait("the refusal", |said| match said {
        Response::RequestResponse(response) => {
            (response.reason() == lk::request_response::Reason::NotAllowed).then_some(())
        }
        _ => None,
    })
    .await;
}
