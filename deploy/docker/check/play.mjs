// Plays the stages that build: each gets a folder that stands for its file system, COPY copies into it just what the
// Dockerfile names, and RUN runs there. So a file that a build needs and no COPY brings fails here as it would there.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from "node:fs";
import { basename, join, relative } from "node:path";

import { assignment, copy, run } from "./dockerfile.mjs";

/**
 * Plays `stages` below `work`. `caches` says which folder here stands for a RUN's cache mount; `args` overrides ARGs.
 * Returns the folder of each stage by name.
 */
export function play(stages, { clone, work, ignored, caches, args }) {
  const roots = new Map();
  for (const stage of stages) {
    const root = join(work, stage.name);
    empty(root);
    roots.set(stage.name, root);
    let folder = "/";
    const environment = { ...process.env };
    for (const { word, rest, line } of stage.steps) {
      const at = (path) => join(root, path.startsWith("/") ? path : join(folder, path));
      if (word === "WORKDIR") mkdirSync(at((folder = rest)), { recursive: true });
      else if (word === "ARG") Object.assign(environment, { ...assignment(rest), ...pick(args, assignment(rest)) });
      else if (word === "COPY") copyInto(copy(rest), { clone, roots, ignored, at });
      else if (word === "RUN") runIn(run(rest), { at, caches, environment, where: `${stage.name}, line ${line}` });
      else throw new Error(`line ${line}: ${word} in a stage that builds`);
    }
  }
  return roots;
}

/** What an earlier run left must not stand in for what a COPY forgot. */
function empty(root) {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
}

function pick(given, wanted) {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in wanted));
}

function copyInto({ from, sources, target }, { clone, roots, ignored, at }) {
  for (const path of sources) {
    const source = from === null ? join(clone, path) : join(roots.get(from), path);
    const intoFolder = target.endsWith("/") || sources.length > 1;
    const isFile = statSync(source).isFile();
    const destination = isFile && intoFolder ? join(at(target), basename(path)) : at(target);
    const wanted = (file) => from !== null || !ignored(relative(clone, file));
    // Times are kept, so that cargo sees what it has built already.
    cpSync(source, destination, { recursive: true, preserveTimestamps: true, filter: wanted });
  }
}

function runIn({ command, mounts }, { at, caches, environment, where }) {
  let here = command;
  for (const mount of mounts) {
    const folder = caches[mount];
    if (!folder) throw new Error(`${where}: nothing stands for the cache ${mount} here`);
    if (existsSync(at(mount))) throw new Error(`${where}: the cache ${mount} would hide what was copied`);
    here = here.replaceAll(new RegExp(`(?<![\\w/.])${mount}(?![\\w])`, "g"), folder);
    mkdirSync(join(at(mount), ".."), { recursive: true });
    symlinkSync(folder, at(mount));
  }
  console.log(`▸ ${where}: ${command.replace(/\s+/g, " ")}`);
  const options = { cwd: at("."), env: environment, stdio: ["ignore", "inherit", "inherit"] };
  const { status } = spawnSync("sh", ["-euc", here], options);
  if (status !== 0) throw new Error(`${where}: failed with ${status}`);
  for (const mount of mounts) rmSync(at(mount));
}

/** Copies of a stage without RUN that come from stages which were played: each source must have been built. */
export function unbuilt(stages, roots, provided) {
  const copies = stages.flatMap((stage) =>
    stage.steps.filter(({ word }) => word === "COPY").map(({ rest, line }) => ({ line, ...copy(rest) })),
  );
  const built = copies.filter(({ from }) => roots.has(from));
  return built.flatMap(({ line, from, sources }) =>
    sources
      .filter((path) => !provided.includes(path) && !isFilled(join(roots.get(from), path)))
      .map((path) => `line ${line}: ${from} does not build ${path}`),
  );
}

function isFilled(path) {
  return existsSync(path) && (statSync(path).isFile() || readdirSync(path).length > 0);
}
