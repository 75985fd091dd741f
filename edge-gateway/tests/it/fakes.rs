//! Services that answer as each test wants, and remember what reached them.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, Stream};
use http::{HeaderMap, Request, Response};
use kit_rpc::{Code, Domain, Part};
use plenary_proto::common::v1::Image;
use plenary_proto::events::v1::{
    Event, EventState, EventSummary, EventVisibility, GetEventRequest, GetEventResponse, GetImageRequest,
    GetImageResponse, SearchEventsRequest, SearchEventsResponse,
};
use plenary_proto::identity::v1::{
    LogInRequest, LogInResponse, LogOutEverywhereRequest, LogOutEverywhereResponse, LogOutRequest, LogOutResponse,
    RefreshSessionRequest, RefreshSessionResponse, SessionTokens, User,
};
use plenary_proto::live::v1::{LocateRoomRequest, LocateRoomResponse, Room, WatchRoomRequest, WatchRoomResponse};
use plenary_proto::sfu::v1::sfu_service_server::SfuServiceServer;
use plenary_proto::ticketing::v1::{ListTicketTypesRequest, ListTicketTypesResponse, TicketType};
use prost::Message;
use prost_types::Timestamp;
use tokio::sync::{Notify, mpsc};
use tokio_stream::StreamExt as _;
use tokio_stream::wrappers::UnboundedReceiverStream;
use tonic::Status;
use tonic::body::Body;
use tonic::server::{Grpc, NamedService};
use tonic_prost::ProstCodec;
use tower::Service;

use crate::signalling::Node;

const EVENTS: Domain = Domain::new("events.plenary");
const IDENTITY: Domain = Domain::new("identity.plenary");
const LIVE: Domain = Domain::new("live.plenary");

/// The manual clock's moment.
const NOW: i64 = 1_767_268_800;

/// What all fakes share.
#[derive(Clone, Default)]
pub(crate) struct Fakes {
    script: Arc<Script>,
    pub(crate) node: Node,
}

#[derive(Default)]
struct Script {
    access_token: String,
    seen: Mutex<Vec<Seen>>,
    events: Mutex<BTreeMap<String, Event>>,
    /// Whether events is away.
    events_away: Mutex<bool>,
    identity_away: Mutex<bool>,
    /// Set to hold up GetEvent: told when one has arrived, waits to be told to go on.
    gate: Mutex<Option<Arc<Gate>>>,
    rooms: Mutex<Option<mpsc::UnboundedReceiver<WatchRoomResponse>>>,
}

/// A request that reached a service.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
}

/// Holds a call up.
#[derive(Default)]
pub(crate) struct Gate {
    pub(crate) arrived: Notify,
    pub(crate) open: Notify,
}

type Handler = Arc<dyn Fn(Request<Body>) -> BoxFuture<'static, Response<Body>> + Send + Sync>;

/// One faked gRPC service.
macro_rules! fake_service {
    ($type:ident, $name:literal) => {
        #[derive(Clone)]
        struct $type(Handler);

        impl NamedService for $type {
            const NAME: &'static str = $name;
        }

        impl Service<Request<Body>> for $type {
            type Response = Response<Body>;
            type Error = Infallible;
            type Future = BoxFuture<'static, Result<Response<Body>, Infallible>>;

            fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
                Poll::Ready(Ok(()))
            }

            fn call(&mut self, request: Request<Body>) -> Self::Future {
                self.0(request).map(Ok).boxed()
            }
        }
    };
}

fake_service!(Accounts, "plenary.identity.v1.AccountService");
fake_service!(Events, "plenary.events.v1.EventService");
fake_service!(Live, "plenary.live.v1.LiveService");
fake_service!(Nodes, "plenary.live.v1.NodeService");
fake_service!(TicketTypes, "plenary.ticketing.v1.TicketTypeService");

impl Fakes {
    pub(crate) fn new(access_token: String) -> Self {
        let script = Script {
            access_token,
            ..Script::default()
        };
        Self {
            script: Arc::new(script),
            node: Node::default(),
        }
    }

    pub(crate) fn parts(&self) -> [Part; 5] {
        [
            Part::new("identity").service(Accounts(self.handler(account_method))),
            Part::new("events").service(Events(self.handler(event_method))),
            Part::new("live")
                .service(Live(self.handler(live_method)))
                .service(Nodes(self.handler(live_method))),
            Part::new("ticketing").service(TicketTypes(self.handler(ticket_method))),
            Part::new("sfu").service(SfuServiceServer::new(self.node.clone())),
        ]
    }

    fn handler(&self, method: fn(Arc<Script>, Request<Body>) -> BoxFuture<'static, Response<Body>>) -> Handler {
        let script = Arc::clone(&self.script);
        Arc::new(move |request| {
            let seen = Seen {
                path: request.uri().path().to_owned(),
                headers: request.headers().clone(),
            };
            script.seen.lock().expect("not poisoned").push(seen);
            method(Arc::clone(&script), request)
        })
    }

    /// What reached the services so far.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.script.seen.lock().expect("not poisoned").clone()
    }

    pub(crate) fn add_event(&self, event: Event) {
        let mut events = self.script.events.lock().expect("not poisoned");
        events.insert(event.id.clone(), event);
    }

    pub(crate) fn take_events_away(&self) {
        *self.script.events_away.lock().expect("not poisoned") = true;
    }

    pub(crate) fn take_identity_away(&self) {
        *self.script.identity_away.lock().expect("not poisoned") = true;
    }

    pub(crate) fn hold_up(&self) -> Arc<Gate> {
        let gate = Arc::new(Gate::default());
        *self.script.gate.lock().expect("not poisoned") = Some(Arc::clone(&gate));
        gate
    }

    /// What the next WatchRoom streams, message by message.
    pub(crate) fn room_changes(&self) -> mpsc::UnboundedSender<WatchRoomResponse> {
        let (sender, receiver) = mpsc::unbounded_channel();
        *self.script.rooms.lock().expect("not poisoned") = Some(receiver);
        sender
    }
}

/// An event that everybody may see.
pub(crate) fn event(id: &str, title: &str) -> Event {
    Event {
        id: id.to_owned(),
        title: title.to_owned(),
        organization_name: "Acme".to_owned(),
        state: EventState::Published.into(),
        visibility: EventVisibility::Public.into(),
        start_time: Some(at(86_400)),
        end_time: Some(at(90_000)),
        time_zone: "Europe/Berlin".to_owned(),
        ..Event::default()
    }
}

/// A change of a room, by its number.
pub(crate) fn room_change(sequence: i64) -> WatchRoomResponse {
    WatchRoomResponse {
        sequence,
        room: Some(Room::default()),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp {
        seconds: NOW + seconds,
        nanos: 0,
    }
}

fn event_method(script: Arc<Script>, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or("").to_owned();
    async move {
        if *script.events_away.lock().expect("not poisoned") {
            return Status::unavailable("away").into_http();
        }
        match method.as_str() {
            "GetEvent" => unary(request, move |asked: GetEventRequest| get_event(script, asked)).await,
            "SearchEvents" => {
                unary(request, async move |asked: SearchEventsRequest| {
                    Ok(search(&script, &asked))
                })
                .await
            }
            "GetImage" => unary(request, async |asked: GetImageRequest| picture(&asked)).await,
            _ => Status::unimplemented("not faked").into_http(),
        }
    }
    .boxed()
}

async fn get_event(script: Arc<Script>, asked: GetEventRequest) -> Result<GetEventResponse, Status> {
    let gate = script.gate.lock().expect("not poisoned").clone();
    if let Some(gate) = gate {
        gate.arrived.notify_one();
        gate.open.notified().await;
    }
    let found = script
        .events
        .lock()
        .expect("not poisoned")
        .get(&asked.event_id)
        .cloned();
    let not_found = || {
        let error = EVENTS.error(Code::NotFound, "EVENT_NOT_FOUND", "there is no such event");
        error
            .metadata("event_id", &asked.event_id)
            .retry_after(Duration::from_secs(7))
    };
    let event = found.ok_or_else(not_found)?;
    Ok(GetEventResponse { event: Some(event) })
}

/// Two pages, so that whoever wants all has to ask twice.
fn search(script: &Script, asked: &SearchEventsRequest) -> SearchEventsResponse {
    let events = script.events.lock().expect("not poisoned");
    let skipped = if asked.page_token.is_empty() { 0 } else { 1 };
    let page = events.values().skip(skipped).take(1).map(|event| EventSummary {
        id: event.id.clone(),
        title: event.title.clone(),
        ..EventSummary::default()
    });
    let more = skipped + 1 < events.len();
    SearchEventsResponse {
        events: page.collect(),
        next_page_token: if more { "next".to_owned() } else { String::new() },
    }
}

/// Says by the last digit of the id what is stored.
fn picture(asked: &GetImageRequest) -> Result<GetImageResponse, Status> {
    let content_type = match asked.image_id.chars().last() {
        Some('1') => "image/png",
        Some('2') => "text/html",
        _ => {
            let error = EVENTS.error(Code::NotFound, "IMAGE_NOT_FOUND", "there is no such picture");
            return Err(error.into());
        }
    };
    Ok(GetImageResponse {
        content: Bytes::from_static(b"pixels"),
        content_type: content_type.to_owned(),
    })
}

fn account_method(script: Arc<Script>, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or("").to_owned();
    async move {
        if *script.identity_away.lock().expect("not poisoned") {
            return Status::unavailable("away").into_http();
        }
        match method.as_str() {
            "LogIn" => unary(request, async move |asked: LogInRequest| log_in(&script, &asked)).await,
            "RefreshSession" => {
                unary(request, async move |asked: RefreshSessionRequest| {
                    renew(&script, &asked)
                })
                .await
            }
            "LogOut" => unary(request, async |_: LogOutRequest| Ok(LogOutResponse {})).await,
            "LogOutEverywhere" => {
                unary(request, async |_: LogOutEverywhereRequest| {
                    Ok(LogOutEverywhereResponse {})
                })
                .await
            }
            _ => Status::unimplemented("not faked").into_http(),
        }
    }
    .boxed()
}

fn log_in(script: &Script, asked: &LogInRequest) -> Result<LogInResponse, Status> {
    match (asked.email.as_str(), asked.password.as_str()) {
        (_, "right") => Ok(LogInResponse {
            tokens: Some(tokens(script, "refresh-1")),
            user: Some(user()),
        }),
        (_, "often") => {
            let error = IDENTITY.error(Code::ResourceExhausted, "TOO_MANY_ATTEMPTS", "that was too often");
            Err(error.retry_after(Duration::from_millis(1_500)).into())
        }
        _ => Err(IDENTITY
            .error(Code::Unauthenticated, "CREDENTIALS_WRONG", "wrong")
            .into()),
    }
}

fn renew(script: &Script, asked: &RefreshSessionRequest) -> Result<RefreshSessionResponse, Status> {
    if asked.refresh_token == "refresh-1" {
        Ok(RefreshSessionResponse {
            tokens: Some(tokens(script, "refresh-2")),
            user: Some(user()),
        })
    } else {
        Err(IDENTITY.error(Code::Unauthenticated, "SESSION_ENDED", "over").into())
    }
}

fn tokens(script: &Script, refresh_token: &str) -> SessionTokens {
    SessionTokens {
        access_token: script.access_token.clone(),
        access_expire_time: Some(at(300)),
        refresh_token: refresh_token.to_owned(),
        refresh_expire_time: Some(at(3_600)),
    }
}

fn user() -> User {
    User {
        id: "usr_1".to_owned(),
        email: "ada@example.org".to_owned(),
        email_verified: true,
        display_name: "Ada".to_owned(),
        picture: Some(Image {
            id: "img_1".to_owned(),
            ..Image::default()
        }),
        ..User::default()
    }
}

fn live_method(script: Arc<Script>, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or("").to_owned();
    async move {
        match method.as_str() {
            "LocateRoom" => unary(request, async |asked: LocateRoomRequest| locate(&asked)).await,
            "WatchRoom" => watch(script, request).await,
            _ => Status::unimplemented("not faked").into_http(),
        }
    }
    .boxed()
}

/// The trace of the join that the good token is of.
pub(crate) const JOIN: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Says by the token where its room is.
fn locate(asked: &LocateRoomRequest) -> Result<LocateRoomResponse, Status> {
    match asked.media_token.as_str() {
        "good" | "refused-by-node" => Ok(LocateRoomResponse {
            node_id: "sfu-1".to_owned(),
            address: "inproc:sfu".to_owned(),
            trace_parent: JOIN.to_owned(),
        }),
        "no-room" => Err(LIVE
            .error(Code::NotFound, "ROOM_NOT_FOUND", "there is no such room")
            .into()),
        "no-node" => {
            let error = LIVE.error(Code::Unavailable, "NO_MEDIA_NODE", "no node is free");
            Err(error.retry_after(Duration::from_secs(5)).into())
        }
        _ => Err(LIVE.error(Code::Unauthenticated, "TOKEN_INVALID", "not a token").into()),
    }
}

/// Every event sells one type of ticket.
fn ticket_method(_: Arc<Script>, request: Request<Body>) -> BoxFuture<'static, Response<Body>> {
    let list = async |asked: ListTicketTypesRequest| {
        let ticket_type = TicketType {
            event_id: asked.event_id,
            name: "Seat".to_owned(),
            ..TicketType::default()
        };
        Ok(ListTicketTypesResponse {
            ticket_types: vec![ticket_type],
            order_etag: "order-1".to_owned(),
        })
    };
    unary(request, list).boxed()
}

async fn watch(script: Arc<Script>, request: Request<Body>) -> Response<Body> {
    type Changes = Pin<Box<dyn Stream<Item = Result<WatchRoomResponse, Status>> + Send>>;
    let service = tower::service_fn(move |_: tonic::Request<WatchRoomRequest>| {
        let changes = script.rooms.lock().expect("not poisoned").take().expect("a script");
        let changes: Changes = Box::pin(UnboundedReceiverStream::new(changes).map(Ok));
        async move { Ok::<_, Status>(tonic::Response::new(changes)) }
    });
    Grpc::new(ProstCodec::default())
        .server_streaming(service, request)
        .await
}

/// Decodes, asks, encodes: what generated code does.
async fn unary<A, B, F, O>(request: Request<Body>, method: F) -> Response<Body>
where
    A: Message + Default + Send + 'static,
    B: Message + Default + Send + 'static,
    F: FnOnce(A) -> O + Send + 'static,
    O: Future<Output = Result<B, Status>> + Send + 'static,
{
    let mut method = Some(method);
    let service = tower::service_fn(move |request: tonic::Request<A>| {
        let method = method.take().expect("a unary call is one");
        method(request.into_inner())
            .map(|answer| answer.map(tonic::Response::new))
            .boxed()
    });
    Grpc::new(ProstCodec::default()).unary(service, request).await
}
