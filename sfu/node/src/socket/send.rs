//! Sending in batches: packets are written one after the other into one arena, runs of equal length to one address
//! become one message.

use std::io;
use std::mem;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::sync::Arc;

use super::{Port, no_address, no_message, write_address};
use crate::limits::{DATAGRAM_BYTES_MAX, GSO_BYTES_MAX, GSO_SEGMENTS_MAX, SEND_BYTES, SEND_MESSAGES};

/// Bytes for one control message of a `u16`, with the header's alignment.
const CONTROL_WORDS: usize = 4;

/// What became of packets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Sent {
    /// Taken by the kernel.
    pub(crate) packets: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
    /// Not taken: the port's buffer is full, or the address cannot be reached.
    pub(crate) dropped: u64,
}

/// Packets to be sent, and the port that sends them.
#[derive(Debug)]
pub(crate) struct Outbox {
    port: Arc<Port>,
    arena: Box<[u8]>,
    written: usize,
    runs: Vec<Run>,
    segments: bool,
    sent: Sent,
    /// Packets ever appended, and their bytes.
    appended: (u64, u64),
}

/// Packets to one address, all of length `segment` but the last, which may be shorter.
#[derive(Debug, Clone, Copy)]
struct Run {
    to: SocketAddr,
    start: usize,
    len: usize,
    segment: usize,
    count: usize,
    closed: bool,
}

impl Outbox {
    pub(crate) fn new(port: Arc<Port>) -> Self {
        Self {
            port,
            arena: vec![0; SEND_BYTES].into_boxed_slice(),
            written: 0,
            runs: Vec::with_capacity(SEND_BYTES / DATAGRAM_BYTES_MAX),
            segments: true,
            sent: Sent::default(),
            appended: (0, 0),
        }
    }

    /// Packets appended so far, and their bytes.
    pub(crate) const fn appended(&self) -> (u64, u64) {
        self.appended
    }

    /// What it sends through.
    pub(crate) fn port(&self) -> &Port {
        &self.port
    }

    /// Appends one packet to `to`: `write` fills the buffer and answers how much of it, or `None` to give up.
    pub(crate) fn push(&mut self, to: SocketAddr, write: impl FnOnce(&mut [u8]) -> Option<usize>) {
        if self.arena.len() - self.written < DATAGRAM_BYTES_MAX {
            // While the last bytes written are still in the cache, and before the next viewers wait for them.
            self.flush();
        }
        let free = &mut self.arena[self.written..self.written + DATAGRAM_BYTES_MAX];
        let Some(len) = write(free).filter(|len| (1..=DATAGRAM_BYTES_MAX).contains(len)) else {
            return;
        };
        let start = self.written;
        self.written += len;
        self.appended.0 += 1;
        self.appended.1 += len as u64;
        match self.runs.last_mut().filter(|run| run.takes(to, len)) {
            Some(run) => run.append(len),
            None => self.runs.push(Run {
                to,
                start,
                len,
                segment: len,
                count: 1,
                closed: false,
            }),
        }
    }

    /// Hands everything to the kernel. What it does not take is dropped, as a network would.
    pub(crate) fn flush(&mut self) {
        let mut runs = mem::take(&mut self.runs);
        let mut rest = runs.as_slice();
        while !rest.is_empty() {
            let done = if self.segments {
                self.send(rest)
            } else {
                self.send_singly(rest)
            };
            rest = rest.get(done..).unwrap_or_default();
        }
        runs.clear();
        self.runs = runs;
        self.written = 0;
    }

    /// Forgets what was not sent yet.
    pub(crate) fn discard(&mut self) {
        self.runs.clear();
        self.written = 0;
    }

    /// What was sent since the last question.
    pub(crate) const fn take_sent(&mut self) -> Sent {
        mem::replace(
            &mut self.sent,
            Sent {
                packets: 0,
                bytes: 0,
                dropped: 0,
            },
        )
    }

    /// Sends as many runs as fit into one call; answers how many are done with.
    fn send(&mut self, runs: &[Run]) -> usize {
        let runs = &runs[..runs.len().min(SEND_MESSAGES)];
        match send_messages(self.port.urgent(), &self.arena, runs) {
            Ok(count) => {
                runs[..count].iter().for_each(|run| self.sent.count(run));
                count
            }
            Err(error) if is_without_segments(&error) && runs[0].count > 1 => {
                tracing::info!(%error, "the kernel does not segment UDP; sending packet by packet");
                self.segments = false;
                0
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                runs.iter().for_each(|run| self.sent.dropped += run.count as u64);
                runs.len()
            }
            // This address cannot be reached; the others can.
            Err(_) => {
                self.sent.dropped += runs[0].count as u64;
                1
            }
        }
    }

    /// The fall-back without GSO: the first run, a message for each packet.
    fn send_singly(&mut self, runs: &[Run]) -> usize {
        let run = runs[0];
        let mut singles = [run; GSO_SEGMENTS_MAX];
        for (index, single) in singles.iter_mut().enumerate().take(run.count) {
            let offset = index * run.segment;
            let len = run.segment.min(run.len - offset);
            *single = Run {
                start: run.start + offset,
                len,
                segment: len,
                count: 1,
                ..run
            };
        }
        let mut rest = &singles[..run.count];
        while !rest.is_empty() {
            let done = self.send(rest);
            rest = &rest[done..];
        }
        1
    }
}

impl Run {
    fn takes(&self, to: SocketAddr, len: usize) -> bool {
        !self.closed
            && self.to == to
            && len <= self.segment
            && self.count < GSO_SEGMENTS_MAX
            && self.len + len <= GSO_BYTES_MAX
    }

    const fn append(&mut self, len: usize) {
        self.len += len;
        self.count += 1;
        self.closed = len < self.segment;
    }
}

impl Sent {
    const fn count(&mut self, run: &Run) {
        self.packets += run.count as u64;
        self.bytes += run.len as u64;
    }
}

/// EIO: no checksum offload, so no segmentation; EINVAL and EOPNOTSUPP: a kernel or device without it.
fn is_without_segments(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EIO | libc::EINVAL | libc::EOPNOTSUPP))
}

/// One `sendmmsg` of at most [`SEND_MESSAGES`] runs that lie in `arena`; answers how many were sent.
fn send_messages(socket: &UdpSocket, arena: &[u8], runs: &[Run]) -> io::Result<usize> {
    let mut names = [no_address(); SEND_MESSAGES];
    let mut controls = [[0u64; CONTROL_WORDS]; SEND_MESSAGES];
    let mut messages = [no_message(); SEND_MESSAGES];
    let mut pieces = [libc::iovec {
        iov_base: std::ptr::null_mut(),
        iov_len: 0,
    }; SEND_MESSAGES];
    let runs = &runs[..runs.len().min(SEND_MESSAGES)];
    for (index, run) in runs.iter().enumerate() {
        let bytes = &arena[run.start..run.start + run.len];
        // The kernel only reads what a sent piece points at; the field is mutable because receiving shares the type.
        pieces[index] = libc::iovec {
            iov_base: bytes.as_ptr().cast_mut().cast(),
            iov_len: bytes.len(),
        };
        let header = &mut messages[index].msg_hdr;
        header.msg_namelen = write_address(&mut names[index], run.to);
        header.msg_name = (&raw mut names[index]).cast();
        header.msg_iov = &raw mut pieces[index];
        header.msg_iovlen = 1;
        if run.count > 1 {
            header.msg_control = controls[index].as_mut_ptr().cast();
            write_segment(header, u16::try_from(run.segment).unwrap_or(u16::MAX));
        }
    }
    let count = libc::c_uint::try_from(runs.len()).unwrap_or_default();
    // SAFETY: every header points at a name, a piece and, where given, a control message of the stated lengths that live
    // unmoved through the call; each piece points into `arena`.
    let sent = unsafe { libc::sendmmsg(socket.as_raw_fd(), messages.as_mut_ptr(), count, libc::MSG_DONTWAIT) };
    usize::try_from(sent).map_err(|_| io::Error::last_os_error())
}

/// Writes the UDP_SEGMENT control message; `msg_control` points at [`CONTROL_WORDS`] zeroed words.
fn write_segment(header: &mut libc::msghdr, segment: u16) {
    let len = libc::c_uint::try_from(mem::size_of::<u16>()).unwrap_or_default();
    // SAFETY: CMSG_SPACE and CMSG_LEN only compute; the space for a u16 (24 bytes) is within the 32 of the buffer.
    let (space, len) = unsafe { (libc::CMSG_SPACE(len), libc::CMSG_LEN(len)) };
    header.msg_controllen = space as usize;
    // SAFETY: `msg_control` and its length were just set to a buffer that holds one whole message.
    let control = unsafe { libc::CMSG_FIRSTHDR(header) };
    if control.is_null() {
        return;
    }
    // SAFETY: not null, so it points at a header within the control buffer, aligned to u64, followed by its data.
    unsafe {
        (*control).cmsg_level = libc::SOL_UDP;
        (*control).cmsg_type = libc::UDP_SEGMENT;
        (*control).cmsg_len = len as usize;
        libc::CMSG_DATA(control).cast::<u16>().write_unaligned(segment);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{ReceiveBatch, Waker, Watch};
    use std::time::Duration;

    fn pair() -> (Outbox, Port, SocketAddr) {
        let port = || Port::bind("127.0.0.1:0".parse().expect("an address")).expect("loopback");
        let (receiver, sender) = (port(), port());
        let to = receiver.urgent().local_addr().expect("bound");
        (Outbox::new(Arc::new(sender)), receiver, to)
    }

    fn received(port: &Port, count: usize) -> Vec<Vec<u8>> {
        let waker = Waker::new().expect("an eventfd");
        let mut batch = ReceiveBatch::new();
        let mut all = Vec::new();
        while all.len() < count {
            port.wait(Watch::UrgentOnly, &waker, Duration::from_secs(5))
                .expect("readable");
            assert!(
                batch.receive(port.urgent()).expect("received"),
                "no datagram within 5 s"
            );
            all.extend(batch.datagrams().map(|datagram| datagram.bytes.to_vec()));
        }
        all
    }

    fn put(outbox: &mut Outbox, to: SocketAddr, len: usize, fill: u8) {
        outbox.push(to, |buffer| {
            buffer[..len].fill(fill);
            Some(len)
        });
    }

    fn trains_arrive_as_their_packets(segments: bool) {
        let (mut outbox, receiver, to) = pair();
        outbox.segments = segments;
        let lens = [1200, 1200, 1200, 900, 1200, 40, 41];
        for (len, fill) in lens.into_iter().zip(1..) {
            put(&mut outbox, to, len, fill);
        }
        assert_eq!(outbox.runs.len(), 3, "1200 ×3 + 900, 1200 + 40, 41");
        outbox.flush();
        let packets = received(&receiver, lens.len());
        let got: Vec<_> = packets.iter().map(|packet| (packet.len(), packet[0])).collect();
        let expected: Vec<_> = lens.into_iter().zip(1..).collect();
        assert_eq!(got, expected);
        let bytes = lens.iter().sum::<usize>() as u64;
        assert_eq!(
            outbox.take_sent(),
            Sent {
                packets: 7,
                bytes,
                dropped: 0
            }
        );
    }

    #[test]
    fn trains_arrive_as_their_packets_with_segmentation() {
        trains_arrive_as_their_packets(true);
    }

    #[test]
    fn trains_arrive_as_their_packets_without_segmentation() {
        trains_arrive_as_their_packets(false);
    }

    #[test]
    fn a_packet_given_up_leaves_nothing() {
        let (mut outbox, receiver, to) = pair();
        outbox.push(to, |_| None);
        put(&mut outbox, to, 10, 7);
        outbox.flush();
        assert_eq!(received(&receiver, 1), [vec![7; 10]]);
        assert_eq!(outbox.take_sent().packets, 1);
    }

    #[test]
    fn more_than_the_arena_holds_is_sent_in_parts() {
        let (mut outbox, _receiver, to) = pair();
        let count = SEND_BYTES / 1000 + 10;
        for _ in 0..count {
            put(&mut outbox, to, 1000, 1);
        }
        outbox.flush();
        let sent = outbox.take_sent();
        assert_eq!(sent.packets + sent.dropped, count as u64);
    }
}
