//! A gateway on a port of its own, in front of services that are not the real ones.

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use edge_gateway::Config;
use kit_config::{Loader, Sources};
use kit_core::{ManualClock, Rng};
use kit_rpc::proof::Tokens;
use kit_rpc::{Host, UserCaller};
use tempfile::TempDir;

use crate::client::Browser;
use crate::fakes::Fakes;

/// What the built web app looks like, as far as the gateway cares.
const INDEX: &str = "<!doctype html><html lang=\"en\"><head><!--plenary:head--><title>Plenary</title></head>\
                     <body><div id=\"root\"><!--plenary:body--></div></body></html>";

/// Everything that a test needs. The gateway ends with it.
pub(crate) struct World {
    pub(crate) hand: ManualClock,
    pub(crate) tokens: Tokens,
    pub(crate) host: Host,
    pub(crate) fakes: Fakes,
    pub(crate) address: SocketAddr,
    pub(crate) user: UserCaller,
    web: TempDir,
}

impl World {
    /// With the default configuration.
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// With these lines in `[gateway]`.
    pub(crate) async fn with(settings: &str) -> Self {
        Self::with_extra(settings, Router::new()).await
    }

    /// With further routes.
    pub(crate) async fn with_extra(settings: &str, extra: Router) -> Self {
        let hand = ManualClock::fixed();
        let tokens = Tokens::new(hand.clock(), Rng::seeded(1));
        let host = tokens.host();
        let user = tokens.user(&[]);
        let fakes = Fakes::new(tokens.token(&user));
        fakes.parts().into_iter().for_each(|part| host.mount(part));

        let web = web_app();
        let file = format!(
            "[gateway]\nlisten = \"127.0.0.1:0\"\nweb = {:?}\n{settings}\n",
            web.path()
        );
        let mut loader = Loader::new(Sources::empty().with_file(&file).expect("valid TOML"));
        let config = Config::load(&mut loader);
        loader.finish().expect("a valid configuration");
        let gateway = edge_gateway::open(config, &host, extra).await.expect("opens");
        host.mount(gateway.part);
        host.start();
        Self {
            hand,
            tokens,
            host,
            fakes,
            address: gateway.address,
            user,
            web,
        }
    }

    /// Somebody with a browser.
    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.address)
    }

    /// Where the web app lies.
    pub(crate) fn web(&self) -> &std::path::Path {
        self.web.path()
    }

    /// Ends the gateway; whether everything in it ended in time.
    pub(crate) async fn drain(&self) -> bool {
        self.host.drain(Duration::from_secs(5)).await
    }
}

fn web_app() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write = |path: &str, content: &[u8]| std::fs::write(folder.path().join(path), content).expect("written");
    std::fs::create_dir(folder.path().join("assets")).expect("made");
    write("index.html", INDEX.as_bytes());
    write("theme.js", b"theme()");
    write("assets/index-1a2b.js", b"plain()");
    write("assets/index-1a2b.js.br", b"compressed");
    folder
}
