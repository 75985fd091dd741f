//! Wire ⇄ domain.

use kit_core::ids::{MessageId, RoomId, UserId};
use kit_core::{RequestId, Violations};
use kit_rpc::timestamp;
use plenary_proto::engagement::v1::{
    ChatMessage, DeleteMessageRequest, FollowMessagesRequest, ListMessagesRequest, PostMessageRequest,
};

use crate::commands::post::Post;
use crate::domain::{Author, AuthorName, Content, Entry};

/// Messages of one answer when the caller does not say.
const PAGE_DEFAULT: i32 = 50;
/// Messages of one answer.
const PAGE_MAX: i32 = 200;

/// A stretch of history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stretch {
    pub(crate) room: RoomId,
    pub(crate) from: From,
    pub(crate) limit: i64,
}

/// Where a stretch begins and which way it goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum From {
    /// Newer than this number, the oldest of them first.
    After(i64),
    /// Older than this number, the newest of them.
    Before(i64),
}

pub(crate) fn post(request: &PostMessageRequest, by_service: bool) -> Result<Post, Violations> {
    let mut violations = Violations::new();
    let on_behalf = if by_service {
        let id = violations.parse::<UserId>("author_id", &request.author_id);
        let name = violations.parse::<AuthorName>("author_name", &request.author_name);
        id.zip(name).map(|(id, name)| {
            Some(Author {
                id,
                name: name.into_string(),
                is_host: request.author_is_host,
            })
        })
    } else {
        let silent = request.author_id.is_empty() && request.author_name.is_empty() && !request.author_is_host;
        violations.check(
            "author_id",
            silent,
            "NOT_ALLOWED",
            "must be empty: only services speak for others",
        );
        Some(None)
    };
    let id = violations.parse("request_id", &request.request_id);
    let room = violations.parse("room_id", &request.room_id);
    let text = violations.parse("text", &request.text);
    let (on_behalf, request, room, text) = violations.finish((on_behalf, id, room, text))?;
    Ok(Post {
        request,
        room,
        text,
        on_behalf,
    })
}

pub(crate) fn delete(request: &DeleteMessageRequest) -> Result<(MessageId, RequestId), Violations> {
    let mut violations = Violations::new();
    let id = violations.parse("request_id", &request.request_id);
    let message = violations.parse("message_id", &request.message_id);
    violations.finish((message, id))
}

pub(crate) fn stretch(request: &ListMessagesRequest) -> Result<Stretch, Violations> {
    let mut violations = Violations::new();
    let (before, after) = (request.before_sequence, request.after_sequence);
    violations.check("before_sequence", before >= 0, "OUT_OF_RANGE", "must not be negative");
    violations.check("after_sequence", after >= 0, "OUT_OF_RANGE", "must not be negative");
    violations.check(
        "after_sequence",
        before == 0 || after == 0,
        "CONFLICT",
        "must be 0 when before_sequence is given",
    );
    violations.check(
        "page_size",
        request.page_size >= 0,
        "OUT_OF_RANGE",
        "must not be negative",
    );
    let room = violations.parse("room_id", &request.room_id);
    let (room,) = violations.finish((room,))?;
    let size = if request.page_size == 0 {
        PAGE_DEFAULT
    } else {
        request.page_size.min(PAGE_MAX)
    };
    let from = match (before, after) {
        (0, 0) => From::Before(i64::MAX),
        (0, after) => From::After(after),
        (before, _) => From::Before(before),
    };
    Ok(Stretch {
        room,
        from,
        limit: size.into(),
    })
}

/// The room, and the number after which to begin; none for the next new one.
pub(crate) fn follow(request: &FollowMessagesRequest) -> Result<(RoomId, Option<i64>), Violations> {
    let mut violations = Violations::new();
    let after = request.after_sequence;
    violations.check("after_sequence", after >= -1, "OUT_OF_RANGE", "must be -1 or more");
    let room = violations.parse("room_id", &request.room_id);
    let (room,) = violations.finish((room,))?;
    Ok((room, Some(after).filter(|after| *after >= 0)))
}

pub(crate) fn message(entry: Entry) -> ChatMessage {
    let (text, deletes, deleted) = match entry.content {
        Content::Said(text) => (text, String::new(), false),
        Content::Deleted => (String::new(), String::new(), true),
        Content::Deletion(message) => (String::new(), message.to_string(), false),
    };
    ChatMessage {
        id: entry.id.to_string(),
        room_id: entry.room.to_string(),
        sequence: entry.sequence,
        author_id: entry.author.id.to_string(),
        author_name: entry.author.name,
        author_is_host: entry.author.is_host,
        text,
        create_time: Some(timestamp(entry.create_time)),
        deletes_message_id: deletes,
        deleted,
    }
}
