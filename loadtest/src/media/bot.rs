//! A participant: signalling, and the one connection that its part needs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use livekit_protocol::{
    AddTrackRequest, Ping, SessionDescription, SignalTarget, TrackSource, TrackType, TrickleRequest,
};
use rtc::rtp_transceiver::RTCRtpSenderId;
use serde::Deserialize;
use tokio::sync::watch;

use super::client::{Arrived, Client};
use super::node::Node;
use super::picture::{self, Pictures};
use super::signal::Signal;
use super::statistics::{Counter, Statistics};
use crate::clock;

/// What LiveKit's servers ask for in their JoinResponse.
const PING_INTERVAL: Duration = Duration::from_secs(5);

/// What a bot does in the room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Sends one video track.
    Publisher { bits_per_second: u32 },
    /// Watches everything.
    Viewer { number: usize },
}

/// All bots of the process measure delay from the same instant.
static EPOCH: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(clock::now);

/// A participant that has been let into the room.
pub(crate) struct Bot {
    signal: Signal,
    client: Client,
    role: Role,
    statistics: Arc<Statistics>,
    /// The connection that candidates of this target are for.
    target: SignalTarget,
    was_connected: bool,
}

enum Role {
    Publisher {
        sender: RTCRtpSenderId,
        ssrc: u32,
        bits_per_second: u32,
        pictures: Option<(Pictures, Instant)>,
    },
    Viewer(Counter),
}

#[derive(Deserialize)]
struct CandidateInit {
    candidate: String,
}

impl Bot {
    /// Connects and waits to be let in; a publisher announces its track.
    pub(crate) async fn join(node: &Node, identity: &str, part: Part, statistics: Arc<Statistics>) -> Result<Self> {
        let mut signal = Signal::connect(&node.connect_url(identity)?).await?;
        let Response::Join(_) = signal.receive().await? else {
            bail!("the node did not begin with a JoinResponse")
        };
        let mut client = Client::new().await?;
        let (role, target) = match part {
            Part::Viewer { number } => (Role::Viewer(Counter::new(number)), SignalTarget::Subscriber),
            Part::Publisher { bits_per_second } => {
                let cid = format!("video-of-{identity}");
                // Any will do, as each publisher has a connection of its own.
                let ssrc = 0x5eed_0001;
                let sender = client.add_video(&cid, ssrc)?;
                let request = AddTrackRequest {
                    cid,
                    name: "camera".to_owned(),
                    r#type: TrackType::Video.into(),
                    source: TrackSource::Camera.into(),
                    width: 1280,
                    height: 720,
                    ..AddTrackRequest::default()
                };
                signal.send(Request::AddTrack(request)).await?;
                (
                    Role::Publisher {
                        sender,
                        ssrc,
                        bits_per_second,
                        pictures: None,
                    },
                    SignalTarget::Publisher,
                )
            }
        };
        Ok(Self {
            signal,
            client,
            role,
            statistics,
            target,
            was_connected: false,
        })
    }

    /// Takes part until told to stop.
    pub(crate) async fn run(mut self, mut stopped: watch::Receiver<bool>) -> Result<()> {
        let mut ping = tokio::time::interval(PING_INTERVAL);
        loop {
            let deadline = self.drain()?;
            tokio::select! {
                message = self.signal.receive() => {
                    if let Some(reply) = self.respond(message?)? {
                        self.signal.send(reply).await?;
                    }
                }
                () = self.client.progress(deadline) => {}
                _ = ping.tick() => self.signal.send(Request::PingReq(Ping::default())).await?,
                _ = stopped.changed() => return Ok(()),
            }
        }
    }

    /// Everything that can be done without waiting; answers when there is more.
    fn drain(&mut self) -> Result<Instant> {
        self.send_frame_if_due()?;
        let Self {
            client,
            role,
            statistics,
            ..
        } = self;
        let mut deadline = client.drain(|Arrived { at, packet }| {
            if let Role::Viewer(counter) = role {
                let delay = picture::delay(&packet.payload, *EPOCH, at);
                counter.count(statistics, packet.header.ssrc, packet.header.sequence_number, delay);
            }
        });
        if !self.was_connected && self.client.is_connected() {
            self.was_connected = true;
            if matches!(self.role, Role::Viewer(_)) {
                self.statistics.note_connected();
            }
        }
        if let Role::Publisher {
            pictures: Some((_, due)),
            ..
        } = &self.role
        {
            deadline = deadline.min(*due);
        }
        Ok(deadline)
    }

    fn send_frame_if_due(&mut self) -> Result<()> {
        let Role::Publisher {
            sender,
            ssrc,
            bits_per_second,
            pictures,
        } = &mut self.role
        else {
            return Ok(());
        };
        if !self.client.is_connected() {
            return Ok(());
        }
        let now = clock::now();
        let (pictures, due) = match pictures {
            Some(pictures) => pictures,
            None => {
                let payload_type = self.client.payload_type(*sender).context("no codec was negotiated")?;
                pictures.insert((Pictures::new(*ssrc, payload_type, *bits_per_second, *EPOCH), now))
            }
        };
        while *due <= now {
            let frame = pictures.next_frame(now);
            self.statistics.note_sent(frame.len() as u64);
            self.client.send(now, *sender, frame)?;
            *due += pictures.interval();
        }
        Ok(())
    }

    /// What to reply to a message of the node.
    fn respond(&mut self, message: Response) -> Result<Option<Request>> {
        match message {
            Response::TrackPublished(_) => Ok(Some(Request::Offer(description("offer", self.client.offer()?, 1)))),
            Response::Answer(answer) => {
                self.client.take_answer(answer.sdp)?;
                Ok(None)
            }
            Response::Offer(offer) if self.target == SignalTarget::Subscriber => {
                let answer = self.client.answer(offer.sdp)?;
                Ok(Some(Request::Answer(description("answer", answer, offer.id))))
            }
            Response::Trickle(TrickleRequest {
                candidate_init, target, ..
            }) if target == i32::from(self.target) => {
                let init: CandidateInit =
                    serde_json::from_str(&candidate_init).context("a candidate that is no JSON")?;
                self.client.add_candidate(&init.candidate)?;
                Ok(None)
            }
            Response::Leave(leave) => bail!("the node sent us away: {leave:?}"),
            _ => Ok(None),
        }
    }
}

fn description(kind: &str, sdp: String, id: u32) -> SessionDescription {
    SessionDescription {
        r#type: kind.to_owned(),
        sdp,
        id,
        ..SessionDescription::default()
    }
}
