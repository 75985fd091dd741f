// Checks ../Dockerfile, ../compose.yaml and ../healthcheck.sh without a Docker engine. `node main.mjs <work folder>`.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join, resolve } from "node:path";

import { parse } from "./dockerfile.mjs";
import { play, unbuilt } from "./play.mjs";
import { bases, compose, environment, ignoring, settings, sources, targets } from "./rules.mjs";

// A sentence, not a trace: what fails is the Dockerfile or a build, whose own words are above.
process.on("uncaughtException", ({ message }) => stopIf([message]));

const clone = resolve(import.meta.dirname, "../../..");
const docker = join(clone, "deploy/docker");
const work = process.argv[2];
const read = (path) => readFileSync(join(clone, path), "utf8");

const dockerfile = parse(read("deploy/docker/Dockerfile"));
const ignored = ignoring(read("deploy/docker/Dockerfile.dockerignore"));
const found = [
  ...targets(dockerfile, deployedBinaries()),
  ...bases(dockerfile, ["node", "rust", "debian"]),
  ...sources(dockerfile, (path) => existsSync(join(clone, path)), ignored),
  ...compose(read("deploy/docker/compose.yaml"), dockerfile),
  ...versions(),
  ...(await healthcheck()),
];
stopIf(found);
console.log(`✓ ${dockerfile.stages.length} stages, a target for each of: ${deployedBinaries().join(" ")}`);

const builders = dockerfile.stages.filter(({ steps }) => steps.some(({ word }) => word === "RUN"));
const roots = play(builders, {
  clone,
  work,
  ignored,
  args: { PROFILE: "dev" },
  caches: { "/npm": folder("npm"), "/usr/local/cargo/registry": folder("registry"), "/src/target": targetFolder() },
});
const fromBase = ["/etc/ssl/certs/ca-certificates.crt"];
stopIf([...unbuilt(dockerfile.stages, roots, fromBase), ...libraries(roots.get("build")), ...known(roots.get("build"))]);
console.log("✓ the build steps ran with just the files that the images are built from");

/** The folders of binaries that are deployed are named like them. */
function deployedBinaries() {
  const services = readdirSync(join(clone, "services")).filter((name) => existsSync(join(clone, "services", name, "src/main.rs")));
  return [...services, "edge-gateway", "sfu-node"];
}

/** The images' compilers are those of the clone. */
function versions() {
  const { RUST, NODE } = dockerfile.args;
  const channel = /^channel = "(.+)"$/m.exec(read("rust-toolchain.toml"))?.[1];
  const node = Number(/(\d+)/.exec(JSON.parse(read("web/package.json")).engines.node)[1]);
  return [
    ...(RUST === channel ? [] : [`the image has Rust ${RUST}, rust-toolchain.toml names ${channel}`]),
    ...(Number(NODE) >= node ? [] : [`the image has Node.js ${NODE}, web/package.json wants ${node}`]),
  ];
}

/** The health check says yes to 200, and no to 503 and to nobody listening. */
async function healthcheck() {
  let status = 200;
  const server = createServer((request, response) => {
    response.statusCode = request.url === "/readyz" ? status : 404;
    response.end("{}");
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  const listen = `0.0.0.0:${server.address().port}`;
  const says = () => execution(join(docker, "healthcheck.sh"), [], { PLENARY_TELEMETRY_LISTEN: listen });
  const ready = await says();
  status = 503;
  const unready = await says();
  await new Promise((closed) => server.close(closed));
  const gone = await says();
  const right = ready === 0 && unready !== 0 && gone !== 0;
  const said = `${ready} to 200, ${unready} to 503, ${gone} to nobody listening`;
  return right ? [] : [`healthcheck.sh says ${said}`];
}

function execution(file, words, environment) {
  const child = spawn(file, words, { env: { ...process.env, ...environment }, stdio: "ignore" });
  return new Promise((ended) => child.on("exit", ended));
}

/** The binaries want no library that the runtime image lacks. */
function libraries(root) {
  const known = /^(linux-vdso|lib(c|m|dl|rt|pthread|gcc_s)|.*\/ld-linux[\w-]*)\.so/;
  return readdirSync(join(root, "src/out")).flatMap((binary) => {
    const wanted = execFileSync("ldd", [join(root, "src/out", binary)], { encoding: "utf8" }).trim().split("\n");
    const missing = wanted.map((line) => line.trim().split(" ")[0]).filter((library) => !known.test(library));
    return missing.map((library) => `${binary} wants ${library}, which the runtime image does not have`);
  });
}

/** Plenary knows every setting that the image and the compose file give it, and reads them all. */
function known(root) {
  const given = settings(read("deploy/docker/compose.yaml")).map(([name, value]) => [
    name,
    name.endsWith("_FILE") ? secretFile(name) : value.replace(/\$\{\w+:-(.*)\}/, "$1"),
  ]);
  const env = { ...environment(dockerfile.stages, "plenary"), ...Object.fromEntries(given) };
  const { status, stderr } = spawnSync(join(root, "src/out/plenary"), ["config", "print"], { env, encoding: "utf8" });
  return status === 0 ? [] : [`the image and compose.yaml configure what Plenary does not take: ${stderr.trim()}`];
}

/** A file with what could be in the secret of that name. */
function secretFile(name) {
  const scheme = /_(POSTGRES|REDIS)_URL_/.exec(name)?.[1].toLowerCase();
  const path = join(folder("secrets"), name);
  writeFileSync(path, scheme ? `${scheme}://plenary:a@localhost/plenary` : "a-secret-that-is-long-enough-for-anything");
  return path;
}

/** Stands for the build's target folder: cargo's own, which calls the profile `dev` by its folder `debug`. */
function targetFolder() {
  const target = folder("target");
  rmSync(join(target, "dev"), { force: true });
  symlinkSync(join(process.env.CARGO_TARGET_DIR, "debug"), join(target, "dev"));
  return target;
}

function folder(name) {
  const path = join(work, "caches", name);
  mkdirSync(path, { recursive: true });
  return path;
}

function stopIf(problems) {
  if (problems.length === 0) return;
  for (const problem of problems) console.error(`✗ ${problem}`);
  process.exit(1);
}
