//! The template dependency structure (AV1 RTP specification §A.4): what frames of a coded sequence can be like, and
//! which of them each *decode target*, a pair of spatial and temporal layer to be decoded, is made of.

use super::bits::BitReader;
use super::{Indications, References};

/// Templates: six bits name them.
const TEMPLATES_MAX: usize = 64;
/// Highest spatial and temporal layer (table A.1).
const SPATIAL_MAX: u8 = 3;
const TEMPORAL_MAX: u8 = 7;

/// What is known of the frames of a coded sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Structure {
    template_id_offset: u8,
    templates: Vec<Template>,
    /// Highest (spatial, temporal) layer of each decode target.
    targets: Vec<(u8, u8)>,
    chains: u8,
    /// Decode targets that the sender produces at present, one bit each.
    pub(super) active: u32,
    /// The frame that brought it.
    pub(super) since: u16,
}

/// What frames that name a template have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) spatial: u8,
    pub(super) temporal: u8,
    pub(super) indications: Indications,
    pub(super) references: References,
}

impl Structure {
    pub(super) fn read(reader: &mut BitReader<'_>, since: u16) -> Option<Self> {
        let template_id_offset = reader.byte(6)?;
        let target_count = reader.byte(5)? + 1;
        let mut templates = read_layers(reader)?;
        for template in &mut templates {
            template.indications = Indications::read(reader, target_count)?;
        }
        for template in &mut templates {
            template.references = References::read_template(reader)?;
        }
        let chains = skip_chains(reader, target_count, templates.len())?;
        if reader.bit()? {
            let spatial_layers = templates.iter().map(|template| template.spatial).max()? + 1;
            reader.skip(32 * usize::from(spatial_layers))?;
        }
        let targets = (0..target_count).map(|target| highest(&templates, target)).collect();
        Some(Self {
            template_id_offset,
            templates,
            targets,
            chains,
            active: u32::MAX >> (32 - u32::from(target_count)),
            since,
        })
    }

    /// The template that a frame names.
    pub(super) fn template(&self, id: u8) -> Option<&Template> {
        let index = usize::from(id.wrapping_sub(self.template_id_offset)) % TEMPLATES_MAX;
        self.templates.get(index)
    }

    /// How many decode targets there are, 1 to 32.
    pub fn target_count(&self) -> u8 {
        u8::try_from(self.targets.len()).unwrap_or_default()
    }

    pub(super) const fn chains(&self) -> u8 {
        self.chains
    }

    /// Whether the sender produces spatial layer `spatial` at present.
    pub fn has_spatial(&self, spatial: u8) -> bool {
        self.active_targets().any(|(_, layers)| layers.0 == spatial)
    }

    /// Highest (spatial, temporal) layer of a decode target.
    pub fn layers(&self, target: u8) -> Option<(u8, u8)> {
        self.targets.get(usize::from(target)).copied()
    }

    /// The best active decode target up to these layers, or else the least there is.
    pub fn best(&self, spatial: u8, temporal: u8) -> Option<u8> {
        let fits = |(_, layers): &(u8, (u8, u8))| layers.0 <= spatial && layers.1 <= temporal;
        let best = self.active_targets().filter(fits).max_by_key(|(_, layers)| *layers);
        let least = || self.active_targets().min_by_key(|(_, layers)| *layers);
        best.or_else(least).map(|(target, _)| target)
    }

    /// The active decode targets that somebody who gets `target` can decode, one bit each.
    pub fn within(&self, target: u8) -> u32 {
        let Some((spatial, temporal)) = self.layers(target) else {
            return self.active;
        };
        let inside = self
            .active_targets()
            .filter(|(_, layers)| layers.0 <= spatial && layers.1 <= temporal);
        inside.fold(0, |mask, (target, _)| mask | 1 << target)
    }

    /// Whether somebody who gets `outer` has got all frames of `inner`.
    pub fn includes(&self, outer: u8, inner: u8) -> bool {
        self.templates
            .iter()
            .all(|template| !template.indications.of(inner).is_present() || template.indications.of(outer).is_present())
    }

    fn active_targets(&self) -> impl Iterator<Item = (u8, (u8, u8))> {
        let numbered = (0u8..).zip(self.targets.iter().copied());
        numbered.filter(|(target, _)| self.active >> target & 1 == 1)
    }
}

/// `template_layers()`.
fn read_layers(reader: &mut BitReader<'_>) -> Option<Vec<Template>> {
    let mut templates = Vec::new();
    let (mut spatial, mut temporal) = (0, 0);
    loop {
        if templates.len() == TEMPLATES_MAX {
            return None;
        }
        templates.push(Template {
            spatial,
            temporal,
            indications: Indications::default(),
            references: References::default(),
        });
        match reader.bits(2)? {
            0 => {}
            1 => temporal += 1,
            2 => (spatial, temporal) = (spatial + 1, 0),
            _ => return Some(templates),
        }
        if spatial > SPATIAL_MAX || temporal > TEMPORAL_MAX {
            return None;
        }
    }
}

/// `template_chains()`: chains let one who sees a single packet tell whether a frame before it is missing. Every packet
/// passes here, numbered, and its references say what it needs; so chains are for the receivers.
fn skip_chains(reader: &mut BitReader<'_>, target_count: u8, templates: usize) -> Option<u8> {
    let chains = reader.one_of(u32::from(target_count) + 1)?;
    if chains > 0 {
        for _ in 0..target_count {
            reader.one_of(chains + 1)?;
        }
        reader.skip(4 * templates * usize::try_from(chains).ok()?)?;
    }
    u8::try_from(chains).ok()
}

/// The highest layers among a decode target's frames.
fn highest(templates: &[Template], target: u8) -> (u8, u8) {
    let present = templates
        .iter()
        .filter(|template| template.indications.of(target).is_present());
    present.fold((0, 0), |(spatial, temporal), template| {
        (spatial.max(template.spatial), temporal.max(template.temporal))
    })
}
