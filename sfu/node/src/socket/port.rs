//! A worker's UDP port: one address, and two sockets behind it.
//!
//! Most datagrams that a large room sends are reports: viewers tell, each many times a second, what reached them. None
//! of them is urgent, and a wake-up for each costs more than reading it; but media that come meanwhile must not wait
//! for them, nor may who asks for something, a repair or a key frame. So the kernel sorts what arrives: reports go to a
//! socket of their own, which is read once several have come, and which says when each did. To the outside it is one
//! port.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::AsRawFd;
use std::time::Duration;

use super::{Waker, length_of, set_number, set_option};
use crate::limits::SOCKET_BUFFER_BYTES;

/// Both sockets of a worker.
#[derive(Debug)]
pub(crate) struct Port {
    /// What somebody waits for: media, messages, handshakes. All is sent through it.
    urgent: UdpSocket,
    /// Reports and acknowledgements; none where the kernel cannot sort, and then they come with all else.
    reports: Option<UdpSocket>,
}

/// What [`Port::wait`] looks at beside what is urgent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    UrgentOnly,
    ReportsToo,
}

impl Port {
    /// Binds both, with buffers as large as the kernel gives.
    pub(crate) fn bind(address: SocketAddr) -> io::Result<Self> {
        // Alone first: whoever else has the port, even another node of this user, is an error.
        let urgent = prepared(UdpSocket::bind(address)?)?;
        let reports = sorted(&urgent)
            .inspect_err(|error| tracing::info!(%error, "reports come with media: the kernel does not sort them"))
            .ok();
        Ok(Self { urgent, reports })
    }

    pub(crate) const fn urgent(&self) -> &UdpSocket {
        &self.urgent
    }

    pub(crate) const fn reports(&self) -> Option<&UdpSocket> {
        self.reports.as_ref()
    }

    /// Datagrams that the kernel dropped because nobody took them in time, since the port was bound, modulo 2³².
    pub(crate) fn overflowed(&self) -> io::Result<u32> {
        let urgent = overflowed(&self.urgent)?;
        let reports = self.reports.as_ref().map_or(Ok(0), overflowed)?;
        Ok(urgent.wrapping_add(reports))
    }

    /// Waits until something that is watched can be read, `waker` was woken, or `timeout` is over; false for the last.
    pub(crate) fn wait(&self, watch: Watch, waker: &Waker, timeout: Duration) -> io::Result<bool> {
        let reports = self.reports.as_ref().filter(|_| watch == Watch::ReportsToo);
        // A negative descriptor is passed over (poll(2)).
        let watched = [
            waker.0.as_raw_fd(),
            self.urgent.as_raw_fd(),
            reports.map_or(-1, AsRawFd::as_raw_fd),
        ];
        let mut watched = watched.map(|descriptor| libc::pollfd {
            fd: descriptor,
            events: libc::POLLIN,
            revents: 0,
        });
        let timeout = libc::timespec {
            tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
            tv_nsec: libc::c_long::from(i32::try_from(timeout.subsec_nanos()).unwrap_or_default()),
        };
        // SAFETY: the array holds three initialized elements and lives through the call; the signal mask may be null.
        let ready = unsafe { libc::ppoll(watched.as_mut_ptr(), 3, &raw const timeout, std::ptr::null()) };
        if ready < 0 {
            let error = io::Error::last_os_error();
            return if error.kind() == io::ErrorKind::Interrupted {
                Ok(false)
            } else {
                Err(error)
            };
        }
        if watched[0].revents != 0 {
            waker.reset();
        }
        Ok(ready > 0)
    }
}

fn prepared(socket: UdpSocket) -> io::Result<UdpSocket> {
    socket.set_nonblocking(true)?;
    let options = socket2::SockRef::from(&socket);
    options.set_recv_buffer_size(SOCKET_BUFFER_BYTES)?;
    options.set_send_buffer_size(SOCKET_BUFFER_BYTES)?;
    // Failure means that the kernel has no UDP GRO, and then each message is one datagram.
    let _ = set_number(&socket, libc::SOL_UDP, libc::UDP_GRO, 1);
    Ok(socket)
}

/// A second socket with the address of `urgent`, to which the kernel gives reports from now on.
fn sorted(urgent: &UdpSocket) -> io::Result<UdpSocket> {
    let address = urgent.local_addr()?;
    set_number(urgent, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    let reports = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::DGRAM, None)?;
    set_number(&reports, libc::SOL_SOCKET, libc::SO_REUSEPORT, 1)?;
    reports.bind(&address.into())?;
    let reports = prepared(reports.into())?;
    set_number(&reports, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
    let mut sorter = SORTER;
    let program = libc::sock_fprog {
        len: u16::try_from(sorter.len()).unwrap_or_default(),
        filter: sorter.as_mut_ptr(),
    };
    // SAFETY: the program is as long as is said, and outlives the call; the kernel keeps a copy.
    unsafe { set_option(urgent, libc::SOL_SOCKET, libc::SO_ATTACH_REUSEPORT_CBPF, &program)? };
    Ok(reports)
}

/// Bytes of a DTLS record of application data (RFC 6347 §4.3.1) up to which it is an acknowledgement: 13 of header, 8 of
/// nonce, 16 of tag, and an SCTP packet with a SACK (RFC 9260 §3.3.4) of up to three gaps, 12 + 16 + 12. A message that
/// is as short as that waits with them.
const ACKNOWLEDGEMENT_BYTES: u32 = 77;

/// A classic BPF program (socket(7), `SO_ATTACH_REUSEPORT_CBPF`) that answers which of the two sockets, in the order of
/// their binding, a datagram is for. It sees the UDP payload, whose first bytes say what it is (RFC 7983, RFC 5761): SRTCP
/// leaves the header of a compound's first packet in the clear. Whatever else a compound holds comes with that.
const SORTER: [libc::sock_filter; 15] = [
    load(libc::BPF_B | libc::BPF_ABS, 0),
    // 128–191: RTP or RTCP.
    jump(libc::BPF_JGE, 192, 12, 0),
    jump(libc::BPF_JGE, 128, 3, 0),
    // 23: DTLS application data.
    jump(libc::BPF_JEQ, 23, 0, 10),
    load(libc::BPF_W | libc::BPF_LEN, 0),
    jump(libc::BPF_JGT, ACKNOWLEDGEMENT_BYTES, 8, 7),
    // Transport feedback, sender and receiver reports (RFC 4585 §6.1, RFC 3550 §12.1).
    load(libc::BPF_B | libc::BPF_ABS, 1),
    jump(libc::BPF_JEQ, 205, 2, 0),
    jump(libc::BPF_JEQ, 200, 4, 0),
    jump(libc::BPF_JEQ, 201, 3, 4),
    // 15: what arrived (draft-holmer-rmcat-transport-wide-cc-extensions §3.1). 1 would ask for repairs.
    load(libc::BPF_B | libc::BPF_ABS, 0),
    instruction(libc::BPF_ALU | libc::BPF_AND | libc::BPF_K, 0x1f, 0, 0),
    jump(libc::BPF_JEQ, 15, 0, 1),
    answer(1),
    answer(0),
];

const fn load(mode: u32, at: u32) -> libc::sock_filter {
    instruction(libc::BPF_LD | mode, at, 0, 0)
}

/// Compares the loaded value; the jumps are numbers of instructions to pass over.
const fn jump(comparison: u32, with: u32, so: u8, not: u8) -> libc::sock_filter {
    instruction(libc::BPF_JMP | libc::BPF_K | comparison, with, so, not)
}

const fn answer(socket: u32) -> libc::sock_filter {
    instruction(libc::BPF_RET | libc::BPF_K, socket, 0, 0)
}

#[expect(clippy::cast_possible_truncation, reason = "codes of instructions have 16 bits")]
const fn instruction(code: u32, k: u32, jt: u8, jf: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: code as u16,
        jt,
        jf,
        k,
    }
}

/// See [`Port::overflowed`] (`sock_diag(7)`, `SK_MEMINFO_DROPS`).
fn overflowed(socket: &UdpSocket) -> io::Result<u32> {
    const COUNTERS: usize = 9;
    const DROPS: usize = 8;
    let mut counters = [0u32; COUNTERS];
    let mut length = length_of::<[u32; COUNTERS]>();
    // SAFETY: the array is as long as is said, made of plain integers, and lives through the call.
    let outcome = unsafe {
        libc::getsockopt(
            socket.as_raw_fd(),
            libc::SOL_SOCKET,
            libc::SO_MEMINFO,
            counters.as_mut_ptr().cast(),
            &raw mut length,
        )
    };
    if outcome == 0 {
        Ok(counters[DROPS])
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::socket::ReceiveBatch;

    fn port() -> Port {
        Port::bind("127.0.0.1:0".parse().expect("an address")).expect("loopback")
    }

    fn sender() -> UdpSocket {
        UdpSocket::bind("127.0.0.1:0").expect("loopback")
    }

    #[test]
    fn reports_come_apart() {
        let (port, sender) = (port(), sender());
        let to = port.urgent().local_addr().expect("bound");
        let mut batch = ReceiveBatch::new();
        let datagram = |first: u8, second: u8, len: usize| {
            let mut bytes = vec![0; len];
            (bytes[0], bytes[1]) = (first, second);
            bytes
        };
        let cases = [
            ("a media packet", datagram(0x90, 96, 1_200), false),
            ("the last of a picture", datagram(0x90, 96 | 0x80, 1_200), false),
            ("a receiver report", datagram(0x81, 201, 32), true),
            ("feedback", datagram(0x8f, 205, 60), true),
            ("a sender report", datagram(0xbf, 200, 28), true),
            ("who asks for repairs", datagram(0x81, 205, 60), false),
            ("who asks for a key frame", datagram(0x81, 206, 28), false),
            ("who leaves", datagram(0x81, 203, 28), false),
            ("before the first report", datagram(0x80, 199, 28), false),
            ("a check", datagram(0, 1, 100), false),
            ("a handshake", datagram(22, 0xfe, 70), false),
            ("an acknowledgement", datagram(23, 0xfe, 65), true),
            ("a message", datagram(23, 0xfe, 90), false),
            ("an alert", datagram(21, 0xfe, 50), false),
            ("nothing known", datagram(0xff, 201, 50), false),
            ("one byte", vec![0x80], false),
            ("one byte of a record", vec![23], true),
        ];
        for (name, bytes, is_report) in &cases {
            sender.send_to(bytes, to).expect("sent");
            let (here, there) = (port.urgent(), port.reports().expect("this kernel sorts"));
            let (here, there) = if *is_report { (there, here) } else { (here, there) };
            assert!(batch.receive(here).expect("received"), "{name}: not where it belongs");
            assert_eq!(batch.last(), Some(&bytes[..]), "{name}");
            let says_when = batch.datagrams().all(|datagram| datagram.at.is_some());
            assert_eq!(says_when, *is_report, "{name}");
            assert!(!batch.receive(there).expect("asked"), "{name}");
        }
    }

    #[test]
    fn where_the_kernel_cannot_sort_all_comes_together() {
        let urgent = prepared(sender()).expect("prepared");
        let (to, sender, waker) = (urgent.local_addr(), sender(), Waker::new().expect("an eventfd"));
        let port = Port { urgent, reports: None };
        sender.send_to(&[0x80, 205, 0, 0], to.expect("bound")).expect("sent");
        for watch in [Watch::ReportsToo, Watch::UrgentOnly] {
            assert!(port.wait(watch, &waker, Duration::from_secs(60)).expect("waited"));
        }
        assert!(ReceiveBatch::new().receive(port.urgent()).expect("received"));
        assert_eq!(port.overflowed().expect("asked"), 0);
    }

    #[test]
    fn nobody_else_gets_the_port() {
        let port = port();
        let taken = Port::bind(port.urgent().local_addr().expect("bound")).expect_err("it is in use");
        assert_eq!(taken.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn datagrams_that_nobody_takes_are_counted_wherever_they_lie() {
        let (port, sender) = (port(), sender());
        let to = port.urgent().local_addr().expect("bound");
        assert_eq!(port.overflowed().expect("asked"), 0);
        let mut before = 0;
        for (socket, second) in [(port.urgent(), 96), (port.reports().expect("this kernel sorts"), 205)] {
            socket2::SockRef::from(socket)
                .set_recv_buffer_size(2_048)
                .expect("smaller");
            let mut bytes = [0x8f; 1_200];
            bytes[1] = second;
            for _ in 0..64 {
                sender.send_to(&bytes, to).expect("loopback");
            }
            let now = port.overflowed().expect("asked");
            assert!(now > before);
            before = now;
        }
    }

    #[test]
    fn a_wait_ends_with_what_is_watched() {
        let (port, sender, waker) = (port(), sender(), Waker::new().expect("an eventfd"));
        let to = port.urgent().local_addr().expect("bound");
        let is_woken = |watch| {
            let woken = port.wait(watch, &waker, Duration::ZERO);
            woken.expect("waited")
        };
        waker.clone().wake();
        assert!(is_woken(Watch::UrgentOnly));
        assert!(!is_woken(Watch::ReportsToo), "once");
        sender.send_to(&[0x8f, 205, 0, 0], to).expect("sent");
        assert!(!is_woken(Watch::UrgentOnly), "a report is passed over");
        assert!(is_woken(Watch::ReportsToo));
        sender.send_to(&[0x80, 96, 0, 0], to).expect("sent");
        assert!(is_woken(Watch::UrgentOnly), "media");
    }
}
