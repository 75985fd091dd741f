//! A receiver's UDP socket: packets with the kernel's time stamp, one by one or in the trains that they were sent in.
//!
//! A train is what a sender gave the kernel as one message (UDP_SEGMENT). Loopback hands it on whole to a socket that takes
//! it so (UDP_GRO), as it does to a network card that cuts it up. For any other socket it is cut up, queued and announced
//! packet by packet, all at the sender's expense: work that a sender over a network does not have.

use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, SocketAddrV4};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::time::Duration;

use anyhow::{Context as _, Result};
use nix::cmsg_space;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrIn, recvmsg, setsockopt, sockopt};
use nix::sys::time::TimeSpec;
use tokio::io::Interest;
use tokio::net::UdpSocket;

use crate::clock;

/// Two seconds of video: so long may hundreds of bots wait for a core together, which no crowd of real viewers does.
const BUFFER_BYTES: usize = 1 << 20;
/// The largest train.
const TRAIN_BYTES_MAX: usize = 65_535;

/// How packets that were sent together are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taking {
    Trains,
    Packets,
}

/// The socket of one receiver, on loopback.
pub(crate) struct Socket {
    socket: UdpSocket,
    buffer: Vec<u8>,
    /// Where the kernel writes when a train came, and of what.
    control: Vec<u8>,
}

/// Packets that came together.
pub(crate) struct Train<'b> {
    bytes: &'b mut [u8],
    /// Bytes of each packet; the last may have fewer.
    segment: usize,
    pub(crate) from: SocketAddr,
    /// When it reached the socket, since 1970: however long this process took to look.
    pub(crate) at: Duration,
}

impl Socket {
    pub(crate) async fn bind(taking: Taking) -> Result<Self> {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        setsockopt(&socket, sockopt::RcvBuf, &BUFFER_BYTES)?;
        setsockopt(&socket, sockopt::ReceiveTimestampns, &true).context("this kernel stamps no datagrams")?;
        if taking == Taking::Trains {
            setsockopt(&socket, sockopt::UdpGroSegment, &true)
                .context("this kernel has no UDP_GRO (Linux 5.0); only `media --apart` does without")?;
        }
        Ok(Self {
            socket,
            buffer: vec![0; TRAIN_BYTES_MAX],
            control: cmsg_space!(TimeSpec, i32),
        })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// The same socket, for somebody who pretends to be its owner.
    pub(crate) fn shared(&self) -> io::Result<std::net::UdpSocket> {
        Ok(self.socket.as_fd().try_clone_to_owned()?.into())
    }

    /// Sends; a full buffer loses the datagram, as a network would.
    pub(crate) fn send(&self, datagram: &[u8], to: SocketAddr) {
        let _ = self.socket.try_send_to(datagram, to);
    }

    /// Waits for something to take. Cancelling loses nothing.
    pub(crate) async fn readable(&self) -> io::Result<()> {
        self.socket.readable().await
    }

    /// Takes what came next.
    pub(crate) fn take(&mut self) -> io::Result<Train<'_>> {
        let Self {
            socket,
            buffer,
            control,
        } = self;
        let (length, segment, from, at) = socket.try_io(Interest::READABLE, || {
            let descriptor = socket.as_raw_fd();
            let mut pieces = [IoSliceMut::new(buffer)];
            let message = recvmsg::<SockaddrIn>(descriptor, &mut pieces, Some(control), MsgFlags::MSG_DONTWAIT)?;
            let (mut stamp, mut segment) = (None, None);
            for about in message.cmsgs()? {
                match about {
                    ControlMessageOwned::ScmTimestampns(at) => stamp = Some(Duration::from(at)),
                    ControlMessageOwned::UdpGroSegments(bytes) => segment = usize::try_from(bytes).ok(),
                    _ => {}
                }
            }
            let from = message.address.ok_or(io::ErrorKind::InvalidData)?;
            let from = SocketAddr::from(SocketAddrV4::from(from));
            Ok((message.bytes, segment, from, stamp.unwrap_or_else(clock::since_1970)))
        })?;
        Ok(Train {
            bytes: &mut buffer[..length],
            segment: segment.unwrap_or(length).max(1),
            from,
            at,
        })
    }
}

impl Train<'_> {
    /// Its packets, in their order.
    pub(crate) fn packets(&mut self) -> impl Iterator<Item = &mut [u8]> {
        self.bytes.chunks_mut(self.segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::sys::socket::sockopt::UdpGsoSegment;

    /// Sends two trains of packets of 7 bytes: three, and three with a shorter last; what is taken each time.
    async fn taken(taking: Taking) -> Vec<Vec<Vec<u8>>> {
        let mut socket = Socket::bind(taking).await.expect("loopback");
        let sender = std::net::UdpSocket::bind("127.0.0.1:0").expect("loopback");
        setsockopt(&sender, UdpGsoSegment, &7).expect("segmentation");
        let to = socket.address().expect("bound");
        let before = clock::since_1970();
        sender.send_to(&[1; 21], to).expect("sent");
        sender.send_to(&[2; 16], to).expect("sent");
        let mut taken = Vec::new();
        while taken.iter().map(Vec::len).sum::<usize>() < 6 {
            socket.readable().await.expect("readable");
            while let Ok(mut train) = socket.take() {
                assert_eq!(train.from, sender.local_addr().expect("bound"));
                assert!((before..=clock::since_1970()).contains(&train.at), "{:?}", train.at);
                taken.push(train.packets().map(|packet| packet.to_vec()).collect());
            }
        }
        taken
    }

    #[tokio::test]
    async fn trains_are_taken_whole_or_apart() {
        let (first, second) = (vec![vec![1; 7]; 3], vec![vec![2; 7], vec![2; 7], vec![2; 2]]);
        assert_eq!(taken(Taking::Trains).await, [first.clone(), second.clone()]);
        let apart: Vec<_> = first.into_iter().chain(second).map(|packet| vec![packet]).collect();
        assert_eq!(taken(Taking::Packets).await, apart);
    }
}
