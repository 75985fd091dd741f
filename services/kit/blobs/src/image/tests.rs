//! The pictures are a browser's (Chromium's canvas), 37 pixels wide and 21 high.

use proptest::prelude::*;

use super::*;

const PNG: &[u8] = include_bytes!("../../tests/pictures/37x21.png");
const JPEG: &[u8] = include_bytes!("../../tests/pictures/37x21.jpg");
const LOSSY: &[u8] = include_bytes!("../../tests/pictures/37x21-lossy.webp");
const LOSSLESS: &[u8] = include_bytes!("../../tests/pictures/37x21-lossless.webp");

fn inspect(bytes: &[u8]) -> Result<(ImageFormat, u32, u32), ImageError> {
    let image = Image::inspect(bytes, &ImageLimits::UPLOAD)?;
    Ok((image.format, image.width, image.height))
}

/// The same WebP without its extended header: the frame's chunk alone.
fn simple(extended: &[u8], chunk: &[u8; 4]) -> Vec<u8> {
    let at = extended
        .windows(4)
        .position(|window| window == chunk)
        .expect("the chunk is there");
    [b"RIFF\0\0\0\0WEBP", &extended[at..]].concat()
}

#[test]
fn real_pictures_are_measured() {
    assert_eq!(inspect(PNG), Ok((ImageFormat::Png, 37, 21)));
    assert_eq!(inspect(JPEG), Ok((ImageFormat::Jpeg, 37, 21)));
    for webp in [LOSSY, LOSSLESS, &simple(LOSSY, b"VP8 "), &simple(LOSSLESS, b"VP8L")] {
        assert_eq!(inspect(webp), Ok((ImageFormat::WebP, 37, 21)));
    }
}

#[test]
fn what_is_no_picture_is_refused() {
    let page: &[u8] = b"<!doctype html><script>alert(1)</script>";
    let drawing: &[u8] = b"<svg xmlns='http://www.w3.org/2000/svg'/>";
    for bytes in [
        b"".as_slice(),
        b"GIF89a%\0\x15\0",
        page,
        drawing,
        &PNG[..20],
        &JPEG[..20],
        &LOSSY[..20],
    ] {
        assert_eq!(inspect(bytes), Err(ImageError::Unknown), "{bytes:?}");
    }
}

#[test]
fn limits_are_told_apart() {
    let limits = |bytes_max, side_max, pixels_max| ImageLimits {
        bytes_max,
        side_max,
        pixels_max,
    };
    let check = |limits| Image::inspect(PNG, &limits).map(drop);
    assert_eq!(check(limits(PNG.len(), 37, 37 * 21)), Ok(()));
    assert_eq!(
        check(limits(PNG.len() - 1, 37, 37 * 21)),
        Err(ImageError::Bytes { max: PNG.len() - 1 })
    );
    assert_eq!(check(limits(PNG.len(), 36, 37 * 21)), Err(ImageError::Side { max: 36 }));
    assert_eq!(
        check(limits(PNG.len(), 37, 37 * 21 - 1)),
        Err(ImageError::Pixels { max: 37 * 21 - 1 })
    );

    let mut empty = PNG.to_vec();
    empty[16..20].fill(0);
    assert_eq!(inspect(&empty), Err(ImageError::Unknown), "no picture has no width");
}

proptest! {
    /// Whatever somebody uploads, looking at it ends, and without a panic.
    #[test]
    fn strange_bytes_are_survived(
        start in prop::sample::select(vec![b"".as_slice(), PNG, JPEG, LOSSY, LOSSLESS]),
        cut in 0_usize..700,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        rest in prop::collection::vec(any::<u8>(), 0..64),
    ) {
        let mut bytes = [&start[..cut.min(start.len())], &rest].concat();
        for (at, value) in changes.iter().filter(|_| !rest.is_empty()) {
            let at = at.index(bytes.len());
            bytes[at] = *value;
        }
        if let Ok(image) = Image::inspect(&bytes, &ImageLimits::UPLOAD) {
            prop_assert!(image.width.max(image.height) <= ImageLimits::UPLOAD.side_max);
        }
    }
}
