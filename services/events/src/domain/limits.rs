//! What an event may hold at most. Each limit keeps one event readable in one answer and writable in one transaction.

use std::time::Duration;

/// How long an event may be: a month of daily sessions.
pub const EVENT_DURATION_MAX: Duration = Duration::from_secs(31 * 24 * 60 * 60);
/// The years in which events take place. Far enough for everybody, and every calendar computation stays in range.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2200;
/// Sessions of one event.
pub const SESSIONS_MAX: usize = 200;
/// Speakers of one event.
pub const SPEAKERS_MAX: usize = 200;
/// Speakers of one session.
pub const SESSION_SPEAKERS_MAX: usize = 20;
/// Guests of one event.
pub const GUESTS_MAX: usize = 5_000;
/// Addresses in one request.
pub const GUESTS_ADDED_MAX: usize = 500;
/// Stored pictures of one event, of which most are replaced soon and swept later.
pub const IMAGES_MAX: usize = 300;
/// Width and height of a picture, in pixels: what browsers still decode without trouble.
pub const IMAGE_SIDE_MAX: u32 = 4_096;
/// Days by which a copy can be moved: ten years.
pub const SHIFT_DAYS_MAX: i32 = 3_660;
/// Levels of quotes and lists in a description; deeper ones are flattened. The renderer's work stays linear.
pub const MARKDOWN_DEPTH_MAX: usize = 16;
/// Words of a search that count; further ones are ignored.
pub const SEARCH_WORDS_MAX: usize = 8;
/// Characters of a search word that count.
pub const SEARCH_WORD_LENGTH_MAX: usize = 40;
