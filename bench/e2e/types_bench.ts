/**
 * Every ontology type, one topic each: rows pushed as objects, read as typed objects. Every part of a row is there, lists are typed
 * arrays; `--parts required` leaves out what may be absent, `--items 3` sets the length of lists.
 *
 * `deno run -A bench/e2e/types_bench.ts` or `bun bench/e2e/types_bench.ts`; options as in `fixture.ts`, but one client without
 * Workers by default. At the end: how far the types of flat rows, those of numbers only, lie apart.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import type { DataType } from "../../src/columnar/mod.ts";
import type { OntologyType } from "../../src/ontology/mod.ts";
import { sampleOf, TYPES_WITH_COLUMNS } from "../../tests/types/samples.ts";
import { bench, benchArguments, report } from "../harness.ts";
import { bytesPerRow, END_TO_END_FLAGS, freshName, remove, withEachClient } from "./fixture.ts";

const BYTES = 48 << 20;
const MOST_ROWS = 600_000;

const FLAGS = {
  workers: { type: "string", default: "0" },
  parts: { type: "string", default: "all" },
  items: { type: "string", default: "64" },
} as const;
const { parts, items } = benchArguments({ ...END_TO_END_FLAGS, ...FLAGS });
if (parts !== "all" && parts !== "required") {
  throw new RangeError(`Cannot bench: --parts is "${parts}", expected all or required`);
}

await withEachClient(async ({ client, params, serverPid }) => {
  const flat: { tag: string; push: Figures; read: Figures }[] = [];
  for (const type of TYPES_WITH_COLUMNS) {
    const rows = Array.from({ length: 512 }, (_, i) =>
      sampleOf(type, i, {
        optional: parts === "all" ? "all" : "none",
        listLength: Number(items),
        typedArrays: true,
        plain: true,
      }) as object);
    const width = bytesPerRow(type.schema, rows);
    const count = Math.min(MOST_ROWS, Math.ceil(BYTES / width));
    const common = {
      params: { type: type.tag, parts, items: Number(items), flat: isFlat(type.type), ...params },
      bytes: Math.round(count * width),
      items: { count, unit: "rows" },
      runs: 2,
      serverPid,
    };
    let stored = await push(client, type, rows, count);
    const pushed = await bench(`e2e/push ${type.tag}`, {
      ...common,
      prepare: () => remove(client, stored),
      run: async () => stored = await push(client, type, rows, count),
      verify: async () => assert.equal((await client.topicHandler(stored, "/t"))!.messageCount, BigInt(count)),
    });
    const handler = (await client.topicHandler(stored, "/t"))!;
    const read = await bench(`e2e/read ${type.tag}`, {
      ...common,
      run: async () => {
        let seen = 0;
        for await (const { data } of await handler.stream()) if (data !== undefined) seen++;
        return seen;
      },
      verify: (seen) => assert.equal(seen, count),
    });
    await remove(client, stored);
    if (pushed === undefined || read === undefined || !isFlat(type.type)) continue;
    flat.push({ tag: type.tag, push: pushed, read });
  }
  if (flat.length < 2) return;
  for (const way of ["push", "read"] as const) {
    for (const figure of ["bytesPerSecond", "rowsPerSecond"]) {
      const sorted = flat.map((each) => ({ tag: each.tag, rate: each[way][figure]! })).sort((a, b) => a.rate - b.rate);
      const [slowest, fastest] = [sorted[0]!, sorted.at(-1)!];
      report(`e2e/${way} flat types, ${figure}`, { slowest: slowest.tag, fastest: fastest.tag, parts, ...params }, {
        slowest: slowest.rate,
        fastest: fastest.rate,
        ratio: fastest.rate / slowest.rate,
      });
    }
  }
}, FLAGS);

/** What was measured, by name. */
type Figures = Readonly<Record<string, number>>;

/** Whether rows of the type are numbers and booleans all through. */
function isFlat(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.every((field) => isFlat(field.type));
  if (type.kind === "fixedSizeList") return isFlat(type.item.type);
  return type.kind === "int" || type.kind === "float" || type.kind === "bool";
}

/** Writes a sequence of that many rows; answers its name. */
async function push(
  client: MosaicoClient,
  type: OntologyType<unknown>,
  rows: readonly object[],
  count: number,
): Promise<string> {
  const drive = await client.sequenceCreate(freshName());
  const topic = await drive.topicCreate("/t", type);
  for (let i = 0; i < count; i++) {
    const room = topic.push(BigInt(i), rows[i & 511]!);
    if (room !== undefined) await room;
  }
  await drive.finalize();
  return drive.name;
}
