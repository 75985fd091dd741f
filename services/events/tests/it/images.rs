//! `UploadEventImage` and `GetImage`, over a real object store; covers, pictures of speakers, copies, and the sweep.

use std::time::Duration;

use events::jobs::Done;
use kit_rpc::UserCaller;
use plenary_proto::common::v1::Image;
use plenary_proto::events::v1 as pb;
use plenary_proto::events::v1::event_service_client::EventServiceClient;
use tonic::{Code, Status};

use crate::world::{Plan, World, faults, reason};

const DAY: Duration = Duration::from_secs(25 * 3600);

/// A picture as far as its structure goes, and something that tells it from others.
fn png(width: u32, height: u32, content: &[u8]) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    file.extend(width.to_be_bytes());
    file.extend(height.to_be_bytes());
    file.extend([8, 6, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(chunk(b"IDAT", content));
    file.extend(chunk(b"IEND", b""));
    file
}

fn chunk(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).expect("short");
    [&length.to_be_bytes(), kind.as_slice(), content, &[0; 4]].concat()
}

async fn upload(world: &World, user: &UserCaller, id: &str, content: Vec<u8>) -> Result<Image, Status> {
    let request = pb::UploadEventImageRequest {
        event_id: id.to_owned(),
        content,
    };
    let answer = world.events(user).upload_event_image(request).await?;
    Ok(answer.into_inner().image.expect("the image"))
}

async fn read(world: &World, id: &str) -> Result<pb::GetImageResponse, Status> {
    let mut events = EventServiceClient::new(world.app.as_nobody("events"))
        .max_decoding_message_size(kit_core::limits::MESSAGE_BYTES_MAX);
    let answer = events
        .get_image(pb::GetImageRequest {
            image_id: id.to_owned(),
        })
        .await?;
    Ok(answer.into_inner())
}

fn covered(event: &pb::Event, image: &Image) -> pb::Event {
    let cover = Some(Image {
        id: image.id.clone(),
        width: 0,
        height: 0,
    });
    pb::Event {
        cover,
        cover_alt: "A hall".to_owned(),
        ..event.clone()
    }
}

/// A cover that was photographed on the way home would tell everybody where that is.
#[tokio::test]
async fn a_picture_loses_what_it_tells_besides() {
    let world = World::with_blobs().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let clean = png(800, 600, b"one");
    let (head, rest) = clean.split_at(33);
    let taken = [
        head,
        &chunk(b"eXIf", b"GPS 52.52 N 13.40 E"),
        rest,
        b"a film with a place",
    ]
    .concat();
    let image = upload(&world, &ada, &event.id, taken).await.expect("kept");
    assert_eq!(read(&world, &image.id).await.expect("there").content, clean);

    let refused = upload(&world, &ada, &event.id, clean[..50].to_vec()).await;
    assert_eq!(reason(refused), (Code::InvalidArgument, "IMAGE_UNREADABLE".to_owned()));
}

#[tokio::test]
async fn a_picture_is_kept_shown_and_read_back() {
    let world = World::with_blobs().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let file = png(800, 600, b"one");
    let image = upload(&world, &ada, &event.id, file.clone()).await.expect("kept");
    assert_eq!((image.width, image.height), (800, 600));
    let answer = read(&world, &image.id).await.expect("there");
    assert_eq!(
        (answer.content.to_vec(), answer.content_type.as_str()),
        (file, "image/png")
    );

    let shown = world
        .update(&ada, covered(&event, &image), &["cover.id", "cover_alt"], "")
        .await
        .expect("a draft");
    assert_eq!(
        (shown.cover.as_ref(), shown.cover_alt.as_str()),
        (Some(&image), "A hall")
    );
    let bare = pb::Event { cover: None, ..shown };
    let shown = world.update(&ada, bare, &["cover.id"], "").await.expect("a draft");
    assert_eq!(shown.cover, None);

    let speaker = pb::Speaker {
        event_id: event.id.clone(),
        name: "Grace".to_owned(),
        picture: Some(image.clone()),
        ..pb::Speaker::default()
    };
    let request = pb::CreateSpeakerRequest {
        request_id: world.request_id(),
        speaker: Some(speaker),
    };
    let speaker = world
        .agenda(&ada)
        .create_speaker(request)
        .await
        .expect("added")
        .into_inner()
        .speaker;
    assert_eq!(speaker.expect("the speaker").picture, Some(image));
}

#[tokio::test]
async fn the_largest_picture_fits_and_no_larger_one() {
    let world = World::with_blobs().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let largest = png(4_096, 4_096, &vec![7; kit_core::limits::IMAGE_BYTES_MAX - 57]);
    assert_eq!(largest.len(), kit_core::limits::IMAGE_BYTES_MAX);
    let image = upload(&world, &ada, &event.id, largest.clone()).await.expect("kept");
    assert_eq!(
        read(&world, &image.id).await.expect("there").content.len(),
        largest.len()
    );

    let large = (Code::InvalidArgument, "IMAGE_TOO_LARGE".to_owned());
    assert_eq!(
        reason(upload(&world, &ada, &event.id, [largest, vec![7]].concat()).await),
        large
    );
    assert_eq!(reason(upload(&world, &ada, &event.id, png(4_097, 1, b"")).await), large);
    let unreadable = (Code::InvalidArgument, "IMAGE_UNREADABLE".to_owned());
    for file in [
        b"".to_vec(),
        b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
        png(0, 1, b""),
    ] {
        assert_eq!(reason(upload(&world, &ada, &event.id, file).await), unreadable);
    }
    assert_eq!(world.count("select count(*) from images").await, 1);
}

#[tokio::test]
async fn pictures_belong_to_their_event() {
    let world = World::with_blobs().await;
    let (ada, eve) = (world.organizer(), world.organizer());
    let (event, other) = (
        world.draft(&ada, Plan::default()).await,
        world.draft(&ada, Plan::default()).await,
    );
    let hidden = (Code::NotFound, "EVENT_NOT_FOUND".to_owned());
    assert_eq!(reason(upload(&world, &eve, &event.id, png(1, 1, b"")).await), hidden);
    let image = upload(&world, &ada, &event.id, png(1, 1, b"")).await.expect("kept");
    let refused = faults(world.update(&ada, covered(&other, &image), &["cover.id"], "").await);
    assert_eq!(refused, [("event.cover.id".to_owned(), "IMAGE_NOT_FOUND".to_owned())]);
    let unknown = image.id.replace(&image.id[10..14], "0000");
    assert_eq!(
        reason(read(&world, &unknown).await),
        (Code::NotFound, "IMAGE_NOT_FOUND".to_owned())
    );
}

#[tokio::test]
async fn a_copy_shows_the_same_pictures_and_outlives_its_original() {
    let world = World::with_blobs().await;
    let ada = world.organizer();
    let original = world.draft(&ada, Plan::default()).await;
    let file = png(8, 6, b"shared");
    let image = upload(&world, &ada, &original.id, file.clone()).await.expect("kept");
    world
        .update(&ada, covered(&original, &image), &["cover.id"], "")
        .await
        .expect("a draft");
    let request = pb::CloneEventRequest {
        request_id: world.request_id(),
        event_id: original.id.clone(),
        ..Default::default()
    };
    let copy = world
        .events(&ada)
        .clone_event(request)
        .await
        .expect("copied")
        .into_inner()
        .event
        .expect("the copy");
    let cover = copy.cover.expect("a cover of its own");
    assert!(cover.id != image.id && (cover.width, cover.height) == (8, 6));

    let request = pb::DeleteEventRequest {
        request_id: world.request_id(),
        event_id: original.id,
    };
    world.events(&ada).delete_event(request).await.expect("a draft");
    world.app.hand.advance(DAY);
    let jobs = events::build_jobs(&world.config, &world.app.host).await.expect("jobs");
    // The original's picture goes, the bytes that the copy shares stay.
    assert_eq!(
        jobs.look().await,
        Done {
            images_swept: 1,
            ..Done::default()
        }
    );
    assert_eq!(reason(read(&world, &image.id).await).1, "IMAGE_NOT_FOUND");
    assert_eq!(read(&world, &cover.id).await.expect("there").content.to_vec(), file);

    let request = pb::DeleteEventRequest {
        request_id: world.request_id(),
        event_id: copy.id,
    };
    world.events(&ada).delete_event(request).await.expect("a draft");
    assert_eq!(
        jobs.look().await,
        Done {
            images_swept: 1,
            blobs_deleted: 1,
            ..Done::default()
        }
    );
    assert_eq!(jobs.look().await, Done::default());
}

#[tokio::test]
async fn what_nothing_shows_is_swept_after_a_day() {
    let world = World::with_blobs().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let unused = upload(&world, &ada, &event.id, png(1, 1, b"unused"))
        .await
        .expect("kept");
    let shown = upload(&world, &ada, &event.id, png(1, 1, b"shown"))
        .await
        .expect("kept");
    world
        .update(&ada, covered(&event, &shown), &["cover.id"], "")
        .await
        .expect("a draft");
    let jobs = events::build_jobs(&world.config, &world.app.host).await.expect("jobs");
    assert_eq!(jobs.look().await, Done::default());
    world.app.hand.advance(DAY);
    let young = upload(&world, &ada, &event.id, png(1, 1, b"young"))
        .await
        .expect("kept");
    assert_eq!(
        jobs.look().await,
        Done {
            images_swept: 1,
            blobs_deleted: 1,
            ..Done::default()
        }
    );
    assert_eq!(reason(read(&world, &unused.id).await).1, "IMAGE_NOT_FOUND");
    read(&world, &shown.id).await.expect("shown");
    read(&world, &young.id).await.expect("may still be shown");
}

#[tokio::test]
async fn an_upload_that_broke_off_leaves_nothing_that_is_shown() {
    // No object store listens here.
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let refused = reason(upload(&world, &ada, &event.id, png(1, 1, b"")).await);
    assert_eq!(refused, (Code::Unavailable, "IMAGES_UNAVAILABLE".to_owned()));
    assert_eq!(world.count("select count(*) from images").await, 1);
    world.app.hand.advance(DAY);
    let jobs = events::build_jobs(&world.config, &world.app.host).await.expect("jobs");
    // The note about the bytes waits until the store is there again.
    assert_eq!(jobs.look().await, Done::default());
    assert_eq!(world.count("select count(*) from discarded_blobs").await, 1);
    assert_eq!(world.count("select count(*) from images").await, 0);
}

#[tokio::test]
async fn an_event_has_only_so_many_pictures() {
    let world = World::new().await;
    let ada = world.organizer();
    let event = world.draft(&ada, Plan::default()).await;
    let sql = "insert into images (id, event_id, blob, content_type, width, height, create_time)
               select gen_random_uuid(), id, gen_random_uuid(), 'image/png', 1, 1, now() from events, generate_series(1, 300) returning id";
    assert_eq!(world.rows(sql).await.len(), 300);
    let refused = reason(upload(&world, &ada, &event.id, png(1, 1, b"")).await);
    assert_eq!(refused, (Code::FailedPrecondition, "TOO_MANY_IMAGES".to_owned()));
}
