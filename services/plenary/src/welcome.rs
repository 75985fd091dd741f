//! What a new installation shows its operator: an address, a link that makes the first administrator, and a demo event.

use kit_core::{Clock, Rng};
use kit_pg::Pool;

use crate::say::say;

/// What is said once the parts are running.
#[derive(Debug)]
pub(crate) struct Welcome {
    /// Opens `/setup`, once; none when there is an administrator.
    setup_token: Option<String>,
}

/// Makes the demo event and the first link, where they are missing.
pub(crate) async fn prepare(
    postgres: &kit_pg::Config,
    clock: &Clock,
    rng: &Rng,
    with_demo: bool,
) -> anyhow::Result<Welcome> {
    let identity = Pool::new(postgres, identity::MIGRATIONS.schema)?;
    if with_demo {
        let owner = identity::ensure_demo_organization(&identity, clock, rng).await?;
        let owner = events::DemoOwner {
            organization_id: owner.organization_id,
            organization_name: owner.organization_name,
            user_id: owner.user_id,
        };
        let events = Pool::new(postgres, events::MIGRATIONS.schema)?;
        let demo = events::seed_demo(&events, clock, rng, &owner).await?;
        let ticketing = Pool::new(postgres, ticketing::MIGRATIONS.schema)?;
        ticketing::seed_demo(&ticketing, clock, rng, demo.event_id).await?;
    }
    let setup_token = identity::ensure_setup_token(&identity, clock, rng).await?;
    identity.close().await;
    Ok(Welcome { setup_token })
}

impl Welcome {
    pub(crate) fn say(&self, address: &str) {
        say("");
        say(&format!("  Plenary is running at {address}"));
        if let Some(token) = &self.setup_token {
            say("");
            say("  Make the first administrator with this link. It works once, for a day:");
            say(&format!("  {address}/setup#{token}"));
        }
        say("");
        say(&format!(
            "  Mail that Plenary sends is at {address}/dev/mail unless a mail server is configured."
        ));
        say("  Ctrl-C ends it; the data stays.");
        say("");
    }
}
