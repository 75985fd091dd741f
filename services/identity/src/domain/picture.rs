//! Pictures of people.
//!
//! What a file is, and how large, is judged by kit-blobs from its bytes; this is what is known of one that was taken.

use kit_core::ids::ImageId;

/// A stored picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `img_…`; cannot be guessed.
    pub id: ImageId,
    /// How it is encoded.
    pub format: Format,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// ISO/IEC 15948.
    Png,
    /// ISO/IEC 10918.
    Jpeg,
    /// RFC 9649.
    Webp,
}

impl Picture {
    /// Longest side, in pixels: what a phone's browser decodes without trouble.
    pub const SIDE_MAX: u32 = 4_096;

    /// Where its file lies in the store of files.
    pub fn key(id: ImageId) -> String {
        format!("images/profile/{id}")
    }
}

impl Format {
    /// For the `content-type` header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Webp => "image/webp",
        }
    }

    /// Reads what [`content_type`](Self::content_type) wrote.
    pub fn from_content_type(text: &str) -> Option<Self> {
        [Self::Png, Self::Jpeg, Self::Webp]
            .into_iter()
            .find(|format| format.content_type() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_read_back() {
        for format in [Format::Png, Format::Jpeg, Format::Webp] {
            assert_eq!(Format::from_content_type(format.content_type()), Some(format));
        }
        assert_eq!(Format::from_content_type("image/svg+xml"), None);
    }
}
