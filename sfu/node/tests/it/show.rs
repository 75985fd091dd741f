//! A room with a camera: what most tests of media begin with.

use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use rtc::rtp_transceiver::RTCRtpSenderId;
use serde_json::json;

use crate::client::{Client, LAYERS, drive};
use crate::node::{TestNode, token, token_with};
use crate::vp8::Picture;

/// A room in which Ada publishes a camera and Bob watches.
pub(crate) struct Show {
    pub(crate) ada: Client,
    pub(crate) bob: Client,
    pub(crate) camera: Camera,
    /// The camera's track.
    pub(crate) sid: String,
}

impl Show {
    pub(crate) async fn on(node: &TestNode) -> Self {
        let mut ada = Client::join(node.livekit, &token("ada", "room"), "").await;
        let watches = token_with("bob", "room", json!({ "canPublish": false }));
        let bob = Client::join(node.livekit, &watches, "").await;
        let (sid, sender) = ada.publish_camera("camera-1").await;
        let camera = Camera::new(sender);
        Self { ada, bob, camera, sid }
    }

    /// The camera runs until `done` with Ada and Bob.
    pub(crate) async fn film(&mut self, what: &str, done: impl FnMut(&[&mut Client]) -> bool) {
        self.camera.run(&mut [&mut self.ada, &mut self.bob], what, done).await;
    }

    /// The camera runs until Bob has more than `more` further pictures.
    pub(crate) async fn film_more(&mut self, more: usize, what: &str) {
        let enough = self.seen() + more;
        self.film(what, |clients| pictures(clients[1]).len() > enough).await;
    }

    /// The camera stands still until `done` with Ada and Bob.
    pub(crate) async fn wait(&mut self, what: &str, done: impl FnMut(&[&mut Client]) -> bool + Send) {
        drive(&mut [&mut self.ada, &mut self.bob], what, done).await;
    }

    /// Pictures that nobody waits for: less than a second of them, so that what follows is near in time.
    pub(crate) fn film_in_vain(&mut self) {
        for _ in 0..20 {
            self.camera.send(&mut self.ada);
        }
    }

    /// How many pictures Bob has.
    pub(crate) fn seen(&self) -> usize {
        pictures(&self.bob).len()
    }

    /// Nothing is sent while Ada's camera is muted, and then it goes on as one stream.
    pub(crate) async fn mute_and_unmute(&mut self) {
        let sid = self.sid.clone();
        let mute = |muted| {
            Request::Mute(lk::MuteTrackRequest {
                sid: sid.clone(),
                muted,
            })
        };
        self.ada.ask(mute(true)).await;
        self.wait("the mute", is_muted(true)).await;
        let seen = self.seen();
        self.film_in_vain();
        self.ada.ask(mute(false)).await;
        self.wait("the end of the mute", is_muted(false)).await;
        assert_eq!(self.seen(), seen, "nothing came while it was muted");
        self.film_more(5, "pictures again").await;
        assert!(pictures(&self.bob)[seen].key, "it goes on with a key frame");
        assert_one_stream(&self.bob);
    }
}

/// A camera's encoder: each turn it sends a frame of every layer, key frames when one was asked for.
pub(crate) struct Camera {
    sender: RTCRtpSenderId,
    frame: u16,
}

impl Camera {
    pub(crate) const fn new(sender: RTCRtpSenderId) -> Self {
        Self { sender, frame: 0 }
    }

    fn send(&mut self, publisher: &mut Client) {
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

    /// Packets that it has sent: one for each layer of a frame.
    pub(crate) fn packets(&self) -> i64 {
        i64::from(self.frame) * LAYERS.len() as i64
    }

    /// Sends frames while everybody lives, until `done`.
    pub(crate) async fn run(
        &mut self,
        clients: &mut [&mut Client],
        what: &str,
        mut done: impl FnMut(&[&mut Client]) -> bool,
    ) {
        let clock = kit_core::Clock::system();
        for _ in 0..1000 {
            if done(clients) {
                return;
            }
            self.send(clients[0]);
            // However late it is: a camera that made up for lost time would leave nobody any to read.
            let next = clock.instant() + std::time::Duration::from_millis(10);
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
        // The layers' own clocks are 1,000,000 apart.
        assert!(
            (1..500_000).contains(&ahead),
            "{ahead} ticks from one frame to the next"
        );
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

fn is_muted(muted: bool) -> impl Fn(&[&mut Client]) -> bool {
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
