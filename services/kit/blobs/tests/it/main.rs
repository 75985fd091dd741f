//! The store over the real protocol, with signatures checked.

use std::time::Duration;

use kit_blobs::{BLOB_BYTES_MAX, Blobs, Config, Credentials, Error};
use kit_config::Secret;
use kit_testing::TestBlobs;

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn what_is_put_can_be_had_until_it_is_deleted() {
    let server = TestBlobs::new().await;
    let blobs = Blobs::new(&server.config()).await;
    blobs.ensure_bucket().await.expect("made");
    blobs.ensure_bucket().await.expect("there");

    assert_eq!(blobs.get("images/one").await.expect("nothing yet"), None);
    blobs.put("images/one", "image/png", vec![1, 2, 3]).await.expect("kept");
    blobs
        .put("images/one", "image/webp", vec![4, 5])
        .await
        .expect("replaced");
    let blob = blobs.get("images/one").await.expect("had").expect("there");
    assert_eq!(
        (blob.content_type.as_str(), blob.bytes.as_ref()),
        ("image/webp", [4, 5].as_slice())
    );
    blobs.delete("images/one").await.expect("deleted");
    blobs.delete("images/one").await.expect("deleting nothing is fine");
    assert_eq!(blobs.get("images/one").await.expect("nothing any more"), None);
}

#[tokio::test]
async fn presigned_addresses_work_without_credentials() {
    let server = TestBlobs::new().await;
    let blobs = Blobs::new(&server.config()).await;
    blobs.ensure_bucket().await.expect("made");
    let browser = reqwest::Client::new();

    let put = blobs
        .presign_put("recordings/one", "video/mp4", MINUTE)
        .await
        .expect("signed");
    let answer = browser
        .put(put)
        .header("content-type", "video/mp4")
        .body("frames")
        .send()
        .await
        .expect("an answer");
    assert!(answer.status().is_success(), "{answer:?}");

    let get = blobs.presign_get("recordings/one", MINUTE).await.expect("signed");
    let answer = browser.get(&get).send().await.expect("an answer");
    assert_eq!(answer.headers()["content-type"], "video/mp4");
    assert_eq!(answer.text().await.expect("a body"), "frames");

    let forged = get.replace("recordings/one", "recordings/two");
    let answer = browser.get(forged).send().await.expect("an answer");
    assert_eq!(answer.status(), 403, "a signature is for one key");
    let unsigned = get.split('?').next().expect("an address");
    assert_eq!(browser.get(unsigned).send().await.expect("an answer").status(), 403);
}

#[tokio::test]
async fn refusals_and_outages_are_told_apart() {
    let server = TestBlobs::new().await;
    let mut config = server.config();
    let stranger = Credentials {
        key_id: Secret::new("somebody"),
        secret: Secret::new("else"),
    };
    let wrong = Config {
        credentials: Some(stranger),
        ..config.clone()
    };
    let error = Blobs::new(&wrong)
        .await
        .put("a", "text/plain", "x")
        .await
        .expect_err("not our key");
    assert!(matches!(error, Error::Refused(_)), "{error:?}");

    let blobs = Blobs::new(&config).await;
    let error = blobs
        .put("a", "text/plain", vec![0; BLOB_BYTES_MAX + 1])
        .await
        .expect_err("too large");
    assert!(matches!(error, Error::TooLarge { .. }), "{error:?}");

    // A port that was free a moment ago, and where nobody listens.
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    config.endpoint = Some(format!("http://{}", nobody.expect("a free port")));
    let error = Blobs::new(&config).await.get("a").await.expect_err("nobody is there");
    assert!(matches!(error, Error::Unavailable(_)), "{error:?}");
}
