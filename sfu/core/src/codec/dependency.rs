//! The dependency descriptor (AV1 RTP specification, appendix A): a header extension that says of each frame which
//! decode targets it belongs to and which frames it needs, so that a forwarder need not look into the payload.
//!
//! Frames name a template of the [`Structure`] that came with the last key frame, so reading one needs the structure;
//! a [`Reader`] keeps it for a received stream.

mod bits;
mod structure;

pub use structure::Structure;

use super::identifiers::{Identifiers, Picture, Width};
use bits::{BitReader, BitWriter};

/// Bytes of the longest descriptor: what a two-byte header extension can carry (RFC 8285 §4.3).
pub const BYTES_MAX: usize = 255;
/// Bytes of a descriptor without extended fields.
const MANDATORY_BYTES: usize = 3;
/// Frames that one frame refers to. AV1 has seven references (AV1 §3, `REFS_PER_FRAME`).
const REFERENCES_MAX: usize = 8;

/// Frames after a structure that are told from those before it by their number.
const AGE_MAX: u16 = 0x4000;

/// What a frame is to a decode target (table A.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Indication {
    /// No part of it.
    NotPresent,
    /// A part that no other of its frames needs.
    Discardable,
    /// A part from which on all is decodable, when this is.
    Switch,
    /// A part.
    Required,
}

impl Indication {
    /// Whether the frame belongs to the decode target.
    pub const fn is_present(self) -> bool {
        !matches!(self, Self::NotPresent)
    }
}

/// The indications of a frame for up to 32 decode targets, two bits each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Indications(u64);

impl Indications {
    fn read(reader: &mut BitReader<'_>, count: u8) -> Option<Self> {
        let mut all = 0;
        for target in 0..count {
            all |= u64::from(reader.bits(2)?) << (2 * target);
        }
        Some(Self(all))
    }

    const fn of(self, target: u8) -> Indication {
        match self.0 >> (2 * (target & 31)) & 3 {
            0 => Indication::NotPresent,
            1 => Indication::Discardable,
            2 => Indication::Switch,
            _ => Indication::Required,
        }
    }
}

/// How far back the frames are that a frame refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct References {
    differences: [u16; REFERENCES_MAX],
    count: u8,
}

impl References {
    fn push(&mut self, difference: u32) -> Option<()> {
        *self.differences.get_mut(usize::from(self.count))? = u16::try_from(difference).ok()?;
        self.count += 1;
        Some(())
    }

    /// `template_fdiffs()` of one template.
    fn read_template(reader: &mut BitReader<'_>) -> Option<Self> {
        let mut this = Self::default();
        while reader.bit()? {
            this.push(reader.bits(4)? + 1)?;
        }
        Some(this)
    }

    /// `frame_fdiffs()`.
    fn read_frame(reader: &mut BitReader<'_>) -> Option<Self> {
        let mut this = Self::default();
        loop {
            let size = reader.bits(2)? as usize;
            if size == 0 {
                return Some(this);
            }
            this.push(reader.bits(4 * size)? + 1)?;
        }
    }

    /// The differences to this frame's number.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.differences.iter().copied().take(usize::from(self.count))
    }
}

/// What the descriptor of one packet says of its frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Frame number, counted in decoding order.
    pub number: u16,
    /// The packet begins the frame.
    pub start: bool,
    /// The packet ends the frame.
    pub end: bool,
    /// It brings a structure, as the first packet of each key frame does.
    pub has_structure: bool,
    /// Spatial layer.
    pub spatial: u8,
    /// Temporal layer.
    pub temporal: u8,
    /// The frames it needs.
    pub references: References,
    indications: Indications,
    target_count: u8,
    extended: bool,
    /// Bits before the place of the mask of active decode targets.
    mask_at: u16,
    has_mask: bool,
}

impl Frame {
    /// What the frame is to a decode target.
    pub const fn indication(&self, target: u8) -> Indication {
        self.indications.of(target)
    }

    /// The frame number, as the identifier that is rewritten.
    pub(super) const fn identifiers(&self) -> Identifiers {
        Identifiers {
            picture: Some(Picture {
                at: 1,
                width: Width::Sixteen,
                id: self.number,
            }),
            tl0: None,
            key_index: None,
        }
    }

    /// Copies `descriptor`, the one that this was read from, into `buffer` under another frame number; with the mask of
    /// the decode targets that the receiver gets, on the first packet of a frame (§A.4.4 wants it in packets with a
    /// structure, and reliably after a change: with each frame it is never stale). Answers the copy; `None` when it
    /// would not fit.
    pub fn rewrite<'b>(
        &self,
        descriptor: &[u8],
        number: u16,
        mask: u32,
        buffer: &'b mut [u8; BYTES_MAX],
    ) -> Option<&'b [u8]> {
        let len = if self.start && self.target_count > 1 {
            self.write_masked(descriptor, mask, buffer)?
        } else {
            buffer.get_mut(..descriptor.len())?.copy_from_slice(descriptor);
            descriptor.len()
        };
        buffer[1..MANDATORY_BYTES].copy_from_slice(&number.to_be_bytes());
        buffer.get(..len)
    }

    fn write_masked(&self, descriptor: &[u8], mask: u32, buffer: &mut [u8; BYTES_MAX]) -> Option<usize> {
        let mandatory = MANDATORY_BYTES * 8;
        let count = usize::from(self.target_count);
        let mask_at = usize::from(self.mask_at);
        let mut writer = BitWriter::new(buffer);
        writer.copy(descriptor, 0, mandatory)?;
        // The five flags: structure, mask, custom indications, references, chains.
        writer.bits(u32::from(self.has_structure), 1)?;
        writer.bits(1, 1)?;
        if self.extended {
            writer.copy(descriptor, mandatory + 2, mask_at)?;
        } else {
            writer.bits(0, 3)?;
        }
        writer.bits(mask, count)?;
        if self.extended {
            let after = mask_at + if self.has_mask { count } else { 0 };
            writer.copy(descriptor, after, descriptor.len() * 8)?;
        }
        Some(writer.bytes_written())
    }
}

/// Whether a descriptor brings a structure, by which those after it are read.
pub fn brings_structure(descriptor: &[u8]) -> bool {
    matches!(descriptor, [_, _, _, flags, ..] if flags & 0x80 != 0)
}

/// Reads the descriptors of one received stream.
#[derive(Debug, Default)]
pub struct Reader {
    structure: Option<Box<Structure>>,
}

impl Reader {
    /// The structure in force.
    pub fn structure(&self) -> Option<&Structure> {
        self.structure.as_deref()
    }

    /// Reads one packet's descriptor. `None` when it is malformed, or names a structure that is not the one in force: of
    /// a frame before it, or one whose key frame was lost.
    pub fn read(&mut self, descriptor: &[u8]) -> Option<Frame> {
        if descriptor.len() > BYTES_MAX {
            return None;
        }
        let mut reader = BitReader::new(descriptor);
        let (start, end) = (reader.bit()?, reader.bit()?);
        let template = reader.byte(6)?;
        let number = u16::try_from(reader.bits(16)?).ok()?;
        let extended = descriptor.len() > MANDATORY_BYTES;
        let mut flags = [false; 5];
        if extended {
            for flag in &mut flags {
                *flag = reader.bit()?;
            }
        }
        let [has_structure, has_mask, own_indications, own_references, own_chains] = flags;
        let brought = if has_structure {
            Some(Structure::read(&mut reader, number)?)
        } else {
            None
        };
        let structure = brought.as_ref().or(self.structure.as_deref())?;
        if number.wrapping_sub(structure.since) >= 0x8000 {
            return None;
        }
        let mask_at = u16::try_from(reader.at()).ok()?;
        let target_count = structure.target_count();
        let mask = if has_mask {
            Some(reader.bits(usize::from(target_count))?)
        } else {
            None
        };
        let template = structure.template(template)?;
        let indications = if own_indications {
            Indications::read(&mut reader, target_count)?
        } else {
            template.indications
        };
        let references = if own_references {
            References::read_frame(&mut reader)?
        } else {
            template.references
        };
        if own_chains {
            reader.skip(8 * usize::from(structure.chains()))?;
        }
        let frame = Frame {
            number,
            start,
            end,
            has_structure,
            spatial: template.spatial,
            temporal: template.temporal,
            references,
            indications,
            target_count,
            extended,
            mask_at,
            has_mask,
        };
        self.take(number, brought, mask);
        Some(frame)
    }

    /// Takes over what a well-formed descriptor brought.
    fn take(&mut self, number: u16, brought: Option<Structure>, mask: Option<u32>) {
        let is_news = |new: &Structure| {
            let known = self.structure.as_deref();
            known.is_none_or(|known| new.since.wrapping_sub(known.since) < 0x8000)
        };
        if let Some(new) = brought.filter(is_news) {
            self.structure = Some(Box::new(new));
        }
        let Some(structure) = self.structure.as_deref_mut() else {
            return;
        };
        if let Some(mask) = mask {
            structure.active = mask;
        }
        // Frame numbers wrap: what counts as before the structure moves along with a long sequence.
        let age = number.wrapping_sub(structure.since);
        if (AGE_MAX..0x8000).contains(&age) {
            structure.since = number.wrapping_sub(AGE_MAX);
        }
    }
}

#[cfg(test)]
mod tests;
