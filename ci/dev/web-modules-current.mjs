// Exits with 0 when web/node_modules holds exactly what web/package-lock.json asks for, so that `npm ci`, which starts by
// removing everything, runs only when it is needed. npm itself keeps the list that is compared, in node_modules.
import { readFileSync } from "node:fs";

const read = (path) => JSON.parse(readFileSync(new URL(`../../web/${path}`, import.meta.url), "utf8")).packages;
const wanted = Object.entries(read("package-lock.json")).filter(([path]) => path !== "");
const present = read("node_modules/.package-lock.json");

// A package for another system is optional and rightly absent.
const missing = wanted.filter(([path, { optional }]) => !optional && !present[path]);
const lock = new Map(wanted);
const foreign = Object.entries(present).filter(([path, { version }]) => lock.get(path)?.version !== version);
process.exit(missing.length + foreign.length === 0 ? 0 : 1);
