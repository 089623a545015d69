import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { test } from "node:test";
import { fromHex, isMosaicoError, toHex } from "../../../../src/base/mod.ts";
import { type HeaderField, HpackDecoder, HpackEncoder } from "../../../../src/wire/http2/hpack/mod.ts";

interface Case {
  wire: string;
  headers: Record<string, string>[];
  header_table_size?: number;
}

const data = process.env["MOSAICO_TEST_DATA"];
const withoutData = data === undefined ? { skip: "MOSAICO_TEST_DATA is not set" } : {};
const python = process.env["MOSAICO_PYTHON"];

function stories(folder: string): [name: string, cases: Case[]][] {
  const path = join(data!, "hpack", folder);
  return readdirSync(path).sort().map((name) => [name, JSON.parse(readFileSync(join(path, name), "utf8")).cases]);
}

function fieldsOf(entry: Case): HeaderField[] {
  return entry.headers.map((header) => Object.entries(header)[0]!);
}

function rejects(hex: string, what: RegExp): void {
  assert.throws(() => new HpackDecoder(65536).decode(fromHex(hex)), (error) => {
    return isMosaicoError(error, "connection.http2") && error.facts["http2Code"] === 9 && what.test(error.message);
  });
}

for (const folder of ["nghttp2", "nghttp2-change-table-size", "haskell-http2-linear-huffman"]) {
  test(`HpackDecoder reads every story of ${folder}`, withoutData, () => {
    let count = 0;
    for (const [name, cases] of stories(folder)) {
      const decoder = new HpackDecoder(1 << 20);
      for (const entry of cases) {
        if (entry.header_table_size !== undefined) decoder.setTableLimit(entry.header_table_size);
        assert.deepEqual(decoder.decode(fromHex(entry.wire)), fieldsOf(entry), name);
        count++;
      }
    }
    assert.ok(count > 100, `only ${count} blocks`);
  });
}

test("HpackDecoder reads what HpackEncoder wrote, while the table size changes", withoutData, () => {
  for (const [name, cases] of stories("raw-data")) {
    const encoder = new HpackEncoder();
    const decoder = new HpackDecoder(1 << 20);
    for (const [at, entry] of cases.entries()) {
      if (at % 7 === 3) encoder.setTableLimit([0, 100, 1 << 30, 2048][(at >> 3) & 3]!);
      assert.deepEqual(decoder.decode(encoder.encode(fieldsOf(entry))), fieldsOf(entry), name);
    }
  }
});

test("The Python package hpack reads what HpackEncoder wrote", {
  ...withoutData,
  ...(python === undefined ? { skip: "MOSAICO_PYTHON is not set" } : {}),
}, () => {
  const blocks: string[][] = [];
  const wanted: HeaderField[][][] = [];
  for (const [, cases] of stories("raw-data")) {
    const encoder = new HpackEncoder();
    blocks.push(cases.map((entry) => toHex(encoder.encode(fieldsOf(entry)))));
    wanted.push(cases.map(fieldsOf));
  }
  const program = `
import json, sys, hpack
answer = []
for story in json.load(sys.stdin):
    decoder = hpack.Decoder(max_header_list_size=1 << 20)
    answer.append([[[n.decode("latin-1"), v.decode("latin-1")] for n, v in decoder.decode(bytes.fromhex(block), raw=True)] for block in story])
json.dump(answer, sys.stdout)`;
  const answer = execFileSync(python!, ["-c", program], { input: JSON.stringify(blocks), maxBuffer: 1 << 28 });
  assert.deepEqual(JSON.parse(answer.toString()), wanted);
});

test("HPACK keeps every byte value, and encodes a repeated list in one byte a field", () => {
  const all = Array.from({ length: 256 }, (_, code) => String.fromCharCode(code)).join("");
  const list: HeaderField[] = [[":path", "/a/b"], ["x", all], ["empty", ""], ["long", "é".repeat(5000)]];
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(1 << 20);
  for (let round = 0; round < 3; round++) assert.deepEqual(decoder.decode(encoder.encode(list)), list);
  assert.equal(encoder.encode(list.slice(0, 3)).length, 3);
});

test("Secrets are written as never indexed, each time anew", () => {
  const encoder = new HpackEncoder();
  for (const name of ["authorization", "mosaico-api-key-token", "cookie"]) {
    for (let round = 0; round < 2; round++) {
      const block = encoder.encode([[name, "s3cret"]]);
      assert.equal(block[0]! & 0xf0, 0x10, name);
      assert.ok(block.length > 4, name);
    }
  }
});

test("HpackEncoder tells the smallest and the last of several table sizes, once", () => {
  const encoder = new HpackEncoder();
  encoder.encode([["a", "b"]]);
  encoder.setTableLimit(0);
  encoder.setTableLimit(200);
  const block = encoder.encode([[":method", "GET"]]);
  assert.deepEqual([...block], [0x20, 0x3f, 200 - 31 | 0x80, 1, 0x82]);
  assert.equal(encoder.encode([[":method", "GET"]]).length, 1);
});

test("A list over the limit is left out, and the decoder goes on", () => {
  const encoder = new HpackEncoder();
  const decoder = new HpackDecoder(200);
  assert.equal(decoder.decode(encoder.encode([["a", "b".repeat(300)], ["kept", "in the table"]])), undefined);
  assert.deepEqual(decoder.decode(encoder.encode([["kept", "in the table"]])), [["kept", "in the table"]]);
});

test("Broken blocks are refused", () => {
  rejects("80", /index 0/);
  rejects("be", /index 62/);
  rejects("ffffffffff7f", /too long/);
  rejects("ff", /ends inside/);
  rejects("00", /ends inside|passes/);
  rejects("400561", /passes the end/);
  rejects("8220", /after a field/);
  rejects("3fe21f", /over the limit/);
  rejects("0001618440ffffff", /Huffman/); // padding longer than seven bits
  rejects("00016181fe00", /Huffman|ends/); // padding that is not ones
  rejects("00016184ffffffff", /Huffman/); // EOS
});

test("Random bytes end in a typed error or a list", () => {
  let seed = 1;
  const next = () => (seed = (seed * 1103515245 + 12345) & 0x7fffffff) >>> 16;
  for (let round = 0; round < 20_000; round++) {
    const block = Uint8Array.from({ length: next() % 40 }, () => next() & 0xff);
    try {
      new HpackDecoder(4096).decode(block);
    } catch (error) {
      assert.ok(isMosaicoError(error, "connection.http2"), String(error));
    }
  }
});
