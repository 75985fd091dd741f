//! What publishing bots send: streams shaped like real ones, with the time of sending in each packet.

mod picture;
mod sound;

use std::time::Duration;

use rtc::rtp::packet::Packet;

pub(crate) use picture::{Pictures, frame_interval};
pub(crate) use sound::{INTERVAL as SOUND_INTERVAL, Sounds, Turns};

/// Where in a payload the time of sending is: behind any descriptor and codec header.
const TIME_AT: usize = 16;
/// The time of sending ends here.
pub(crate) const STAMPED_BYTES: usize = TIME_AT + 8;

/// A stream of one kind.
#[derive(Debug)]
pub(crate) enum Feed {
    Pictures(Pictures),
    Sounds(Sounds),
}

impl Feed {
    /// Time between two calls of [`Feed::next`].
    pub(crate) fn interval(&self) -> Duration {
        match self {
            Self::Pictures(pictures) => pictures.interval(),
            Self::Sounds(_) => SOUND_INTERVAL,
        }
    }

    /// The next packets, sent at `now`.
    pub(crate) fn next(&mut self, now: Duration) -> Vec<Packet> {
        match self {
            Self::Pictures(pictures) => pictures.next_frame(now),
            Self::Sounds(sounds) => sounds.next_packet(now).into_iter().collect(),
        }
    }
}

/// Writes the time of sending into a payload of at least [`STAMPED_BYTES`].
pub(crate) fn stamp(payload: &mut [u8], now: Duration) {
    let nanos = u64::try_from(now.as_nanos()).unwrap_or_default();
    payload[TIME_AT..STAMPED_BYTES].copy_from_slice(&nanos.to_be_bytes());
}

/// How long a payload has been under way.
pub(crate) fn delay(payload: &[u8], now: Duration) -> Option<Duration> {
    let sent = u64::from_be_bytes(*payload.get(TIME_AT..)?.first_chunk()?);
    now.checked_sub(Duration::from_nanos(sent))
}
