//! The names that LiveKit's clients know things by: two letters and twelve of 62 random characters (71 bits).

use kit_core::Rng;

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Of a participant's connection.
pub(crate) fn participant(rng: &Rng) -> String {
    sid("PA_", rng)
}

/// Of a published track.
pub(crate) fn track(rng: &Rng) -> String {
    sid("TR_", rng)
}

/// Of an open room.
pub(crate) fn room(rng: &Rng) -> String {
    sid("RM_", rng)
}

/// Of a call from outside of a room.
pub(crate) fn rpc(rng: &Rng) -> String {
    sid("RPC_", rng)
}

fn sid(prefix: &str, rng: &Rng) -> String {
    let letter = |_| usize::try_from(rng.below(62)).map_or('0', |index| char::from(ALPHABET[index]));
    prefix.chars().chain((0..12).map(letter)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sids_have_livekits_form_and_differ() {
        let rng = Rng::seeded(1);
        let (first, second) = (track(&rng), track(&rng));
        assert_ne!(first, second);
        assert!(first.len() == 15 && first.starts_with("TR_"));
        assert!(participant(&rng).starts_with("PA_") && room(&rng).starts_with("RM_"));
    }
}
