//! Pictures of an event: its cover and its speakers.

use kit_core::ids::ImageId;

/// A stored picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// Which; it cannot be guessed.
    pub id: ImageId,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}
