//! Transport-wide congestion control feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1).

/// Unit of the reference time, in µs.
const REFERENCE_US: i64 = 64_000;
/// Unit of the deltas, in µs.
const DELTA_US: i64 = 250;

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
    /// Status chunks, then deltas.
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
    /// Reads the feedback control information; `None` if it is truncated.
    pub(super) fn parse(bytes: &'d [u8]) -> Option<Self> {
        let (head, body) = bytes.split_first_chunk::<8>()?;
        // 24 bits, sign-extended by shifting them to the top first.
        let reference_time = i32::from_be_bytes([head[4], head[5], head[6], 0]) >> 8;
        Some(Self {
            base_sequence: u16::from_be_bytes([head[0], head[1]]),
            count: u16::from_be_bytes([head[2], head[3]]),
            reference_time,
            feedback_count: head[7],
            body,
        })
    }

    /// The packets reported on, in order; ends early if the packet is truncated.
    pub fn arrivals(&self) -> impl Iterator<Item = Arrival> + use<'d> {
        let mut chunks = 0;
        let mut covered = 0;
        while covered < usize::from(self.count) {
            let Some(chunk) = self.body.get(chunks..).and_then(<[u8]>::first_chunk) else {
                break;
            };
            covered += usize::from(Symbols::read(*chunk).left);
            chunks += 2;
        }
        let (chunks, deltas) = self.body.split_at_checked(chunks).unwrap_or_default();
        Arrivals {
            chunks,
            deltas,
            symbols: Symbols::default(),
            sequence: self.base_sequence,
            left: self.count,
            time_us: i64::from(self.reference_time) * REFERENCE_US,
        }
    }
}

/// The status symbols of one chunk: a run of one symbol, or a vector of 14 one-bit or 7 two-bit symbols.
#[derive(Default)]
struct Symbols {
    left: u16,
    bits: u16,
    width: u32,
}

impl Symbols {
    fn read(chunk: [u8; 2]) -> Self {
        let bits = u16::from_be_bytes(chunk);
        if bits & 0x8000 == 0 {
            return Self {
                left: bits & 0x1fff,
                bits: bits >> 13 & 3,
                width: 0,
            };
        }
        let (left, width) = if bits & 0x4000 == 0 { (14, 1) } else { (7, 2) };
        Self {
            left,
            bits: bits & 0x3fff,
            width,
        }
    }

    fn next(&mut self) -> Option<u16> {
        self.left = self.left.checked_sub(1)?;
        if self.width == 0 {
            return Some(self.bits);
        }
        let shift = u32::from(self.left) * self.width;
        Some(self.bits >> shift & ((1 << self.width) - 1))
    }
}

struct Arrivals<'d> {
    chunks: &'d [u8],
    deltas: &'d [u8],
    symbols: Symbols,
    sequence: u16,
    left: u16,
    time_us: i64,
}

impl Arrivals<'_> {
    /// The next delta, of one byte or two; `None` if the packet is truncated.
    fn delta(&mut self, large: bool) -> Option<i64> {
        let delta = if large {
            let (bytes, rest) = self.deltas.split_first_chunk()?;
            self.deltas = rest;
            i64::from(i16::from_be_bytes(*bytes))
        } else {
            let (byte, rest) = self.deltas.split_first()?;
            self.deltas = rest;
            i64::from(*byte)
        };
        Some(delta * DELTA_US)
    }
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        self.left = self.left.checked_sub(1)?;
        let symbol = loop {
            if let Some(symbol) = self.symbols.next() {
                break symbol;
            }
            let (chunk, rest) = self.chunks.split_first_chunk()?;
            self.chunks = rest;
            self.symbols = Symbols::read(*chunk);
        };
        let time_us = match symbol {
            1 | 2 => {
                self.time_us += self.delta(symbol == 2)?;
                Some(self.time_us)
            }
            _ => None,
        };
        let sequence = self.sequence;
        self.sequence = sequence.wrapping_add(1);
        Some(Arrival { sequence, time_us })
    }
}

/// Appends one feedback packet on `arrivals` (µs on any steady clock, the first of them present) to `buffer`. Answers
/// how many of them it covers: fewer than all if a gap in time does not fit a delta.
pub(super) fn write(
    buffer: &mut Vec<u8>,
    [sender_ssrc, media_ssrc]: [u32; 2],
    feedback_count: u8,
    base_sequence: u16,
    arrivals: &[Option<i64>],
) -> usize {
    let first_us = arrivals.iter().flatten().next().copied().unwrap_or_default();
    let reference = first_us.div_euclid(REFERENCE_US);
    let mut previous = reference * REFERENCE_US / DELTA_US;
    let mut deltas = Vec::with_capacity(arrivals.len());
    let mut symbols = Vec::with_capacity(arrivals.len());
    for arrival in arrivals.iter().take(usize::from(u16::MAX)) {
        let Some(time_us) = arrival else {
            symbols.push(0u16);
            continue;
        };
        let at = time_us.div_euclid(DELTA_US);
        let Ok(delta) = i16::try_from(at - previous) else { break };
        previous = at;
        if let Ok(small) = u8::try_from(delta) {
            symbols.push(1);
            deltas.push(small);
        } else {
            symbols.push(2);
            deltas.extend_from_slice(&delta.to_be_bytes());
        }
    }

    let start = buffer.len();
    buffer.extend_from_slice(&[0x80 | super::FORMAT_TRANSPORT, super::KIND_TRANSPORT_FEEDBACK, 0, 0]);
    buffer.extend_from_slice(&sender_ssrc.to_be_bytes());
    buffer.extend_from_slice(&media_ssrc.to_be_bytes());
    buffer.extend_from_slice(&base_sequence.to_be_bytes());
    buffer.extend_from_slice(&u16::try_from(symbols.len()).unwrap_or(u16::MAX).to_be_bytes());
    let [.., high, middle, low] = reference.to_be_bytes();
    buffer.extend_from_slice(&[high, middle, low, feedback_count]);
    write_symbols(buffer, &symbols);
    buffer.extend_from_slice(&deltas);
    super::finish(buffer, start);
    symbols.len()
}

/// Chunks: a run where seven or more are equal, else a vector of seven two-bit symbols.
fn write_symbols(buffer: &mut Vec<u8>, mut symbols: &[u16]) {
    while let Some(&first) = symbols.first() {
        let run = symbols
            .iter()
            .take(0x1fff)
            .take_while(|symbol| **symbol == first)
            .count();
        let taken = if run >= 7 {
            let run_bits = u16::try_from(run).unwrap_or(0x1fff);
            buffer.extend_from_slice(&(first << 13 | run_bits).to_be_bytes());
            run
        } else {
            let taken = symbols.len().min(7);
            let packed = (0..7).fold(0, |bits, at| bits << 2 | symbols.get(at).copied().unwrap_or_default());
            buffer.extend_from_slice(&(0xc000 | packed).to_be_bytes());
            taken
        };
        symbols = &symbols[taken..];
    }
}
