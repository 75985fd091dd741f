//! What a track's layers take, measured or announced.

use std::time::Duration;

use smallvec::SmallVec;

use super::Track;
use crate::forward::Stacking;
use crate::limits::LAYERS;
use crate::time::Time;

/// A layer's rate is known once it was sent for this long; before, what was announced is believed if it is more.
const RATE_KNOWN: Duration = Duration::from_millis(1_500);
/// Less than this of a layer hints at nothing: it begins with a key frame.
const RATE_HINT: Duration = Duration::from_millis(250);
const RATE_WINDOW: Duration = Duration::from_secs(1);

impl Track {
    /// Looks what each layer takes. To be asked every [`crate::limits::TICK`].
    pub(in crate::room) fn expect_rates(&mut self, now: Time) {
        for (rank, layer) in self.layers.iter_mut().enumerate() {
            let Some(layer) = layer else { continue };
            let measured = layer.bits_per_second(now);
            let expected = &mut self.expected[rank];
            let age = layer.age(now);
            if age >= RATE_KNOWN {
                // A second's rate rises and falls with its key frames; over a few seconds it does not.
                *expected = (*expected * 15 + measured) / 16;
                continue;
            }
            // One stream of spatial layers takes what its highest is announced with.
            let rank = match self.ladder.stacking {
                Stacking::Simulcast => rank,
                Stacking::Spatial => self.ladder.active.iter().rposition(|active| *active).unwrap_or(0),
            };
            let announced = self.info.layers.iter().find(|of| of.quality.rank() == rank);
            let announced = announced.map_or(0, |of| u64::from(of.bitrate));
            let millis = u64::try_from(age.clamp(RATE_HINT, RATE_WINDOW).as_millis()).unwrap_or(1_000);
            *expected = announced.max(measured * 1_000 / millis);
        }
    }

    /// Rank and expected bits a second of the layers that are sent up to `highest`, the lowest first; if there are none,
    /// of the lowest one above. Sound has its one layer, sent or silent.
    pub(in crate::room) fn rates(&self, highest: u8) -> SmallVec<[(u8, u64); LAYERS]> {
        let rates = self.layer_rates();
        let mut sent = (0u8..)
            .zip(self.ladder.active.iter().zip(rates))
            .filter(|(_, (active, _))| **active);
        let (Some((lowest, (_, least))), rest) = (sent.next(), sent) else {
            return SmallVec::new();
        };
        let above = rest.take_while(|(rank, _)| *rank <= highest);
        std::iter::once((lowest, least))
            .chain(above.map(|(rank, (_, rate))| (rank, rate)))
            .collect()
    }

    /// What each layer takes. Of spatial layers in one stream only the sum is known: each has four times the pixels of the
    /// one below, which takes about three times the bits.
    fn layer_rates(&self) -> [u64; LAYERS] {
        if self.ladder.stacking == Stacking::Simulcast {
            return self.expected;
        }
        let top = self.ladder.active.iter().rposition(|active| *active).unwrap_or(0);
        std::array::from_fn(|rank| self.expected[0] / [1, 3, 9][top.saturating_sub(rank).min(LAYERS - 1)])
    }

    /// Bits a second that come of all layers, headers included.
    pub(in crate::room) fn received_rate(&mut self, now: Time) -> u64 {
        let layers = self.layers.iter_mut().flatten();
        layers.map(|layer| layer.bits_per_second(now)).sum()
    }
}
