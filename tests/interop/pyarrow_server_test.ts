/**
 * Our Flight client against a server of pyarrow.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromUtf8, utf8 } from "../../src/base/mod.ts";
import { lz4Codec, zstdCodec } from "../../src/codecs/mod.ts";
import {
  BatchDecoder,
  batchFromColumns,
  decodeSchema,
  encodeBatch,
  encodeSchema,
  type Schema,
  unwrapEncapsulated,
} from "../../src/columnar/mod.ts";
import { actionOf, connectFlight, type FlightConnection, pathDescriptor, ticketOf } from "../../src/wire/flight/mod.ts";
import { failure } from "../support/errors.ts";
import { pythonOf, startPython } from "../support/python.ts";

const python = pythonOf("MOSAICO_PYTHON");
const SCHEMA: Schema = {
  fields: [{ name: "value", type: { kind: "float", bits: 64 }, nullable: false }],
};
const ROWS = 1 << 20; // 8 MiB a batch
const BATCHES = 128;

async function withPeer(use: (client: FlightConnection) => Promise<void>): Promise<void> {
  await using peer = await startPython(python.path, "pyarrow_server.py", []);
  await using client = await connectFlight({ host: "127.0.0.1", port: Number(peer.firstLine) });
  await use(client);
}

/** Sum of `k * 1_000_003 + i` over `batches` batches of `rows`; exact, being below 2^63. */
function sumOf(batches: number, rows: number): bigint {
  const inBatches = BigInt(rows) * BigInt(rows - 1) / 2n * BigInt(batches);
  return inBatches + BigInt(batches) * BigInt(batches - 1) / 2n * 1_000_003n * BigInt(rows);
}

/** Sum of whole numbers held as floats, whose sum is below 2^53. */
function sum(values: Float64Array): bigint {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return BigInt(total);
}

/** Downloads and decodes; rows and sum of all values. */
async function download(client: FlightConnection, ticket: object): Promise<{ rows: number; total: bigint }> {
  await using stream = client.doGet(ticketOf(utf8(JSON.stringify(ticket))));
  const schema = decodeSchema((await stream.take())!.header);
  const decoder = new BatchDecoder(schema, [lz4Codec(), zstdCodec()]);
  let rows = 0;
  let total = 0n;
  for await (const { header, body } of stream) {
    const batch = decoder.decode(header, body)!;
    rows += batch.numRows;
    total += sum(batch.columns[0]!.values as Float64Array);
  }
  return { rows, total };
}

test("1 GiB goes up to pyarrow and comes down again, rows and sums equal", {
  skip: python.skip,
  timeout: 120_000,
}, () =>
  withPeer(async (client) => {
    const base = Float64Array.from({ length: ROWS }, (_, i) => i);
    const started = performance.now();
    const put = client.doPut();
    put.send({ descriptor: pathDescriptor(["numbers"]), header: encodeSchema(SCHEMA) });
    for (let k = 0; k < BATCHES; k++) {
      const value = base.map((each) => each + k * 1_000_003);
      await put.send(encodeBatch(batchFromColumns(SCHEMA, { value })));
    }
    put.closeSend();
    const answer = JSON.parse(fromUtf8((await put.take())!), (key, value) => key === "sum" ? BigInt(value) : value);
    await put.finish();
    assert.deepEqual(answer, { rows: ROWS * BATCHES, sum: sumOf(BATCHES, ROWS), batches: BATCHES });
    const between = performance.now();
    const got = await download(client, { batches: BATCHES, rows: ROWS });
    assert.deepEqual(got, { rows: ROWS * BATCHES, total: sumOf(BATCHES, ROWS) });
    const rate = (from: number, to: number) => `${Math.round(1024 / ((to - from) / 1000))} MiB/s`;
    console.log(`1 GiB up at ${rate(started, between)}, down at ${rate(between, performance.now())}`);
  }));

test("the other verbs, compressed batches and a failure in mid-stream, of a server of pyarrow", {
  skip: python.skip,
  timeout: 60_000,
}, () =>
  withPeer(async (client) => {
    for (const compression of ["lz4", "zstd"]) {
      const got = await download(client, { batches: 3, rows: 50_000, compression });
      assert.deepEqual(got, { rows: 150_000, total: sumOf(3, 50_000) }, compression);
    }
    const error = await failure(download(client, { fail_after: 3 }), "rpc.");
    assert.match(error.message, /failed on purpose/);

    const flights = await Array.fromAsync(client.listFlights({ expression: new Uint8Array() } as never));
    assert.deepEqual(flights.map((flight) => [flight.flightDescriptor?.path, flight.totalRecords]), [[
      ["numbers"],
      20n,
    ]]);
    const info = await client.getFlightInfo(pathDescriptor(["numbers"]));
    assert.equal(decodeSchema(unwrapEncapsulated(info.schema)).fields[0]!.name, "value");
    const ticket = JSON.parse(fromUtf8(info.endpoint[0]!.ticket!.ticket));
    assert.deepEqual(await download(client, ticket), { rows: 20, total: sumOf(2, 10) });
    const schema = decodeSchema(unwrapEncapsulated(await client.getSchema(pathDescriptor(["numbers"]))));
    assert.deepEqual(schema.fields, SCHEMA.fields);
    const results = await Array.fromAsync(client.doAction(actionOf("echo", utf8("hello"))));
    assert.deepEqual(results.map(fromUtf8), ["echo:hello"]);
    const actions = await Array.fromAsync(client.listActions());
    assert.deepEqual(actions.map(({ type, description }) => [type, description]), [["echo", "says it again"]]);
    await failure(client.pollFlightInfo(pathDescriptor(["numbers"])), "rpc.unimplemented");
  }));
