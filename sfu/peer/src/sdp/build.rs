//! Writing session descriptions.

use std::net::SocketAddr;

use rtc_sdp::description::common::{Address, ConnectionInformation};
use rtc_sdp::description::media::{MediaDescription, MediaName, RangedPort};
use rtc_sdp::description::session::{Origin, SessionDescription, TimeDescription};

use crate::data::SCTP_PORT;
use crate::ice::Credentials;
use crate::identity::Fingerprint;
use crate::limits::MESSAGE_BYTES_MAX;

/// What is the same in all sections of a description of ours.
#[derive(Debug)]
pub(crate) struct Local<'l> {
    pub(crate) session_id: u64,
    /// Counts our descriptions.
    pub(crate) version: u64,
    pub(crate) credentials: &'l Credentials,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) candidates: &'l [SocketAddr],
    /// `actpass` in offers, `passive` in answers (RFC 8842 §5).
    pub(crate) setup: &'static str,
}

/// A section being written.
pub(super) struct SectionBuilder {
    media: MediaDescription,
}

impl SectionBuilder {
    /// `m=<media> <port> <protocol> <formats>`. A port of zero rejects the section.
    pub(super) fn new(media: &str, port: isize, protocol: &[String], formats: Vec<String>) -> Self {
        let address = Address {
            address: "0.0.0.0".to_owned(),
            ..Address::default()
        };
        Self {
            media: MediaDescription {
                media_name: MediaName {
                    media: media.to_owned(),
                    port: RangedPort {
                        value: port,
                        range: None,
                    },
                    protos: protocol.to_vec(),
                    formats,
                },
                connection_information: Some(ConnectionInformation {
                    network_type: "IN".to_owned(),
                    address_type: "IP4".to_owned(),
                    address: Some(address),
                }),
                ..MediaDescription::default()
            },
        }
    }

    pub(super) fn flag(&mut self, key: &str) {
        self.push(|media| media.with_property_attribute(key.to_owned()));
    }

    pub(super) fn attribute(&mut self, key: &str, value: impl Into<String>) {
        let value = value.into();
        self.push(|media| media.with_value_attribute(key.to_owned(), value));
    }

    fn push(&mut self, add: impl FnOnce(MediaDescription) -> MediaDescription) {
        self.media = add(std::mem::take(&mut self.media));
    }

    pub(super) fn mid(&mut self, mid: &str) {
        self.attribute("mid", mid);
    }

    /// ICE credentials, fingerprint and DTLS role; candidates too in the first section of the bundle.
    pub(super) fn transport(&mut self, local: &Local<'_>, with_candidates: bool) {
        self.attribute("ice-ufrag", local.credentials.ufrag.as_str());
        self.attribute("ice-pwd", local.credentials.password.as_str());
        self.attribute("fingerprint", format!("sha-256 {}", local.fingerprint));
        self.attribute("setup", local.setup);
        if with_candidates {
            for (index, address) in local.candidates.iter().enumerate() {
                self.attribute("candidate", candidate(index, *address));
            }
            self.flag("end-of-candidates");
        }
    }

    /// RTCP on the RTP port, and reduced-size compounds allowed.
    pub(super) fn rtcp(&mut self) {
        self.flag("rtcp-mux");
        self.flag("rtcp-rsize");
    }

    pub(super) fn sctp(&mut self) {
        self.attribute("sctp-port", SCTP_PORT.to_string());
        self.attribute("max-message-size", MESSAGE_BYTES_MAX.to_string());
    }

    pub(super) fn finish(self) -> MediaDescription {
        self.media
    }
}

/// RFC 8839 §5.1. All are UDP host candidates of component 1; RFC 8445 §5.1.2.1 gives the priority.
fn candidate(index: usize, address: SocketAddr) -> String {
    let local_preference = 65_535 - index.min(65_535);
    let priority = (126 << 24) + (local_preference << 8) + 255;
    format!(
        "{} 1 udp {priority} {} {} typ host",
        index + 1,
        address.ip(),
        address.port()
    )
}

/// The whole description; `bundle` lists the mids of the sections that are not rejected.
pub(super) fn session(local: &Local<'_>, bundle: &[&str], sections: Vec<MediaDescription>) -> String {
    let mut session = SessionDescription {
        origin: Origin {
            username: "-".to_owned(),
            session_id: local.session_id,
            session_version: local.version,
            network_type: "IN".to_owned(),
            address_type: "IP4".to_owned(),
            unicast_address: "127.0.0.1".to_owned(),
        },
        session_name: "-".to_owned(),
        time_descriptions: vec![TimeDescription::default()],
        media_descriptions: sections,
        ..SessionDescription::default()
    };
    if !bundle.is_empty() {
        session = session.with_value_attribute("group".to_owned(), format!("BUNDLE {}", bundle.join(" ")));
    }
    session
        .with_value_attribute("msid-semantic".to_owned(), " WMS *".to_owned())
        .with_property_attribute("ice-lite".to_owned())
        .with_property_attribute("extmap-allow-mixed".to_owned())
        .marshal()
}
