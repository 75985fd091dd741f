//! `GetImage`, and pictures for other tests.

use plenary_proto::identity::v1::GetImageRequest;
use tonic::{Code, Status};

use crate::world::{World, faults, refusal, violations};

/// A PNG as far as anybody looks: nobody checks the checksums, or what is between the first chunk and the last.
pub(crate) fn png(width: u32, height: u32) -> Vec<u8> {
    png_with(width, height, &[])
}

/// The same with chunks in the middle.
pub(crate) fn png_with(width: u32, height: u32, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let header = [width.to_be_bytes().as_slice(), &height.to_be_bytes(), b"\x08\x06\0\0\0"].concat();
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let all = [
        &[(b"IHDR", header.as_slice())],
        chunks,
        &[(b"IDAT", b"pixels"), (b"IEND", b"")],
    ]
    .concat();
    for (kind, data) in all {
        let length = u32::try_from(data.len()).expect("short");
        file.extend([&length.to_be_bytes(), kind.as_slice(), data, b"crc."].concat());
    }
    file
}

/// The bytes and type of a picture.
pub(crate) async fn image(world: &World, image_id: &str) -> Result<(Vec<u8>, String), Status> {
    let image_id = image_id.to_owned();
    let response = world
        .profiles()
        .get_image(GetImageRequest { image_id })
        .await?
        .into_inner();
    Ok((response.content.to_vec(), response.content_type))
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let world = World::with_blobs().await;
    let refused = refusal(image(&world, "img_00000000000000000000000000").await);
    assert_eq!(refused, (Code::NotFound, "IMAGE_NOT_FOUND".to_owned()));
    assert_eq!(
        violations(image(&world, "../secret").await),
        faults(&[("image_id", "ID_INVALID")])
    );
}
