//! Where a client is. Services count attempts by it; nobody is recognised by it.

use std::net::{IpAddr, SocketAddr};

use http::HeaderMap;
use kit_config::Value;

/// Where proxies write whom they speak for.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The other end of the TCP connection, put into each request by the listener.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The client's address, put into each request by the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Addresses with the same first bits: `10.0.0.0/8`, or a single address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    bits: u8,
}

impl Client {
    /// The connection's other end, or, if that is a trusted proxy, the last address in `x-forwarded-for` that is none.
    ///
    /// Read from the right, since everything left of the first untrusted address was written by that client itself.
    pub(crate) fn find(peer: SocketAddr, headers: &HeaderMap, proxies: &[Network]) -> Self {
        let trusted = |address: IpAddr| proxies.iter().any(|network| network.contains(address));
        let mut found = peer.ip().to_canonical();
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or("").rsplit(','));
        for hop in hops {
            if !trusted(found) {
                break;
            }
            let Some(address) = parse_hop(hop) else {
                break;
            };
            found = address;
        }
        Self(found)
    }
}

/// An address, possibly with a port.
fn parse_hop(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok();
    let address = address.or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

// === impl Network ===

impl Network {
    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let differ = u64::from(network.to_bits() ^ address.to_bits());
                differ >> (32 - self.bits) == 0
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let differ = network.to_bits() ^ address.to_bits();
                self.bits == 0 || differ >> (128 - self.bits) == 0
            }
            _ => false,
        }
    }
}

impl Value for Network {
    const EXAMPLE: &'static str = "10.0.0.0/8";

    fn parse(text: &str) -> Result<Self, String> {
        let wrong = || "must be an address or a network such as 10.0.0.0/8".to_owned();
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u8>().map_err(|_| wrong())?)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(bits_max);
        if bits <= bits_max {
            Ok(Self { address, bits })
        } else {
            Err(wrong())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).expect("a network")
    }

    fn found(peer: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in forwarded {
            headers.append(FORWARDED_FOR, line.parse().expect("a header"));
        }
        let peer = SocketAddr::new(peer.parse().expect("an address"), 1);
        let proxies = [network("10.0.0.0/8"), network("::1")];
        Client::find(peer, &headers, &proxies).0.to_string()
    }

    #[test]
    fn a_stranger_is_where_its_connection_comes_from_whatever_it_says() {
        assert_eq!(found("203.0.113.9", &[]), "203.0.113.9");
        assert_eq!(found("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(found("::ffff:203.0.113.9", &[]), "203.0.113.9");
    }

    #[test]
    fn proxies_are_believed_from_the_right_up_to_the_first_stranger() {
        assert_eq!(found("10.1.1.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            found("10.1.1.1", &["192.0.2.66, 198.51.100.1, 10.2.2.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            found("::1", &["192.0.2.66", "198.51.100.1:4711, 10.2.2.2"]),
            "198.51.100.1"
        );
        assert_eq!(found("10.1.1.1", &[]), "10.1.1.1");
        assert_eq!(found("10.1.1.1", &["198.51.100.1, nonsense"]), "10.1.1.1");
        assert_eq!(found("10.1.1.1", &["[2001:db8::1]:80"]), "2001:db8::1");
    }

    #[test]
    fn networks_hold_the_addresses_with_their_first_bits() {
        let inside = |text: &str, address: &str| network(text).contains(address.parse().expect("an address"));
        assert!(inside("10.0.0.0/8", "10.255.0.1") && !inside("10.0.0.0/8", "11.0.0.1"));
        assert!(inside("0.0.0.0/0", "1.2.3.4") && inside("::/0", "2001:db8::1") && !inside("0.0.0.0/0", "::1"));
        assert!(inside("192.0.2.7", "192.0.2.7") && !inside("192.0.2.7", "192.0.2.6"));
        assert!(inside("2001:db8::/32", "2001:db8:ffff::1") && !inside("2001:db8::/32", "2001:db9::1"));
        for bad in ["", "10.0.0.0/33", "::/129", "10.0.0/8", "10.0.0.0/x", "host"] {
            assert!(Network::parse(bad).is_err(), "{bad}");
        }
    }
}
