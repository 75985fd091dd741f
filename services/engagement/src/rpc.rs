//! `plenary.engagement.v1.ChatService`: thin methods.

use std::pin::Pin;

use futures::{Stream, StreamExt as _, stream};
use kit_core::ids::RoomId;
use kit_rpc::{Caller, Context, RequestExt as _};
use plenary_proto::engagement::v1::chat_service_server::ChatService;
use plenary_proto::engagement::v1::follow_messages_response::Kind;
use plenary_proto::engagement::v1::*;
use tonic::{Request, Response, Status};

use crate::error::EngagementError;
use crate::follow::follow;
use crate::peers::room_access;
use crate::{Engagement, commands, convert, store};

type Answer<T> = Result<Response<T>, Status>;

#[tonic::async_trait]
impl ChatService for Engagement {
    async fn post_message(&self, request: Request<PostMessageRequest>) -> Answer<PostMessageResponse> {
        let context = request.context();
        let post = convert::post(request.get_ref(), speaks_for_others(&context)).map_err(refuse)?;
        let entry = commands::post::post(self, &context, post).await.map_err(refuse)?;
        Ok(Response::new(PostMessageResponse {
            message: Some(convert::message(entry)),
        }))
    }

    async fn delete_message(&self, request: Request<DeleteMessageRequest>) -> Answer<DeleteMessageResponse> {
        let (message, id) = convert::delete(request.get_ref()).map_err(refuse)?;
        let entry = commands::delete::delete(self, &request.context(), message, id)
            .await
            .map_err(refuse)?;
        Ok(Response::new(DeleteMessageResponse {
            message: Some(convert::message(entry)),
        }))
    }

    async fn list_messages(&self, request: Request<ListMessagesRequest>) -> Answer<ListMessagesResponse> {
        let stretch = convert::stretch(request.get_ref()).map_err(refuse)?;
        self.readable(&request.context(), stretch.room).await.map_err(refuse)?;
        self.list(stretch).await.map(Response::new).map_err(refuse)
    }

    type FollowMessagesStream = Pin<Box<dyn Stream<Item = Result<FollowMessagesResponse, Status>> + Send>>;

    async fn follow_messages(&self, request: Request<FollowMessagesRequest>) -> Answer<Self::FollowMessagesStream> {
        let context = request.context();
        let (room, after) = convert::follow(request.get_ref()).map_err(refuse)?;
        if !speaks_for_others(&context) {
            self.readable(&context, room).await.map_err(refuse)?;
        }
        let (last_sequence, messages) = follow(self, room, after).await.map_err(refuse)?;
        let hello = Kind::Hello(FollowMessagesHello { last_sequence });
        let messages = messages.map(|message| message.map(Kind::Message).map_err(refuse));
        let steps = stream::iter([Ok(hello)]).chain(messages);
        let answers = steps.map(|step| step.map(|kind| FollowMessagesResponse { kind: Some(kind) }));
        Ok(Response::new(Box::pin(answers)))
    }
}

impl Engagement {
    /// For those who may not enter the room, it does not exist.
    async fn readable(&self, context: &Context, room: RoomId) -> Result<(), EngagementError> {
        let access = room_access(&self.live, context, room).await?;
        if access.to_read() {
            Ok(())
        } else {
            Err(EngagementError::RoomNotFound)
        }
    }

    async fn list(&self, stretch: convert::Stretch) -> Result<ListMessagesResponse, EngagementError> {
        let convert::Stretch { room, from, limit } = stretch;
        let mut connection = self.pool.acquire().await?;
        let last_sequence = store::last_sequence(&mut connection, room).await?;
        // One more than asked for says whether there are more; it is at the far end of the direction that is read.
        let mut entries = match from {
            convert::From::After(sequence) => store::after(&mut connection, room, sequence, limit + 1).await?,
            convert::From::Before(sequence) => store::before(&mut connection, room, sequence, limit + 1).await?,
        };
        let has_more = i64::try_from(entries.len()).is_ok_and(|found| found > limit);
        if has_more {
            match from {
                convert::From::After(_) => entries.pop(),
                convert::From::Before(_) => Some(entries.remove(0)),
            };
        }
        Ok(ListMessagesResponse {
            messages: entries.into_iter().map(convert::message).collect(),
            has_more,
            last_sequence,
        })
    }
}

/// An SFU node speaks for those whose seats it has checked. A service that forwards a person's token speaks for itself only.
fn speaks_for_others(context: &Context) -> bool {
    matches!(context.caller(), Caller::Service { on_behalf: None, .. })
}

fn refuse(error: impl Into<EngagementError>) -> Status {
    error.into().into()
}
