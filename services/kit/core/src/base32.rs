//! Crockford's base32, lower case, for exactly 128 bits.
//!
//! Twenty-six digits carry 130 bits, so the first digit is at most `7`. Only the canonical spelling is read back: an
//! identifier has one text form, and can therefore be compared, logged and cached as text.

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// Digits of one encoded value.
pub(crate) const LENGTH: usize = 26;

/// Most significant digit first, so that text sorts as the numbers do.
pub(crate) fn encode(value: u128) -> [u8; LENGTH] {
    let mut digits = [b'0'; LENGTH];
    let mut rest = value;
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
    digits
}

/// `None` for anything but 26 canonical digits that fit into 128 bits.
pub(crate) fn decode(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return None;
    }
    bytes.iter().try_fold(0_u128, |value, byte| {
        let digit = DIGITS.iter().position(|candidate| candidate == byte)?;
        Some(value << 5 | digit as u128)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: u128) -> String {
        String::from_utf8(encode(value).to_vec()).expect("digits are ASCII")
    }

    #[test]
    fn round_trips_and_sorts_like_numbers() {
        let values = [0, 1, 31, 32, 1 << 64, u128::MAX - 1, u128::MAX];
        for pair in values.windows(2) {
            assert!(text(pair[0]) < text(pair[1]), "{pair:?}");
        }
        for value in values {
            assert_eq!(decode(&text(value)), Some(value));
        }
    }

    #[test]
    fn reads_only_the_canonical_form() {
        let good = text(u128::MAX);
        assert_eq!(good, "7zzzzzzzzzzzzzzzzzzzzzzzzz");
        for bad in [
            "",
            "7",
            &good.to_uppercase(),
            &good.replacen('7', "8", 1),
            &good.replacen('z', "l", 1),
            "é",
        ] {
            assert_eq!(decode(bad), None, "{bad}");
        }
    }
}
