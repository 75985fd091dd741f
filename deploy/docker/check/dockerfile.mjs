// Reads the part of the Dockerfile language that ../Dockerfile uses. Anything else is an error rather than a guess.

const KNOWN = new Set(
  "ARG FROM WORKDIR COPY ENV RUN EXPOSE USER VOLUME STOPSIGNAL HEALTHCHECK ENTRYPOINT CMD".split(" "),
);

/**
 * The stages of a Dockerfile, in order: `{ name, base, steps: [{ word, rest, line }] }`, with `args` of before the
 * first FROM put into the bases.
 */
export function parse(text) {
  const args = {};
  const stages = [];
  for (const { word, rest, line } of instructions(text)) {
    if (!KNOWN.has(word)) throw new Error(`line ${line}: ${word} is not known here: teach check/dockerfile.mjs first`);
    if (word === "FROM") {
      const match = /^(\S+) AS (\S+)$/.exec(rest);
      if (!match) throw new Error(`line ${line}: write FROM <base> AS <name>`);
      stages.push({ name: match[2], base: expand(match[1], args), steps: [] });
    } else if (stages.length === 0) {
      if (word !== "ARG") throw new Error(`line ${line}: ${word} before the first FROM`);
      Object.assign(args, assignment(rest));
    } else {
      stages.at(-1).steps.push({ word, rest, line });
    }
  }
  return { args, stages };
}

/** Lines joined where they end in a backslash, without comments and blank lines. */
function* instructions(text) {
  let open = null;
  for (const [index, raw] of text.split("\n").entries()) {
    const part = raw.trim();
    if (part === "" || part.startsWith("#")) continue;
    open ??= { text: "", line: index + 1 };
    open.text += part.endsWith("\\") ? part.slice(0, -1) : part;
    if (part.endsWith("\\")) continue;
    const [, word, rest] = /^(\S+)\s+(.*)$/s.exec(open.text) ?? [];
    if (!word) throw new Error(`line ${open.line}: no instruction`);
    yield { word, rest: rest.trim(), line: open.line };
    open = null;
  }
  if (open) throw new Error(`line ${open.line}: ends in the middle of an instruction`);
}

/** `{ NAME: "value" }` of `NAME=value`. */
export function assignment(rest) {
  const at = rest.indexOf("=");
  return at < 0 ? { [rest]: "" } : { [rest.slice(0, at)]: rest.slice(at + 1) };
}

function expand(text, args) {
  return text.replace(/\$\{(\w+)\}/g, (_, name) => {
    if (!(name in args)) throw new Error(`${text}: there is no ARG ${name}`);
    return args[name];
  });
}

/** `{ from, sources, target }` of a COPY's arguments; `from` is null for the build context. */
export function copy(rest) {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith("--"));
  const from = flags.map((flag) => /^--from=(.+)$/.exec(flag)?.[1]).find(Boolean) ?? null;
  if (!flags.every((flag) => /^--(from|chown)=/.test(flag))) throw new Error(`COPY ${rest}: only --from and --chown are known here`);
  const paths = words.filter((word) => !word.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) };
}

/** `{ command, mounts }` of a RUN's arguments: the folders that are caches, and what runs. */
export function run(rest) {
  const mounts = [];
  const command = rest.replace(/^(--mount=(\S+)\s+)+/, (flags) => {
    for (const [, target] of flags.matchAll(/--mount=type=cache,target=(\S+)/g)) mounts.push(target);
    return "";
  });
  if (command.startsWith("--")) throw new Error(`RUN ${rest}: only cache mounts are known here`);
  return { command, mounts };
}

/** The stage and those that it is built on, nearest first. */
export function chain(stages, stage) {
  const parent = stages.find(({ name }) => name === stage.base);
  return parent ? [stage, ...chain(stages, parent)] : [stage];
}
