//! A participant: signalling, and the one connection that its part needs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use livekit_protocol::signal_request::Message as Request;
use livekit_protocol::signal_response::Message as Response;
use livekit_protocol::{
    AddTrackRequest, DataPacket, LeaveRequest, Ping, SessionDescription, SignalTarget, TrackSource, TrackType,
    TrickleRequest, UserPacket, data_packet,
};
use prost::Message as _;
use rtc::rtp_transceiver::RTCRtpSenderId;
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use serde::Deserialize;
use tokio::sync::{Notify, watch};

use super::client::{Arrived, Client, Content, Overheard};
use super::feed::{self, Feed, Pictures, Sounds, Turns};
use super::node::Node;
use super::signal::Signal;
use super::statistics::{Counter, Statistics};
use crate::clock;
use crate::socket::Taking;

/// What LiveKit's servers ask for in their JoinResponse.
const PING_INTERVAL: Duration = Duration::from_secs(5);
/// One who reads too little looks so seldom, and takes few packets each time.
const SLOW_INTERVAL: Duration = Duration::from_millis(250);
const SLOW_DATAGRAMS: usize = 8;
/// Datagrams read in one go before others have their turn.
const BURST: usize = 256;
const CHANNEL: &str = "_reliable";
/// Of every publisher's track. Any will do, as each publisher has a connection of its own.
pub(crate) const SSRC: u32 = 0x5eed_0001;

/// What a bot does in the room.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    /// Sends one track.
    Publisher(Shape),
    /// Writes messages to everybody.
    Writer { per_second: f64, bytes: usize },
    /// Gets everything.
    Viewer { number: usize },
}

/// What a publisher's track is like.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// VP8 in packets of 1200 bytes.
    Video { bits_per_second: u32 },
    /// Opus with DTX; the speakers have the floor in turns, so many at once.
    Sound {
        speaker: usize,
        speakers: usize,
        at_once: usize,
    },
}

/// How far the test is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Everybody reads.
    Prompt,
    /// Those who are to fall behind do.
    Behind,
    /// Everybody goes.
    Over,
}

/// A participant that has been let into the room.
pub(crate) struct Bot {
    signal: Signal,
    client: Box<Client>,
    /// Of those who send: the connection that the node offers to everybody, without which it gives a client up after 30 s.
    ear: Option<Box<Client>>,
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
        shape: Shape,
        feed: Option<(Feed, Instant)>,
    },
    Writer {
        interval: Duration,
        bytes: usize,
        due: Option<Instant>,
    },
    Viewer(Counter),
}

#[derive(Deserialize)]
struct CandidateInit {
    candidate: String,
}

impl Bot {
    /// Connects and waits to be let in; a publisher announces its track.
    pub(crate) async fn join(
        node: &Node,
        identity: &str,
        part: Part,
        taking: Taking,
        statistics: Arc<Statistics>,
    ) -> Result<Self> {
        let watches = matches!(part, Part::Viewer { .. });
        let mut signal = Signal::connect(&node.connect_url(identity, watches)?).await?;
        let Response::Join(_) = signal.receive().await? else {
            bail!("the node did not begin with a JoinResponse")
        };
        let mut client = Client::new(taking).await?;
        let ear = if watches {
            None
        } else {
            Some(Client::new(taking).await?)
        };
        let (role, target) = match part {
            Part::Viewer { number } => (Role::Viewer(Counter::new(number)), SignalTarget::Subscriber),
            Part::Writer { per_second, bytes } => {
                client.create_channel(CHANNEL)?;
                let offer = description("offer", client.offer()?, 1);
                signal.send(Request::Offer(offer)).await?;
                let role = Role::Writer {
                    interval: Duration::from_secs_f64(per_second.recip()),
                    bytes: bytes.max(feed::STAMPED_BYTES),
                    due: None,
                };
                (role, SignalTarget::Publisher)
            }
            Part::Publisher(shape) => {
                let cid = format!("track-of-{identity}");
                let ssrc = SSRC;
                let sender = client.add_track(&cid, ssrc, kind_of(shape))?;
                signal.send(Request::AddTrack(announcement(cid, shape))).await?;
                let role = Role::Publisher {
                    sender,
                    ssrc,
                    shape,
                    feed: None,
                };
                (role, SignalTarget::Publisher)
            }
        };
        Ok(Self {
            signal,
            client,
            ear,
            role,
            statistics,
            target,
            was_connected: false,
        })
    }

    /// Takes part until its connection stands, and says what can be overheard of it then.
    pub(crate) async fn connect(&mut self) -> Result<Overheard> {
        while !self.client.is_connected() {
            let deadline = self.drain()?;
            tokio::select! {
                message = self.signal.receive() => self.answer(message?).await?,
                () = self.client.progress(deadline, BURST) => {}
                () = listen(&mut self.ear) => {}
            }
        }
        self.client.overheard()
    }

    /// Takes part until told to go, or until the test is over.
    pub(crate) async fn run(mut self, mut phase: watch::Receiver<Phase>, go: Arc<Notify>) -> Result<()> {
        let mut ping = tokio::time::interval(PING_INTERVAL);
        loop {
            let deadline = self.drain()?;
            tokio::select! {
                message = self.signal.receive() => self.answer(message?).await?,
                () = self.client.progress(deadline, BURST) => {}
                () = listen(&mut self.ear) => {}
                _ = ping.tick() => self.signal.send(Request::PingReq(Ping::default())).await?,
                () = go.notified() => return self.signal.send(Request::Leave(LeaveRequest::default())).await,
                _ = phase.changed() => match *phase.borrow_and_update() {
                    Phase::Prompt => {}
                    Phase::Behind if self.falls_behind() => break,
                    Phase::Behind => {}
                    Phase::Over => return Ok(()),
                },
            }
        }
        self.fall_behind(phase).await;
        Ok(())
    }

    fn falls_behind(&self) -> bool {
        matches!(&self.role, Role::Viewer(counter) if counter.number() < self.statistics.behind())
    }

    /// Half of those who fall behind read nothing more, half too little. That the node lets go of them is as it should.
    async fn fall_behind(&mut self, mut phase: watch::Receiver<Phase>) {
        let reads = matches!(&self.role, Role::Viewer(counter) if counter.number() % 2 == 1);
        let reading = async {
            loop {
                tokio::time::sleep(SLOW_INTERVAL).await;
                if !reads {
                    continue;
                }
                self.client.progress(clock::now(), SLOW_DATAGRAMS).await;
                self.client.drain(|_| {});
                let _ = self.signal.send(Request::PingReq(Ping::default())).await;
            }
        };
        tokio::select! {
            () = reading => {}
            _ = phase.wait_for(|phase| *phase == Phase::Over) => {}
        }
    }

    /// Everything that can be done without waiting; answers when there is more.
    fn drain(&mut self) -> Result<Instant> {
        let due = self.send_what_is_due()?;
        let Self {
            client,
            role,
            statistics,
            ..
        } = self;
        let deadline = client.drain(|Arrived { at, content }| {
            let Role::Viewer(counter) = role else { return };
            match content {
                Content::Media(packet) => {
                    let delay = feed::delay(&packet.payload, at);
                    counter.count(statistics, packet.header.ssrc, packet.header.sequence_number, delay);
                }
                Content::Message(message) => {
                    let delay = text(&message).and_then(|text| feed::delay(&text, at));
                    counter.count_message(statistics, delay);
                }
            }
        });
        if !self.was_connected && self.client.is_connected() {
            self.was_connected = true;
            if matches!(self.role, Role::Viewer(_)) {
                self.statistics.note_connected();
            }
        }
        Ok(due.map_or(deadline, |due| due.min(deadline)))
    }

    /// Sends, and answers when to send next.
    fn send_what_is_due(&mut self) -> Result<Option<Instant>> {
        let Self {
            client,
            role,
            statistics,
            ..
        } = self;
        let now = clock::now();
        match role {
            Role::Viewer(_) => Ok(None),
            Role::Writer { interval, bytes, due } => {
                if !client.is_open() {
                    return Ok(None);
                }
                let due = due.get_or_insert(now);
                while *due <= now {
                    client.send_message(now, &message(*bytes))?;
                    statistics.note_sent(1);
                    *due += *interval;
                }
                Ok(Some(*due))
            }
            Role::Publisher {
                sender,
                ssrc,
                shape,
                feed,
            } => {
                if !client.is_connected() {
                    return Ok(None);
                }
                let (feed, due) = match feed {
                    Some(feed) => feed,
                    None => feed.insert((open_feed(client, *sender, *ssrc, *shape)?, now)),
                };
                while *due <= now {
                    let packets = feed.next(clock::since_1970());
                    statistics.note_sent(packets.len() as u64);
                    client.send(now, *sender, packets)?;
                    *due += feed.interval();
                }
                Ok(Some(*due))
            }
        }
    }

    /// Does what a message of the node asks for, if it asks for something.
    async fn answer(&mut self, message: Response) -> Result<()> {
        match self.respond(message)? {
            Some(reply) => self.signal.send(reply).await,
            None => Ok(()),
        }
    }

    /// What to reply to a message of the node.
    fn respond(&mut self, message: Response) -> Result<Option<Request>> {
        match message {
            Response::TrackPublished(_) => Ok(Some(Request::Offer(description("offer", self.client.offer()?, 1)))),
            Response::Answer(answer) => {
                self.client.take_answer(answer.sdp)?;
                Ok(None)
            }
            Response::Offer(offer) => {
                let answer = self.ear.as_mut().unwrap_or(&mut self.client).answer(offer.sdp)?;
                Ok(Some(Request::Answer(description("answer", answer, offer.id))))
            }
            Response::Trickle(TrickleRequest {
                candidate_init, target, ..
            }) => {
                let init: CandidateInit =
                    serde_json::from_str(&candidate_init).context("a candidate that is no JSON")?;
                let client = if target == i32::from(self.target) {
                    Some(&mut self.client)
                } else {
                    self.ear.as_mut()
                };
                if let Some(client) = client {
                    client.add_candidate(&init.candidate)?;
                }
                Ok(None)
            }
            Response::Leave(leave) => bail!("the node sent us away: {leave:?}"),
            _ => Ok(None),
        }
    }
}

/// Lets a connection that only listens do what it has to, and nothing without one. Cancelling loses nothing.
async fn listen(ear: &mut Option<Box<Client>>) {
    match ear {
        Some(client) => {
            let deadline = client.drain(|_| {});
            client.progress(deadline, BURST).await;
        }
        None => std::future::pending().await,
    }
}

const fn kind_of(shape: Shape) -> RtpCodecKind {
    match shape {
        Shape::Video { .. } => RtpCodecKind::Video,
        Shape::Sound { .. } => RtpCodecKind::Audio,
    }
}

fn announcement(cid: String, shape: Shape) -> AddTrackRequest {
    match shape {
        Shape::Video { .. } => AddTrackRequest {
            cid,
            name: "camera".to_owned(),
            r#type: TrackType::Video.into(),
            source: TrackSource::Camera.into(),
            width: 1280,
            height: 720,
            ..AddTrackRequest::default()
        },
        Shape::Sound { .. } => AddTrackRequest {
            cid,
            name: "microphone".to_owned(),
            r#type: TrackType::Audio.into(),
            source: TrackSource::Microphone.into(),
            ..AddTrackRequest::default()
        },
    }
}

fn open_feed(client: &mut Client, sender: RTCRtpSenderId, ssrc: u32, shape: Shape) -> Result<Feed> {
    let payload_type = client.payload_type(sender).context("no codec was negotiated")?;
    Ok(match shape {
        Shape::Video { bits_per_second } => Feed::Pictures(Pictures::new(ssrc, payload_type, bits_per_second)),
        Shape::Sound {
            speaker,
            speakers,
            at_once,
        } => {
            let turns = Turns {
                speaker: speaker as u64,
                speakers: speakers as u64,
                at_once: at_once as u64,
            };
            Feed::Sounds(Sounds::new(ssrc, payload_type, client.level_id(sender), turns))
        }
    })
}

/// A message of chat as LiveKit's clients send it, with the time of sending.
fn message(bytes: usize) -> Vec<u8> {
    let mut payload = vec![b'x'; bytes];
    feed::stamp(&mut payload, clock::since_1970());
    let user = UserPacket {
        payload,
        topic: Some("load".to_owned()),
        ..UserPacket::default()
    };
    DataPacket {
        value: Some(data_packet::Value::User(user)),
        ..DataPacket::default()
    }
    .encode_to_vec()
}

/// What a message says.
fn text(message: &[u8]) -> Option<Vec<u8>> {
    match DataPacket::decode(message).ok()?.value? {
        data_packet::Value::User(user) => Some(user.payload),
        _ => None,
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
