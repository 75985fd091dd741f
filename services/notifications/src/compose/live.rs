//! "It has begun."

use std::collections::BTreeSet;

use plenary_proto::live::v1::RoomWentLive;

use super::{ComposeError, Composer, Composition};
use crate::domain::notice::{Kind, NewNotice};

pub(super) async fn went_live(composer: &Composer, fact: RoomWentLive) -> Result<Composition, ComposeError> {
    let Some(event) = composer.clients.event(&fact.event_id).await? else {
        return Ok(Composition::default());
    };
    let session = event.sessions.iter().find(|session| session.id == fact.session_id);
    let detail = session.map(|session| session.title.clone()).unwrap_or_default();
    let holders = composer.clients.holders(&fact.event_id).await?;
    let users: BTreeSet<_> = holders
        .iter()
        .filter_map(|holder| holder.user_id.parse().ok())
        .collect();
    let notice = |user| NewNotice {
        user,
        kind: Kind::SessionLive,
        event_title: event.title.clone(),
        path: format!("/live/{}", fact.session_id),
        detail: detail.clone(),
    };
    Ok(Composition {
        mails: Vec::new(),
        notices: users.into_iter().map(notice).collect(),
    })
}
