//! What organizers write: texts with their bounds, and who an event is for.

use kit_core::ids::ImageId;
use kit_core::{Line, Text, Zone};

use super::Period;

/// An event's or a session's title.
pub type Title = Line<1, 120>;
/// Plain text for lists and previews.
pub type Summary = Line<0, 200>;
/// Markdown.
pub type Description = Text<0, 20_000>;
/// What the cover shows, for those who cannot see it.
pub type CoverAlt = Line<0, 200>;
/// What an organizer has to change.
pub type RejectionReason = Text<1, 1_000>;
/// What a session is about, as plain text.
pub type SessionSummary = Text<0, 2_000>;
/// A speaker's name.
pub type SpeakerName = Line<1, 80>;
/// A speaker's role and company.
pub type Tagline = Line<0, 120>;
/// Who a speaker is, as plain text.
pub type Biography = Text<0, 2_000>;

/// Who can find and open an event once it is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Visibility {
    /// Everybody finds and opens it.
    Public,
    /// Everybody with the address opens it; no list or search names it.
    Unlisted,
    /// Its team and its guests open it; for others it does not exist.
    Private,
}

/// All of an event that its organizer writes, apart from sessions and speakers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its name.
    pub title: Title,
    /// For lists and previews.
    pub summary: Summary,
    /// Markdown; see [`render`](super::render).
    pub description: Description,
    /// When it takes place; a draft may not know yet.
    pub period: Option<Period>,
    /// The zone that the organizer thinks in.
    pub time_zone: Zone,
    /// Who can find and open it once published.
    pub visibility: Visibility,
    /// One of the event's images.
    pub cover: Option<ImageId>,
    /// What the cover shows.
    pub cover_alt: CoverAlt,
}

impl Visibility {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::Unlisted, Self::Private];

    /// Its name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Unlisted => "unlisted",
            Self::Private => "private",
        }
    }
}
