//! The facts that identity tells, most of which become a mail.

use kit_bus::Fact;
use kit_core::Rng;
use kit_core::ids::FactId;
use kit_pg::{PgConnection, outbox};
use kit_rpc::timestamp;
use plenary_proto::identity::v1 as proto;
use prost::{Message, Name};

use crate::domain::{Link, LinkPurpose, ReturnPath, User};
use crate::error::Result;
use crate::limits::LINKS_PER_USER;
use crate::service::Service;
use crate::store::links;

/// Makes a link for a user and has it mailed: the link's hash into the database, its secret into the fact.
pub(crate) async fn mail_link(
    connection: &mut PgConnection,
    service: &Service,
    user: &User,
    purpose: LinkPurpose,
    return_path: ReturnPath,
) -> Result<()> {
    let (now, rng): (_, &Rng) = (service.clock.now(), &service.rng);
    let (link, token) = Link::issue(user.id, purpose, return_path, service.config.links, now, rng);
    links::insert(&mut *connection, &link, LINKS_PER_USER).await?;
    let (user_id, email) = (user.id.to_string(), user.email.to_string());
    let (display_name, expire_time) = (user.display_name.to_string(), Some(timestamp(link.expire_time)));
    match purpose {
        LinkPurpose::Verification => {
            let fact = proto::EmailVerificationRequested {
                user_id,
                email,
                display_name,
                token,
                expire_time,
            };
            append(connection, service, &fact).await
        }
        LinkPurpose::PasswordReset => {
            let fact = proto::PasswordResetRequested {
                user_id,
                email,
                display_name,
                token,
                expire_time,
            };
            append(connection, service, &fact).await
        }
    }
}

/// Tells that somebody tried to sign up with the address of `user`.
pub(super) async fn sign_up_repeated(connection: &mut PgConnection, service: &Service, user: &User) -> Result<()> {
    let fact = proto::SignUpRepeated {
        user_id: user.id.to_string(),
        email: user.email.to_string(),
        display_name: user.display_name.to_string(),
    };
    append(connection, service, &fact).await
}

/// Tells that a password was changed.
pub(super) async fn password_changed(connection: &mut PgConnection, service: &Service, user: &User) -> Result<()> {
    let fact = proto::PasswordChanged {
        user_id: user.id.to_string(),
        email: user.email.to_string(),
        display_name: user.display_name.to_string(),
    };
    append(connection, service, &fact).await
}

async fn append<M: Message + Name>(connection: &mut PgConnection, service: &Service, message: &M) -> Result<()> {
    let id = FactId::new(&service.clock, &service.rng);
    let fact = Fact::new(id, service.clock.now(), message);
    Ok(outbox::append(connection, &fact).await?)
}
