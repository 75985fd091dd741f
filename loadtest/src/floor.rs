//! The floor: what forwarding a packet costs at the very least on this machine, now.
//!
//! For each packet a copy of its payload and one AES-128-GCM seal, then one UDP send to each viewer, with segmentation
//! offload for the packets of a frame, at the pace of the load. The viewers are asynchronous sockets on the bots' own
//! runtime, which are woken for what comes and open it: the kernel's part of waking them and the company on the other
//! core are the same as under load. No ICE, no RTP logic, no feedback, no timers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use nix::sys::socket::{setsockopt, sockopt::UdpGsoSegment};
use tokio::task::JoinSet;

use crate::process;
use crate::socket::{Socket, Taking};

const HEADER_BYTES: usize = 20;
const INDEX_BYTES: usize = 8;
const TAG_BYTES: usize = 16;
/// Times that the packets of [`Sending`] are sent to everybody.
const FRAMES: usize = 80;

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sending {
    viewers: usize,
    /// Without the tag.
    packet_bytes: usize,
    /// Packets that leave together.
    packets: usize,
    interval: Duration,
    taking: Taking,
}

impl Sending {
    /// Frames of six packets of 1200 bytes each, so often.
    pub(crate) const fn video(viewers: usize, interval: Duration) -> Self {
        Self {
            viewers,
            packet_bytes: 1200,
            packets: 6,
            interval,
            taking: Taking::Trains,
        }
    }

    /// Opus packets of 20 ms, so often.
    pub(crate) const fn sound(viewers: usize, interval: Duration) -> Self {
        Self {
            viewers,
            packet_bytes: 140,
            packets: 1,
            interval,
            taking: Taking::Trains,
        }
    }

    /// Messages of so many bytes, so often.
    pub(crate) const fn messages(viewers: usize, bytes: usize, interval: Duration) -> Self {
        Self {
            viewers,
            packet_bytes: HEADER_BYTES + bytes,
            packets: 1,
            interval,
            taking: Taking::Trains,
        }
    }

    /// To viewers who take it so.
    pub(crate) const fn taken(self, taking: Taking) -> Self {
        Self { taking, ..self }
    }

    const fn segment_bytes(self) -> usize {
        self.packet_bytes + TAG_BYTES
    }
}

/// CPU time of one packet to one viewer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor {
    sum: Duration,
    measurements: u32,
}

impl Floor {
    pub(crate) async fn measure(sending: Sending) -> Result<Self> {
        let key = Arc::new(key()?);
        let mut receivers = JoinSet::new();
        let mut addresses = Vec::new();
        for _ in 0..sending.viewers {
            let socket = Socket::bind(sending.taking).await?;
            addresses.push(socket.address()?);
            receivers.spawn(receive(socket, key.clone()));
        }
        let sum = tokio::task::spawn_blocking(move || send(sending, &addresses)).await??;
        // Receivers end with the set.
        drop(receivers);
        Ok(Self { sum, measurements: 1 })
    }

    /// Takes another measurement into the mean.
    pub(crate) fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.measurements += other.measurements;
    }

    pub(crate) fn micros(&self) -> f64 {
        self.sum.as_secs_f64() * 1e6 / f64::from(self.measurements)
    }
}

fn key() -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_128_GCM, &[7; 16]).map_err(|_| anyhow::anyhow!("AES-128-GCM is missing"))?;
    Ok(LessSafeKey::new(key))
}

fn send(sending: Sending, addresses: &[std::net::SocketAddr]) -> Result<Duration> {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    let segment_bytes = sending.segment_bytes();
    if sending.packets > 1 {
        let segment = i32::try_from(segment_bytes)?;
        setsockopt(&socket, UdpGsoSegment, &segment).context("this kernel has no UDP segmentation offload")?;
    }
    // A key for each viewer, as a forwarder has.
    let keys = addresses.iter().map(|_| key()).collect::<Result<Vec<_>>>()?;
    let payload = vec![0x5a; sending.packet_bytes - HEADER_BYTES];
    let mut frame = vec![0; sending.packets * segment_bytes];
    let mut index = 0u64;
    let before = process::thread_cpu_time()?;
    for _ in 0..FRAMES {
        for (key, address) in keys.iter().zip(addresses) {
            for packet in frame.chunks_exact_mut(segment_bytes) {
                index += 1;
                seal(key, index, packet, &payload)?;
            }
            socket.send_to(&frame, address)?;
        }
        std::thread::sleep(sending.interval);
    }
    let used = process::thread_cpu_time()?.saturating_sub(before);
    Ok(used / u32::try_from(FRAMES * addresses.len() * sending.packets)?)
}

fn nonce(index: [u8; INDEX_BYTES]) -> Nonce {
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&index);
    Nonce::assume_unique_for_key(nonce)
}

fn seal(key: &LessSafeKey, index: u64, packet: &mut [u8], payload: &[u8]) -> Result<()> {
    let (header, body) = packet.split_at_mut(HEADER_BYTES);
    let (room, tag) = body.split_at_mut(payload.len());
    let index = index.to_be_bytes();
    header[..INDEX_BYTES].copy_from_slice(&index);
    room.copy_from_slice(payload);
    let sealed = key
        .seal_in_place_separate_tag(nonce(index), Aad::from(&*header), room)
        .map_err(|_| anyhow::anyhow!("sealing failed"))?;
    tag.copy_from_slice(sealed.as_ref());
    Ok(())
}

/// A viewer that opens what it gets, for ever.
async fn receive(mut socket: Socket, key: Arc<LessSafeKey>) -> Result<()> {
    loop {
        socket.readable().await?;
        while let Ok(mut train) = socket.take() {
            for packet in train.packets() {
                let Some((header, body)) = packet.split_at_mut_checked(HEADER_BYTES) else {
                    continue;
                };
                let index = header.first_chunk().copied().unwrap_or_default();
                key.open_in_place(nonce(index), Aad::from(&*header), body)
                    .map_err(|_| anyhow::anyhow!("a packet was forged"))?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_floor_is_more_than_nothing_and_less_than_a_millisecond() {
        let mut floor = Floor::measure(Sending::video(3, Duration::from_millis(1)))
            .await
            .expect("measured");
        let sound = Sending::sound(3, Duration::from_millis(1));
        floor.add(Floor::measure(sound).await.expect("measured"));
        assert!((0.1..1000.0).contains(&floor.micros()), "{floor:?}");
    }
}
