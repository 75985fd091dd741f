//! The life of a process: this test's own binary is started again as one.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use kit_core::Clock;
use kit_rpc::Part;
use kit_rpc::tls::Authority;

use crate::chat::Chat;

/// Set for the process that plays the service.
const CHILD: &str = "PLENARY_TEST_CHILD";

/// Not a test by itself: the service that the tests below start.
#[test]
fn child() {
    if std::env::var_os(CHILD).is_some() {
        let build = |(), _| async { Ok::<Part, _>(Chat::accepting().part()) };
        let code = kit_rpc::run("engagement", |_| (), build);
        assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
    }
}

fn start(settings: &[(&str, String)]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command
        .args(["--exact", "process::child", "--nocapture"])
        .env(CHILD, "1");
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    for (name, value) in settings {
        command.env(name, value);
    }
    command
}

#[test]
fn a_process_serves_until_it_is_told_to_end() {
    let credentials = Authority::generate(&Clock::system())
        .expect("made")
        .issue("engagement", &Clock::system());
    let credentials = credentials.expect("issued");
    let mut child = start(&[
        ("PLENARY_RPC_LISTEN", "127.0.0.1:0".to_owned()),
        ("PLENARY_TELEMETRY_LISTEN", "127.0.0.1:0".to_owned()),
        ("PLENARY_RPC_TLS_CA", credentials.authority),
        ("PLENARY_RPC_TLS_CERTIFICATE", credentials.certificate),
        ("PLENARY_RPC_TLS_KEY", credentials.key),
    ])
    .spawn()
    .expect("started");
    let mut lines = BufReader::new(child.stdout.take().expect("piped"))
        .lines()
        .map_while(Result::ok);
    let serving = lines.find(|line| line.contains("engagement is serving"));
    assert!(serving.is_some_and(|line| line.contains("\"level\":\"INFO\"")));

    let told = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .expect("told");
    assert!(told.success());
    assert!(lines.any(|line| line.contains("ending")));
    assert!(child.wait().expect("ended").success());
}

#[test]
fn a_process_that_cannot_start_says_why_in_words() {
    let mut child = start(&[("PLENARY_RPC_LISTN", "x".to_owned())])
        .spawn()
        .expect("started");
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert!(!child.wait().expect("ended").success());
    assert!(
        said.contains("PLENARY_RPC_LISTN is unknown; did you mean PLENARY_RPC_LISTEN?"),
        "{said}"
    );

    let mut child = start(&[]).spawn().expect("started");
    let mut said = String::new();
    child
        .stderr
        .take()
        .expect("piped")
        .read_to_string(&mut said)
        .expect("text");
    assert!(!child.wait().expect("ended").success());
    assert!(
        said.contains("engagement: rpc.tls_ca, rpc.tls_certificate and rpc.tls_key must be set"),
        "{said}"
    );
}
