//! The vocabulary that every part of Plenary shares: identifiers, time, randomness, money, pages and checked text.
//!
//! Nothing here does I/O and nothing knows a transport: the crate is what a pure `domain` module may name. The three
//! ambient things a program is tempted to read from the air are values here, so that a test can hold them still:
//!
//! | want | take a | in a test |
//! |------|--------|-----------|
//! | the time | [`Clock`] | [`ManualClock`], moved by `advance` |
//! | randomness | [`Rng`] | [`Rng::seeded`] |
//! | a new identifier | both, through e.g. [`UserId::new`](ids::UserId::new) | both of the above |
//!
//! Input from outside becomes a type once, at the edge, with [`Violations`] collecting *every* fault of a request.

mod base32;
mod clock;
mod currency;
mod email;
pub mod ids;
pub mod limits;
mod money;
mod page;
mod rng;
mod slug;
mod text;
mod violations;
mod zone;

pub use clock::{Clock, ManualClock};
pub use currency::{Currency, CurrencyError};
pub use email::{Email, EmailError};
pub use ids::{Id, IdError, RequestId, RequestIdError};
pub use money::{Money, MoneyError};
pub use page::{Cursor, Page, PageError, PageRequest, PageSizes};
pub use rng::Rng;
pub use slug::{Slug, SlugError};
pub use text::{Line, Text, TextError};
pub use violations::{All, Fault, Violation, Violations};
pub use zone::{Zone, ZoneError};
