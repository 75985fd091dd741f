// Each rule can fail: a Dockerfile with one fault each.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { copy, parse, run } from "./dockerfile.mjs";
import { play, unbuilt } from "./play.mjs";
import { bases, compose, ignoring, sources, targets } from "./rules.mjs";

const GOOD = `
ARG DEBIAN=bookworm
FROM debian:\${DEBIAN}-slim AS build
WORKDIR /src
COPY input.txt kept ./
ARG WORD=dist
RUN --mount=type=cache,target=/cache \\
    cp input.txt /cache/ && mkdir out && \\
    echo "$WORD" > out/live
FROM debian:bookworm-slim AS live
COPY --from=build /src/out/live /usr/local/bin/live
USER 10001:10001
HEALTHCHECK CMD ["x"]
ENTRYPOINT ["/usr/local/bin/live"]
`;

test("a good file passes every rule", () => {
  const file = parse(GOOD);
  assert.deepEqual(targets(file, ["live"]), []);
  assert.deepEqual(bases(file, ["debian"]), []);
  assert.deepEqual(sources(file, () => true, () => false), []);
});

test("what the language has and this reader does not is an error", () => {
  assert.throws(() => parse("FROM a:1 AS b\nADD x y\n"), /ADD is not known/);
  assert.throws(() => parse("FROM a:1\n"), /FROM <base> AS <name>/);
  assert.throws(() => parse("FROM a:${NO} AS b\n"), /no ARG NO/);
  assert.throws(() => run("--network=none true"), /only cache mounts/);
  assert.throws(() => copy("--link a b"), /only --from/);
});

test("a target that is missing, is root, has no health check or starts another is found", () => {
  assert.deepEqual(targets(parse(GOOD), ["events"]), ["there is no target events"]);
  const broken = parse(GOOD.replace("USER 10001:10001", "USER 0:0").replace(/HEALTHCHECK.*/, "").replace("bin/live\"]", "bin/a\"]"));
  assert.deepEqual(targets(broken, ["live"]), [
    "live does not start live",
    "live has no numeric user other than root",
    "live has no health check",
  ]);
});

test("an unknown base and a later stage are found", () => {
  assert.deepEqual(bases(parse(GOOD), ["alpine"]).length, 2);
  assert.deepEqual(bases(parse(GOOD.replace("--from=build", "--from=later")), ["debian"]), [
    "line 11: copies from later, which is not an earlier stage",
  ]);
});

test("a source that is not there or ignored is found", () => {
  const ignored = ignoring("# words\nkept\n**/node_modules\n**/*.log\n");
  assert.deepEqual(sources(parse(GOOD), (path) => path !== "input.txt", ignored), [
    "line 5: input.txt is not there",
    "line 5: kept is ignored by .dockerignore",
  ]);
  assert.ok(ignored("web/node_modules/a") && ignored("a/b.log") && ignored("kept/x"));
  assert.ok(!ignored("web/node_modules2") && !ignored("keptx") && !ignored("b.logs"));
});

test("a compose file with a password, an unknown target or no version is found", () => {
  const text = "  a:\n    target: gone\n    image: redis\n      POSTGRES_PASSWORD: hunter2\n      A_KEY: /run/secrets/a\n";
  assert.deepEqual(compose(text, parse(GOOD)), [
    "compose.yaml builds gone, which is no target",
    "compose.yaml sets POSTGRES_PASSWORD to a value instead of a secret's file",
    "compose.yaml uses redis without a version",
  ]);
});

test("playing brings only what is copied, runs with the given arguments, and misses what is not built", (t) => {
  const clone = mkdtempSync(join(tmpdir(), "plenary-check-"));
  t.after(() => rmSync(clone, { recursive: true }));
  writeFileSync(join(clone, "input.txt"), "in");
  writeFileSync(join(clone, "other.txt"), "not copied");
  mkdirSync(join(clone, "kept"));
  mkdirSync(join(clone, "cache"));
  const file = parse(GOOD);
  const options = { clone, work: join(clone, "work"), ignored: () => false, args: { WORD: "dev" } };
  const roots = play(file.stages.slice(0, 1), { ...options, caches: { "/cache": join(clone, "cache") } });
  assert.ok(existsSync(join(roots.get("build"), "src/input.txt")) && existsSync(join(clone, "cache/input.txt")));
  assert.ok(!existsSync(join(roots.get("build"), "src/other.txt")));
  assert.deepEqual(unbuilt(file.stages, roots, []), []);
  const without = parse(GOOD.replace("/src/out/live", "/src/out/gone"));
  assert.deepEqual(unbuilt(without.stages, roots, []), ["line 11: build does not build /src/out/gone"]);
  const forgetful = parse(GOOD.replace("COPY input.txt kept ./", "COPY kept kept"));
  const again = () => play(forgetful.stages.slice(0, 1), { ...options, caches: { "/cache": join(clone, "cache") } });
  assert.throws(again, /build, line 7: failed with 1/);
});
