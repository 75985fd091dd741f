//! A LiveKit client: signalling over a WebSocket, and its two peer connections.

use std::net::SocketAddr;
use std::time::Duration;

use futures::future::select_all;
use futures::{FutureExt, SinkExt, StreamExt};
use kit_core::Clock;
use livekit_protocol as lk;
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use prost::Message as _;
use rtc::rtp_transceiver::RTCRtpSenderId;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message as WsMessage;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::pc::Pc;

/// Longest time anything may take.
const PATIENCE: Duration = Duration::from_secs(20);

/// Layers of a simulcast track: (rid, SSRC).
pub(crate) const LAYERS: [(&str, u32); 3] = [("q", 1001), ("h", 1002), ("f", 1003)];

/// A client.
pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    clock: Clock,
    pub(crate) subscriber: Pc,
    pub(crate) publisher: Option<Pc>,
    /// The answer to the join, once it is no longer what the server said first.
    joined: Option<lk::JoinResponse>,
    /// Everything the server said.
    pub(crate) said: Vec<Response>,
    /// Close code and reason, once the server has closed.
    pub(crate) closed: Option<(u16, String)>,
    /// It announces cameras in VP8 with H264 as a backup, and this policy.
    pub(crate) backup: Option<lk::BackupCodecPolicy>,
    /// It takes no video that it is offered.
    pub(crate) declines_video: bool,
}

impl Client {
    /// Connects, and waits for the answer to that.
    pub(crate) async fn join(address: SocketAddr, token: &str, query: &str) -> Self {
        let clock = Clock::system();
        let socket = connect(address, token, query).await;
        let subscriber = Pc::new(clock.clone()).await;
        let (said, closed) = (Vec::new(), None);
        let mut this = Self {
            socket,
            clock,
            subscriber,
            publisher: None,
            joined: None,
            said,
            closed,
            backup: None,
            declines_video: false,
        };
        drive(&mut [&mut this], "an answer to the join", |clients| {
            !clients[0].said.is_empty()
        })
        .await;
        this
    }

    /// Loses the signalling connection, as when a network ends; transports stay.
    pub(crate) async fn cut(&mut self) {
        let _ = self.socket.get_mut().shutdown().await;
        drive(&mut [self], "the end of the connection", |clients| {
            clients[0].closed.is_some()
        })
        .await;
    }

    /// Comes back over another connection. What the server said before is forgotten.
    pub(crate) async fn resume(&mut self, address: SocketAddr, token: &str) {
        self.reopen(address, token).await;
        drive(&mut [self], "an answer to the return", |clients| {
            !clients[0].said.is_empty()
        })
        .await;
    }

    /// Opens the connection with which it comes back.
    pub(crate) async fn reopen(&mut self, address: SocketAddr, token: &str) {
        let query = format!("&reconnect=1&sid={}&reconnect_reason=1", self.sid());
        self.socket = connect(address, token, &query).await;
        self.joined = Some(self.joined().clone());
        self.closed = None;
        self.said.clear();
    }

    /// Connects the publisher's transport anew.
    pub(crate) async fn restart_publisher(&mut self) {
        let sdp = self.publisher.as_mut().expect("made before").offer_restart();
        self.ask(offer(sdp, 2)).await;
        self.wait("the answer", |said| {
            matches!(said, Response::Answer(answer) if answer.id == 2).then_some(())
        })
        .await;
    }

    pub(crate) fn joined(&self) -> &lk::JoinResponse {
        match (&self.joined, self.said.first()) {
            (Some(join), _) | (None, Some(Response::Join(join))) => join,
            other => panic!("not a join: {other:?}"),
        }
    }

    pub(crate) fn sid(&self) -> String {
        self.joined().participant.as_ref().expect("a participant").sid.clone()
    }

    pub(crate) async fn ask(&mut self, request: Request) {
        let message = lk::SignalRequest { message: Some(request) };
        self.send_raw(WsMessage::Binary(message.encode_to_vec().into())).await;
    }

    pub(crate) async fn send_raw(&mut self, message: WsMessage) {
        // The server may have closed already, which the test then sees.
        let _ = self.socket.send(message).await;
    }

    /// Waits for one thing to happen, and handles it.
    async fn step(&mut self) {
        let publisher = async {
            match &mut self.publisher {
                Some(publisher) => publisher.step().await,
                None => std::future::pending().await,
            }
        };
        let message = tokio::select! {
            message = self.socket.next(), if self.closed.is_none() => message,
            () = self.subscriber.step() => return,
            () = publisher => return,
        };
        match message {
            Some(Ok(WsMessage::Binary(bytes))) => {
                let response = lk::SignalResponse::decode(bytes)
                    .expect("a response")
                    .message
                    .expect("a message");
                self.hear(response).await;
            }
            Some(Ok(WsMessage::Close(frame))) => {
                let frame = frame.map(|frame| (frame.code.into(), frame.reason.to_string()));
                self.closed = Some(frame.unwrap_or_default());
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.closed = Some((1006, String::new())),
        }
    }

    async fn hear(&mut self, response: Response) {
        match &response {
            Response::Offer(offer) => {
                let mut sdp = self.subscriber.answer(offer.sdp.clone());
                if self.declines_video {
                    // RFC 8829 §5.3.1: a section that is rejected has port 0.
                    sdp = sdp.replace("m=video 9 ", "m=video 0 ");
                }
                let answer = lk::SessionDescription {
                    r#type: "answer".to_owned(),
                    sdp,
                    id: offer.id,
                    ..Default::default()
                };
                self.ask(Request::Answer(answer)).await;
            }
            Response::Answer(answer) => {
                self.publisher
                    .as_mut()
                    .expect("it has offered")
                    .take_answer(answer.sdp.clone());
            }
            _ => {}
        }
        self.said.push(response);
    }

    /// Announces a simulcast camera, offers it, and waits until its transport is up. Answers the track's sid.
    pub(crate) async fn publish_camera(&mut self, cid: &str) -> (String, RTCRtpSenderId) {
        let layer = |quality: lk::VideoQuality, width, height| lk::VideoLayer {
            quality: quality.into(),
            width,
            height,
            ..Default::default()
        };
        let codec = |name: &str| lk::SimulcastCodec {
            codec: name.to_owned(),
            ..Default::default()
        };
        let request = lk::AddTrackRequest {
            simulcast_codecs: self.backup.map_or_else(Vec::new, |_| vec![codec("vp8"), codec("h264")]),
            backup_codec_policy: self.backup.unwrap_or_default().into(),
            cid: cid.to_owned(),
            r#type: lk::TrackType::Video.into(),
            source: lk::TrackSource::Camera.into(),
            width: 1280,
            height: 720,
            layers: vec![
                layer(lk::VideoQuality::Low, 320, 180),
                layer(lk::VideoQuality::Medium, 640, 360),
                layer(lk::VideoQuality::High, 1280, 720),
            ],
            ..Default::default()
        };
        self.ask(Request::AddTrack(request)).await;
        let cid_owned = cid.to_owned();
        let sid = self.wait("the track's sid", move |response| match response {
            Response::TrackPublished(published) if published.cid == cid_owned => {
                published.track.as_ref().map(|track| track.sid.clone())
            }
            _ => None,
        });
        let sid = sid.await;
        let mut publisher = match self.publisher.take() {
            Some(publisher) => publisher,
            None => Pc::new(self.clock.clone()).await,
        };
        let sender = publisher.add_video(cid, &LAYERS);
        self.publisher = Some(publisher);
        self.offer().await;
        (sid, sender)
    }

    /// Opens the publisher's data channels.
    pub(crate) async fn open_channels(&mut self) {
        let mut publisher = Pc::new(self.clock.clone()).await;
        publisher.create_channels();
        self.publisher = Some(publisher);
        self.offer().await;
        drive(&mut [self], "open channels", |clients| {
            clients[0]
                .publisher
                .as_ref()
                .is_some_and(|publisher| publisher.open_channels.len() == 2)
        })
        .await;
    }

    async fn offer(&mut self) {
        let sdp = self.publisher.as_mut().expect("made before").offer();
        self.ask(offer(sdp, 1)).await;
        drive(&mut [self], "the publisher's transport", |clients| {
            clients[0]
                .publisher
                .as_ref()
                .is_some_and(|publisher| publisher.connected)
        })
        .await;
    }

    pub(crate) async fn connected(&mut self) {
        drive(&mut [self], "the subscriber's transport and channels", |clients| {
            clients[0].subscriber.connected && clients[0].subscriber.open_channels.len() == 2
        })
        .await;
    }

    /// Waits until the server has said what `wanted` finds.
    pub(crate) async fn wait<T: Send>(
        &mut self,
        what: &str,
        wanted: impl Fn(&Response) -> Option<T> + Send + Sync,
    ) -> T {
        let mut found = None;
        drive(&mut [self], what, |clients| {
            found = clients[0].said.iter().find_map(&wanted);
            found.is_some()
        })
        .await;
        found.expect("driven until found")
    }

    /// What was last said of a participant.
    pub(crate) fn last_update(&self, identity: &str) -> Option<&lk::ParticipantInfo> {
        self.said.iter().rev().find_map(|response| match response {
            Response::Update(update) => update.participants.iter().find(|info| info.identity == identity),
            _ => None,
        })
    }

    /// Data packets that came.
    pub(crate) fn data(&self) -> Vec<(String, lk::DataPacket)> {
        let decode = |(label, bytes): &(String, bytes::Bytes)| {
            (
                label.clone(),
                lk::DataPacket::decode(bytes.clone()).expect("a data packet"),
            )
        };
        self.subscriber.messages.iter().map(decode).collect()
    }

    /// Sends user data.
    pub(crate) fn send_data(&mut self, label: &str, packet: &lk::DataPacket) {
        self.publisher
            .as_mut()
            .expect("channels are open")
            .send_data(label, &packet.encode_to_vec());
    }
}

async fn connect(address: SocketAddr, token: &str, query: &str) -> WebSocketStream<MaybeTlsStream<TcpStream>> {
    let url = format!("ws://{address}/rtc?access_token={token}&sdk=test&protocol=16{query}");
    connect_async(url).await.expect("a WebSocket").0
}

fn offer(sdp: String, id: u32) -> Request {
    Request::Offer(lk::SessionDescription {
        r#type: "offer".to_owned(),
        sdp,
        id,
        ..Default::default()
    })
}

/// Lets all clients live until `done`.
///
/// # Panics
/// When that takes too long.
pub(crate) async fn drive(
    clients: &mut [&mut Client],
    what: &str,
    mut done: impl FnMut(&[&mut Client]) -> bool + Send,
) {
    let living = async {
        while !done(clients) {
            select_all(clients.iter_mut().map(|client| client.step().boxed())).await;
        }
    };
    let outcome = tokio::time::timeout(PATIENCE, living).await;
    let said: Vec<_> = clients.iter().map(|client| client.said.len()).collect();
    assert!(outcome.is_ok(), "in vain: {what} (messages heard: {said:?})");
}

/// User data, as clients send it.
pub(crate) fn user_data(payload: &[u8], topic: &str, to: &[&str]) -> lk::DataPacket {
    let user = lk::UserPacket {
        payload: payload.to_vec(),
        topic: Some(topic.to_owned()),
        ..Default::default()
    };
    lk::DataPacket {
        destination_identities: to.iter().map(|name| (*name).to_owned()).collect(),
        value: Some(lk::data_packet::Value::User(user)),
        ..Default::default()
    }
}

/// The payload of user data.
pub(crate) fn payload(packet: &lk::DataPacket) -> &[u8] {
    match &packet.value {
        Some(lk::data_packet::Value::User(user)) => &user.payload,
        other => panic!("not user data: {other:?}"),
    }
}
