//! What a caller may do. LiveKit's server says `unauthenticated` for a missing grant too, and its users compare that.

use axum::http::{HeaderMap, header};

use super::twirp::{TwirpCode, TwirpError};
use crate::limits::NAME_BYTES_MAX;
use crate::node::Node;
use crate::token::AdminGrant;

/// Reads the token.
pub(super) fn caller(node: &Node, headers: &HeaderMap) -> Result<AdminGrant, TwirpError> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    node.verify_admin(bearer.unwrap_or_default())
        .map_err(|error| TwirpError::new(TwirpCode::Unauthenticated, error.to_string()))
}

impl AdminGrant {
    pub(super) fn may_create_rooms(&self) -> Result<(), TwirpError> {
        permit(self.room_create)
    }

    pub(super) fn may_list_rooms(&self) -> Result<(), TwirpError> {
        permit(self.room_list)
    }

    pub(super) fn may_administer(&self, room: &str) -> Result<(), TwirpError> {
        permit(self.room_admin && self.room == room)
    }

    pub(super) fn may_transfer(&self, from: &str, to: &str) -> Result<(), TwirpError> {
        permit(self.room_admin && self.room == from && self.destination_room == to)
    }
}

fn permit(is_permitted: bool) -> Result<(), TwirpError> {
    if is_permitted {
        return Ok(());
    }
    Err(TwirpError::new(TwirpCode::Unauthenticated, "permissions denied"))
}

/// A name of something, which is neither nothing nor too much.
pub(super) fn name(field: &'static str, name: String) -> Result<String, TwirpError> {
    if name.is_empty() {
        return Err(TwirpError::argument(field, "is missing"));
    }
    if name.len() > NAME_BYTES_MAX {
        return Err(TwirpError::argument(field, "is too long"));
    }
    Ok(name)
}
