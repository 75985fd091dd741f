//! The service with a database of its own, and live as it answers for three kinds of people.

use kit_config::{Loader, Sources};
use kit_core::Rng;
use kit_core::ids::RoomId;
use kit_rpc::{Caller, Part, RequestExt as _, UserCaller};
use kit_testing::{App, Line, TestDb, TestRedis};
use plenary_proto::engagement::v1 as pb;
use plenary_proto::engagement::v1::chat_service_client::ChatServiceClient;
use plenary_proto::live::v1 as live;
use plenary_proto::live::v1::live_service_server::{LiveService, LiveServiceServer};
use tonic::{Request, Response, Status, Streaming};

/// One test's platform, as far as engagement sees it.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) room: RoomId,
    ids: Rng,
    _db: TestDb,
    _redis: TestRedis,
}

/// A name by which the live stand-in knows a host.
const HOST: &str = "Hana Host";
/// A name by which the live stand-in knows a ticket holder.
const HOLDER: &str = "Tim Ticket";

impl World {
    pub(crate) async fn new() -> Self {
        let (db, redis, app) = (
            TestDb::new(&engagement::MIGRATIONS).await,
            TestRedis::new().await,
            App::new(),
        );
        let sources = Sources::empty()
            .given("postgres", "url", db.config().url.expose())
            .given("redis", "url", redis.config().url.expose())
            .given("redis", "prefix", redis.config().prefix)
            .given("engagement", "chat_burst", "4")
            .given("engagement", "chat_burst_period", "60s");
        let mut loader = Loader::new(sources);
        let config = engagement::Config::load(&mut loader);
        loader.finish().expect("a configuration");
        app.mount(
            engagement::build(config, app.host.clone())
                .await
                .expect("the service can be built"),
        );
        app.mount(Part::new("live").service(LiveServiceServer::new(Live)));
        let ids = Rng::seeded(2);
        let room = RoomId::new(app.clock(), &ids);
        Self {
            app,
            room,
            ids,
            _db: db,
            _redis: redis,
        }
    }

    /// Somebody who may host every room.
    pub(crate) fn host(&self) -> UserCaller {
        UserCaller {
            name: HOST.to_owned(),
            ..self.app.tokens.user(&[])
        }
    }

    /// Somebody who may join every room.
    pub(crate) fn holder(&self) -> UserCaller {
        UserCaller {
            name: HOLDER.to_owned(),
            ..self.app.tokens.user(&[])
        }
    }

    /// Somebody for whom no room exists.
    pub(crate) fn stranger(&self) -> UserCaller {
        self.app.tokens.user(&[])
    }

    pub(crate) fn chat(&self, user: &UserCaller) -> ChatServiceClient<Line> {
        ChatServiceClient::new(self.app.as_user("engagement", user))
    }

    /// As an SFU node calls.
    pub(crate) fn node(&self) -> ChatServiceClient<Line> {
        ChatServiceClient::new(self.app.as_service("engagement", "sfu"))
    }

    pub(crate) fn request_id(&self) -> String {
        kit_core::ids::MessageId::new(self.app.clock(), &self.ids)
            .uuid()
            .to_string()
    }

    /// What a node posts for somebody in the room.
    pub(crate) fn post_for(&self, author: &UserCaller, text: &str) -> pb::PostMessageRequest {
        pb::PostMessageRequest {
            request_id: self.request_id(),
            room_id: self.room.to_string(),
            text: text.to_owned(),
            author_id: author.user_id.to_string(),
            author_name: author.name.clone(),
            author_is_host: false,
        }
    }

    /// Has a node post a message; answers with it.
    pub(crate) async fn said(&self, author: &UserCaller, text: &str) -> pb::ChatMessage {
        let posted = self
            .node()
            .post_message(self.post_for(author, text))
            .await
            .expect("accepted");
        posted.into_inner().message.expect("a message")
    }

    /// The next message of a followed room.
    pub(crate) async fn next(stream: &mut Streaming<pb::FollowMessagesResponse>) -> pb::ChatMessage {
        loop {
            let step = stream.message().await.expect("goes on").expect("does not end");
            if let Some(pb::follow_messages_response::Kind::Message(message)) = step.kind {
                return message;
            }
        }
    }
}

/// Live, as engagement asks it: what it answers depends on the caller's name.
struct Live;

#[tonic::async_trait]
impl LiveService for Live {
    async fn get_room_access(
        &self,
        request: Request<live::GetRoomAccessRequest>,
    ) -> Result<Response<live::GetRoomAccessResponse>, Status> {
        assert!(
            matches!(request.caller(), Caller::Service { .. }),
            "engagement calls in its own name"
        );
        let name = request
            .caller()
            .user()
            .map(|user| user.name.clone())
            .unwrap_or_default();
        let access = match name.as_str() {
            HOST => live::RoomAccess {
                can_host: true,
                can_join: true,
            },
            HOLDER => live::RoomAccess {
                can_host: false,
                can_join: true,
            },
            _ => return Err(Status::not_found("no room")),
        };
        Ok(Response::new(live::GetRoomAccessResponse {
            access: Some(access),
            state: live::RoomState::Live.into(),
        }))
    }

    type WatchRoomStream = futures::stream::Empty<Result<live::WatchRoomResponse, Status>>;

    async fn get_room(&self, _: Request<live::GetRoomRequest>) -> Result<Response<live::GetRoomResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn watch_room(&self, _: Request<live::WatchRoomRequest>) -> Result<Response<Self::WatchRoomStream>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn set_room_capacity(
        &self,
        _: Request<live::SetRoomCapacityRequest>,
    ) -> Result<Response<live::SetRoomCapacityResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn go_live(&self, _: Request<live::GoLiveRequest>) -> Result<Response<live::GoLiveResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn end_live(&self, _: Request<live::EndLiveRequest>) -> Result<Response<live::EndLiveResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn join_room(&self, _: Request<live::JoinRoomRequest>) -> Result<Response<live::JoinRoomResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn report_join(
        &self,
        _: Request<live::ReportJoinRequest>,
    ) -> Result<Response<live::ReportJoinResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn list_connections(
        &self,
        _: Request<live::ListConnectionsRequest>,
    ) -> Result<Response<live::ListConnectionsResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }

    async fn locate_room(
        &self,
        _: Request<live::LocateRoomRequest>,
    ) -> Result<Response<live::LocateRoomResponse>, Status> {
        Err(Status::unimplemented("not asked"))
    }
}
