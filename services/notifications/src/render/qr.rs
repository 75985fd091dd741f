//! QR codes as PNG: mail programs show no SVG.

use qrcode::{Color, EcLevel, QrCode};

/// Pixels of one module: large enough to be scanned from a phone's screen.
const SCALE: usize = 6;
/// White modules around the code (ISO/IEC 18004 asks for four).
const QUIET: usize = 4;

/// A code's picture: one bit for each pixel.
///
/// # Errors
/// When the text is too long for a code, or the encoder fails.
pub(crate) fn png(text: &str) -> Result<Vec<u8>, QrError> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)?;
    let width = code.width();
    let side = (width + 2 * QUIET) * SCALE;
    let row_bytes = side.div_ceil(8);
    let mut bits = vec![0xFF_u8; row_bytes * side];
    for y in 0..side {
        for x in 0..side {
            let (column, row) = ((x / SCALE).wrapping_sub(QUIET), (y / SCALE).wrapping_sub(QUIET));
            if column < width && row < width && code[(column, row)] == Color::Dark {
                bits[y * row_bytes + x / 8] &= !(0x80 >> (x % 8));
            }
        }
    }
    let mut out = Vec::new();
    let side = u32::try_from(side).map_err(|_| QrError::Size)?;
    let mut encoder = png::Encoder::new(&mut out, side, side);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    encoder.write_header()?.write_image_data(&bits)?;
    Ok(out)
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum QrError {
    #[error("the text does not fit into a QR code")]
    Text(#[from] qrcode::types::QrError),
    #[error("the picture could not be encoded")]
    Png(#[from] png::EncodingError),
    #[error("the picture would be too large")]
    Size,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_picture_shows_the_code_with_its_quiet_zone() {
        let bytes = png("PLT1:abc").expect("fits");
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        let info = reader.next_frame(&mut pixels).expect("a frame");
        let code = QrCode::with_error_correction_level("PLT1:abc", EcLevel::M).expect("fits");
        assert_eq!(info.width as usize, (code.width() + 2 * QUIET) * SCALE);
        let dark = |module: usize| {
            let x = (module + QUIET) * SCALE;
            pixels[x * info.line_size + x / 8] & (0x80 >> (x % 8)) == 0
        };
        assert!(dark(0), "the corner of the finder pattern is dark");
        assert_eq!(pixels[0], 0xFF, "the quiet zone is white");
        assert_eq!(dark(1), code[(1, 1)] == Color::Dark);
    }
}
