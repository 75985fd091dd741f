//! Who is at the other end of the wire, as far as an address tells.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// The network that a request came from: an IPv4 address or an IPv6 /64.
///
/// A /64 is what one household or phone is given: it changes addresses within it at will, so that telling them apart
/// would let one client pass for 2^64.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub enum Client {
    /// Behind this address, or in this /64 network.
    Network(IpAddr),
    /// A caller that no gateway vouches for: an internal tool, or a test.
    Unknown,
}

impl Client {
    /// The client behind an address. An IPv4 address in IPv6 clothes is the IPv4 address.
    pub fn from_address(address: IpAddr) -> Self {
        Self::Network(match address.to_canonical() {
            IpAddr::V6(address) => {
                let [a, b, c, d, ..] = address.segments();
                IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
            }
            address @ IpAddr::V4(_) => address,
        })
    }

    /// Reads what [`Display`](fmt::Display) wrote; anything else is unknown.
    pub fn from_text(text: &str) -> Self {
        text.parse().map_or(Self::Unknown, Self::from_address)
    }
}

impl fmt::Display for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Network(address) => write!(f, "{address}"),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_household_is_one_client() {
        let client = |text: &str| Client::from_address(text.parse().expect("an address"));
        assert_eq!(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::9"));
        assert_ne!(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
        assert_eq!(client("::ffff:192.0.2.7"), client("192.0.2.7"));
        assert_ne!(client("192.0.2.7"), client("192.0.2.8"));
    }

    #[test]
    fn the_text_form_reads_back() {
        for text in ["192.0.2.7", "2001:db8::", "unknown", "no address"] {
            let client = Client::from_text(text);
            assert_eq!(Client::from_text(&client.to_string()), client);
        }
        assert_eq!(Client::from_text("no address"), Client::Unknown);
    }
}
