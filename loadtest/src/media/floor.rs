//! The floor: what forwarding a packet costs at the very least on this machine, now.
//!
//! For each packet a copy of its payload and one AES-128-GCM seal, then one UDP send with segmentation offload for the
//! six packets of a frame to each viewer, at the pace of the load. The viewers are asynchronous sockets on the bots' own
//! runtime, which are woken for what comes and open it: the kernel's part of waking them and the company on the other
//! core are the same as under load. No ICE, no RTP logic, no feedback, no timers.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use nix::sys::socket::{setsockopt, sockopt::UdpGsoSegment};
use tokio::net::UdpSocket;
use tokio::task::JoinSet;

use crate::process;

const PACKET_BYTES: usize = 1200;
const HEADER_BYTES: usize = 20;
const INDEX_BYTES: usize = 8;
const TAG_BYTES: usize = 16;
const SEGMENT_BYTES: usize = PACKET_BYTES + TAG_BYTES;
const PACKETS_A_FRAME: usize = 6;
const FRAMES: usize = 80;
const FRAME_INTERVAL: Duration = Duration::from_micros(38_400);

/// CPU time of one packet to so many viewers.
pub(crate) async fn measure(viewers: usize) -> Result<Duration> {
    let key = Arc::new(key()?);
    let mut receivers = JoinSet::new();
    let mut addresses = Vec::new();
    for _ in 0..viewers {
        let socket = UdpSocket::bind("127.0.0.1:0").await?;
        addresses.push(socket.local_addr()?);
        receivers.spawn(receive(socket, key.clone()));
    }
    let floor = tokio::task::spawn_blocking(move || send(&addresses)).await?;
    // Receivers end with the set.
    drop(receivers);
    floor
}

fn key() -> Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_128_GCM, &[7; 16]).map_err(|_| anyhow::anyhow!("AES-128-GCM is missing"))?;
    Ok(LessSafeKey::new(key))
}

fn send(addresses: &[std::net::SocketAddr]) -> Result<Duration> {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0")?;
    let segment = i32::try_from(SEGMENT_BYTES)?;
    setsockopt(&socket, UdpGsoSegment, &segment).context("this kernel has no UDP segmentation offload")?;
    // A key for each viewer, as a forwarder has.
    let keys = addresses.iter().map(|_| key()).collect::<Result<Vec<_>>>()?;
    let payload = [0x5a; PACKET_BYTES - HEADER_BYTES];
    let mut frame = vec![0; PACKETS_A_FRAME * SEGMENT_BYTES];
    let mut index = 0u64;
    let before = process::thread_cpu_time()?;
    for _ in 0..FRAMES {
        for (key, address) in keys.iter().zip(addresses) {
            for packet in frame.chunks_exact_mut(SEGMENT_BYTES) {
                index += 1;
                seal(key, index, packet, &payload)?;
            }
            socket.send_to(&frame, address)?;
        }
        std::thread::sleep(FRAME_INTERVAL);
    }
    let used = process::thread_cpu_time()?.saturating_sub(before);
    Ok(used / u32::try_from(FRAMES * addresses.len() * PACKETS_A_FRAME)?)
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
async fn receive(socket: UdpSocket, key: Arc<LessSafeKey>) -> Result<()> {
    let mut buffer = [0; 2048];
    loop {
        socket.readable().await?;
        while let Ok(length) = socket.try_recv(&mut buffer) {
            let Some((header, body)) = buffer[..length].split_at_mut_checked(HEADER_BYTES) else {
                continue;
            };
            let index = header.first_chunk().copied().unwrap_or_default();
            key.open_in_place(nonce(index), Aad::from(&*header), body)
                .map_err(|_| anyhow::anyhow!("a packet was forged"))?;
        }
    }
}

#[cfg(test)]
mod tests {
    #[tokio::test]
    async fn the_floor_is_more_than_nothing_and_less_than_a_millisecond() {
        let floor = super::measure(3).await.expect("measured");
        assert!((100..1_000_000).contains(&floor.as_nanos()), "{floor:?}");
    }
}
