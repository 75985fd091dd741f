//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).

/// A TWCC feedback packet, read lazily; iterate with [`TransportFeedback::arrivals`].
#[derive(Clone, Copy, Debug)]
pub struct TransportFeedback<'d> {
    /// Sequence number of the first packet reported on.
    pub base_sequence: u16,
    /// Packets reported on.
    pub count: u16,
    /// Reference time of the first arrival, multiples of 64 ms, signed 24 bits.
    pub reference_time: i32,
    /// Running number of feedback packets.
    pub feedback_count: u8,
    body: &'d [u8],
}

/// The fate of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its transport-wide sequence number.
    pub sequence: u16,
    /// When it arrived, in µs on the receiver's clock (reference time included); `None`: it did not (yet).
    pub time_us: Option<i64>,
}

impl<'d> TransportFeedback<'d> {
    /// The packets reported on, in order; ends early if the packet is truncated.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> + 'd {
        self.body.iter().map(|_| unimplemented!())
    }
}
