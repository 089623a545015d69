/**
 * Puts and gets the batches of `flight_server.py` with our client, once each; prints one JSON line like its Python twin.
 * Batches are encoded from columns and decoded, verified, to columns.
 *
 * @module
 */
import process from "node:process";
import {
  type Batch,
  BatchDecoder,
  batchFromColumns,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  type Schema,
} from "../../src/columnar/mod.ts";
import { actionOf, commandDescriptor, connectFlight, ticketOf } from "../../src/wire/flight/mod.ts";
import { utf8 } from "../../src/base/mod.ts";

const ROWS = 131_072;
const COLUMNS = 8;
const [port, mebibytes] = process.argv.slice(2).map(Number) as [number, number];
const count = mebibytes / (ROWS * COLUMNS * 8 >> 20);
const names = Array.from({ length: COLUMNS }, (_, i) => `c${i}`);
const schema: Schema = { fields: names.map((name) => ({ name, type: { kind: "float", bits: 64 }, nullable: true })) };
const columns = Object.fromEntries(names.map((name) => [name, Float64Array.from({ length: ROWS }, Math.random)]));
const batch: Batch = batchFromColumns(schema, columns);
const flight = await connectFlight({ host: "127.0.0.1", port }, { timeoutMs: 10_000 });

async function measure(work: () => Promise<number>): Promise<{ seconds: number; cpuSeconds: number; rows: number }> {
  const cpu = process.cpuUsage();
  const before = performance.now();
  const rows = await work();
  const seconds = (performance.now() - before) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { seconds, cpuSeconds: (user + system) / 1e6, rows };
}

async function put(): Promise<number> {
  const call = flight.doPut();
  call.send({ descriptor: commandDescriptor(utf8("bench")), header: encodeSchema(schema) });
  for (let i = 0; i < count; i++) {
    const { header, body } = encodeBatch(batch);
    const room = call.send({ header, body });
    if (room !== undefined) await room;
  }
  await call.finish();
  let rows = "";
  for await (const body of flight.doAction(actionOf("rows"))) rows += new TextDecoder().decode(body);
  return Number(rows);
}

async function get(): Promise<number> {
  await using call = flight.doGet(ticketOf(utf8("bench")));
  const decoder = new BatchDecoder(decodeSchema((await call.take())!.header));
  let rows = 0;
  for (let data = await call.take(); data !== undefined; data = await call.take()) {
    rows += decoder.decode(data.header, data.body)!.numRows;
    data.release(); // as pyarrow frees a chunk that nobody refers to
  }
  return rows;
}

console.log(JSON.stringify({ put: await measure(put), get: await measure(get) }));
await flight.close();
