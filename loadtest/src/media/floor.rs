//! The floor: what forwarding a packet costs at the very least on this machine, now.
//!
//! For each packet a copy of its payload and one AES-128-GCM seal, then one UDP send with segmentation offload for the
//! six packets of a frame to each of the viewers' sockets, which another thread reads empty meanwhile. No ICE, no RTP
//! logic, no feedback, no timers.

use std::net::UdpSocket;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use nix::sys::socket::{setsockopt, sockopt::UdpGsoSegment};

use crate::process;

const PACKET_BYTES: usize = 1200;
const HEADER_BYTES: usize = 20;
const TAG_BYTES: usize = 16;
const SEGMENT_BYTES: usize = PACKET_BYTES + TAG_BYTES;
const PACKETS_A_FRAME: usize = 6;
const VIEWERS: usize = 200;
const FRAMES: usize = 60;
/// Pause between frames, as in the load: the receivers get their turn and caches cool.
const FRAME_INTERVAL: Duration = Duration::from_millis(10);

/// CPU time of one packet.
pub(crate) fn measure() -> Result<Duration> {
    let receivers = (0..VIEWERS).map(|_| receiver()).collect::<Result<Vec<_>>>()?;
    let addresses = receivers
        .iter()
        .map(UdpSocket::local_addr)
        .collect::<Result<Vec<_>, _>>()?;
    let done = Arc::new(AtomicBool::new(false));
    let reader = {
        let done = done.clone();
        std::thread::spawn(move || read_until(&receivers, &done))
    };

    let socket = UdpSocket::bind("127.0.0.1:0")?;
    let segment = i32::try_from(SEGMENT_BYTES)?;
    setsockopt(&socket, UdpGsoSegment, &segment).context("this kernel has no UDP segmentation offload")?;
    let keys = (0..VIEWERS).map(|_| UnboundKey::new(&AES_128_GCM, &[7; 16]).map(LessSafeKey::new));
    let keys = keys
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| anyhow::anyhow!("AES-128-GCM is missing"))?;
    let payload = [0x5a; PACKET_BYTES - HEADER_BYTES];
    let mut frame = vec![0; PACKETS_A_FRAME * SEGMENT_BYTES];
    let mut used = Duration::ZERO;
    let mut index = 0u64;
    for _ in 0..FRAMES {
        let before = process::thread_cpu_time()?;
        for (key, address) in keys.iter().zip(&addresses) {
            for packet in frame.chunks_exact_mut(SEGMENT_BYTES) {
                index += 1;
                seal(key, index, packet, &payload)?;
            }
            socket.send_to(&frame, address)?;
        }
        used += process::thread_cpu_time()?.saturating_sub(before);
        std::thread::sleep(FRAME_INTERVAL);
    }
    done.store(true, Ordering::Relaxed);
    reader
        .join()
        .map_err(|_| anyhow::anyhow!("the reading thread panicked"))?;
    let packets = u32::try_from(FRAMES * VIEWERS * PACKETS_A_FRAME)?;
    Ok(used / packets)
}

fn seal(key: &LessSafeKey, index: u64, packet: &mut [u8], payload: &[u8]) -> Result<()> {
    let (header, body) = packet.split_at_mut(HEADER_BYTES);
    let (room, tag) = body.split_at_mut(payload.len());
    header[..8].copy_from_slice(&index.to_be_bytes());
    room.copy_from_slice(payload);
    let mut nonce = [0; 12];
    nonce[4..].copy_from_slice(&index.to_be_bytes());
    let sealed = key
        .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&*header), room)
        .map_err(|_| anyhow::anyhow!("sealing failed"))?;
    tag.copy_from_slice(sealed.as_ref());
    Ok(())
}

fn receiver() -> Result<UdpSocket> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn read_until(receivers: &[UdpSocket], done: &AtomicBool) {
    let mut buffer = [0; 2048];
    while !done.load(Ordering::Relaxed) {
        for socket in receivers {
            while socket.recv(&mut buffer).is_ok() {}
        }
        std::thread::sleep(FRAME_INTERVAL / 4);
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_floor_is_a_few_microseconds_at_most_even_unoptimized() {
        let floor = super::measure().expect("measured");
        assert!((100..100_000).contains(&floor.as_nanos()), "{floor:?}");
    }
}
