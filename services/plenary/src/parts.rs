//! How the parts are put together in one process.

use kit_rpc::Host;

use crate::embedded::Embedded;
use crate::settings::Settings;

/// Mounts every part. They find each other by name, so the order does not matter to them; their tables must be there.
///
/// # Errors
/// When a part cannot be built: what it needs is away, or a port is taken.
pub(crate) async fn mount(settings: Settings, embedded: &mut Embedded, host: &Host) -> anyhow::Result<()> {
    host.mount(Box::pin(identity::build(settings.identity, host.clone())).await?);
    host.mount(Box::pin(events::build(settings.events, host.clone())).await?);
    host.mount(Box::pin(ticketing::build(settings.ticketing, host.clone())).await?);
    host.mount(Box::pin(engagement::build(settings.engagement, host.clone())).await?);
    host.mount(Box::pin(notifications::build(settings.notifications, host.clone())).await?);
    host.mount(Box::pin(live::build(settings.live, host.clone())).await?);
    host.mount(Box::pin(sfu_node::build(settings.sfu, host.clone())).await?);
    let pages = embedded.mail.take().map(|mail| mail.pages).unwrap_or_default();
    host.mount(edge_gateway::open(settings.gateway, host, pages).await?.part);
    Ok(())
}
