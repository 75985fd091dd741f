//! Reads.

pub(crate) mod connections;

use kit_core::ids::{RoomId, SessionId};
use kit_rpc::Context;
use plenary_proto::live::v1::{self as wire, RoomAccess};

use crate::Live;
use crate::domain::node::{Node, place};
use crate::domain::room::Room;
use crate::error::LiveError;
use crate::peers::SessionView;
use crate::store::{leases, nodes, rooms};
use crate::token::Admitted;

/// The session's room, made if it has none, and what the caller may do in it.
pub(crate) async fn room(
    live: &Live,
    context: &Context,
    session: SessionId,
) -> Result<(wire::Room, RoomAccess), LiveError> {
    let view = live.clients.session(context, session).await?;
    let room = of_session(live, view).await?;
    let access = access(live, context, view).await?;
    Ok((current(live, room.id).await?, access))
}

/// The room that a caller who may see the session follows.
pub(crate) async fn followed(live: &Live, context: &Context, session: SessionId) -> Result<RoomId, LiveError> {
    let view = live.clients.session(context, session).await?;
    Ok(of_session(live, view).await?.id)
}

/// A room as it is now.
pub(crate) async fn current(live: &Live, room: RoomId) -> Result<wire::Room, LiveError> {
    let mut connection = live.pool.acquire().await?;
    let room = rooms::get(&mut connection, room)
        .await?
        .ok_or(LiveError::RoomNotFound)?;
    let count = leases::present(&mut connection, room.id, live.clock.now()).await?;
    Ok(live.room_message(&room, count))
}

/// What the caller may do in a room, and the room.
pub(crate) async fn room_access(live: &Live, context: &Context, room: RoomId) -> Result<(RoomAccess, Room), LiveError> {
    let room = rooms::get(&mut *live.pool.acquire().await?, room)
        .await?
        .ok_or(LiveError::RoomNotFound)?;
    let view = live.clients.session(context, room.session).await?;
    Ok((access(live, context, view).await?, room))
}

/// The node that a media token's room is on, and the trace of the join; a room whose node is gone is placed anew when somebody joins.
pub(crate) async fn locate(live: &Live, media_token: &str) -> Result<(Node, Option<String>), LiveError> {
    let now = live.clock.now();
    let Admitted { room, trace, .. } = live.api_key.read(media_token, now)?;
    let mut connection = live.pool.acquire().await?;
    let room = rooms::get(&mut connection, room)
        .await?
        .ok_or(LiveError::RoomNotFound)?;
    let there = nodes::there(&mut connection, now).await?;
    let node = room
        .node
        .as_deref()
        .and_then(|node| place(&there, Some(node), now).filter(|placed| placed.id == node));
    let node = node.cloned().ok_or(LiveError::NoMediaNode)?;
    Ok((node, trace))
}

async fn of_session(live: &Live, view: SessionView) -> Result<Room, LiveError> {
    let new = Room::new(RoomId::new(&live.clock, &live.rng), view.session, view.event);
    let mut connection = live.pool.acquire().await?;
    Ok(rooms::get_or_create(&mut connection, &new, live.clock.now()).await?)
}

async fn access(live: &Live, context: &Context, view: SessionView) -> Result<RoomAccess, LiveError> {
    let can_host = view.can_manage;
    let can_join = can_host || live.clients.holds_ticket(context, view.event).await?;
    Ok(RoomAccess { can_host, can_join })
}
