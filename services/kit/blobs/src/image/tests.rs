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

fn clean(bytes: &[u8]) -> Vec<u8> {
    let image = Image::inspect(bytes, &ImageLimits::UPLOAD).expect("a picture");
    let clean = image.clean(bytes).expect("a whole one");
    assert_eq!(
        Image::inspect(&clean, &ImageLimits::UPLOAD),
        Ok(image),
        "cleaning changes no size"
    );
    clean
}

fn has(bytes: &[u8], text: &[u8]) -> bool {
    bytes.windows(text.len()).any(|window| window == text)
}

/// `picture` with `part` put in at `at`.
fn insert(picture: &[u8], at: usize, part: &[u8]) -> Vec<u8> {
    [&picture[..at], part, &picture[at..]].concat()
}

#[test]
fn a_clean_picture_stays_as_it_is() {
    for picture in [PNG, JPEG, LOSSY, LOSSLESS, &simple_with_size(LOSSY)] {
        assert!(clean(picture) == picture);
    }
}

/// As [`simple`], with a true size.
fn simple_with_size(extended: &[u8]) -> Vec<u8> {
    let mut webp = simple(extended, b"VP8 ");
    let size = u32::try_from(webp.len() - 8).expect("small");
    webp[4..8].copy_from_slice(&size.to_le_bytes());
    webp
}

#[test]
fn a_photograph_loses_its_story_and_not_its_orientation() {
    // Intel order, two tags: a camera's name, and "rotate by 90 degrees".
    let tiff = b"II*\0\x08\0\0\0\x02\0\x0f\x01\x02\0\x04\0\0\0CAM\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0GPS";
    let exif = [
        b"\xff\xe1\0".as_slice(),
        &[u8::try_from(tiff.len() + 8).expect("small")],
        b"Exif\0\0",
        tiff,
    ]
    .concat();
    let comment = b"\xff\xfe\0\x08secret";
    let mut photograph = insert(&insert(JPEG, 2, &exif), 2, comment);
    photograph.extend_from_slice(b"\xff\xd8 a second picture, with a place");

    let clean = clean(&photograph);
    for told in [b"CAM".as_slice(), b"GPS", b"secret", b"place"] {
        assert!(has(&photograph, told) && !has(&clean, told), "{told:?}");
    }
    assert!(
        has(&clean, b"Exif\0\0MM") && has(&clean, b"\x01\x12\0\x03\0\0\0\x01\0\x06"),
        "still rotated"
    );
    assert!(has(&clean, b"ICC_PROFILE"), "still in its colours");
    let image = Image::inspect(&clean, &ImageLimits::UPLOAD).expect("a picture");
    assert!(image.clean(&clean).expect("clean") == clean, "once is enough");
}

#[test]
fn text_and_exif_go_from_png_and_webp() {
    let chunk = [b"\0\0\0\x06tEXt".as_slice(), b"secret", b"\0\0\0\0"].concat();
    let mut png = insert(PNG, 33, &chunk);
    png.extend_from_slice(b"secret");
    assert!(has(&png, b"secret") && clean(&png) == PNG);

    let mut webp = [LOSSY, b"EXIF\x06\0\0\0secret".as_slice()].concat();
    let size = u32::try_from(webp.len() - 8).expect("small");
    webp[4..8].copy_from_slice(&size.to_le_bytes());
    webp[20] |= 0x08;
    assert!(has(&webp, b"secret") && clean(&webp) == LOSSY);
}

#[test]
fn what_is_cut_off_is_not_cleaned() {
    for picture in [PNG, JPEG, LOSSY] {
        let image = Image::inspect(picture, &ImageLimits::UPLOAD).expect("a picture");
        assert_eq!(image.clean(&picture[..picture.len() - 3]), Err(ImageError::Unknown));
    }
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
            if let Ok(clean) = image.clean(&bytes) {
                prop_assert!(clean.len() <= bytes.len() + 36, "nothing is added but an orientation");
            }
        }
    }
}
