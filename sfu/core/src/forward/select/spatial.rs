//! VP9's spatial layers (RFC 9628 §3.1, §4.2): those up to the wanted one are sent.
//!
//! With dependencies between layers in each picture (L3T3), whoever gets a layer has got the lower ones, and may go
//! down at any picture. With dependencies in key pictures only (k-SVC, L3T3_KEY), the frames below the wanted layer are
//! of no use between them and say so (Z): they are left out, and going down takes a key picture as going up does.

use crate::codec::vp9::Descriptor;

/// The top of a stream that did not say how many layers it has.
const ALL: u8 = u8::MAX;

/// The spatial selection of one down-track.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spatial {
    /// The highest layer sent; `None` before the stream showed that it has several.
    top: Option<u8>,
    /// Frames below the top were left out since the last key picture.
    is_thinned: bool,
}

impl Spatial {
    /// The highest layer sent.
    pub(super) const fn top(&self) -> Option<u8> {
        self.top
    }

    /// Whether a key picture is needed to get to layer `wanted`.
    pub(super) fn awaits_key_frame(&self, wanted: u8) -> bool {
        self.top
            .is_some_and(|top| wanted > top || (wanted < top && self.is_thinned))
    }

    /// Decides on a packet. `wanted` is the highest layer to be sent.
    pub(super) fn choose(&mut self, packet: &Descriptor, wanted: u8) -> bool {
        if packet.key_frame_start() {
            let layers = packet.spatial_layers.filter(|layers| *layers > 1);
            self.top = layers.map(|layers| wanted.min(layers - 1)).or(self.top.map(|_| ALL));
            self.is_thinned = false;
        } else if packet.spatial > 0 && self.top.is_none() {
            // The key picture did not tell: all of it was sent so far.
            self.top = Some(ALL);
        }
        let Some(top) = self.top.as_mut() else { return true };
        // Pictures are sent whole: changes happen with the first packet of the lowest layer.
        let begins_picture = packet.frame_start && packet.spatial == 0;
        if begins_picture && wanted < *top && !self.is_thinned {
            *top = wanted;
        }
        let is_useless = packet.unused_above && packet.inter_predicted && packet.spatial < *top && *top != ALL;
        self.is_thinned |= is_useless;
        packet.spatial <= *top && !is_useless
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::identifiers::Identifiers;

    const fn frame(spatial: u8, inter_predicted: bool, unused_above: bool) -> Descriptor {
        Descriptor {
            frame_start: true,
            frame_end: true,
            inter_predicted,
            inter_layer: spatial > 0,
            switch_up: false,
            unused_above,
            spatial,
            temporal: 0,
            spatial_layers: if spatial == 0 && !inter_predicted {
                Some(3)
            } else {
                None
            },
            identifiers: Identifiers {
                picture: None,
                tl0: None,
                key_index: None,
            },
        }
    }

    /// Which layers of one picture go out.
    fn picture(spatial: &mut Spatial, wanted: u8, inter_predicted: bool, unused_above: bool) -> Vec<u8> {
        (0..3)
            .filter(|layer| spatial.choose(&frame(*layer, inter_predicted, unused_above), wanted))
            .collect()
    }

    #[test]
    fn full_scalability_goes_down_at_once_and_up_at_a_key_picture() {
        let mut spatial = Spatial::default();
        assert_eq!(picture(&mut spatial, 2, false, false), [0, 1, 2]);
        assert_eq!(picture(&mut spatial, 2, true, false), [0, 1, 2]);
        assert!(!spatial.awaits_key_frame(0));
        assert_eq!(picture(&mut spatial, 0, true, false), [0]);
        assert_eq!(spatial.top(), Some(0));
        assert!(spatial.awaits_key_frame(1));
        assert_eq!(picture(&mut spatial, 1, true, false), [0]);
        assert_eq!(picture(&mut spatial, 1, false, false), [0, 1]);
        assert!(!spatial.awaits_key_frame(1));
    }

    #[test]
    fn key_scalability_leaves_out_what_is_of_no_use_and_changes_at_key_pictures() {
        let mut spatial = Spatial::default();
        assert_eq!(picture(&mut spatial, 2, false, false), [0, 1, 2]);
        assert_eq!(picture(&mut spatial, 2, true, true), [2]);
        assert!(spatial.awaits_key_frame(1));
        assert_eq!(
            picture(&mut spatial, 1, true, true),
            [2],
            "the lower ones cannot be decoded any more"
        );
        assert_eq!(picture(&mut spatial, 1, false, false), [0, 1]);
        assert_eq!(picture(&mut spatial, 1, true, true), [1]);
    }

    #[test]
    fn a_picture_that_has_begun_is_sent_whole() {
        let mut spatial = Spatial::default();
        picture(&mut spatial, 2, false, false);
        assert!(spatial.choose(&frame(0, true, false), 2));
        assert!(spatial.choose(&frame(1, true, false), 0));
        assert!(spatial.choose(&frame(2, true, false), 0));
        assert_eq!(picture(&mut spatial, 0, true, false), [0]);
    }

    #[test]
    fn a_stream_without_layers_has_no_top() {
        let mut spatial = Spatial::default();
        let key = Descriptor {
            spatial_layers: None,
            ..frame(0, false, false)
        };
        assert!(spatial.choose(&key, 0));
        assert!(spatial.choose(&frame(0, true, true), 0));
        assert_eq!(spatial.top(), None);
        assert!(!spatial.awaits_key_frame(2));
    }
}
