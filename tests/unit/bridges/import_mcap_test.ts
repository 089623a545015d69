import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoError } from "../../../src/base/mod.ts";
import { importMcap } from "../../../src/bridges/mcap/mod.ts";
import { rosAdapter } from "../../../src/bridges/ros/mod.ts";
import type { RowSink, TopicSink } from "../../../src/bridges/types.ts";
import { lz4Codec, zstdCodec } from "../../../src/codecs/mod.ts";
import { SchemaError } from "../../../src/columnar/mod.ts";
import { Temperature } from "../../../src/ontology/mod.ts";
import { MemorySink } from "./memory_sink.ts";
import { cdr, pieces, writeMcap, type WrittenChannel } from "./support.ts";

const text = "string data";

function texts(topic: string, times: readonly bigint[], change: Partial<WrittenChannel> = {}): WrittenChannel {
  const messages = times.map((time) => [time, cdr(text, { data: `at ${time}` })] as const);
  return { topic, type: "std_msgs/msg/String", definition: text, messages, ...change };
}

/** A sink whose topics do `push`. */
function sinkOf(push: TopicSink<unknown>["push"]): RowSink {
  return { topicCreate: () => Promise.resolve({ push }) };
}

test("importMcap() writes the topics of a file", async () => {
  const file = await writeMcap([texts("/a", [1n, 2n, 3n]), texts("b", [4n])]);
  const sink = new MemorySink();
  const report = await importMcap(pieces(file), sink);
  assert.deepEqual([...sink.topics.keys()], ["/a", "/b"]);
  assert.deepEqual(sink.topics.get("/a")!.timestamps, [1n, 2n, 3n]);
  assert.deepEqual(sink.topics.get("/a")!.rows(), [{ data: "at 1" }, { data: "at 2" }, { data: "at 3" }]);
  assert.equal(report.complete, true);
  assert.deepEqual(report.topics[1], {
    channel: "b",
    topic: "/b",
    schema: "std_msgs/msg/String",
    encoding: "cdr",
    ontologyTag: "String",
    modeled: true,
    messagesRead: 1,
    messagesPushed: 1,
    skipped: [],
    outOfOrder: 0,
  });
});

test("importMcap() unpacks chunks", async () => {
  const times = Array.from({ length: 200 }, (_, i) => BigInt(i));
  for (const codec of [lz4Codec(), zstdCodec()]) {
    const compress = (chunk: Uint8Array) => ({
      compression: codec.name,
      compressedData: codec.compress(chunk)!,
    });
    const file = await writeMcap([texts("/a", times)], 4096, compress);
    const sink = new MemorySink();
    const report = await importMcap(pieces(file), sink);
    assert.equal(report.complete, true, JSON.stringify(report.damage));
    assert.deepEqual(sink.topics.get("/a")!.timestamps, times);
  }
});

test("importMcap() counts messages of encodings it cannot read", async () => {
  const file = await writeMcap([
    texts("/json", [1n, 2n], { messageEncoding: "json", schemaEncoding: "jsonschema" }),
    texts("/a", [3n]),
  ]);
  const sink = new MemorySink();
  const report = await importMcap(pieces(file), sink);
  assert.deepEqual([...sink.topics.keys()], ["/a"]);
  assert.equal(report.complete, false);
  assert.equal(report.topics[0]!.topic, undefined);
  assert.deepEqual(report.topics[0]!.skipped.map(({ code, count }) => [code, count]), [
    ["schema.unsupported_encoding", 2],
  ]);
});

test("importMcap() writes channels of one name and type to one topic, of other types to another", async () => {
  const number: WrittenChannel = {
    topic: "/a",
    type: "std_msgs/msg/Int8",
    definition: "int8 data",
    messages: [[3n, cdr("int8 data", { data: 7 })]],
  };
  const sink = new MemorySink();
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n]), number])), sink);
  assert.deepEqual([...sink.topics.keys()], ["/a", "/a_2"]);
  assert.equal(sink.topics.get("/a_2")!.type.tag, "Integer8");
  assert.equal(report.complete, true);
});

test("importMcap() names a declared channel without messages, and creates no topic for it", async () => {
  const sink = new MemorySink();
  const report = await importMcap(pieces(await writeMcap([texts("/silent", []), texts("/a", [1n])])), sink);
  assert.deepEqual([...sink.topics.keys()], ["/a"]);
  assert.deepEqual(report.topics.map(({ channel, messagesRead }) => [channel, messagesRead]), [
    ["/a", 1],
    ["/silent", 0],
  ]);
  assert.equal(report.complete, true);
});

test("importMcap() counts values the sink refuses, and goes on", async () => {
  let calls = 0;
  const sink = sinkOf(() => {
    calls++;
    if (calls === 1) throw new SchemaError("schema.invalid_value", "bad row", {});
    if (calls === 2) return Promise.reject(new MosaicoError("message.too_large", "big row"));
    return undefined;
  });
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n, 2n, 3n])])), sink);
  assert.equal(report.messagesPushed, 1);
  assert.deepEqual(report.topics[0]!.skipped, [
    { code: "schema.invalid_value", count: 1, first: "bad row" },
    { code: "message.too_large", count: 1, first: "big row" },
  ]);
});

test("importMcap() counts rows that the sink took and dropped", async () => {
  let dropped = 0;
  const topic = {
    push: () => undefined,
    flush: () => {
      dropped = 2;
      return Promise.resolve();
    },
    get droppedRecordCount() {
      return dropped;
    },
    lastError: new Error("too big"),
  };
  const sink: RowSink = { topicCreate: () => Promise.resolve(topic) };
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n, 2n, 3n])])), sink);
  assert.equal(report.messagesPushed, 1);
  assert.equal(report.complete, false);
  assert.deepEqual(report.topics[0]!.skipped, [{ code: "message.too_large", count: 2, first: "too big" }]);
});

test("importMcap() fails when the sink does", async () => {
  const lost = new MosaicoError("connection.lost", "gone");
  await assert.rejects(
    importMcap(pieces(await writeMcap([texts("/a", [1n])])), sinkOf(() => Promise.reject(lost))),
    lost,
  );
});

test("importMcap() goes on without a topic that the server refuses", async () => {
  const memory = new MemorySink();
  let asked = 0;
  const sink: RowSink = {
    topicCreate: (name, type, options) => {
      asked++;
      if (name === "/a") throw new MosaicoError("rpc.already_exists", "there is one");
      return memory.topicCreate(name, type, options);
    },
  };
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n, 2n]), texts("/b", [3n])])), sink);
  assert.deepEqual([...memory.topics.keys()], ["/b"]);
  assert.deepEqual(report.topics[0]!.skipped, [{ code: "rpc.already_exists", count: 2, first: "there is one" }]);
  assert.equal(report.topics[0]!.topic, undefined);
  assert.equal(asked, 2);
});

test("importMcap() waits for the sink", async () => {
  let waiting = false;
  const sink = sinkOf(() => {
    assert.equal(waiting, false, "pushed before there was room");
    waiting = true;
    return new Promise((resolve) =>
      setTimeout(() => {
        waiting = false;
        resolve();
      }, 1)
    );
  });
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n, 2n, 3n])])), sink);
  assert.equal(report.messagesPushed, 3);
});

test("importMcap() tells its progress", async () => {
  const file = await writeMcap([texts("/a", Array.from({ length: 100 }, (_, i) => BigInt(i)))]);
  const seen: [number, number][] = [];
  await importMcap(pieces(file, 1000), new MemorySink(), {
    onProgress: ({ bytesRead, messagesRead }) => seen.push([bytesRead, messagesRead]),
  });
  assert.deepEqual(seen.at(-1), [file.length, 100]);
  assert.equal(seen.length, Math.ceil(file.length / 1000));
});

test("importMcap() stops when aborted", async () => {
  const file = await writeMcap([texts("/a", Array.from({ length: 100 }, (_, i) => BigInt(i)))]);
  const stop = new AbortController();
  const reason = new Error("enough");
  let closed = false;
  async function* source(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces(file, 1000);
    } finally {
      closed = true;
    }
  }
  const running = importMcap(source(), new MemorySink(), {
    onProgress: () => stop.abort(reason),
    signal: stop.signal,
  });
  await assert.rejects(running, reason);
  assert.equal(closed, true);
});

test("importMcap() uses adapters of the caller", async () => {
  const adapter = rosAdapter("std_msgs/String", Temperature, ({ data }: { data: string }) => ({ value: data.length }));
  const sink = new MemorySink();
  await importMcap(pieces(await writeMcap([texts("/a", [1n])])), sink, { adapters: [adapter] });
  assert.equal(sink.topics.get("/a")!.rows<Temperature>()[0]!.value, 4);
});

test("importMcap() refuses records and chunks beyond the limit", async () => {
  const report = await importMcap(pieces(await writeMcap([texts("/a", [1n, 2n])], 1 << 20)), new MemorySink(), {
    maxRecordBytes: 50,
  });
  assert.equal(report.messagesPushed, 0);
  assert.match(report.damage[0]!.reason, /at most 50 are read/);
  assert.equal(report.messagesDeclared, undefined);
});
