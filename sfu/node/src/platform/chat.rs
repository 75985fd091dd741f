//! A room's chat: posts go to engagement, and every message that engagement tells of goes to everybody in the room. The
//! node remembers nothing but the last sequence number, with which it resumes.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use kit_rpc::{Fault, Transport};
use plenary_proto::engagement::v1::chat_service_client::ChatServiceClient;
use plenary_proto::engagement::v1::{
    ChatFrame, ChatPost as Post, ChatRefusal, FollowMessagesRequest, PostMessageRequest, chat_frame,
    follow_messages_response,
};
use prost::Message;
use tokio::sync::mpsc;
use tonic::{Code, Status};

use crate::node::{Node, Stopping};
use crate::worker::{ChatPost, Command, chat_packet};

/// Posts of one room that wait; more are refused.
const WAITING_POSTS: usize = 256;
/// Posts of one room that are being written at the same time.
const POSTS_IN_FLIGHT: usize = 32;
/// Between attempts to follow a room again, doubled up to the greater.
const RETRY_MIN: Duration = Duration::from_millis(200);
const RETRY_MAX: Duration = Duration::from_secs(5);

/// The chat of one open room. Dropping it ends its task.
#[derive(Debug)]
pub(super) struct RoomChat {
    posts: mpsc::Sender<ChatPost>,
    node: Arc<Node>,
    _open: tokio_util::sync::DropGuard,
}

impl RoomChat {
    pub(super) fn open(
        node: Arc<Node>,
        worker: usize,
        room: &str,
        engagement: Transport,
        tasks: &kit_rpc::Tasks,
    ) -> Self {
        let (posts, received) = mpsc::channel(WAITING_POSTS);
        let closing = node.stopping().child_token();
        let keeper = Keeper {
            node: Arc::clone(&node),
            worker,
            room: room.to_owned(),
            client: ChatServiceClient::new(engagement),
            last_sequence: -1,
        };
        tasks.spawn("room-chat", keeper.run(received, closing.clone()));
        Self {
            posts,
            node,
            _open: closing.drop_guard(),
        }
    }

    /// Takes a post on its way.
    pub(super) fn post(&self, post: ChatPost) {
        if let Err(error) = self.posts.try_send(post) {
            let post = error.into_inner();
            let request_id = read(&post.frame).map(|post| post.request_id).unwrap_or_default();
            tell(
                &self.node,
                &post,
                refusal(request_id, "TOO_MANY_MESSAGES", Some(Duration::from_secs(1))),
            );
        }
    }
}

#[derive(Clone)]
struct Keeper {
    node: Arc<Node>,
    worker: usize,
    room: String,
    client: ChatServiceClient<Transport>,
    last_sequence: i64,
}

impl Keeper {
    async fn run(self, mut posts: mpsc::Receiver<ChatPost>, closing: Stopping) {
        let follow = self.clone().follow();
        tokio::pin!(follow);
        let mut writing = FuturesUnordered::new();
        loop {
            tokio::select! {
                () = closing.cancelled() => break,
                () = &mut follow => break,
                Some(()) = writing.next() => {}
                post = posts.recv(), if writing.len() < POSTS_IN_FLIGHT => match post {
                    Some(post) => writing.push(self.clone().write(post)),
                    None => break,
                },
            }
        }
    }

    /// Follows the room for ever: each message once and in order, across interruptions.
    async fn follow(mut self) {
        let mut pause = RETRY_MIN;
        loop {
            match self.follow_once().await {
                Ok(()) => pause = RETRY_MIN,
                Err(status) => {
                    tracing::debug!(room = self.room, %status, "following the chat was interrupted");
                    pause = status.retry_after().unwrap_or((pause * 2).min(RETRY_MAX));
                }
            }
            tokio::time::sleep(pause).await;
        }
    }

    async fn follow_once(&mut self) -> Result<(), Status> {
        let request = FollowMessagesRequest {
            room_id: self.room.clone(),
            after_sequence: self.last_sequence,
        };
        let mut stream = self.client.follow_messages(request).await?.into_inner();
        while let Some(step) = stream.message().await? {
            match step.kind {
                // A room followed from now on resumes from here.
                Some(follow_messages_response::Kind::Hello(hello)) if self.last_sequence < 0 => {
                    self.last_sequence = hello.last_sequence;
                }
                Some(follow_messages_response::Kind::Message(message)) => {
                    self.last_sequence = message.sequence;
                    let frame = ChatFrame {
                        kind: Some(chat_frame::Kind::Message(message)),
                    };
                    self.announce(&frame);
                }
                Some(follow_messages_response::Kind::Hello(_)) | None => {}
            }
        }
        Ok(())
    }

    fn announce(&self, frame: &ChatFrame) {
        let payload = chat_packet(frame.encode_to_vec());
        let Some(worker) = self.node.worker(self.worker) else {
            return;
        };
        if worker
            .send(Command::Announce {
                room: self.room.clone(),
                payload,
            })
            .is_err()
        {
            // Clients see the gap in the sequence and read what they miss.
            tracing::warn!(room = self.room, "a worker is too busy for a chat message");
        }
    }

    async fn write(mut self, post: ChatPost) {
        let Some(Post { request_id, text }) = read(&post.frame) else {
            return tell(&self.node, &post, refusal(String::new(), "TEXT_INVALID", None));
        };
        let request = PostMessageRequest {
            request_id: request_id.clone(),
            room_id: post.room.clone(),
            text,
            author_id: post.identity.clone(),
            author_name: post.name.clone(),
            author_is_host: post.is_host,
        };
        // An accepted message comes back with everybody's, over the stream that follows the room.
        if let Err(status) = self.client.post_message(request).await {
            let reason = match status.code() {
                Code::InvalidArgument => "TEXT_INVALID".to_owned(),
                _ => status.reason().unwrap_or_else(|| "CHAT_UNAVAILABLE".to_owned()),
            };
            tell(&self.node, &post, refusal(request_id, &reason, status.retry_after()));
        }
    }
}

fn read(frame: &Bytes) -> Option<Post> {
    match ChatFrame::decode(frame.as_ref()).ok()?.kind? {
        chat_frame::Kind::Post(post) => Some(post),
        _ => None,
    }
}

fn refusal(request_id: String, reason: &str, retry_after: Option<Duration>) -> ChatFrame {
    let retry_delay = retry_after.and_then(|delay| prost_types::Duration::try_from(delay).ok());
    let refusal = ChatRefusal {
        request_id,
        reason: reason.to_owned(),
        retry_delay,
    };
    ChatFrame {
        kind: Some(chat_frame::Kind::Refusal(refusal)),
    }
}

fn tell(node: &Node, post: &ChatPost, frame: ChatFrame) {
    let payload = chat_packet(frame.encode_to_vec());
    if let Some(worker) = node.worker(post.worker) {
        // A worker too busy for this leaves the client's post unanswered; it repeats it under the same request id.
        let _ = worker.send(Command::Tell {
            member: post.member,
            payload,
        });
    }
}
