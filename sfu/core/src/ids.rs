//! Names the core is given. It invents none: sids are drawn by the shell, which owns the randomness.

use std::fmt;
use std::sync::Arc;

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text of the name.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// One member of a room for as long as it is in there; the shell numbers them, densely and below 2²⁴, and may use a number
/// again once the room said [`crate::Output::Left`] of it. The upper byte names the part of the room that they are in, for
/// those who are in another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MemberId(pub u32);

/// One part of a room that spans workers: the worker that it is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartId(pub u8);

const PART_SHIFT: u32 = 24;

impl MemberId {
    /// The least number of somebody in another part.
    pub const FIRST_ELSEWHERE: Self = Self(1 << PART_SHIFT);

    /// The part that they are in; `None` for this one.
    pub const fn part(self) -> Option<PartId> {
        match self.0 >> PART_SHIFT {
            0 => None,
            part => Some(PartId(((part - 1) & 0xff) as u8)),
        }
    }

    /// What a part calls its member, as the others call them. There are at most 255 parts.
    pub const fn seen_from(self, part: PartId) -> Self {
        let number = self.0 & (Self::FIRST_ELSEWHERE.0 - 1);
        Self(number | ((part.0 as u32 + 1) << PART_SHIFT))
    }

    /// What their own part calls them.
    pub const fn at_home(self) -> Self {
        Self(self.0 & (Self::FIRST_ELSEWHERE.0 - 1))
    }
}

name!(
    /// Who somebody is across connections: the token's subject. Unique within a room.
    Identity
);
name!(
    /// One connection of somebody to a room, `PA_…`.
    ParticipantSid
);
name!(
    /// One published track, `TR_…`.
    TrackSid
);
