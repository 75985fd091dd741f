//! Who calls, in the domain's terms.

use kit_rpc::{Caller, RequestExt as _, UserCaller};
use tonic::{Request, Status};

use crate::domain::{User, Viewer};

/// Whoever calls. A service that forwards a user's token asks for that user.
pub(super) fn viewer<T>(request: &Request<T>) -> Viewer {
    let caller = request.caller();
    match (caller.user(), &caller) {
        (Some(found), _) => Viewer::User(from(found)),
        (None, Caller::Service { .. }) => Viewer::Service,
        (None, _) => Viewer::Anonymous,
    }
}

/// The user who calls.
pub(super) fn user<T>(request: &Request<T>) -> Result<User, Status> {
    Ok(from(request.caller().require_user()?))
}

fn from(user: &UserCaller) -> User {
    User {
        id: user.user_id,
        organizations: user.organizations.keys().copied().collect(),
        administrator: user.is_administrator(),
        verified_email: user.email_verified.then(|| user.email.clone()),
    }
}
