use kit_local::{Error, Objects};

/// That it speaks S3 is tested by `kit-blobs`, whose counterpart it is.
#[tokio::test]
async fn a_taken_port_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = taken.local_addr().expect("an address").port();
    let error = Objects::listen(folder.path(), port, "key", "secret")
        .await
        .expect_err("the port is taken");
    assert!(
        matches!(error, Error::PortTaken { port: named } if named == port),
        "{error}"
    );
    assert_eq!(error.to_string(), format!("port {port} on 127.0.0.1 is taken"));
}
