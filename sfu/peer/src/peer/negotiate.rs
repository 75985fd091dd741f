//! A peer's session descriptions, and the tracks that are in them.

use std::time::Instant;

use super::{Peer, Side};
use crate::dtls::{DtlsRole, Remote};
use crate::error::NegotiationError;
use crate::media::{StreamId, StreamInfo};
use crate::sdp::{self, Description, Local, Offerer, OutboundTrack, ReceiveSection, Setup, TrackHandle, TrackSpec};

impl Peer {
    /// Publisher: takes a client's offer and answers it. A new offer with new ICE credentials is an ICE restart; the
    /// old credentials go on working until the new ones are first used.
    ///
    /// # Errors
    ///
    /// Refuses what cannot be answered; the peer stays as it was.
    pub fn accept_offer(&mut self, now: Instant, offer: &str) -> Result<String, NegotiationError> {
        let Side::Publisher { client_ufrag, .. } = &self.side else {
            return Err(NegotiationError::OutOfOrder("a subscriber makes the offers"));
        };
        let offer = Description::parse(offer)?;
        if offer.setup == Setup::Passive {
            return Err(NegotiationError::Unsupported("a=setup:passive in an offer"));
        }
        let remote = self.other_end(&offer, DtlsRole::Server)?;
        if client_ufrag.as_ref().is_some_and(|known| *known != offer.ufrag) {
            self.ice.restart(&mut self.entropy);
        }
        self.descriptions += 1;
        let answered = sdp::answer(&offer, &self.local("passive"));
        if let Side::Publisher {
            receiver,
            sections,
            client_ufrag,
        } = &mut self.side
        {
            receiver.configure(&offer, &answered);
            *sections = answered.sections;
            *client_ufrag = Some(offer.ufrag.clone());
        }
        self.extensions = answered.extensions;
        self.begin_transport(now, remote);
        Ok(answered.text)
    }

    /// Subscriber: makes the next offer. One may be in the air at a time; a second call before the answer replaces it.
    ///
    /// # Errors
    ///
    /// Refuses on a publisher.
    pub fn create_offer(&mut self, now: Instant) -> Result<String, NegotiationError> {
        let Side::Subscriber(offerer) = &mut self.side else {
            return Err(NegotiationError::OutOfOrder("a publisher answers offers"));
        };
        self.descriptions += 1;
        self.ice.expect_checks(now);
        let local = Local {
            session_id: self.session_id,
            version: self.descriptions,
            credentials: self.ice.credentials(),
            fingerprint: self.identity.fingerprint(),
            candidates: &self.candidates,
            setup: "actpass",
        };
        Ok(offerer.offer(&local))
    }

    /// Subscriber: takes the client's answer to the last offer.
    ///
    /// # Errors
    ///
    /// Refuses an answer that does not fit the offer; the peer stays as it was.
    pub fn accept_answer(&mut self, now: Instant, answer: &str) -> Result<(), NegotiationError> {
        let answer = Description::parse(answer)?;
        let role = match answer.setup {
            Setup::Passive => DtlsRole::Client,
            Setup::Active | Setup::ActPass => DtlsRole::Server,
        };
        let remote = self.other_end(&answer, role)?;
        let Side::Subscriber(offerer) = &mut self.side else {
            return Err(NegotiationError::OutOfOrder("a publisher answers offers"));
        };
        self.extensions = offerer.accept(&answer)?.extensions;
        self.begin_transport(now, remote);
        Ok(())
    }

    fn local(&self, setup: &'static str) -> Local<'_> {
        Local {
            session_id: self.session_id,
            version: self.descriptions,
            credentials: self.ice.credentials(),
            fingerprint: self.identity.fingerprint(),
            candidates: &self.candidates,
            setup,
        }
    }

    /// The other end of DTLS, which stays the same whatever is negotiated later.
    fn other_end(&self, description: &Description, role: DtlsRole) -> Result<Remote, NegotiationError> {
        let Description { fingerprint, .. } = *description;
        match self.dtls.remote() {
            Some(known) if known.fingerprint != fingerprint => Err(NegotiationError::FingerprintChanged),
            Some(known) if known.role != role => Err(NegotiationError::Unsupported("another a=setup than before")),
            _ => Ok(Remote { fingerprint, role }),
        }
    }

    fn begin_transport(&mut self, now: Instant, remote: Remote) {
        self.ice.expect_checks(now);
        let mut steps = Vec::new();
        self.dtls.expect(now, remote, &self.identity, &mut steps);
        self.data.note_role(remote.role);
        if self.ice.remote().is_some() {
            self.dtls.call(now, &self.identity);
        }
        self.follow(now, steps);
        self.pump(now);
    }

    /// Subscriber: the next offer carries new ICE credentials (a resumed session).
    pub fn restart_ice(&mut self) {
        if let Side::Subscriber(offerer) = &mut self.side {
            self.ice.restart(&mut self.entropy);
            offerer.require_offer();
        }
    }

    /// Publisher: the audio and video sections of the last offer; match [`ReceiveSection::track_id`] with AddTrack's cid.
    pub fn receive_sections(&self) -> &[ReceiveSection] {
        match &self.side {
            Side::Publisher { sections, .. } => sections,
            Side::Subscriber(_) => &[],
        }
    }

    /// What a [`StreamId`] stands for; `None` for one this peer never gave out.
    pub fn stream(&self, stream: StreamId) -> Option<&StreamInfo> {
        match &self.side {
            Side::Publisher { receiver, .. } => receiver.stream(stream),
            Side::Subscriber(_) => None,
        }
    }

    // === tracks of a subscriber ===

    /// Subscriber: adds a track to send; call [`Peer::create_offer`] next, and send once the track is accepted. A free
    /// section of the same kind is used again.
    ///
    /// # Errors
    ///
    /// Refuses beyond [`crate::limits::SECTIONS_MAX`] sections, and on a publisher.
    pub fn add_track(&mut self, spec: TrackSpec) -> Result<TrackHandle, NegotiationError> {
        match &mut self.side {
            Side::Subscriber(offerer) => offerer.add_track(spec, &mut self.entropy),
            Side::Publisher { .. } => Err(NegotiationError::OutOfOrder("a publisher is sent no tracks")),
        }
    }

    /// Subscriber: removes a track; its section is closed with the next offer, and its place free with the answer.
    pub fn remove_track(&mut self, track: TrackHandle) {
        let Side::Subscriber(offerer) = &mut self.side else {
            return;
        };
        if let (Some(track), Some(srtp)) = (offerer.track(track), &mut self.srtp) {
            srtp.sealer.forget(track.ssrc);
            track.rtx_ssrc.into_iter().for_each(|rtx| srtp.sealer.forget(rtx));
        }
        offerer.remove_track(track);
    }

    /// Subscriber: what a track is on the wire: mid, SSRCs, payload types, whether the client has accepted it.
    pub fn track(&self, track: TrackHandle) -> Option<&OutboundTrack> {
        self.offerer().and_then(|offerer| offerer.track(track))
    }

    /// Subscriber: which track an SSRC of RTCP feedback means, and whether it is the track's RTX stream.
    pub fn track_by_ssrc(&self, ssrc: u32) -> Option<(TrackHandle, bool)> {
        self.offerer().and_then(|offerer| offerer.track_by_ssrc(ssrc))
    }

    /// Subscriber: whether tracks changed since the last offer (and no offer is in the air), so that one is due.
    pub fn needs_offer(&self) -> bool {
        self.offerer().is_some_and(Offerer::needs_offer)
    }

    fn offerer(&self) -> Option<&Offerer> {
        match &self.side {
            Side::Subscriber(offerer) => Some(offerer),
            Side::Publisher { .. } => None,
        }
    }
}
