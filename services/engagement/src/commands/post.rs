//! Writing a message.

use kit_bus::Verdict;
use kit_core::RequestId;
use kit_core::ids::{MessageId, RoomId};
use kit_rpc::{Caller, Context};

use crate::Engagement;
use crate::domain::{Author, AuthorName, ChatText, Content, Entry, NewEntry, Permission};
use crate::error::EngagementError;
use crate::peers::room_access;
use crate::store;

/// What is to be written, and by whom if a service speaks for somebody.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) request: RequestId,
    pub(crate) room: RoomId,
    pub(crate) text: ChatText,
    pub(crate) on_behalf: Option<Author>,
}

pub(crate) async fn post(engagement: &Engagement, context: &Context, post: Post) -> Result<Entry, EngagementError> {
    let author = author(engagement, context, &post).await?;
    if let Verdict::Limited { retry_after } = engagement.limiter.take(&format!("{}:{}", post.room, author.id)).await {
        // A repeat of what was accepted is answered all the same.
        let made = repeated(engagement, post.room, &author, post.request).await?;
        return made.ok_or(EngagementError::TooManyMessages { retry_after });
    }
    let entry = NewEntry {
        id: MessageId::new(&engagement.clock, &engagement.rng),
        room: post.room,
        author,
        content: Content::Said(post.text.into_string()),
        request: post.request,
        create_time: engagement.clock.now(),
    };
    write(engagement, entry).await
}

/// Gives an entry its place and tells everybody. A request that has made an entry before answers with that one.
async fn write(engagement: &Engagement, entry: NewEntry) -> Result<Entry, EngagementError> {
    let (room, author, request) = (entry.room, entry.author.clone(), entry.request);
    let mut tx = engagement.pool.begin().await?;
    let sequence = store::next_sequence(&mut tx, room).await?;
    match store::insert(&mut tx, entry, sequence).await {
        Ok(entry) => {
            tx.commit().await?;
            engagement.announce(&entry);
            Ok(entry)
        }
        Err(error) if error.constraint() == Some("messages_request_key") => {
            tx.rollback().await?;
            repeated(engagement, room, &author, request).await?.ok_or(error.into())
        }
        Err(error) => Err(error.into()),
    }
}

async fn repeated(
    engagement: &Engagement,
    room: RoomId,
    author: &Author,
    request: RequestId,
) -> Result<Option<Entry>, EngagementError> {
    Ok(store::by_request(&mut *engagement.pool.acquire().await?, room, author.id, request).await?)
}

async fn author(engagement: &Engagement, context: &Context, post: &Post) -> Result<Author, EngagementError> {
    match (context.caller(), &post.on_behalf) {
        // A node has checked the seat of whom it speaks for.
        (Caller::Service { .. }, Some(author)) => Ok(author.clone()),
        (caller, _) => {
            let user = caller.require_user().map_err(EngagementError::Caller)?;
            match room_access(&engagement.live, context, post.room).await?.to_write() {
                Permission::NotInRoom => Err(EngagementError::NotInRoom),
                Permission::NotOpen => Err(EngagementError::RoomNotOpen),
                Permission::Granted => Ok(Author {
                    id: user.user_id,
                    name: name(&user.name),
                    is_host: true,
                }),
            }
        }
    }
}

/// A name from a token fits: identity has checked it. Should it not, the message is worth more than the name.
pub(crate) fn name(name: &str) -> String {
    name.parse::<AuthorName>()
        .map_or_else(|_| "?".to_owned(), AuthorName::into_string)
}
