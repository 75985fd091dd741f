//! Pages of a list (AIP-158), by keyset: a page starts behind the key of the last row of the page before.
//!
//! A page token is opaque to clients: it carries a hash of the request's filters and the cursor. It is not signed; a
//! forged one reaches only rows that the same request could page to anyway, since authorization never depends on it.
//!
//! ```
//! use kit_core::{Page, PageRequest, PageSizes, ids::EventId};
//! use time::OffsetDateTime;
//!
//! # fn query(_: Option<&(OffsetDateTime, EventId)>, _: i64) -> Vec<(OffsetDateTime, EventId)> { Vec::new() }
//! let request = PageRequest::<(OffsetDateTime, EventId)>::parse(0, "", &["org_…"], PageSizes::STANDARD)?;
//! // … WHERE (create_time, id) < (cursor) ORDER BY create_time DESC, id DESC LIMIT fetch
//! let rows = query(request.cursor(), request.fetch());
//! let page: Page<_> = request.page(rows, |row| *row);
//! # assert_eq!(page.next_token, "");
//! # Ok::<(), kit_core::Violations>(())
//! ```

mod cursor;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use thiserror::Error;

pub use self::cursor::Cursor;
use crate::Violations;
use crate::limits::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, PAGE_TOKEN_BYTES_MAX};

const HASH_LENGTH: usize = 8;

/// Sizes of one list's pages, in rows.
#[derive(Clone, Copy, Debug)]
pub struct PageSizes {
    /// When the client names no size.
    pub default: u32,
    /// A larger size is coerced to this one.
    pub max: u32,
}

/// Which page is asked for. `C` is the key that the list is ordered by.
#[derive(Clone, Debug)]
pub struct PageRequest<C> {
    size: u32,
    cursor: Option<C>,
    filters: [u8; HASH_LENGTH],
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// At most as many as were asked for.
    pub items: Vec<T>,
    /// Empty at the end of the list.
    pub next_token: String,
}

/// Why a page cannot be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PageError {
    /// The page size is negative.
    #[error("must not be negative")]
    Size,
    /// The page token was not made by this list with these filters.
    #[error("must be the next_page_token of the same request")]
    Token,
}

// === impl PageSizes ===

impl PageSizes {
    /// For lists of small rows.
    pub const STANDARD: Self = Self {
        default: PAGE_SIZE_DEFAULT,
        max: PAGE_SIZE_MAX,
    };
}

// === impl PageRequest ===

impl<C: Cursor> PageRequest<C> {
    /// Reads the `page_size` and `page_token` fields of a List request.
    ///
    /// `filters` is everything else that decides which rows the list holds and in which order: a token does not fit a
    /// request whose filters differ. Faults are reported under the two fields' names.
    pub fn parse(page_size: i32, page_token: &str, filters: &[&str], sizes: PageSizes) -> Result<Self, Violations> {
        let mut violations = Violations::new();
        let parsed = Self::read(&mut violations, page_size, page_token, filters, sizes);
        violations.finish(parsed)
    }

    /// As [`parse`](Self::parse), beside the request's other fields.
    pub fn read(
        violations: &mut Violations,
        page_size: i32,
        page_token: &str,
        filters: &[&str],
        sizes: PageSizes,
    ) -> Option<Self> {
        let filters = hash(filters);
        let size = violations.take("page_size", coerce(page_size, sizes));
        let cursor = violations.take("page_token", decode(page_token, filters));
        Some(Self {
            size: size?,
            cursor: cursor?,
            filters,
        })
    }

    /// The key of the last row of the page before; `None` for the first page.
    pub fn cursor(&self) -> Option<&C> {
        self.cursor.as_ref()
    }

    /// How many rows to ask the store for: one more than the page holds, to know whether another page follows.
    pub fn fetch(&self) -> i64 {
        i64::from(self.size) + 1
    }

    /// Makes the page from at most [`fetch`](Self::fetch) rows.
    pub fn page<T>(&self, mut rows: Vec<T>, key: impl FnOnce(&T) -> C) -> Page<T> {
        let size = self.size as usize;
        let more = rows.len() > size;
        rows.truncate(size);
        let last = rows.last().filter(|_| more);
        let next_token = last.map(|row| encode(self.filters, &key(row))).unwrap_or_default();
        Page {
            items: rows,
            next_token,
        }
    }
}

// === impl Page ===

impl<T> Page<T> {
    /// The same page of other items.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(convert).collect(),
            next_token: self.next_token,
        }
    }
}

fn coerce(page_size: i32, sizes: PageSizes) -> Result<u32, PageError> {
    match u32::try_from(page_size).map_err(|_| PageError::Size)? {
        0 => Ok(sizes.default),
        size => Ok(size.min(sizes.max)),
    }
}

/// Each filter is preceded by its length, so that ["ab", "c"] and ["a", "bc"] differ.
fn hash(filters: &[&str]) -> [u8; HASH_LENGTH] {
    let mut hasher = Sha256::new();
    for filter in filters {
        hasher.update((filter.len() as u64).to_be_bytes());
        hasher.update(filter);
    }
    let mut short = [0; HASH_LENGTH];
    short.copy_from_slice(&hasher.finalize()[..HASH_LENGTH]);
    short
}

fn encode(filters: [u8; HASH_LENGTH], cursor: &impl Cursor) -> String {
    let mut bytes = filters.to_vec();
    cursor.write(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

fn decode<C: Cursor>(token: &str, filters: [u8; HASH_LENGTH]) -> Result<Option<C>, PageError> {
    if token.is_empty() {
        return Ok(None);
    }
    if token.len() > PAGE_TOKEN_BYTES_MAX {
        return Err(PageError::Token);
    }
    let bytes = URL_SAFE_NO_PAD.decode(token).map_err(|_| PageError::Token)?;
    let mut rest = bytes.strip_prefix(&filters).ok_or(PageError::Token)?;
    let cursor = C::read(&mut rest).ok_or(PageError::Token)?;
    if rest.is_empty() {
        Ok(Some(cursor))
    } else {
        Err(PageError::Token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: PageSizes = PageSizes { default: 3, max: 5 };

    fn request(size: i32, token: &str, filters: &[&str]) -> Result<PageRequest<i64>, Violations> {
        PageRequest::parse(size, token, filters, SIZES)
    }

    fn rows(request: &PageRequest<i64>, total: i64) -> Vec<i64> {
        let after = request.cursor().copied().unwrap_or(0);
        (after + 1..=total)
            .take(usize::try_from(request.fetch()).expect("small"))
            .collect()
    }

    #[test]
    fn sizes_are_coerced_and_negative_ones_refused() {
        let size = |size| request(size, "", &[]).map(|request| request.fetch() - 1);
        assert_eq!((size(0), size(2), size(1_000)), (Ok(3), Ok(2), Ok(5)));
        let faults = size(-1).expect_err("negative");
        assert_eq!(faults.to_string(), "page_size: must not be negative");
    }

    #[test]
    fn pages_cover_a_list_without_gap_or_duplicate() {
        let (mut token, mut seen, mut pages) = (String::new(), Vec::new(), 0);
        loop {
            let request = request(3, &token, &["open"]).expect("our own token");
            let page = request.page(rows(&request, 7), |row| *row);
            seen.extend(page.items);
            pages += 1;
            token = page.next_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!((seen, pages), ((1..=7).collect(), 3));
    }

    #[test]
    fn a_list_that_ends_with_its_page_has_no_next_token() {
        let request = request(3, "", &[]).expect("first page");
        assert_eq!(request.page(vec![1, 2, 3], |row| *row).next_token, "");
    }

    #[test]
    fn a_token_fits_only_the_filters_that_made_it() {
        let first = request(1, "", &["ab", "c"]).expect("first page");
        let token = first.page(vec![1, 2], |row| *row).next_token;
        assert!(request(1, &token, &["ab", "c"]).is_ok());
        let longer = format!("{token}AAAA");
        for (token, filters) in [
            (token.as_str(), ["a", "bc"]),
            ("???", ["ab", "c"]),
            (&longer, ["ab", "c"]),
        ] {
            let faults = request(1, token, &filters).expect_err("does not fit");
            assert_eq!(
                faults.iter().next().map(|fault| fault.reason),
                Some("PAGE_TOKEN_INVALID")
            );
        }
    }
}
