//! Renumbering: a subscriber sees one stream without gaps, whatever layers it is made of and whatever is left out, and
//! every number it names in a NACK is translated back.
//!
//! A down-track keeps the list of its *mappings*: runs of one layer's sequence numbers that became a run of outgoing
//! numbers by one constant. A mapping ends where a packet is left out or the layer changes, and the next begins, so the
//! list is short, and the inverse is a search in it. The alternative, a record for each packet sent, costs 16 bytes ×
//! 1,024 a viewer and stream.
//!
//! Numbers of packets that are missing upstream stay reserved: they may still come, late or repaired, and then have
//! their place. A subscriber thus sees exactly the gaps that the publisher's network made.

use std::collections::VecDeque;

use crate::codec::identifiers::Offsets;
use crate::forward::Extent;
use crate::limits::MAPPINGS_MAX;
use crate::publish::extend;

/// A run of one layer's packets that keep their distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapping {
    /// Layer the run comes from.
    pub layer: u8,
    /// Added to timestamps.
    pub timestamp: u32,
    /// Added to the codec's identifiers.
    pub offsets: Offsets,
    /// How much of the layer is sent.
    pub extent: Extent,
    /// First sequence number of the layer.
    first_in: u64,
    /// First outgoing number.
    first_out: u64,
    /// One past the last of the layer's numbers that belong here, once that is known.
    end_in: Option<u64>,
}

impl Mapping {
    const fn contains(&self, layer: u8, sequence: u64) -> bool {
        self.layer == layer
            && sequence >= self.first_in
            && match self.end_in {
                Some(end) => sequence < end,
                None => true,
            }
    }

    const fn out(&self, sequence: u64) -> u64 {
        self.first_out + (sequence - self.first_in)
    }
}

/// Where a packet goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mapped {
    /// Outgoing number, extended over wraps.
    pub sequence: u64,
    /// How the packet is changed.
    pub mapping: Mapping,
    /// No packet after it has gone out yet.
    pub newest: bool,
}

/// The mappings of one down-track, newest last.
#[derive(Debug, Clone)]
pub struct Munger {
    mappings: VecDeque<Mapping>,
    /// The number the next new packet gets.
    next_out: u64,
    /// The newest packet of the current layer that was seen, sent or not.
    highest_in: Option<u64>,
}

impl Munger {
    /// A munger whose first packet gets the sequence number `first`.
    pub const fn new(first: u16) -> Self {
        // One wrap ahead, so that numbers before the first are positive too.
        Self {
            mappings: VecDeque::new(),
            next_out: (1 << 16) | first as u64,
            highest_in: None,
        }
    }

    /// What new packets are changed by.
    pub fn newest(&self) -> Option<&Mapping> {
        self.mappings.back()
    }

    /// From packet `sequence` of `layer` on, the stream continues with this layer.
    pub fn switch(&mut self, layer: u8, sequence: u64, timestamp: u32, offsets: Offsets) {
        self.close();
        self.open(Mapping {
            layer,
            timestamp,
            offsets,
            extent: Extent::default(),
            first_in: sequence,
            first_out: self.next_out,
            end_in: None,
        });
        self.highest_in = None;
    }

    /// From packet `sequence` of the current layer on, that much of it is sent. Says nothing of packets before it, or of
    /// one that is late.
    pub fn extend_to(&mut self, sequence: u64, extent: Extent) {
        let Some(current) = self.mappings.back_mut().filter(|current| current.extent != extent) else {
            return;
        };
        if current.first_in == sequence {
            current.extent = extent;
        } else if current.first_in < sequence && self.highest_in.is_none_or(|highest| sequence > highest) {
            let next = Mapping {
                first_in: sequence,
                first_out: current.out(sequence),
                extent,
                ..*current
            };
            current.end_in = Some(sequence);
            self.open(next);
        }
    }

    /// The outgoing number of packet `sequence` of `layer`, and how to change it; `None` when it has no place in the
    /// outgoing stream.
    pub fn map(&mut self, layer: u8, sequence: u64) -> Option<Mapped> {
        let mapping = *self
            .mappings
            .iter()
            .rev()
            .find(|mapping| mapping.contains(layer, sequence))?;
        let out = mapping.out(sequence);
        let newest = out >= self.next_out;
        if mapping.end_in.is_none() && self.highest_in.is_none_or(|highest| sequence > highest) {
            self.highest_in = Some(sequence);
            self.next_out = self.next_out.max(out + 1);
        }
        Some(Mapped {
            sequence: out,
            mapping,
            newest,
        })
    }

    /// The place of a packet that is late: its number was reserved when others after it went out. Changes nothing.
    pub fn place(&self, layer: u8, sequence: u64) -> Option<Mapped> {
        let mapping = *self
            .mappings
            .iter()
            .rev()
            .find(|mapping| mapping.contains(layer, sequence))?;
        let out = mapping.out(sequence);
        (out < self.next_out).then_some(Mapped {
            sequence: out,
            mapping,
            newest: false,
        })
    }

    /// Forgets the numbers of `layer`: its stream began anew, and they mean other packets now.
    pub fn forget(&mut self, layer: u8) {
        self.mappings.retain(|mapping| mapping.layer != layer);
    }

    /// Leaves packet `sequence` of the current layer out: the next one gets its number. `pictures` is how many picture
    /// identifiers fall out with it. A late packet keeps its reserved number, which is answered: something empty must
    /// fill it.
    pub fn skip(&mut self, layer: u8, sequence: u64, pictures: u16) -> Option<u64> {
        let current = *self.mappings.back()?;
        let is_new = self.highest_in.is_none_or(|highest| sequence > highest);
        if !current.contains(layer, sequence) || !is_new {
            return self.map(layer, sequence).map(|mapped| mapped.sequence);
        }
        let first_out = current.out(sequence);
        let offsets = Offsets {
            picture: current.offsets.picture.wrapping_sub(pictures),
            ..current.offsets
        };
        let next = Mapping {
            first_in: sequence + 1,
            first_out,
            offsets,
            ..current
        };
        match self.mappings.back_mut() {
            // Nothing was sent under the current one: it moves.
            Some(last) if last.first_in == sequence => *last = next,
            Some(last) => {
                last.end_in = Some(sequence);
                self.open(next);
            }
            None => {}
        }
        self.highest_in = Some(sequence);
        self.next_out = self.next_out.max(first_out);
        None
    }

    /// The inverse of [`Munger::map`]: which packet of which layer went out under `sequence`, and how it was changed.
    pub fn unmap(&self, sequence: u16) -> Option<(u64, Mapping)> {
        let out = extend(self.next_out, sequence);
        if out >= self.next_out {
            return None;
        }
        let mapping = self.mappings.iter().rev().find(|mapping| mapping.first_out <= out)?;
        let original = mapping.first_in + (out - mapping.first_out);
        mapping
            .contains(mapping.layer, original)
            .then_some((original, *mapping))
    }

    /// The mapping in force, if anything was ever sent.
    pub fn current(&self) -> Option<&Mapping> {
        self.mappings.back()
    }

    fn close(&mut self) {
        let end = self.highest_in.map(|highest| highest + 1);
        if let Some(last) = self.mappings.back_mut() {
            last.end_in = Some(end.unwrap_or(last.first_in).max(last.first_in));
        }
    }

    fn open(&mut self, mapping: Mapping) {
        if self.mappings.len() == MAPPINGS_MAX {
            self.mappings.pop_front();
        }
        self.mappings.push_back(mapping);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(munger: &mut Munger, layer: u8, sequence: u64) -> Option<u64> {
        munger.map(layer, sequence).map(|mapped| mapped.sequence & 0xffff)
    }

    #[test]
    fn what_is_left_out_leaves_no_gap() {
        let mut munger = Munger::new(100);
        munger.switch(0, 1000, 0, Offsets::default());
        assert_eq!(out(&mut munger, 0, 1000), Some(100));
        assert_eq!(munger.skip(0, 1001, 1), None);
        assert_eq!(munger.skip(0, 1002, 0), None);
        assert_eq!(out(&mut munger, 0, 1003), Some(101));
        assert_eq!(
            munger.current().map(|mapping| mapping.offsets.picture),
            Some(0xffff),
            "one picture less"
        );
    }

    #[test]
    fn a_missing_packet_keeps_its_place() {
        let mut munger = Munger::new(0);
        munger.switch(0, 10, 0, Offsets::default());
        assert_eq!(out(&mut munger, 0, 10), Some(0));
        assert_eq!(munger.skip(0, 12, 1), None, "11 is missing, 12 is left out");
        assert_eq!(out(&mut munger, 0, 13), Some(2));
        assert_eq!(out(&mut munger, 0, 11), Some(1), "it came after all");
    }

    #[test]
    fn a_late_packet_that_is_not_wanted_must_fill_its_place() {
        let mut munger = Munger::new(0);
        munger.switch(0, 10, 0, Offsets::default());
        out(&mut munger, 0, 10);
        assert_eq!(out(&mut munger, 0, 12), Some(2));
        assert_eq!(munger.skip(0, 11, 1).map(|out| out & 0xffff), Some(1));
    }

    #[test]
    fn another_extent_changes_no_number() {
        let extent = |top| Extent {
            top: Some(top),
            targets: 0,
        };
        let mut munger = Munger::new(0);
        munger.switch(0, 10, 0, Offsets::default());
        munger.extend_to(10, extent(2));
        assert_eq!(out(&mut munger, 0, 10), Some(0));
        assert_eq!(out(&mut munger, 0, 12), Some(2));
        munger.extend_to(13, extent(1));
        assert_eq!(out(&mut munger, 0, 13), Some(3));
        munger.extend_to(11, extent(0));
        assert_eq!(
            out(&mut munger, 0, 11),
            Some(1),
            "late, as it was when it should have come"
        );
        let tops: Vec<_> = (0..4).filter_map(|out| munger.unmap(out)?.1.extent.top).collect();
        assert_eq!(tops, [2, 2, 2, 1]);
    }

    #[test]
    fn layers_follow_each_other_without_a_gap_and_translate_back() {
        let mut munger = Munger::new(0xfffe);
        munger.switch(0, 500, 0, Offsets::default());
        assert_eq!(out(&mut munger, 0, 500), Some(0xfffe));
        assert_eq!(out(&mut munger, 0, 501), Some(0xffff));
        munger.switch(2, 90, 7, Offsets::default());
        assert_eq!(out(&mut munger, 2, 90), Some(0), "over the wrap");
        assert_eq!(out(&mut munger, 0, 502), None, "the old layer goes on, unheard");
        assert_eq!(out(&mut munger, 2, 89), None, "before the key frame");
        let original = |munger: &Munger, sequence| munger.unmap(sequence).map(|(n, map)| (map.layer, n));
        assert_eq!(original(&munger, 0xffff), Some((0, 501)));
        assert_eq!(original(&munger, 0), Some((2, 90)));
        assert_eq!(original(&munger, 1), None, "never sent");
        assert_eq!(original(&munger, 0xfffd), None, "before the first");
    }
}
