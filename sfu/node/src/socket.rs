//! UDP in batches: what the standard library cannot ask of the kernel. With `cache.rs` the only unsafe code of the project.
//!
//! `recvmmsg` takes many datagrams in one call, and with GRO (UDP_GRO) trains of them in one buffer; `sendmmsg` sends
//! many, and with GSO (UDP_SEGMENT) trains of equal packets to one address. At 200 viewers this is the difference between
//! 4 and 2 µs of CPU for each packet. Where the kernel has neither, the same calls work datagram by datagram.
#![expect(
    unsafe_code,
    reason = "recvmmsg, sendmmsg, ppoll and eventfd have no safe counterpart in the standard library"
)]

mod receive;
mod send;

use std::fs::File;
use std::io::{self, Read, Write};
use std::mem;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, UdpSocket};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use crate::limits::SOCKET_BUFFER_BYTES;

pub(crate) use receive::ReceiveBatch;
pub(crate) use send::{Outbox, Sent};

/// Binds a worker's socket, with buffers as large as the kernel gives.
pub(crate) fn bind(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    let options = socket2::SockRef::from(&socket);
    options.set_recv_buffer_size(SOCKET_BUFFER_BYTES)?;
    options.set_send_buffer_size(SOCKET_BUFFER_BYTES)?;
    Ok(socket)
}

/// Datagrams that the kernel dropped because nobody took them in time, since the socket was bound, modulo 2³²
/// (`sock_diag(7)`, `SK_MEMINFO_DROPS`).
pub(crate) fn overflowed(socket: &UdpSocket) -> io::Result<u32> {
    const COUNTERS: usize = 9;
    const DROPS: usize = 8;
    let mut counters = [0u32; COUNTERS];
    let mut length = libc::socklen_t::try_from(mem::size_of_val(&counters)).unwrap_or_default();
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

/// Wakes a worker that waits for datagrams. Clones wake the same worker.
#[derive(Debug, Clone)]
pub(crate) struct Waker(Arc<File>);

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        // SAFETY: eventfd takes two integers and returns a new descriptor or -1.
        let descriptor = unsafe { libc::eventfd(0, libc::EFD_NONBLOCK | libc::EFD_CLOEXEC) };
        if descriptor < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the descriptor was just created and nobody else owns it.
        let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor) };
        Ok(Self(Arc::new(File::from(descriptor))))
    }

    /// Wakes. A failure means that the counter is full, so the worker is about to wake anyway.
    pub(crate) fn wake(&self) {
        let _ = (&*self.0).write(&1u64.to_ne_bytes());
    }

    fn reset(&self) {
        let _ = (&*self.0).read(&mut [0; 8]);
    }
}

/// Waits until `socket` can be read, `waker` was woken, or `timeout` is over.
pub(crate) fn wait(socket: &UdpSocket, waker: &Waker, timeout: Duration) -> io::Result<()> {
    let watch = |descriptor| libc::pollfd {
        fd: descriptor,
        events: libc::POLLIN,
        revents: 0,
    };
    let mut watched = [watch(socket.as_raw_fd()), watch(waker.0.as_raw_fd())];
    let timeout = libc::timespec {
        tv_sec: libc::time_t::try_from(timeout.as_secs()).unwrap_or(libc::time_t::MAX),
        tv_nsec: libc::c_long::from(i32::try_from(timeout.subsec_nanos()).unwrap_or_default()),
    };
    // SAFETY: the array holds as many initialized elements as are named, and lives through the call; the signal mask
    // may be null.
    let ready = unsafe { libc::ppoll(watched.as_mut_ptr(), 2, &raw const timeout, std::ptr::null()) };
    if ready < 0 {
        let error = io::Error::last_os_error();
        return if error.kind() == io::ErrorKind::Interrupted {
            Ok(())
        } else {
            Err(error)
        };
    }
    if watched[1].revents != 0 {
        waker.reset();
    }
    Ok(())
}

/// Reads an address that the kernel wrote.
fn address_of(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    match libc::c_int::from(storage.ss_family) {
        libc::AF_INET => {
            // SAFETY: the family says that the storage holds a sockaddr_in, which is smaller and less aligned.
            let inet = unsafe { &*std::ptr::from_ref(storage).cast::<libc::sockaddr_in>() };
            let ip = Ipv4Addr::from(u32::from_be(inet.sin_addr.s_addr));
            Some(SocketAddrV4::new(ip, u16::from_be(inet.sin_port)).into())
        }
        libc::AF_INET6 => {
            // SAFETY: the family says that the storage holds a sockaddr_in6, which is smaller and less aligned.
            let inet = unsafe { &*std::ptr::from_ref(storage).cast::<libc::sockaddr_in6>() };
            let ip = Ipv6Addr::from(inet.sin6_addr.s6_addr);
            Some(SocketAddrV6::new(ip, u16::from_be(inet.sin6_port), 0, inet.sin6_scope_id).into())
        }
        _ => None,
    }
}

/// Writes an address for the kernel, and says how long it is.
fn write_address(storage: &mut libc::sockaddr_storage, address: SocketAddr) -> libc::socklen_t {
    let length = match address {
        SocketAddr::V4(address) => {
            // SAFETY: a sockaddr_storage is large and aligned enough for any address, and zeroes are a valid one.
            let inet = unsafe { &mut *std::ptr::from_mut(storage).cast::<libc::sockaddr_in>() };
            inet.sin_family = family(libc::AF_INET);
            inet.sin_port = address.port().to_be();
            inet.sin_addr.s_addr = u32::from(*address.ip()).to_be();
            mem::size_of::<libc::sockaddr_in>()
        }
        SocketAddr::V6(address) => {
            // SAFETY: as above.
            let inet = unsafe { &mut *std::ptr::from_mut(storage).cast::<libc::sockaddr_in6>() };
            inet.sin6_family = family(libc::AF_INET6);
            inet.sin6_port = address.port().to_be();
            inet.sin6_addr.s6_addr = address.ip().octets();
            inet.sin6_flowinfo = 0;
            inet.sin6_scope_id = address.scope_id();
            mem::size_of::<libc::sockaddr_in6>()
        }
    };
    libc::socklen_t::try_from(length).unwrap_or_default()
}

fn family(family: libc::c_int) -> libc::sa_family_t {
    libc::sa_family_t::try_from(family).unwrap_or_default()
}

/// An all-zero address to be written over.
const fn no_address() -> libc::sockaddr_storage {
    // SAFETY: sockaddr_storage is plain integers; zero is a valid value of each.
    unsafe { mem::zeroed() }
}

/// An empty message header to be filled.
const fn no_message() -> libc::mmsghdr {
    // SAFETY: mmsghdr is integers and raw pointers; zero and null are valid values of each.
    unsafe { mem::zeroed() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_survive_the_kernels_form() {
        for text in ["127.0.0.1:5004", "255.1.2.3:65535", "[::1]:9", "[fe80::1:2%7]:40000"] {
            let address: SocketAddr = text.parse().expect("an address");
            let mut storage = no_address();
            write_address(&mut storage, address);
            assert_eq!(address_of(&storage), Some(address), "{text}");
        }
        assert_eq!(address_of(&no_address()), None);
    }

    #[test]
    fn datagrams_that_nobody_takes_are_counted() {
        let (receiver, sender) = (
            bind("127.0.0.1:0".parse().expect("an address")),
            UdpSocket::bind("127.0.0.1:0"),
        );
        let (receiver, sender) = (receiver.expect("loopback"), sender.expect("loopback"));
        let address = receiver.local_addr().expect("bound");
        socket2::SockRef::from(&receiver)
            .set_recv_buffer_size(2_048)
            .expect("smaller");
        assert_eq!(overflowed(&receiver).expect("asked"), 0);
        for _ in 0..64 {
            sender.send_to(&[0; 1_200], address).expect("loopback");
        }
        assert!(overflowed(&receiver).expect("asked") > 0);
    }

    #[test]
    fn a_waker_ends_the_wait_once() {
        let socket = bind("127.0.0.1:0".parse().expect("an address")).expect("loopback");
        let waker = Waker::new().expect("an eventfd");
        waker.clone().wake();
        wait(&socket, &waker, Duration::from_secs(60)).expect("woken");
        wait(&socket, &waker, Duration::ZERO).expect("timed out");
    }
}
