//! What kind of picture some bytes are, and how large, from their first few headers.
//!
//! Written here because it is 150 lines without dependencies that read no further than they must: decoding a stranger's
//! picture is left to the viewers' browsers, which do it in a sandbox.

mod jpeg;
mod png;
mod webp;

/// A picture, as its bytes describe it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Image {
    /// What it is.
    pub format: ImageFormat,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// The kinds of pictures that are kept: those that every browser shows and that run no script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageFormat {
    /// ISO/IEC 15948.
    Png,
    /// ISO/IEC 10918-1.
    Jpeg,
    /// RFC 9649.
    WebP,
}

/// What is too much.
#[derive(Clone, Copy, Debug)]
pub struct ImageLimits {
    /// Most bytes.
    pub bytes_max: usize,
    /// Most pixels in a row or column.
    pub side_max: u32,
    /// Most pixels in all: what a viewer needs four bytes of memory for.
    pub pixels_max: u64,
}

/// Why bytes are not kept as a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageError {
    /// They are no PNG, JPEG or WebP, or a broken one.
    #[error("must be a PNG, JPEG or WebP picture")]
    Unknown,
    /// Too many bytes.
    #[error("must have at most {max} bytes")]
    Bytes {
        /// What fits.
        max: usize,
    },
    /// Too many pixels on one side.
    #[error("must have at most {max} pixels on each side")]
    Side {
        /// What fits.
        max: u32,
    },
    /// Too many pixels in all.
    #[error("must have at most {max} pixels")]
    Pixels {
        /// What fits.
        max: u64,
    },
}

impl ImageLimits {
    /// Uploads through the API: 4 MiB, and no more pixels than a good camera's.
    pub const UPLOAD: Self = Self {
        bytes_max: 4 << 20,
        side_max: 8_192,
        pixels_max: 40_000_000,
    };
}

impl Image {
    /// Looks at `bytes`, which must keep to `limits`.
    ///
    /// # Errors
    /// See [`ImageError`]; each is a sentence about the field that held the bytes.
    pub fn inspect(bytes: &[u8], limits: &ImageLimits) -> Result<Self, ImageError> {
        if bytes.len() > limits.bytes_max {
            return Err(ImageError::Bytes { max: limits.bytes_max });
        }
        let found = png::size(bytes).map(|size| (ImageFormat::Png, size));
        let found = found.or_else(|| jpeg::size(bytes).map(|size| (ImageFormat::Jpeg, size)));
        let found = found.or_else(|| webp::size(bytes).map(|size| (ImageFormat::WebP, size)));
        let (format, (width, height)) = found.ok_or(ImageError::Unknown)?;
        if width == 0 || height == 0 {
            return Err(ImageError::Unknown);
        }
        if width.max(height) > limits.side_max {
            return Err(ImageError::Side { max: limits.side_max });
        }
        if u64::from(width) * u64::from(height) > limits.pixels_max {
            return Err(ImageError::Pixels { max: limits.pixels_max });
        }
        Ok(Self { format, width, height })
    }

    /// The same picture without what it tells about its making: place, time, camera, software, comments, previews.
    /// People who upload a picture mean to show what is on it.
    ///
    /// `bytes` are those that were inspected. Which side of a photograph is up stays.
    ///
    /// # Errors
    /// [`ImageError::Unknown`] when the bytes are broken behind their first headers.
    pub fn clean(&self, bytes: &[u8]) -> Result<Vec<u8>, ImageError> {
        let clean = match self.format {
            ImageFormat::Png => png::clean(bytes),
            ImageFormat::Jpeg => jpeg::clean(bytes),
            ImageFormat::WebP => webp::clean(bytes),
        };
        clean.ok_or(ImageError::Unknown)
    }
}

impl ImageFormat {
    /// For the `content-type` header.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
        }
    }
}

/// The two bytes at `at`, most significant first.
fn u16_be(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

#[cfg(test)]
mod tests;
