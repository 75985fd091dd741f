//! The configuration of the all-in-one process: every part's sections from one set of sources.

use kit_config::{Loader, Report, Sources};

/// What every part of the process needs to know.
pub(crate) struct Settings {
    pub(crate) rpc: kit_rpc::Config,
    pub(crate) telemetry: kit_telemetry::Config,
    pub(crate) postgres: kit_pg::Config,
    pub(crate) blobs: kit_blobs::Config,
    pub(crate) identity: identity::Config,
    pub(crate) events: events::Config,
    pub(crate) ticketing: ticketing::Config,
    pub(crate) engagement: engagement::Config,
    pub(crate) notifications: notifications::Config,
    pub(crate) live: live::Config,
    pub(crate) sfu: sfu_node::Config,
    pub(crate) gateway: edge_gateway::Config,
}

impl Settings {
    /// Reads everything; the report says where each value came from.
    pub(crate) fn load(sources: Sources) -> anyhow::Result<(Self, Report)> {
        let mut loader = Loader::new(sources);
        let settings = Self {
            rpc: loader.section(),
            telemetry: loader.section(),
            postgres: loader.section(),
            blobs: loader.section(),
            identity: identity::Config::load(&mut loader),
            events: events::Config::load(&mut loader),
            ticketing: ticketing::Config::load(&mut loader),
            engagement: engagement::Config::load(&mut loader),
            notifications: notifications::Config::load(&mut loader),
            live: live::Config::load(&mut loader),
            sfu: sfu_node::Config::load(&mut loader),
            gateway: edge_gateway::Config::load(&mut loader),
        };
        let report = loader.finish()?;
        Ok((settings, report))
    }

    /// Where browsers find the installation.
    pub(crate) fn site(&self) -> String {
        let origin = self.gateway.public_url.as_ref().map(ToString::to_string);
        origin.unwrap_or_else(|| format!("http://{}", self.gateway.listen))
    }
}
