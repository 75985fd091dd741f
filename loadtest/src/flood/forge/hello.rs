//! A ClientHello as browsers send it today: DTLS 1.2 with a post-quantum key share for 1.3, which makes it long.

use super::Noise;

const X25519_MLKEM768: u16 = 0x11ec;
/// An ML-KEM-768 encapsulation key and an X25519 share.
const HYBRID_SHARE_BYTES: usize = 1184 + 32;

/// One whole ClientHello in one record (RFC 6347 §4.2.1).
pub(super) fn client_hello(noise: &mut Noise) -> Vec<u8> {
    let mut body = vec![0xfe, 0xfd];
    body.extend(noise.bytes(32));
    // Neither session nor cookie.
    body.extend([0, 0]);
    let suites: [u16; 9] = [0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xcca9, 0xcca8, 0xc009, 0xc013];
    body.extend(vector(&numbers(&suites)));
    body.extend([1, 0]);
    body.extend(vector(&extensions(noise)));
    let handshake = [
        &[1][..],
        &length3(body.len()),
        &[0, 0, 0, 0, 0],
        &length3(body.len()),
        &body,
    ]
    .concat();
    let header = [22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0];
    [&header[..], &vector(&handshake)].concat()
}

fn extensions(noise: &mut Noise) -> Vec<u8> {
    let share = noise.bytes(HYBRID_SHARE_BYTES);
    let share = [&X25519_MLKEM768.to_be_bytes()[..], &vector(&share)].concat();
    let all = [
        // extended_master_secret, renegotiation_info
        extension(23, &[]),
        extension(0xff01, &[0]),
        // supported_groups, ec_point_formats, signature_algorithms
        extension(10, &vector(&numbers(&[X25519_MLKEM768, 0x001d, 0x0017, 0x0018]))),
        extension(11, &[1, 0]),
        extension(13, &vector(&numbers(&[0x0403, 0x0804, 0x0401, 0x0503, 0x0805]))),
        // use_srtp: GCM, then the older profile; no MKI
        extension(14, &[&vector(&numbers(&[7, 1]))[..], &[0]].concat()),
        // supported_versions: DTLS 1.3, 1.2; key_share
        extension(43, &[4, 0xfe, 0xfc, 0xfe, 0xfd]),
        extension(51, &vector(&share)),
    ];
    all.concat()
}

fn extension(kind: u16, body: &[u8]) -> Vec<u8> {
    [&kind.to_be_bytes()[..], &vector(body)].concat()
}

fn numbers(all: &[u16]) -> Vec<u8> {
    all.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// With its length in two bytes before it.
fn vector(bytes: &[u8]) -> Vec<u8> {
    let [.., high, low] = bytes.len().to_be_bytes();
    [&[high, low][..], bytes].concat()
}

fn length3(length: usize) -> [u8; 3] {
    let [.., high, middle, low] = length.to_be_bytes();
    [high, middle, low]
}

#[cfg(test)]
mod tests {
    use super::*;
    use rtc::dtls::handshake::Handshake;

    #[test]
    fn the_stack_reads_it_as_a_client_hello() {
        let record = client_hello(&mut Noise(1));
        assert!((1_200..1_400).contains(&record.len()), "{}", record.len());
        let handshake = Handshake::unmarshal(&mut &record[13..]).expect("a handshake message");
        let read = format!("{handshake:?}");
        assert!(
            read.contains("Srtp_Aead_Aes_128_Gcm") && read.contains("X25519"),
            "{read}"
        );
    }
}
