/**
 * Every ontology type, one topic each: rows pushed as objects and read as typed objects, and columns pushed and read as batches.
 * Every part of a row is there, lists are typed arrays; `--parts required` leaves out what may be absent, `--items 3` sets the length
 * of lists, `--types flat` takes only the types of flat rows: those of numbers and booleans all through.
 *
 * `deno run -A bench/e2e/types_bench.ts` or `bun bench/e2e/types_bench.ts`; options as in `fixture.ts`, but one client with two
 * Workers by default; `--filter Vector3d` takes the types of that name. At the end: how far the flat types lie apart, and how the slowest
 * of the types with no more than six values, and no list, does beside the IMU rows of `imu_bench.ts`, which hold six.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { BatchBuilder, type DataType, toArrow } from "../../src/columnar/mod.ts";
import { IMU, type OntologyType } from "../../src/ontology/mod.ts";
import { sampleOf, TYPES_WITH_COLUMNS } from "../../tests/types/samples.ts";
import { bench, benchArguments, type Facts, report } from "../harness.ts";
import { type Bed, bytesPerRow, END_TO_END_FLAGS, freshName, remove, withEachClient } from "./fixture.ts";
import { imuOfTwoVectors } from "./imu_rows.ts";

/** Of a run: enough that a session and its topic, some milliseconds, do not count. */
const ROWS = 2_000_000;
/** Of a run, for rows that are wide. */
const BYTES = 32 << 20;
/** Of a run of columns of flat types, which are compared. */
const FLAT_BYTES = 128 << 20;
/** Of a batch of columns: as the writer makes them of rows. */
const BATCH_BYTES = 2 << 20;
/** Runs: of flat types, which are compared, and of others. */
const RUNS = 5;
const RUNS_OF_OTHERS = 2;
/** Of a row of {@linkcode imuOfTwoVectors}. */
const IMU_VALUES = 6;

const FLAGS = {
  workers: { type: "string", default: "2" },
  types: { type: "string", default: "all" },
  parts: { type: "string", default: "all" },
  items: { type: "string", default: "64" },
} as const;
const { filter, types, parts, items } = benchArguments({ ...END_TO_END_FLAGS, ...FLAGS });
if (parts !== "all" && parts !== "required") {
  throw new RangeError(`Cannot bench: --parts is "${parts}", expected all or required`);
}
if (types !== "all" && types !== "flat") {
  throw new RangeError(`Cannot bench: --types is "${types}", expected all or flat`);
}

/** What is measured of a type. */
const WAYS = ["push rows", "read rows", "push columns", "read batches"] as const;
type Way = typeof WAYS[number];
/** What was measured, by name. */
type Figures = Readonly<Record<string, number>>;
type Rates = Partial<Record<Way, Figures | void>>;

await withEachClient(async (bed) => {
  const samples = Array.from({ length: 512 }, (_, i) => imuOfTwoVectors(i));
  const imu = await measureRows(bed, IMU, samples, ROWS, { type: "IMU, two vectors" });
  const flat = new Map<string, Rates>();
  const light = new Map<string, Rates>();
  for (const type of TYPES_WITH_COLUMNS) {
    const isOfNumbers = isFlat(type.type);
    if (types === "flat" && !isOfNumbers) continue;
    const rows = Array.from({ length: 512 }, (_, i) =>
      sampleOf(type, i, {
        optional: parts === "all" ? "all" : "none",
        listLength: Number(items),
        typedArrays: true,
        plain: true,
      }) as object);
    const params = { type: type.tag, parts, items: Number(items), flat: isOfNumbers };
    const width = bytesPerRow(type.schema, rows);
    const count = Math.min(ROWS, Math.ceil(BYTES / width));
    const rates = {
      ...await measureRows(bed, type, rows, count, params),
      ...await measureColumns(bed, type, rows, params),
    };
    if (isOfNumbers) flat.set(type.tag, rates);
    if (valuesIn(type.type) <= IMU_VALUES) light.set(type.tag, rates);
  }
  const params = { parts, ...bed.params };
  for (const way of WAYS) {
    for (const figure of ["bytesPerSecond", "rowsPerSecond"]) {
      compare(`e2e/flat types: ${way}, ${figure}`, ratesOf(flat, way, figure), params);
    }
  }
  for (const way of ["push rows", "read rows"] as const) {
    const rowsPerSecond = imu[way]?.["rowsPerSecond"];
    if (rowsPerSecond === undefined) continue;
    compare(
      `e2e/types of no more values than IMU: ${way}`,
      ratesOf(light, way, "rowsPerSecond"),
      params,
      rowsPerSecond,
    );
  }
}, FLAGS);

/** Whether values of the type are numbers and booleans all through. */
function isFlat(type: DataType): boolean {
  if (type.kind === "struct") return type.fields.every((field) => isFlat(field.type));
  if (type.kind === "fixedSizeList") return isFlat(type.item.type);
  return type.kind === "int" || type.kind === "float" || type.kind === "bool";
}

function runsOf({ type }: OntologyType<unknown>): number {
  return isFlat(type) ? RUNS : RUNS_OF_OTHERS;
}

/** How many values a row holds at most; a list holds any number. */
function valuesIn(type: DataType): number {
  switch (type.kind) {
    case "struct":
      return type.fields.reduce((sum, field) => sum + valuesIn(field.type), 0);
    case "fixedSizeList":
      return type.size * valuesIn(type.item.type);
    case "list":
    case "largeList":
    case "map":
      return Infinity;
    default:
      return 1;
  }
}

/** What is known of a type, to be kept with results. */
type TypeFacts = Facts & { readonly type: string };

function nameOf({ type }: TypeFacts, way: Way): string {
  return `e2e/types ${type}: ${way}`;
}

/** Rates of rows as objects; a row is given many times over. */
async function measureRows(
  { client, params, serverPid }: Bed,
  type: OntologyType<unknown>,
  rows: readonly object[],
  count: number,
  facts: TypeFacts,
): Promise<Rates> {
  const [pushRows, readRows] = [nameOf(facts, "push rows"), nameOf(facts, "read rows")];
  if (!pushRows.includes(filter) && !readRows.includes(filter)) return {};
  const common = {
    params: { ...facts, ...params },
    bytes: Math.round(count * bytesPerRow(type.schema, rows)),
    items: { count, unit: "rows" },
    runs: runsOf(type),
    serverPid,
  };
  const push = async () => {
    const drive = await client.sequenceCreate(freshName());
    const topic = await drive.topicCreate("/t", type);
    for (let i = 0, k = 0; i < count; i++, k = k + 1 < rows.length ? k + 1 : 0) {
      const room = topic.push(BigInt(i), rows[k]!);
      if (room !== undefined) await room;
    }
    await drive.finalize();
    return drive.name;
  };
  let stored: string | undefined;
  const pushed = await bench(pushRows, {
    ...common,
    prepare: () => stored === undefined ? undefined : remove(client, stored),
    run: async () => stored = await push(),
    verify: async () => assert.equal(await countOf(client, stored!), BigInt(count)),
  });
  stored ??= await push();
  const handler = (await client.topicHandler(stored, "/t"))!;
  const read = await bench(readRows, {
    ...common,
    run: async () => {
      let seen = 0;
      for await (const { data } of await handler.stream()) if (data !== undefined) seen++;
      return seen;
    },
    verify: (seen) => assert.equal(seen, count),
  });
  await remove(client, stored);
  return { "push rows": pushed, "read rows": read };
}

/** Rates of columns; those of a batch are given many times over, with times that go on. */
async function measureColumns(
  { client, params, serverPid }: Bed,
  type: OntologyType<unknown>,
  rows: readonly object[],
  facts: TypeFacts,
): Promise<Rates> {
  const [pushColumns, readBatches] = [nameOf(facts, "push columns"), nameOf(facts, "read batches")];
  if (!pushColumns.includes(filter) && !readBatches.includes(filter)) return {};
  const width = bytesPerRow(type.schema, rows);
  const numRows = Math.ceil(BATCH_BYTES / width);
  const numBatches = Math.ceil((isFlat(type.type) ? FLAT_BYTES : BYTES) / (numRows * width));
  const builder = new BatchBuilder(type.schema);
  for (let i = 0; i < numRows; i++) builder.append(0n, rows[i % rows.length]!);
  const first = builder.finish();
  const [times, ...columns] = first.columns;
  const batches = await Promise.all(Array.from({ length: numBatches }, (_, k) => {
    const values = BigInt64Array.from({ length: numRows }, (_, i) => BigInt(k * numRows + i));
    return toArrow({ ...first, columns: [{ ...times!, values }, ...columns] });
  }));
  const common = {
    params: { ...facts, ...params },
    bytes: Math.round(numBatches * numRows * width),
    items: { count: numBatches * numRows, unit: "rows" },
    runs: runsOf(type),
    serverPid,
  };
  const push = async () => {
    const drive = await client.sequenceCreate(freshName());
    const topic = await drive.topicCreate("/t", type);
    for (const batch of batches) await topic.pushBatch(batch);
    await drive.finalize();
    return drive.name;
  };
  let stored: string | undefined;
  const pushed = await bench(pushColumns, {
    ...common,
    prepare: () => stored === undefined ? undefined : remove(client, stored),
    run: async () => stored = await push(),
    verify: async () => assert.equal(await countOf(client, stored!), BigInt(numBatches * numRows)),
  });
  stored ??= await push();
  const handler = (await client.topicHandler(stored, "/t"))!;
  const read = await bench(readBatches, {
    ...common,
    run: async () => {
      let seen = 0;
      for await (const batch of (await handler.stream()).batches()) seen += batch.numRows;
      return seen;
    },
    verify: (seen) => assert.equal(seen, numBatches * numRows),
  });
  await remove(client, stored);
  return { "push columns": pushed, "read batches": read };
}

async function countOf(client: MosaicoClient, sequence: string): Promise<bigint | undefined> {
  return (await client.topicHandler(sequence, "/t"))!.messageCount;
}

/** One figure of the types that have it, slowest first. */
function ratesOf(types: ReadonlyMap<string, Rates>, way: Way, figure: string): { tag: string; value: number }[] {
  const found = [...types].flatMap(([tag, rates]) => {
    const value = (rates[way] as Figures | undefined)?.[figure];
    return value === undefined ? [] : [{ tag, value }];
  });
  return found.toSorted((a, b) => a.value - b.value);
}

/** Tells how far types lie apart, and how the slowest does beside the rate of IMU rows where that is given. */
function compare(name: string, rates: readonly { tag: string; value: number }[], params: Facts, imu?: number): void {
  const [slowest, fastest] = [rates[0], rates.at(-1)];
  if (slowest === undefined || fastest === undefined || slowest === fastest) return;
  report(name, { slowest: slowest.tag, fastest: fastest.tag, types: rates.length, ...params }, {
    slowest: slowest.value,
    fastest: fastest.value,
    spread: fastest.value / slowest.value,
    ...(imu !== undefined && { imu, slowestByImu: slowest.value / imu }),
  });
}
