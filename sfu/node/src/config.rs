//! The `[sfu]` section.

use std::net::{IpAddr, SocketAddr};

use kit_config::{Keys, Secret, Section};

/// How an SFU node runs.
#[derive(Clone, Debug)]
pub struct Config {
    /// Issuer of media tokens.
    pub media_key: String,
    /// What media tokens are signed with (HS256), shared with the live service.
    pub media_secret: Secret,
    /// Name of the node in the registry.
    pub node_id: String,
    /// Where the rest of the platform reaches this node's gRPC service.
    pub address: String,
    /// Whether the node reports to the live service and takes chat to engagement.
    pub platform: bool,
    /// Address of the first worker's UDP socket; each further worker has the next port.
    pub media_listen: SocketAddr,
    /// The address that clients reach the node under, if it is not the one listened on.
    pub advertise_ip: Option<IpAddr>,
    /// Whether rooms have an audience: who may not publish is listed to nobody. If not said, as in the platform.
    pub audience: Option<bool>,
    /// Threads that forward media; 0: one for each core.
    pub workers: usize,
    /// Participants that a room has on one worker before it grows to others.
    pub room_spread: usize,
    /// Where LiveKit clients connect without the gateway; not at all when empty.
    pub http_listen: Option<SocketAddr>,
    /// Participants that the node takes.
    pub seats: u32,
}

impl Section for Config {
    const NAME: &'static str = "sfu";

    fn read(keys: &mut Keys<'_>) -> Self {
        Self {
            media_key: keys.get("media_key", "plenary", "Issuer of media tokens."),
            media_secret: keys.required(
                "media_secret",
                "an-example-of-at-least-32-characters",
                "What media tokens are signed with; the live service has the same.",
            ),
            node_id: keys.get("node_id", "sfu-1", "Name of the node, unique among nodes."),
            address: keys.get(
                "address",
                "https://127.0.0.1:7107",
                "Where the rest of the platform reaches the node's gRPC service.",
            ),
            platform: keys.get(
                "platform",
                "true",
                "Report to the live service and take chat to engagement; false for a plain LiveKit server.",
            ),
            media_listen: keys.get(
                "media_listen",
                "127.0.0.1:0",
                "UDP address of the first media worker; each further one has the next port. Port 0: any free ones.",
            ),
            advertise_ip: keys.get(
                "advertise_ip",
                "",
                "The address that clients reach, behind a one-to-one NAT.",
            ),
            audience: keys.get(
                "audience",
                "",
                "Who may not publish is listed to nobody (true), or like everybody while there are few (false); empty: as platform.",
            ),
            workers: keys.get("workers", "0", "Media threads; 0 for one each core."),
            room_spread: keys.get(
                "room_spread",
                "100",
                "Participants that a room has on its first media thread before it grows to others.",
            ),
            http_listen: keys.get(
                "http_listen",
                "",
                "Where LiveKit clients connect to the node itself (GET /rtc); empty: through the gateway only.",
            ),
            seats: keys.get("seats", "3000", "Participants that the node takes."),
        }
    }
}
