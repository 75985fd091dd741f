//! The node beside the rest of the platform: presence and chat, with stand-ins for the other services.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use futures::{Stream, StreamExt};
use kit_rpc::Part;
use livekit_protocol as lk;
use livekit_protocol::signal_response::Message as Response;
use plenary_proto::engagement::v1::chat_service_server::{ChatService, ChatServiceServer};
use plenary_proto::engagement::v1::{
    ChatFrame, ChatMessage, ChatPost, DeleteMessageRequest, DeleteMessageResponse, FollowMessagesHello,
    FollowMessagesRequest, FollowMessagesResponse, ListMessagesRequest, ListMessagesResponse, PostMessageRequest,
    PostMessageResponse, chat_frame, follow_messages_response,
};
use plenary_proto::live::v1::node_service_server::{NodeService, NodeServiceServer};
use plenary_proto::live::v1::{
    ParticipantReport, RegisterNodeRequest, RegisterNodeResponse, ReportConnectionsRequest, ReportConnectionsResponse,
    ReportParticipantsRequest, ReportParticipantsResponse, RoomConnection,
};
use prost::Message as _;
use tokio::sync::broadcast;
use tokio_stream::wrappers::BroadcastStream;
use tonic::{Request, Response as Answer, Status};

use crate::client::{Client, drive, payload, user_data};
use crate::node::{TestNode, token, token_with};

/// A live service that writes down what it is told, and has those evicted whom it is told to.
#[derive(Default, Clone)]
pub(crate) struct Live {
    registrations: Arc<Mutex<Vec<RegisterNodeRequest>>>,
    reports: Arc<Mutex<Vec<ParticipantReport>>>,
    evict: Arc<Mutex<Option<String>>>,
    /// How connections went.
    pub(crate) connections: Arc<Mutex<Vec<RoomConnection>>>,
}

#[tonic::async_trait]
impl NodeService for Live {
    async fn register_node(
        &self,
        request: Request<RegisterNodeRequest>,
    ) -> Result<Answer<RegisterNodeResponse>, Status> {
        self.registrations
            .lock()
            .expect("unpoisoned")
            .push(request.into_inner());
        Ok(Answer::new(RegisterNodeResponse {}))
    }

    async fn report_participants(
        &self,
        request: Request<ReportParticipantsRequest>,
    ) -> Result<Answer<ReportParticipantsResponse>, Status> {
        let reports = request.into_inner().reports;
        let unwanted = self.evict.lock().expect("unpoisoned").clone();
        let evict = reports
            .iter()
            .filter(|report| Some(&report.user_id) == unwanted.as_ref())
            .cloned()
            .collect();
        self.reports.lock().expect("unpoisoned").extend(reports);
        Ok(Answer::new(ReportParticipantsResponse { evict }))
    }

    async fn report_connections(
        &self,
        request: Request<ReportConnectionsRequest>,
    ) -> Result<Answer<ReportConnectionsResponse>, Status> {
        let told = request.into_inner().connections;
        self.connections.lock().expect("unpoisoned").extend(told);
        Ok(Answer::new(ReportConnectionsResponse {}))
    }
}

impl Live {
    fn has_heard(&self, user: &str, present: bool) -> bool {
        let reports = self.reports.lock().expect("unpoisoned");
        reports
            .iter()
            .any(|report| report.user_id == user && report.present == present)
    }
}

/// A chat that numbers what it accepts, refuses what says "spam", and can cut its followers off.
#[derive(Clone)]
pub(crate) struct Chat {
    log: Arc<Mutex<Vec<ChatMessage>>>,
    news: broadcast::Sender<Option<ChatMessage>>,
}

impl Chat {
    fn new() -> Self {
        Self {
            log: Arc::default(),
            news: broadcast::channel(64).0,
        }
    }

    fn write(&self, text: &str, author: &PostMessageRequest) -> ChatMessage {
        let mut log = self.log.lock().expect("unpoisoned");
        let message = ChatMessage {
            id: format!("msg_{}", log.len() + 1),
            room_id: author.room_id.clone(),
            sequence: i64::try_from(log.len()).expect("few") + 1,
            author_id: author.author_id.clone(),
            author_name: author.author_name.clone(),
            author_is_host: author.author_is_host,
            text: text.to_owned(),
            ..Default::default()
        };
        log.push(message.clone());
        let _ = self.news.send(Some(message.clone()));
        message
    }
}

type Followed = Pin<Box<dyn Stream<Item = Result<FollowMessagesResponse, Status>> + Send>>;

fn step(kind: follow_messages_response::Kind) -> Result<FollowMessagesResponse, Status> {
    Ok(FollowMessagesResponse { kind: Some(kind) })
}

#[tonic::async_trait]
impl ChatService for Chat {
    type FollowMessagesStream = Followed;

    async fn post_message(&self, request: Request<PostMessageRequest>) -> Result<Answer<PostMessageResponse>, Status> {
        let request = request.into_inner();
        if request.text == "spam" {
            return Err(Status::invalid_argument("spam"));
        }
        let message = self.write(&request.text.clone(), &request);
        Ok(Answer::new(PostMessageResponse { message: Some(message) }))
    }

    async fn follow_messages(&self, request: Request<FollowMessagesRequest>) -> Result<Answer<Followed>, Status> {
        let after = request.into_inner().after_sequence;
        let log = self.log.lock().expect("unpoisoned");
        let last_sequence = i64::try_from(log.len()).expect("few");
        let old: Vec<_> = log
            .iter()
            .filter(|message| after >= 0 && message.sequence > after)
            .cloned()
            .collect();
        let hello = step(follow_messages_response::Kind::Hello(FollowMessagesHello {
            last_sequence,
        }));
        let old = old
            .into_iter()
            .map(|message| step(follow_messages_response::Kind::Message(message)));
        let news = BroadcastStream::new(self.news.subscribe())
            .map(|news| news.ok().flatten())
            .take_while(|news| std::future::ready(news.is_some()))
            .filter_map(|news| {
                std::future::ready(news.map(|news| step(follow_messages_response::Kind::Message(news))))
            });
        Ok(Answer::new(Box::pin(
            futures::stream::iter([hello])
                .chain(futures::stream::iter(old))
                .chain(news),
        )))
    }

    async fn delete_message(&self, _: Request<DeleteMessageRequest>) -> Result<Answer<DeleteMessageResponse>, Status> {
        Err(Status::unimplemented("not asked for by a node"))
    }

    async fn list_messages(&self, _: Request<ListMessagesRequest>) -> Result<Answer<ListMessagesResponse>, Status> {
        Err(Status::unimplemented("not asked for by a node"))
    }
}

pub(crate) async fn platform() -> (TestNode, Live, Chat) {
    let (live, chat) = (Live::default(), Chat::new());
    let parts = vec![
        Part::new("live").service(NodeServiceServer::new(live.clone())),
        Part::new("engagement").service(ChatServiceServer::new(chat.clone())),
    ];
    (TestNode::start_with(true, parts).await, live, chat)
}

fn post(text: &str) -> lk::DataPacket {
    let post = ChatPost {
        request_id: format!("id of {text}"),
        text: text.to_owned(),
    };
    user_data(
        &ChatFrame {
            kind: Some(chat_frame::Kind::Post(post)),
        }
        .encode_to_vec(),
        "plenary.chat",
        &[],
    )
}

fn chat(client: &Client) -> Vec<chat_frame::Kind> {
    let frame = |(_, packet): &(String, lk::DataPacket)| {
        assert_eq!(packet.participant_identity, "", "the node says it");
        ChatFrame::decode(payload(packet))
            .expect("a chat frame")
            .kind
            .expect("a kind")
    };
    client.data().iter().map(frame).collect()
}

fn texts(client: &Client) -> Vec<(i64, String)> {
    let text = |kind| match kind {
        chat_frame::Kind::Message(message) => Some((message.sequence, message.text)),
        _ => None,
    };
    chat(client).into_iter().filter_map(text).collect()
}

#[tokio::test]
async fn chat_goes_to_its_keeper_and_comes_back_to_everybody_in_order() {
    let (node, _live, keeper) = platform().await;
    let mut host = Client::join(node.livekit, &token("host", "rm_1"), "").await;
    let no_stage = serde_json::json!({ "canPublish": false });
    let mut guest = Client::join(node.livekit, &token_with("guest", "rm_1", no_stage), "").await;
    host.connected().await;
    guest.connected().await;
    host.open_channels().await;
    guest.open_channels().await;

    host.send_data("_reliable", &post("hello"));
    drive(&mut [&mut host, &mut guest], "the greeting", |clients| {
        clients.iter().all(|client| texts(client) == [(1, "hello".to_owned())])
    })
    .await;
    guest.send_data("_reliable", &post("spam"));
    guest.send_data("_reliable", &post("hi"));
    drive(&mut [&mut host, &mut guest], "the reply", |clients| {
        texts(clients[0]).len() == 2 && chat(clients[1]).len() == 3
    })
    .await;
    let refused = chat(&guest).into_iter().find_map(|kind| match kind {
        chat_frame::Kind::Refusal(refusal) => Some(refusal),
        _ => None,
    });
    let refused = refused.expect("only the author is told");
    assert_eq!(
        (refused.request_id.as_str(), refused.reason.as_str()),
        ("id of spam", "TEXT_INVALID")
    );
    {
        let log = keeper.log.lock().expect("unpoisoned");
        let seen = |message: &ChatMessage| {
            (
                message.author_id.clone(),
                message.author_name.clone(),
                message.author_is_host,
            )
        };
        assert_eq!(seen(&log[0]), ("host".to_owned(), "host's name".to_owned(), true));
        assert_eq!(seen(&log[1]), ("guest".to_owned(), "guest's name".to_owned(), false));
    }

    // The keeper cuts its followers off, and something is written while nobody follows.
    let _ = keeper.news.send(None);
    let author = PostMessageRequest {
        room_id: "rm_1".to_owned(),
        ..Default::default()
    };
    keeper.write("meanwhile", &author);
    drive(&mut [&mut host, &mut guest], "what was missed", |clients| {
        clients.iter().all(|client| texts(client).len() == 3)
    })
    .await;
    let sequences: Vec<_> = texts(&guest).into_iter().map(|(sequence, _)| sequence).collect();
    assert_eq!(sequences, [1, 2, 3], "each once and in order");
}

#[tokio::test]
async fn the_live_service_hears_of_the_node_and_of_everybody_and_can_evict() {
    let (node, live, _chat) = platform().await;
    let mut ada = Client::join(node.livekit, &token("ada", "rm_1"), "").await;
    drive(&mut [&mut ada], "the report of ada", |_| {
        live.has_heard("ada", true) && !live.registrations.lock().expect("unpoisoned").is_empty()
    })
    .await;
    let registration = live
        .registrations
        .lock()
        .expect("unpoisoned")
        .first()
        .cloned()
        .expect("registered");
    assert_eq!(
        (registration.node_id.as_str(), registration.address.as_str()),
        ("sfu-1", "inproc:sfu")
    );
    assert!(registration.free_seats > 0 && registration.start_time.is_some());

    *live.evict.lock().expect("unpoisoned") = Some("eve".to_owned());
    let mut eve = Client::join(node.livekit, &token("eve", "rm_1"), "").await;
    drive(&mut [&mut ada, &mut eve], "the eviction", |clients| {
        let is_removal = |said: &Response| {
            matches!(said, Response::Leave(leave) if leave.reason() == lk::DisconnectReason::ParticipantRemoved)
        };
        clients[1].said.iter().any(is_removal) && live.has_heard("eve", false)
    })
    .await;
    assert!(ada.closed.is_none());
}
