//! Code from `proto/`: Rust by tonic-prost-build over protox (no system protoc), TypeScript by buf and protoc-gen-es.
//!
//! Generated code is committed, so that a reader sees it and a build needs none of this.

mod access;
mod modules;
mod redact;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use prost_reflect::DescriptorPool;

/// The folders that hold generated code and nothing else, relative to the clone.
pub(crate) const FOLDERS: [&str; 2] = ["proto/rust/src/gen", "web/src/gen"];

/// Reads `root`'s `proto/` and writes [`FOLDERS`] below `out`, which is `root` itself or, for tidy's comparison, an
/// empty folder. Files that `proto/` no longer describes are removed from `out`.
///
/// # Errors
/// When a proto file does not compile, an RPC says nothing about who may call it, or `web/node_modules` is missing.
pub(crate) fn generate(root: &Path, out: &Path) -> anyhow::Result<()> {
    rust(root, &out.join(FOLDERS[0]))?;
    typescript(root, &out.join(FOLDERS[1]))
}

fn rust(root: &Path, out: &Path) -> anyhow::Result<()> {
    let proto = root.join("proto");
    let mut compiler = protox::Compiler::new([&proto])?;
    compiler
        .include_imports(true)
        .include_source_info(true)
        .open_files(proto_files(&proto.join("plenary"))?)?;
    let documented = compiler.file_descriptor_set();
    // Encoded by protox itself: prost-types' FileDescriptorSet drops options that it does not know, ours among them.
    let encoded = compiler.include_source_info(false).encode_file_descriptor_set();
    let pool = DescriptorPool::decode(encoded.as_slice())?;
    let rules = access::rules(&pool)?;
    let redacted = redact::messages(&pool);

    if out.exists() {
        fs::remove_dir_all(out)?;
    }
    fs::create_dir_all(out)?;
    let mut config = prost_build::Config::new();
    config.enable_type_names();
    tonic_prost_build::configure()
        .out_dir(out)
        .bytes(".plenary.sfu.v1")
        .bytes(".plenary.identity.v1.GetImageResponse")
        .bytes(".plenary.events.v1.GetImageResponse")
        .skip_debug(redacted.iter().map(|message| format!(".{message}")))
        .emit_rerun_if_changed(false)
        .compile_fds_with_config(documented, config)?;
    for unused in ["google.protobuf.rs", "_.rs"] {
        let _ = fs::remove_file(out.join(unused));
    }
    fs::write(out.join("access.rs"), access::source(&rules))?;
    fs::write(out.join("redacted.rs"), redact::source(&redacted))?;
    fs::write(out.join("modules.rs"), modules::source(&pool))?;
    fs::write(out.join("descriptor.binpb"), encoded)?;
    Ok(())
}

fn typescript(root: &Path, out: &Path) -> anyhow::Result<()> {
    let buf = root.join("web/node_modules/.bin/buf");
    ensure!(buf.exists(), "web/node_modules is missing: run ./dev setup first");
    // The template's `out` is for the clone; for another folder the plugin's line is replaced.
    let template = fs::read_to_string(root.join("proto/buf.gen.yaml"))?
        .replace("../web/src/gen", &out.display().to_string())
        .replace(
            "../web/node_modules",
            &root.join("web/node_modules").display().to_string(),
        );
    let status = Command::new(&buf)
        .args(["generate", "--template", &template])
        .current_dir(root.join("proto"))
        .status()
        .with_context(|| format!("cannot run {}", buf.display()))?;
    ensure!(status.success(), "buf generate failed");
    Ok(())
}

/// Every `.proto` below `folder`, sorted.
fn proto_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "proto") {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}
