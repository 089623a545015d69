/**
 * The rooms of `docs/architecture.md`, held against the imports of the source.
 *
 * @module
 */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");

/** Which rooms a room may import, beside `base`; sub-rooms of one room are listed lowest first. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  base: [],
  wire: ["proto"],
  columnar: [],
  codecs: ["wasm"],
  ontology: ["columnar", "codecs"],
  protocol: ["wire", "proto", "ontology"],
  query: ["ontology", "columnar", "protocol"],
  client: ["wire", "columnar", "codecs", "ontology", "protocol", "query"],
  server: ["wire", "columnar", "codecs", "protocol", "query", "proto"],
  bridges: ["ontology", "columnar", "codecs"],
  frames: ["client", "columnar"],
  cli: ["client", "frames", "server", "bridges", "ontology", "columnar", "codecs", "protocol", "query", "wire"],
};

/** Sub-rooms that have a door of their own, lowest first: each may import the ones before it. */
const SUB_ROOMS: Readonly<Record<string, readonly string[]>> = {
  wire: ["net", "http2", "grpc", "flight"],
  client: ["control", "lanes", "writing", "reading", "handlers"],
  server: ["catalogue", "indexing", "storage", "engine", "service"],
  bridges: ["ros", "recording", "mcap", "bag", "rosbag2", "lidar_packets", "simulation"],
};

/** `node:` modules that both runtimes share, and the rooms that may use them. */
const NODE_MODULES_IN =
  /^src\/(server\/(storage|catalogue)|cli|bridges\/rosbag2)\/|^src\/wire\/net\/|^src\/client\/environment\.ts$/;
const ZLIB_IN = /^src\/(codecs|wire\/grpc)\//;

function* sources(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) yield* sources(path);
    else if (entry.name.endsWith(".ts")) yield path;
  }
}

/** Specifiers a file imports, statically or not. */
function importsOf(path: string): string[] {
  const text = readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "");
  const found = text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)"([^"]+)"/g);
  return [...found].map((match) => match[1]!);
}

function resolve(path: string, specifier: string): string {
  return relative(ROOT, join(ROOT, dirname(path), specifier));
}

const files = [...sources("src")];

test("every room is known", () => {
  const rooms = new Set(files.map((path) => path.split("/")[1]!));
  assert.deepEqual([...rooms].filter((room) => !(room in MAY_IMPORT)), []);
});

test("the drawing of the architecture says the same", () => {
  const text = readFileSync(join(ROOT, "docs/architecture.md"), "utf8");
  const drawn = new Map<string, readonly string[]>();
  for (const [, room, arrow] of text.matchAll(/^([a-z]+)\/ {2,}[^←\n]*(?:← (.*))?$/gm)) {
    const lower = [...Object.keys(MAY_IMPORT)].filter((name) => name !== room && name !== "base");
    drawn.set(room!, arrow === undefined ? [] : arrow === "all" ? lower : arrow.split(", "));
  }
  const sorted = (table: Iterable<readonly [string, readonly string[]]>) =>
    Object.fromEntries([...table].map(([room, names]) => [room, [...names].sort()]));
  assert.deepEqual(sorted(drawn), sorted(Object.entries(MAY_IMPORT)));
});

test("rooms import only the rooms below them, and only by their door", () => {
  const wrong: string[] = [];
  for (const path of files) {
    const room = path.split("/")[1]!;
    for (const specifier of importsOf(path).filter((it) => it.startsWith("."))) {
      const target = resolve(path, specifier);
      const [top, targetRoom] = target.split("/");
      const name = top === "src" ? targetRoom! : top!;
      if (top === "src" && name === room) continue;
      const allowed = name === "base" || MAY_IMPORT[room]!.includes(name);
      const door = top === "proto" || top === "wasm" || /^src\/[^/]+\/mod\.ts$/.test(target) ||
        (name in SUB_ROOMS && new RegExp(`^src/${name}/[^/]+/mod\\.ts$`).test(target));
      if (!allowed || !door) wrong.push(`${path} imports ${target}`);
    }
  }
  assert.deepEqual(wrong, []);
});

test("sub-rooms import only the sub-rooms below them, and only by their door", () => {
  const wrong: string[] = [];
  for (const path of files) {
    const [, room, sub] = path.split("/");
    const order = SUB_ROOMS[room!];
    if (order === undefined || !order.includes(sub!)) continue;
    for (const specifier of importsOf(path).filter((it) => it.startsWith("."))) {
      const [, targetRoom, targetSub, file] = resolve(path, specifier).split("/");
      if (targetRoom !== room || targetSub === sub || !order.includes(targetSub!)) continue;
      if (order.indexOf(targetSub!) > order.indexOf(sub!) || file !== "mod.ts") {
        wrong.push(`${path} imports ${specifier}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

test("node: modules stay in the rooms that may use them", () => {
  const wrong: string[] = [];
  for (const path of files) {
    for (const specifier of importsOf(path).filter((it) => it.startsWith("node:"))) {
      if (!(NODE_MODULES_IN.test(path) || (specifier === "node:zlib" && ZLIB_IN.test(path)))) {
        wrong.push(`${path} imports ${specifier}`);
      }
    }
  }
  assert.deepEqual(wrong, []);
});

/** Files of ours that are loaded with a file. */
function loadedWith(path: string): string[] {
  const statics = readFileSync(join(ROOT, path), "utf8").replace(/\/\*[\s\S]*?\*\//g, "")
    .matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+"(\.[^"]+)"/gm);
  return [...statics].map((match) => resolve(path, match[1]!));
}

test("the ontology loads codecs when one is used, not before", () => {
  const early = files.filter((path) => path.startsWith("src/ontology/"))
    .filter((path) => loadedWith(path).includes("src/codecs/mod.ts"));
  assert.deepEqual(early, []);
});

test("no file imports itself through others", () => {
  const graph = new Map(files.map((path) => [path, loadedWith(path)]));
  const state = new Map<string, "open" | "done">();
  const visit = (path: string, trail: readonly string[]): void => {
    if (state.get(path) === "done") return;
    assert.notEqual(state.get(path), "open", `cycle: ${[...trail, path].join(" → ")}`);
    state.set(path, "open");
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    state.set(path, "done");
  };
  for (const path of files) visit(path, []);
});

test("deno.json and package.json name the same versions", () => {
  const read = (name: string) => JSON.parse(readFileSync(join(ROOT, name), "utf8"));
  const { dependencies, devDependencies } = read("package.json");
  const fromPackage = { ...dependencies, ...devDependencies } as Record<string, string>;
  const fromDeno = new Map<string, string>();
  for (const specifier of Object.values(read("deno.json").imports as Record<string, string>)) {
    const match = /^npm:(@?[^@]+)@([^/]+)/.exec(specifier);
    if (match !== null) fromDeno.set(match[1]!, match[2]!);
  }
  assert.deepEqual(fromPackage, Object.fromEntries([...fromDeno].sort()));
});
