//! Where a decoder can begin in H.264 (RFC 6184).

/// NAL unit types, RFC 6184 §5.2 and ITU-T H.264 table 7-1.
const NAL_IDR: u8 = 5;
const NAL_SPS: u8 = 7;
const NAL_STAP_A: u8 = 24;
const NAL_FU_A: u8 = 28;

/// Whether a decoder can begin at this H.264 payload. Senders put the parameter sets before the IDR slice, in a packet
/// or an aggregate of their own, so a sequence parameter set is a beginning as good as the slice itself.
pub(super) fn key_frame_start(payload: &[u8]) -> Option<bool> {
    let starts = |nal: u8| matches!(nal & 0x1f, NAL_IDR | NAL_SPS);
    let (first, rest) = payload.split_first()?;
    match first & 0x1f {
        NAL_STAP_A => {
            let mut units = rest;
            while let [high, low, tail @ ..] = units {
                let len = usize::from(u16::from_be_bytes([*high, *low]));
                if tail.first().copied().is_some_and(starts) {
                    return Some(true);
                }
                units = tail.get(len..)?;
            }
            Some(false)
        }
        NAL_FU_A => rest.first().map(|header| header & 0x80 != 0 && starts(*header)),
        _ => Some(starts(*first)),
    }
}

#[cfg(test)]
mod tests {
    use super::key_frame_start as starts;

    #[test]
    fn h264_begins_at_parameter_sets_and_idr_slices() {
        assert_eq!(starts(&[0x65, 1]), Some(true));
        assert_eq!(starts(&[0x67, 1]), Some(true));
        assert_eq!(starts(&[0x61, 1]), Some(false));
        assert_eq!(
            starts(&[0x78, 0, 1, 0x09, 0, 2, 0x67, 1]),
            Some(true),
            "STAP-A with a parameter set second"
        );
        assert_eq!(starts(&[0x7c, 0x85, 1]), Some(true), "first fragment of an IDR slice");
        assert_eq!(starts(&[0x7c, 0x05, 1]), Some(false), "a later fragment of it");
        assert_eq!(starts(&[0x78, 0xff, 0xff, 0x09]), None, "a unit longer than its packet");
        assert_eq!(starts(&[]), None);
    }
}
