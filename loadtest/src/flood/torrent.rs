//! Sends forged datagrams at a steady rate, from a thread of its own, many with each call of the kernel.

use std::io::IoSlice;
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, UdpSocket};
use std::os::fd::AsRawFd as _;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use nix::errno::Errno;
use nix::sys::socket::{MsgFlags, MultiHeaders, SockaddrIn, sendmmsg};

use crate::clock;

/// Sockets that strangers send from, each with an address of its own.
const STRANGERS: u8 = 64;
/// Datagrams of one call.
const BATCH: usize = 64;
/// Between two calls, unless more is due than one call sends.
const PAUSE: Duration = Duration::from_micros(400);
/// What is further behind its time than this is not sent: a flood is steady, and does not come in waves after the sender
/// has waited for a core.
const BEHIND_MAX: Duration = Duration::from_millis(10);

/// Where a flood comes from and goes to.
#[derive(Debug)]
pub(super) struct Torrent {
    node: SocketAddrV4,
    sockets: Vec<UdpSocket>,
}

/// What became of a flood.
#[derive(Clone, Copy, Debug)]
pub(super) struct Poured {
    pub(super) sent: u64,
    pub(super) length: Duration,
}

impl Torrent {
    /// From many addresses that nobody has validated.
    pub(super) fn of_strangers(node: SocketAddr) -> Result<Self> {
        let node = v4(node)?;
        let bind = |number| {
            // All of 127/8 is loopback's.
            let own = if node.ip().is_loopback() {
                Ipv4Addr::new(127, 0, 1, number)
            } else {
                Ipv4Addr::UNSPECIFIED
            };
            UdpSocket::bind((own, 0))
        };
        let sockets = (1..=STRANGERS).map(bind).collect::<Result<Vec<_>, _>>()?;
        for socket in &sockets {
            socket.set_nonblocking(true)?;
        }
        Ok(Self { node, sockets })
    }

    /// From the address of a socket that is another's as well.
    pub(super) fn of(node: SocketAddr, socket: &UdpSocket) -> Result<Self> {
        Ok(Self {
            node: v4(node)?,
            sockets: vec![socket.try_clone()?],
        })
    }

    /// Sends at most so many a second for so long, and at most `limit` in all, one after the other and again from the first.
    /// Blocks.
    pub(super) fn pour(
        &self,
        datagrams: &[Vec<u8>],
        per_second: u32,
        length: Duration,
        limit: Option<u64>,
    ) -> Result<Poured> {
        let pieces: Vec<[IoSlice<'_>; 1]> = datagrams.iter().map(|datagram| [IoSlice::new(datagram)]).collect();
        let to = [Some(SockaddrIn::from(self.node)); BATCH];
        let mut headers = MultiHeaders::preallocate(BATCH, None);
        let interval = Duration::from_secs(1) / per_second.max(1);
        let start = clock::now();
        let (mut due, mut sent, mut at) = (start, 0, 0);
        let mut sockets = self.sockets.iter().cycle();
        loop {
            let now = clock::now();
            if now >= start + length || limit.is_some_and(|limit| sent >= limit) {
                let length = now - start;
                return Ok(Poured { sent, length });
            }
            due = due.max(now.checked_sub(BEHIND_MAX).unwrap_or(start));
            let owed = now.saturating_duration_since(due).as_nanos() / interval.as_nanos();
            let left = limit.map_or(u64::MAX, |limit| limit - sent);
            let count = usize::try_from(owed.min(left.into()))?.min(BATCH);
            let batch = &pieces[at..pieces.len().min(at + count)];
            if let (false, Some(socket)) = (batch.is_empty(), sockets.next()) {
                let descriptor = socket.as_raw_fd();
                match sendmmsg(descriptor, &mut headers, batch, to, [], MsgFlags::MSG_DONTWAIT) {
                    Ok(results) => sent += results.count() as u64,
                    // The socket's buffer is full: as if a network had lost them, and no more than that.
                    Err(Errno::EAGAIN | Errno::ENOBUFS | Errno::ECONNREFUSED) => {}
                    Err(error) => return Err(error).context("sending a flood"),
                }
                due += interval * u32::try_from(batch.len())?;
                at = (at + batch.len()) % pieces.len();
            }
            // Ahead of the clock: this is what keeps the rate, and waits for nothing to happen.
            if count < BATCH {
                thread::sleep(PAUSE);
            }
        }
    }

    /// What has come back to the sockets so far and was not asked for before.
    pub(super) fn answers(&self) -> u64 {
        let mut buffer = [0; 2048];
        let of = |socket: &UdpSocket| std::iter::from_fn(|| socket.recv(&mut buffer).ok()).count() as u64;
        self.sockets.iter().map(of).sum()
    }
}

fn v4(node: SocketAddr) -> Result<SocketAddrV4> {
    match node {
        SocketAddr::V4(node) => Ok(node),
        SocketAddr::V6(_) => bail!("the flood speaks IPv4 alone, the node is at {node}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_sent_in_turns_and_answers_are_found() {
        let receiver = UdpSocket::bind("127.0.0.1:0").expect("loopback");
        let torrent = Torrent::of_strangers(receiver.local_addr().expect("bound")).expect("sockets");
        let datagrams: Vec<Vec<u8>> = (0..3).map(|number| vec![number; 10]).collect();
        let poured = torrent
            .pour(&datagrams, 100_000, Duration::from_secs(60), Some(9))
            .expect("sent");
        assert_eq!(poured.sent, 9);
        let mut buffer = [0; 16];
        let mut from = std::collections::BTreeSet::new();
        let mut counts = [0; 3];
        for _ in 0..9 {
            let (length, sender) = receiver.recv_from(&mut buffer).expect("received");
            assert_eq!(length, 10);
            counts[usize::from(buffer[0])] += 1;
            if from.insert(sender) {
                receiver.send_to(b"answer", sender).expect("answered");
            }
        }
        assert_eq!(torrent.answers(), from.len() as u64);
        assert_eq!(torrent.answers(), 0, "they are counted once");
        assert!(from.iter().all(|sender| sender.ip().is_loopback()) && counts.iter().all(|count| *count > 0));
    }
}
