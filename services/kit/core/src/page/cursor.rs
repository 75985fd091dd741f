//! Keys of rows, as bytes inside a page token.

use time::OffsetDateTime;
use uuid::Uuid;

/// A key that a list is ordered by. Tuples are keys of several columns.
pub trait Cursor: Sized {
    /// Appends the key.
    fn write(&self, out: &mut Vec<u8>);

    /// Takes the key from the front of `input`; `None` when it is not there.
    fn read(input: &mut &[u8]) -> Option<Self>;
}

impl Cursor for i64 {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.to_be_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(*input.split_off(..8)?.as_array()?))
    }
}

/// In microseconds, which is what the database keeps.
impl Cursor for OffsetDateTime {
    fn write(&self, out: &mut Vec<u8>) {
        let micros = self.unix_timestamp_nanos() / 1_000;
        i64::try_from(micros)
            .expect("every date fits into 64 bits of microseconds")
            .write(out);
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        let micros = i64::read(input)?;
        Self::from_unix_timestamp_nanos(i128::from(micros) * 1_000).ok()
    }
}

impl Cursor for String {
    fn write(&self, out: &mut Vec<u8>) {
        i64::try_from(self.len()).expect("no text is that long").write(out);
        out.extend(self.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        let length = usize::try_from(i64::read(input)?).ok()?;
        Self::from_utf8(input.split_off(..length)?.to_vec()).ok()
    }
}

impl Cursor for Uuid {
    fn write(&self, out: &mut Vec<u8>) {
        out.extend(self.as_bytes());
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        Self::from_slice(input.split_off(..16)?).ok()
    }
}

impl<A: Cursor, B: Cursor> Cursor for (A, B) {
    fn write(&self, out: &mut Vec<u8>) {
        self.0.write(out);
        self.1.write(out);
    }

    fn read(input: &mut &[u8]) -> Option<Self> {
        Some((A::read(input)?, B::read(input)?))
    }
}
