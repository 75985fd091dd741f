//! The lines to the services. Their clients are made here and nowhere else.

use std::net::IpAddr;

use kit_core::limits::MESSAGE_BYTES_MAX;
use kit_rpc::{CLIENT_ADDRESS, Switchboard, Transport};
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use plenary_proto::identity::v1::account_service_client::AccountServiceClient;
use plenary_proto::identity::v1::profile_service_client::ProfileServiceClient;
use plenary_proto::live::v1::live_service_client::LiveServiceClient;
use plenary_proto::ticketing::v1::ticket_type_service_client::TicketTypeServiceClient;
use tonic::Request;
use tonic::metadata::MetadataValue;

use crate::NAME;

/// The services that people call through the gateway. Nodes of the SFU are reached by signalling only.
const SERVICES: [&str; 6] = ["engagement", "events", "identity", "live", "notifications", "ticketing"];

/// In front of a service's name in the path of its RPCs.
const PACKAGE_PREFIX: &str = "/plenary.";

/// A line to each service.
#[derive(Clone, Debug)]
pub(crate) struct Lines {
    pub(crate) accounts: AccountServiceClient<Transport>,
    pub(crate) profiles: ProfileServiceClient<Transport>,
    pub(crate) events: EventServiceClient<Transport>,
    pub(crate) live: LiveServiceClient<Transport>,
    pub(crate) ticket_types: TicketTypeServiceClient<Transport>,
    switchboard: Switchboard,
    services: [(&'static str, Transport); SERVICES.len()],
}

impl Lines {
    pub(crate) fn new(switchboard: &Switchboard) -> Self {
        let line = |name: &str| switchboard.line(NAME, name);
        Self {
            accounts: AccountServiceClient::new(line("identity")),
            profiles: ProfileServiceClient::new(line("identity")).max_decoding_message_size(MESSAGE_BYTES_MAX),
            events: EventServiceClient::new(line("events")).max_decoding_message_size(MESSAGE_BYTES_MAX),
            live: LiveServiceClient::new(line("live")),
            ticket_types: TicketTypeServiceClient::new(line("ticketing")),
            switchboard: switchboard.clone(),
            services: SERVICES.map(|name| (name, line(name))),
        }
    }

    /// The line to the service that has the RPC of this path: `/plenary.<service>.v1.…`.
    pub(crate) fn serving(&self, path: &str) -> Option<Transport> {
        let (name, _) = path.strip_prefix(PACKAGE_PREFIX)?.split_once('.')?;
        let found = self.services.iter().find(|(service, _)| *service == name);
        found.map(|(_, line)| line.clone())
    }

    /// A line to one SFU node; `None` when the address is none.
    ///
    /// Each signalling connection has its own: on a shared one, HTTP/2's flow control would let a single client that
    /// stops reading hold up the frames of all others.
    pub(crate) fn node(&self, address: &str) -> Option<Transport> {
        let dialled = self.switchboard.dial(NAME, "sfu", address);
        dialled
            .inspect_err(|error| tracing::error!(%error, address, "a node has an address that cannot be dialled"))
            .ok()
    }
}

/// A request for a client at this address.
pub(crate) fn request_for<T>(client: IpAddr, message: T) -> Request<T> {
    let mut request = Request::new(message);
    let address = MetadataValue::try_from(client.to_string()).expect("an address is ASCII");
    request.metadata_mut().insert(CLIENT_ADDRESS, address);
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn paths_name_their_service() {
        let lines = Lines::new(&Switchboard::new());
        let to = |path: &str| lines.serving(path).map(|line| line.to().to_owned());
        assert_eq!(
            to("/plenary.identity.v1.AccountService/LogIn").as_deref(),
            Some("identity")
        );
        assert_eq!(to("/plenary.sfu.v1.SfuService/Signal"), None);
        assert_eq!(to("/plenary.nothing.v1.X/Y"), None);
        assert_eq!(to("/events/evt_1"), None);
    }
}
