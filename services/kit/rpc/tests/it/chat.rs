//! A stand-in that speaks a real contract.

use std::sync::Arc;

use futures::future::BoxFuture;
use futures::stream::BoxStream;
use kit_core::{ManualClock, Rng};
use kit_rpc::proof::Tokens;
use kit_rpc::{Host, Part, Role, Transport, UserCaller};
use plenary_proto::engagement::v1::chat_service_client::ChatServiceClient;
use plenary_proto::engagement::v1::chat_service_server::{ChatService, ChatServiceServer};
use plenary_proto::engagement::v1::{
    DeleteMessageRequest, DeleteMessageResponse, FollowMessagesRequest, FollowMessagesResponse, ListMessagesRequest,
    ListMessagesResponse, PostMessageRequest, PostMessageResponse,
};
use tonic::{Request, Response, Status};

/// What a posted message does.
type Post = dyn Fn(Request<PostMessageRequest>) -> BoxFuture<'static, Answer> + Send + Sync;
pub(crate) type Answer = Result<Response<PostMessageResponse>, Status>;
type Messages = BoxStream<'static, Result<FollowMessagesResponse, Status>>;

/// Chat, as the test wants it.
#[derive(Clone)]
pub(crate) struct Chat {
    post: Arc<Post>,
    follow: Arc<dyn Fn() -> Messages + Send + Sync>,
}

/// A host with the chat mounted as "engagement", and the authority whose tokens it accepts.
pub(crate) struct World {
    pub(crate) host: Host,
    pub(crate) tokens: Tokens,
    pub(crate) user: UserCaller,
}

/// The answer to a message that was accepted.
pub(crate) fn accepted() -> Answer {
    Ok(Response::new(PostMessageResponse::default()))
}

impl Chat {
    /// Answers every post with `post`, and follows with silence.
    pub(crate) fn posting<F, O>(post: F) -> Self
    where
        F: Fn(Request<PostMessageRequest>) -> O + Send + Sync + 'static,
        O: Future<Output = Answer> + Send + 'static,
    {
        let silence = || -> Messages { Box::pin(futures::stream::pending()) };
        Self {
            post: Arc::new(move |request| Box::pin(post(request))),
            follow: Arc::new(silence),
        }
    }

    /// Accepts every post.
    pub(crate) fn accepting() -> Self {
        Self::posting(async |_| accepted())
    }

    /// Followers get this stream.
    pub(crate) fn following(self, follow: impl Fn() -> Messages + Send + Sync + 'static) -> Self {
        Self {
            follow: Arc::new(follow),
            ..self
        }
    }

    pub(crate) fn part(self) -> Part {
        Part::new("engagement").service(ChatServiceServer::new(self))
    }
}

impl World {
    pub(crate) fn with(chat: Chat) -> Self {
        let hand = ManualClock::fixed();
        let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
        let host = tokens.host();
        host.mount(chat.part());
        let user = tokens.user(&[Role::Organizer]);
        Self { host, tokens, user }
    }

    /// A client that speaks as the part called `from`.
    pub(crate) fn client(&self, from: &str) -> ChatServiceClient<Transport> {
        ChatServiceClient::new(self.host.switchboard.line(from, "engagement"))
    }

    /// A post of the world's user.
    pub(crate) fn post(&self) -> Request<PostMessageRequest> {
        let mut request = Request::new(PostMessageRequest::default());
        self.tokens.sign_in(&mut request, &self.user);
        request
    }
}

#[tonic::async_trait]
impl ChatService for Chat {
    async fn post_message(&self, request: Request<PostMessageRequest>) -> Answer {
        (self.post)(request).await
    }

    async fn delete_message(
        &self,
        _: Request<DeleteMessageRequest>,
    ) -> Result<Response<DeleteMessageResponse>, Status> {
        Ok(Response::new(Default::default()))
    }

    async fn list_messages(&self, _: Request<ListMessagesRequest>) -> Result<Response<ListMessagesResponse>, Status> {
        Ok(Response::new(Default::default()))
    }

    type FollowMessagesStream = Messages;

    async fn follow_messages(&self, _: Request<FollowMessagesRequest>) -> Result<Response<Messages>, Status> {
        Ok(Response::new((self.follow)()))
    }
}
