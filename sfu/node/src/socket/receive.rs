//! Receiving in batches.

use std::io;
use std::mem;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::{address_of, length_of, no_address, no_message};
use crate::limits::{RECEIVE_BATCH, RECEIVE_BYTES};

/// Words for a control message of an `int` and one of a `timespec`, with their headers.
const CONTROL_WORDS: usize = 8;

/// Buffers for one or several `recvmmsg`, and what they put there.
#[derive(Debug)]
pub(crate) struct ReceiveBatch {
    bytes: Box<[u8]>,
    arrived: Vec<Arrived>,
    /// Buffers that hold something.
    filled: usize,
}

/// One message: a datagram, or a train of datagrams of equal length (the last may be shorter).
#[derive(Debug, Clone, Copy)]
struct Arrived {
    from: SocketAddr,
    len: usize,
    segment: usize,
    buffer: usize,
    /// When, since 1970, where the socket says so.
    at: Option<Duration>,
}

/// A datagram, to be opened in place.
#[derive(Debug)]
pub(crate) struct Datagram<'b> {
    pub(crate) from: SocketAddr,
    pub(crate) bytes: &'b mut [u8],
    /// When the kernel had it, since 1970, where the socket says so.
    pub(crate) at: Option<Duration>,
}

impl ReceiveBatch {
    pub(crate) fn new() -> Self {
        Self {
            bytes: vec![0; RECEIVE_BATCH * RECEIVE_BYTES].into_boxed_slice(),
            arrived: Vec::with_capacity(RECEIVE_BATCH),
            filled: 0,
        }
    }

    /// Takes what has arrived, without waiting. False when nothing has.
    pub(crate) fn receive(&mut self, socket: &UdpSocket) -> io::Result<bool> {
        self.arrived.clear();
        self.filled = 0;
        self.receive_more(socket)
    }

    /// Whether all buffers hold something, so that more may be waiting in the socket.
    pub(crate) const fn is_full(&self) -> bool {
        self.filled == RECEIVE_BATCH
    }

    /// The datagram that came last.
    pub(crate) fn last(&self) -> Option<&[u8]> {
        let last = self.arrived.last()?;
        let start = last.buffer * RECEIVE_BYTES;
        self.bytes[start..start + last.len].chunks(last.segment).last()
    }

    /// Adds what has arrived since to what is here already. False when nothing has, or there is no room for it.
    pub(crate) fn receive_more(&mut self, socket: &UdpSocket) -> io::Result<bool> {
        let first = self.filled;
        let mut names = [no_address(); RECEIVE_BATCH];
        let mut controls = [[0u64; CONTROL_WORDS]; RECEIVE_BATCH];
        let mut messages = [no_message(); RECEIVE_BATCH];
        let mut pieces = [libc::iovec {
            iov_base: std::ptr::null_mut(),
            iov_len: 0,
        }; RECEIVE_BATCH];
        let buffers = self.bytes.chunks_exact_mut(RECEIVE_BYTES).skip(first);
        for (index, buffer) in buffers.enumerate() {
            pieces[index] = libc::iovec {
                iov_base: buffer.as_mut_ptr().cast(),
                iov_len: RECEIVE_BYTES,
            };
            let header = &mut messages[index].msg_hdr;
            header.msg_name = (&raw mut names[index]).cast();
            header.msg_namelen = length_of::<libc::sockaddr_storage>();
            header.msg_iov = &raw mut pieces[index];
            header.msg_iovlen = 1;
            header.msg_control = controls[index].as_mut_ptr().cast();
            header.msg_controllen = mem::size_of_val(&controls[index]);
        }
        let count = libc::c_uint::try_from(RECEIVE_BATCH - first).unwrap_or_default();
        // SAFETY: the first `count` headers point at a name, a piece and a control buffer of the stated lengths that live, unmoved
        // and not otherwise borrowed, through the call; each piece points into its own part of `bytes`.
        let received = unsafe {
            libc::recvmmsg(
                socket.as_raw_fd(),
                messages.as_mut_ptr(),
                count,
                libc::MSG_DONTWAIT,
                std::ptr::null_mut(),
            )
        };
        let Ok(received) = usize::try_from(received) else {
            let error = io::Error::last_os_error();
            // A refusal is the echo of an earlier send to an address that is gone (ICMP), not of this socket.
            return match error.kind() {
                io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted | io::ErrorKind::ConnectionRefused => Ok(false),
                _ => Err(error),
            };
        };
        self.filled += received;
        for (index, message) in messages.iter().enumerate().take(received) {
            let Some(from) = address_of(&names[index]) else {
                continue;
            };
            let len = (message.msg_len as usize).min(RECEIVE_BYTES);
            let about = About::read(&message.msg_hdr);
            let segment = about.segment.filter(|segment| *segment > 0).unwrap_or(len);
            if len > 0 && message.msg_hdr.msg_flags & libc::MSG_TRUNC == 0 {
                self.arrived.push(Arrived {
                    from,
                    len,
                    segment,
                    buffer: first + index,
                    at: about.at,
                });
            }
        }
        Ok(received > 0)
    }

    /// Whether the first datagram of any message is such.
    pub(crate) fn any(&self, is_such: impl Fn(&[u8]) -> bool) -> bool {
        let first = |arrived: &Arrived| {
            let start = arrived.buffer * RECEIVE_BYTES;
            is_such(&self.bytes[start..start + arrived.len.min(arrived.segment)])
        };
        self.arrived.iter().any(first)
    }

    /// Who sent each message, in order.
    pub(crate) fn senders(&self) -> impl Iterator<Item = SocketAddr> {
        self.arrived.iter().map(|arrived| arrived.from)
    }

    /// The datagrams of the last [`ReceiveBatch::receive`], in order.
    pub(crate) fn datagrams(&mut self) -> impl Iterator<Item = Datagram<'_>> {
        let mut arrived = self.arrived.iter().peekable();
        self.bytes
            .chunks_exact_mut(RECEIVE_BYTES)
            .enumerate()
            .flat_map(move |(index, buffer)| {
                let here = arrived.next_if(|arrived| arrived.buffer == index).copied();
                here.into_iter().zip(Some(buffer)).flat_map(|(arrived, buffer)| {
                    let (from, at) = (arrived.from, arrived.at);
                    let datagrams = buffer[..arrived.len].chunks_mut(arrived.segment);
                    datagrams.map(move |bytes| Datagram { from, bytes, at })
                })
            })
    }
}

/// What the kernel says about a message, in its control messages.
#[derive(Debug, Clone, Copy, Default)]
struct About {
    /// The length of a train's datagrams (UDP_GRO).
    segment: Option<usize>,
    /// When it arrived, since 1970 (SO_TIMESTAMPNS).
    at: Option<Duration>,
}

impl About {
    fn read(header: &libc::msghdr) -> Self {
        let mut about = Self::default();
        // SAFETY: the kernel has set `msg_controllen` to what it wrote into the control buffer, which the CMSG macros walk.
        let mut control = unsafe { libc::CMSG_FIRSTHDR(header) };
        while !control.is_null() {
            // SAFETY: not null, so it points at a whole header within the control buffer; that is aligned to u64.
            let head = unsafe { &*control };
            // SAFETY: as above; what follows the header is within the buffer, too.
            let data = unsafe { libc::CMSG_DATA(control) };
            match (head.cmsg_level, head.cmsg_type) {
                (libc::SOL_UDP, libc::UDP_GRO) => {
                    // SAFETY: the kernel's UDP_GRO message carries an int.
                    let segment = unsafe { data.cast::<libc::c_int>().read_unaligned() };
                    about.segment = usize::try_from(segment).ok();
                }
                (libc::SOL_SOCKET, libc::SCM_TIMESTAMPNS) => {
                    // SAFETY: the kernel's SCM_TIMESTAMPNS message carries a timespec.
                    let at = unsafe { data.cast::<libc::timespec>().read_unaligned() };
                    about.at = u64::try_from(at.tv_sec)
                        .ok()
                        .zip(u32::try_from(at.tv_nsec).ok())
                        .map(|(seconds, nanoseconds)| Duration::new(seconds, nanoseconds));
                }
                _ => {}
            }
            // SAFETY: `control` is a header of this message.
            control = unsafe { libc::CMSG_NXTHDR(header, control) };
        }
        about
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::{Port, Waker, Watch};

    #[test]
    fn what_comes_later_joins_what_is_here() {
        let address: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let port = Port::bind(address).expect("loopback");
        let sender = UdpSocket::bind(address).expect("loopback");
        let receiver = port.urgent();
        let (to, waker) = (receiver.local_addr().expect("bound"), Waker::new().expect("an eventfd"));
        let send = |bytes: &[u8]| {
            sender.send_to(bytes, to).expect("sent");
            port.wait(Watch::UrgentOnly, &waker, Duration::from_secs(5))
                .expect("readable");
        };
        let mut batch = ReceiveBatch::new();
        assert!(!batch.receive(receiver).expect("nothing yet") && batch.last().is_none());
        send(b"first");
        assert!(batch.receive(receiver).expect("received"));
        send(b"second");
        assert!(batch.receive_more(receiver).expect("received"));
        assert_eq!(batch.last(), Some(&b"second"[..]));
        let all: Vec<_> = batch.datagrams().map(|datagram| datagram.bytes.to_vec()).collect();
        assert_eq!(all, [b"first".to_vec(), b"second".to_vec()]);
        for number in 2..RECEIVE_BATCH {
            assert!(!batch.is_full());
            send(&[0; 7][..number % 7 + 1]);
            batch.receive_more(receiver).expect("received");
        }
        assert!(batch.is_full(), "what does not fit waits in the socket");
        send(b"left");
        batch.receive_more(receiver).expect("no room");
        assert!(batch.receive(receiver).expect("received"));
        assert_eq!(batch.last(), Some(&b"left"[..]));
    }
}
