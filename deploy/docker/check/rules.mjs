// What must be true of ../Dockerfile, as functions from its stages to sentences about what is wrong.
import { assignment, chain, copy } from "./dockerfile.mjs";

/** Each binary that is deployed has a target of its name, and what every target promises. */
export function targets({ stages }, binaries) {
  const found = [];
  for (const binary of binaries) {
    const stage = stages.find(({ name }) => name === binary);
    if (!stage) {
      found.push(`there is no target ${binary}`);
      continue;
    }
    const steps = chain(stages, stage).flatMap(({ steps }) => steps);
    const last = (word) => steps.find((step) => step.word === word)?.rest;
    if (last("ENTRYPOINT") !== `["/usr/local/bin/${binary}"]`) found.push(`${binary} does not start ${binary}`);
    if (!/^[1-9]\d*:[1-9]\d*$/.test(last("USER") ?? "")) found.push(`${binary} has no numeric user other than root`);
    if (!last("HEALTHCHECK")) found.push(`${binary} has no health check`);
    if (steps.some(({ word }) => word === "RUN")) found.push(`${binary} runs something while its image is made`);
  }
  return found;
}

/** Every stage is built on an earlier one or on a base image that is known to be meant. */
export function bases({ stages }, known) {
  const names = new Set();
  const found = [];
  for (const { name, base, steps } of stages) {
    if (!names.has(base) && !known.some((image) => base.startsWith(`${image}:`))) found.push(`${name} is built on ${base}`);
    for (const { rest, line } of steps.filter(({ word }) => word === "COPY")) {
      const { from } = copy(rest);
      if (from && !names.has(from)) found.push(`line ${line}: copies from ${from}, which is not an earlier stage`);
    }
    names.add(name);
  }
  return found;
}

/** Each source that is copied from the clone is there, and .dockerignore does not take it away. */
export function sources({ stages }, isThere, ignored) {
  const copies = stages.flatMap(({ steps }) => steps.filter(({ word }) => word === "COPY"));
  const fromClone = copies.map(({ rest, line }) => ({ line, ...copy(rest) })).filter(({ from }) => from === null);
  return fromClone.flatMap(({ line, sources }) =>
    sources
      .filter((path) => !isThere(path) || ignored(path))
      .map((path) => `line ${line}: ${path} is ${isThere(path) ? "ignored by .dockerignore" : "not there"}`),
  );
}

/** Whether a path is taken away by the lines of a .dockerignore: plain paths, `**` before a name, and `*` in one, are known. */
export function ignoring(text) {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  const rules = lines.map((line) => {
    const pattern = line.replace(/[.+^${}()|[\]\\?]/g, "\\$&").replace("**/", "(.*/)?").replace(/(?<!\.)\*/g, "[^/]*");
    return new RegExp(`^${pattern}(/|$)`);
  });
  return (path) => rules.some((rule) => rule.test(path));
}

/** What the environment of a target is: its ENV and those of the stages below it. */
export function environment(stages, name) {
  const all = chain(stages, stages.find((stage) => stage.name === name)).reverse();
  const set = all.flatMap(({ steps }) => steps.filter(({ word }) => word === "ENV").map(({ rest }) => assignment(rest)));
  return Object.assign({}, ...set);
}

/** The settings that compose.yaml gives to Plenary, as `[variable, value]`. */
export function settings(text) {
  return [...text.matchAll(/^\s+(PLENARY_\w+): (.+)$/gm)].map(([, name, value]) => [name, value.replace(/^["']|["']$/g, "")]);
}

/** The compose file: its own images are targets, and no secret has a default or stands in it. */
export function compose(text, { stages }) {
  const found = [];
  for (const [, target] of text.matchAll(/^\s+target: (\S+)$/gm)) {
    if (!stages.some(({ name }) => name === target)) found.push(`compose.yaml builds ${target}, which is no target`);
  }
  for (const [, name, value] of text.matchAll(/^\s+(\w*(?:PASSWORD|SECRET|KEY)\w*): (.+)$/gm)) {
    if (!value.includes("/run/secrets/")) found.push(`compose.yaml sets ${name} to a value instead of a secret's file`);
  }
  for (const [, image] of text.matchAll(/^\s+image: (\S+)$/gm)) {
    if (!/:[\w.-]*\d[\w.-]*$/.test(image)) found.push(`compose.yaml uses ${image} without a version`);
  }
  return found;
}
