//! Events as the platform's rules see them: types, transitions and the question who may see what.
//!
//! Pure: no database, no transport, no clock. A command loads an [`Event`], asks it for a transition and stores what
//! comes back; a transition that is not allowed is a [`Refusal`].

mod access;
mod agenda;
mod calendar;
mod change;
mod content;
mod copy;
mod description;
mod event;
mod image;
pub mod limits;
mod period;
mod refusal;
mod state;
mod words;

pub use access::{Access, Facet, Sight, User, Viewer};
pub use agenda::{Agenda, Session, SessionChange, Speaker, SpeakerChange};
pub use change::EventChange;
pub use content::{
    Biography, Content, CoverAlt, Description, RejectionReason, SessionSummary, SpeakerName, Summary, Tagline, Title,
    Visibility,
};
pub use copy::{Copied, Mint};
pub use description::render;
pub use event::{Changed, Event, Fact, Organization};
pub use image::Image;
pub use period::{Period, PeriodError};
pub use refusal::Refusal;
pub use state::{State, Step, WrongState};
pub use words::words;
