//! Taking a seat. The lease is taken under the room's lock, so that no two people get the last one.

use kit_core::ids::RoomId;
use kit_rpc::Context;
use time::OffsetDateTime;

use crate::Live;
use crate::domain::lease::{Lease, fits};
use crate::domain::node::place;
use crate::domain::room::Room;
use crate::error::LiveError;
use crate::store::{leases, nodes, rooms};
use crate::token::Admission;

/// A seat, and what opens the room.
#[derive(Debug)]
pub(crate) struct Seat {
    pub(crate) token: String,
    pub(crate) token_until: OffsetDateTime,
    pub(crate) room: Room,
    pub(crate) is_host: bool,
}

pub(crate) async fn join(live: &Live, context: &Context, room: RoomId) -> Result<Seat, LiveError> {
    let user = context.caller().require_user().map_err(LiveError::Caller)?;
    let session = rooms::get(&mut *live.pool.acquire().await?, room)
        .await?
        .ok_or(LiveError::RoomNotFound)?
        .session;
    // Others are asked before the transaction: nothing waits for them with the room locked.
    let view = live.clients.session(context, session).await?;
    let is_host = view.can_manage;
    if !is_host && !live.clients.holds_ticket(context, view.event).await? {
        return Err(LiveError::TicketRequired);
    }
    let now = live.clock.now();
    let mut tx = live.pool.begin().await?;
    let mut room = rooms::lock(&mut tx, room).await?.ok_or(LiveError::RoomNotFound)?;
    if !room.admits(is_host) {
        return Err(LiveError::RoomNotOpen);
    }
    let held = leases::lock(&mut tx, room.id, user.user_id, now).await?;
    let taken = leases::viewers_beside(&mut tx, room.id, user.user_id, now).await?;
    if !is_host && !fits(taken, room.capacity) {
        return Err(LiveError::RoomFull);
    }
    let there = nodes::there(&mut tx, now).await?;
    let node = place(&there, room.node.as_deref(), now).ok_or(LiveError::NoMediaNode)?;
    if room.node.as_ref() != Some(&node.id) {
        room.node = Some(node.id.clone());
        rooms::update(&mut tx, &room).await?;
    }
    let lease = Lease::grant(room.id, user.user_id, is_host, held, now);
    leases::put(&mut tx, &lease).await?;
    tx.commit().await?;

    let admission = Admission {
        room: room.id,
        user: user.user_id,
        name: user.name.clone(),
        is_host,
        trace: kit_telemetry::trace::current_parent(),
    };
    let token = live
        .api_key
        .mint(&admission, now, lease.until)
        .map_err(LiveError::Signing)?;
    Ok(Seat {
        token,
        token_until: lease.until,
        room,
        is_host,
    })
}
