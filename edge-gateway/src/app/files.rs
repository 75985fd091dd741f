//! The files of the built web app, in memory.
//!
//! All are read once, at start: a request looks its path up in a map, so that there is no path to escape from the
//! folder by, and nothing that a full disk or a slow one could do to an answer.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, ensure};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use sha2::{Digest as _, Sha256};

use crate::limits::{APP_BYTES_MAX, APP_DEPTH_MAX};

/// Files with the hash of their content in their name never change.
const HASHED_FOLDER: &str = "/assets/";
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Others are asked for again, and mostly answered by 304.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// Paths (`/assets/index-BWyV9AUZ.js`) and their files.
#[derive(Debug)]
pub(super) struct Files(BTreeMap<String, File>);

/// One file, as it is and compressed.
#[derive(Debug)]
pub(super) struct File {
    content_type: &'static str,
    caching: HeaderValue,
    plain: Variant,
    brotli: Option<Variant>,
    gzip: Option<Variant>,
}

#[derive(Clone, Debug)]
struct Variant {
    encoding: Option<&'static str>,
    content: Bytes,
    tag: HeaderValue,
}

impl Files {
    /// All files below the folder, but for `index.html`, which is the template of pages, and hidden ones.
    pub(super) fn load(folder: &Path) -> anyhow::Result<Self> {
        let mut contents = BTreeMap::new();
        let mut bytes = 0;
        read(folder, "", APP_DEPTH_MAX, &mut contents, &mut bytes)?;
        let compressed = |path: &str, suffix| contents.get(&format!("{path}{suffix}")).cloned();
        let is_compressed = |path: &str| path.ends_with(".br") || path.ends_with(".gz");
        let paths = contents
            .keys()
            .filter(|path| !is_compressed(path) && *path != "/index.html");
        let files = paths.map(|path| {
            let file = File {
                content_type: content_type(path),
                caching: if path.starts_with(HASHED_FOLDER) {
                    FOR_GOOD
                } else {
                    ASK_AGAIN
                },
                plain: Variant::new(None, contents[path].clone()),
                brotli: compressed(path, ".br").map(|content| Variant::new(Some("br"), content)),
                gzip: compressed(path, ".gz").map(|content| Variant::new(Some("gzip"), content)),
            };
            (path.clone(), file)
        });
        Ok(Self(files.collect()))
    }

    /// The file of exactly this path.
    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.0.get(path)
    }
}

fn read(
    folder: &Path,
    prefix: &str,
    depth: usize,
    contents: &mut BTreeMap<String, Bytes>,
    bytes: &mut u64,
) -> anyhow::Result<()> {
    ensure!(depth > 0, "{} is too deep", folder.display());
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = format!("{prefix}/{name}");
        // Of the entry itself, so that a link to a file elsewhere is passed over and not served.
        let kind = entry.file_type()?;
        if kind.is_dir() {
            read(&entry.path(), &path, depth - 1, contents, bytes)?;
        } else if kind.is_file() {
            *bytes += entry.metadata()?.len();
            ensure!(*bytes <= APP_BYTES_MAX, "it has more than {APP_BYTES_MAX} bytes");
            let content = fs::read(entry.path()).with_context(|| format!("cannot read {path}"))?;
            contents.insert(path, content.into());
        }
    }
    Ok(())
}

// === impl File ===

impl File {
    /// In the smallest form that the client takes, or that it has it already.
    pub(super) fn answer(&self, headers: &HeaderMap) -> Response {
        let variant = self.variant(headers);
        let shared = [
            (header::CACHE_CONTROL, self.caching.clone()),
            (header::ETAG, variant.tag.clone()),
            (header::VARY, HeaderValue::from_static("accept-encoding")),
        ];
        if has_tag(headers, &variant.tag) {
            return (StatusCode::NOT_MODIFIED, shared).into_response();
        }
        let mut response = (shared, variant.content.clone()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        if let Some(encoding) = variant.encoding {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    fn variant(&self, headers: &HeaderMap) -> &Variant {
        let preferred = [&self.brotli, &self.gzip].into_iter().flatten();
        let mut accepted = preferred.filter(|variant| variant.encoding.is_some_and(|name| accepts(headers, name)));
        accepted.next().unwrap_or(&self.plain)
    }
}

impl Variant {
    fn new(encoding: Option<&'static str>, content: Bytes) -> Self {
        let hash = Sha256::digest(&content);
        let digits: String = hash[..12].iter().map(|byte| format!("{byte:02x}")).collect();
        let tag = HeaderValue::try_from(format!("\"{digits}\"")).expect("digits are a header value");
        Self { encoding, content, tag }
    }
}

/// Whether `accept-encoding` names the encoding, and not with the quality 0.
fn accepts(headers: &HeaderMap, encoding: &str) -> bool {
    let lines = headers.get_all(header::ACCEPT_ENCODING).iter();
    let mut items = lines.flat_map(|line| line.to_str().unwrap_or("").split(','));
    items.any(|item| {
        let (name, quality) = item.split_once(';').unwrap_or((item, "q=1"));
        let quality = quality
            .trim()
            .strip_prefix("q=")
            .and_then(|text| text.parse::<f32>().ok());
        name.trim().eq_ignore_ascii_case(encoding) && quality.is_some_and(|quality| quality > 0.0)
    })
}

fn has_tag(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut known = known
        .unwrap_or("")
        .split(',')
        .map(|known| known.trim().trim_start_matches("W/"));
    known.any(|known| known.as_bytes() == tag.as_bytes())
}

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or("") {
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "txt" => "text/plain; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().expect("a header"))])
    }

    fn files() -> Files {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().expect("has one")).expect("made");
            fs::write(path, text).expect("written");
        };
        write("index.html", "template");
        write("theme.js", "plain");
        write("assets/a-1.js", "plain");
        write("assets/a-1.js.br", "brotli");
        write("assets/a-1.js.gz", "gzip");
        write(".vite/manifest.json", "{}");
        std::os::unix::fs::symlink("/etc/hostname", folder.path().join("link.txt")).expect("linked");
        Files::load(folder.path()).expect("loads")
    }

    #[test]
    fn only_the_builds_own_files_are_there() {
        let files = files();
        let paths: Vec<_> = files.0.keys().map(String::as_str).collect();
        assert_eq!(paths, ["/assets/a-1.js", "/theme.js"]);
        for path in [
            "/assets/../theme.js",
            "/assets/%2e%2e/theme.js",
            "//theme.js",
            "/theme.js/",
            "",
        ] {
            assert!(files.get(path).is_none(), "{path}");
        }
    }

    #[test]
    fn the_smallest_form_that_a_client_takes() {
        let files = files();
        let encoding = |accepted: &str| {
            let file = files.get("/assets/a-1.js").expect("is there");
            file.variant(&headers(header::ACCEPT_ENCODING, accepted)).encoding
        };
        assert_eq!(encoding("gzip, deflate, br, zstd"), Some("br"));
        assert_eq!(encoding("gzip;q=0.5"), Some("gzip"));
        assert_eq!(encoding("br;q=0, GZIP"), Some("gzip"));
        assert_eq!(encoding("identity"), None);
        assert_eq!(encoding("brx"), None);
    }

    #[test]
    fn hashed_files_are_kept_for_good_and_others_asked_for_again() {
        let files = files();
        let answer = |path: &str, headers: &HeaderMap| files.get(path).expect("is there").answer(headers);
        let hashed = answer("/assets/a-1.js", &HeaderMap::new());
        assert_eq!(hashed.headers()[header::CACHE_CONTROL], FOR_GOOD);
        assert_eq!(hashed.headers()[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
        let first = answer("/theme.js", &HeaderMap::new());
        assert_eq!(first.headers()[header::CACHE_CONTROL], ASK_AGAIN);
        let tag = first.headers()[header::ETAG].to_str().expect("text").to_owned();
        let again = answer("/theme.js", &headers(header::IF_NONE_MATCH, &format!("\"x\", W/{tag}")));
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    }
}
