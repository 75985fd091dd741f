//! `GetMyProfile`, `UpdateMyProfile`, `UploadProfilePicture` and `DeleteProfilePicture`.

use plenary_proto::identity::v1::{
    DeleteProfilePictureRequest, GetMyProfileRequest, NotificationPreferences, Profile, UpdateMyProfileRequest,
    UploadProfilePictureRequest, User,
};
use prost_types::FieldMask;
use tonic::{Code, Status};

use crate::get_image::{image, png, png_with};
use crate::world::{Person, World, faults, reason, refusal, violations};

async fn mine(world: &World, person: &Person) -> Profile {
    let response = world
        .profiles()
        .get_my_profile(person.asks(GetMyProfileRequest {}))
        .await;
    response.expect("signed in").into_inner().profile.expect("always set")
}

async fn update(world: &World, person: &Person, profile: Profile, paths: Option<&[&str]>) -> Result<Profile, Status> {
    let paths = paths.map(|paths| paths.iter().map(|path| (*path).to_owned()).collect());
    let request = UpdateMyProfileRequest {
        request_id: world.request_id(),
        profile: Some(profile),
        update_mask: paths.map(|paths| FieldMask { paths }),
    };
    let response = world.profiles().update_my_profile(person.asks(request)).await?;
    Ok(response.into_inner().profile.expect("always set"))
}

async fn upload(world: &World, person: &Person, content: Vec<u8>) -> Result<String, Status> {
    let request = person.asks(UploadProfilePictureRequest { content });
    let response = world.profiles().upload_profile_picture(request).await?;
    Ok(response.into_inner().picture.expect("always set").id)
}

#[tokio::test]
async fn a_new_profile_is_empty() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let profile = mine(&world, &ada).await;
    assert_eq!(profile.user, Some(ada.user));
    assert_eq!(
        (
            profile.about.as_str(),
            profile.interests.len(),
            profile.time_zone.as_str()
        ),
        ("", 0, "")
    );
    let notifications = profile.notifications.expect("always set");
    assert!(notifications.event_reminders && !notifications.organizer_news);
}

#[tokio::test]
async fn everything_that_can_change_changes_without_a_mask() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let wanted = Profile {
        user: Some(User {
            display_name: "Ada L.".to_owned(),
            email: "not@this.one".to_owned(),
            ..User::default()
        }),
        about: "Poetical science.\nAnd engines.".to_owned(),
        interests: vec!["Rust".to_owned(), "WebRTC".to_owned()],
        time_zone: "Europe/London".to_owned(),
        language: "en-GB".to_owned(),
        notifications: Some(NotificationPreferences {
            event_reminders: false,
            organizer_news: true,
        }),
        etag: String::new(),
    };
    let changed = update(&world, &ada, wanted.clone(), None)
        .await
        .expect("a good request");
    let expected = Profile {
        user: Some(User {
            display_name: "Ada L.".to_owned(),
            ..ada.user.clone()
        }),
        etag: changed.etag.clone(),
        ..wanted
    };
    assert_eq!(changed, expected);
    assert_eq!(mine(&world, &ada).await, expected);
    let ada = world
        .refresh(&ada.tokens.refresh_token)
        .await
        .expect("the newest token");
    assert_eq!(crate::tokens::claims(&ada.tokens.access_token)["name"], "Ada L.");
}

#[tokio::test]
async fn a_mask_leaves_the_rest_alone_and_knows_its_paths() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let about = |about: &str| Profile {
        about: about.to_owned(),
        language: "de".to_owned(),
        ..Profile::default()
    };
    let changed = update(&world, &ada, about("x"), Some(&["about"]))
        .await
        .expect("a good request");
    assert_eq!((changed.about.as_str(), changed.language.as_str()), ("x", ""));
    assert_eq!(changed.user.expect("always set").display_name, "Ada");
    let refused = update(&world, &ada, about("y"), Some(&["about", "user.email", "etag"])).await;
    assert_eq!(
        violations(refused),
        faults(&[("update_mask", "PATH_UNKNOWN"), ("update_mask", "PATH_UNKNOWN")])
    );
    assert_eq!(mine(&world, &ada).await.about, "x");
}

#[tokio::test]
async fn a_change_to_an_older_version_is_refused() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let (one, two) = (mine(&world, &ada).await, mine(&world, &ada).await);
    let change = |profile: Profile, about: &str| Profile {
        about: about.to_owned(),
        ..profile
    };
    let changed = update(&world, &ada, change(one, "first"), None)
        .await
        .expect("the newest version");
    let refused = refusal(update(&world, &ada, change(two, "second"), None).await);
    assert_eq!(refused, (Code::Aborted, "ETAG_MISMATCH".to_owned()));
    let nonsense = Profile {
        etag: "nonsense".to_owned(),
        ..changed.clone()
    };
    assert_eq!(reason(update(&world, &ada, nonsense, None).await), "ETAG_MISMATCH");
    assert!(update(&world, &ada, change(changed, "third"), None).await.is_ok());
    assert_eq!(mine(&world, &ada).await.about, "third");
}

#[tokio::test]
async fn of_many_changes_to_one_version_one_wins() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let profile = mine(&world, &ada).await;
    let all = (0..6).map(|at| {
        let profile = Profile {
            about: format!("{at}"),
            ..profile.clone()
        };
        update(&world, &ada, profile, None)
    });
    let all = futures::future::join_all(all).await;
    assert_eq!(all.iter().filter(|result| result.is_ok()).count(), 1);
}

#[tokio::test]
async fn a_repeated_request_is_one_change() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let request = UpdateMyProfileRequest {
        request_id: world.request_id(),
        profile: Some(mine(&world, &ada).await),
        update_mask: None,
    };
    let first = world
        .profiles()
        .update_my_profile(ada.asks(request.clone()))
        .await
        .expect("the newest version");
    let second = world
        .profiles()
        .update_my_profile(ada.asks(request))
        .await
        .expect("a replay");
    assert_eq!(first.into_inner(), second.into_inner());
}

#[tokio::test]
async fn all_faults_are_told_at_once() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let profile = Profile {
        user: Some(User::default()),
        about: "x".repeat(281),
        interests: vec!["x".to_owned(); 21],
        time_zone: "Mars/Olympus".to_owned(),
        language: "x".to_owned(),
        ..Profile::default()
    };
    let expected = faults(&[
        ("profile.user.display_name", "REQUIRED"),
        ("profile.about", "TOO_LONG"),
        ("profile.interests", "TOO_MANY"),
        ("profile.time_zone", "TIME_ZONE_INVALID"),
        ("profile.language", "LANGUAGE_INVALID"),
    ]);
    assert_eq!(violations(update(&world, &ada, profile, None).await), expected);
    let request = UpdateMyProfileRequest {
        request_id: world.request_id(),
        ..UpdateMyProfileRequest::default()
    };
    let refused = world.profiles().update_my_profile(ada.asks(request)).await;
    assert_eq!(violations(refused), faults(&[("profile", "REQUIRED")]));
}

#[tokio::test]
async fn a_picture_is_stored_replaced_and_removed() {
    let world = World::with_blobs().await;
    let ada = world.person("ada@example.org").await;
    let first = upload(&world, &ada, png(64, 48)).await.expect("a picture");
    let picture = mine(&world, &ada)
        .await
        .user
        .expect("always set")
        .picture
        .expect("uploaded");
    assert_eq!(
        (picture.id.as_str(), picture.width, picture.height),
        (first.as_str(), 64, 48)
    );
    assert_eq!(
        image(&world, &first).await.expect("it is there"),
        (png(64, 48), "image/png".to_owned())
    );

    let second = upload(&world, &ada, png(32, 32)).await.expect("a picture");
    assert_ne!(first, second);
    assert_eq!(reason(image(&world, &first).await), "IMAGE_NOT_FOUND");
    assert!(image(&world, &second).await.is_ok());

    let gone = world
        .profiles()
        .delete_profile_picture(ada.asks(DeleteProfilePictureRequest {}))
        .await;
    gone.expect("signed in");
    assert_eq!(mine(&world, &ada).await.user.expect("always set").picture, None);
    assert_eq!(reason(image(&world, &second).await), "IMAGE_NOT_FOUND");
    world.run_jobs().await;
    assert_eq!(world.count("pictures").await, 0);
}

#[tokio::test]
async fn what_is_no_picture_or_too_large_is_refused_by_its_bytes() {
    let world = World::with_blobs().await;
    let ada = world.person("ada@example.org").await;
    let html = b"<html><script>alert(1)</script></html>".to_vec();
    let refused = refusal(upload(&world, &ada, html).await);
    assert_eq!(refused, (Code::InvalidArgument, "IMAGE_UNREADABLE".to_owned()));
    assert_eq!(reason(upload(&world, &ada, png(4_097, 1)).await), "IMAGE_TOO_LARGE");
    let mut large = png(64, 48);
    large.resize(4 * 1024 * 1024 + 1, 0);
    assert_eq!(reason(upload(&world, &ada, large.clone()).await), "IMAGE_TOO_LARGE");
    large.pop();
    assert!(upload(&world, &ada, large).await.is_ok(), "4 MiB exactly");
    assert_eq!(world.count("pictures").await, 1);
}

#[tokio::test]
async fn a_picture_tells_nobody_where_it_was_taken() {
    let world = World::with_blobs().await;
    let ada = world.person("ada@example.org").await;
    let taken = png_with(
        64,
        48,
        &[(b"tEXt", b"GPS\x0052.52 N"), (b"eXIf", b"II*\0 and a position")],
    );
    let id = upload(&world, &ada, taken).await.expect("a picture");
    assert_eq!(image(&world, &id).await.expect("it is there").0, png(64, 48));
    let cut_off = png(64, 48)[..60].to_vec();
    assert_eq!(reason(upload(&world, &ada, cut_off).await), "IMAGE_UNREADABLE");
}

#[tokio::test]
async fn pictures_are_throttled_for_each_user() {
    let world = World::with_blobs().await;
    let (ada, grace) = (
        world.person("ada@example.org").await,
        world.person("grace@example.org").await,
    );
    for _ in 0..10 {
        upload(&world, &ada, png(8, 8)).await.expect("a few at once");
    }
    assert_eq!(reason(upload(&world, &ada, png(8, 8)).await), "TOO_MANY_ATTEMPTS");
    assert!(upload(&world, &grace, png(8, 8)).await.is_ok());
}

#[tokio::test]
async fn an_upload_whose_store_is_away_leaves_nothing_for_long() {
    let world = World::new().await;
    let ada = world.person("ada@example.org").await;
    let refused = refusal(upload(&world, &ada, png(8, 8)).await);
    assert_eq!(refused, (Code::Unavailable, "STORE_UNAVAILABLE".to_owned()));
    assert_eq!(mine(&world, &ada).await.user.expect("always set").picture, None);
    assert_eq!(
        world.count("pictures where discard_time is not null").await,
        1,
        "announced, to be swept"
    );
}
