import assert from "node:assert/strict";
import { test } from "node:test";
import { type DataType, equalSchemas, type Field } from "../../../src/columnar/mod.ts";

const field = (type: DataType, name = "a", nullable = true): Field => ({ name, type, nullable });
const int = (bits: 8 | 32 | 64, signed = true): DataType => ({ kind: "int", bits, signed });
const union = (typeIds: number[], ...fields: Field[]): DataType => ({ kind: "union", mode: "dense", typeIds, fields });
const words = (id: bigint, ordered: boolean, values: DataType = { kind: "utf8" }): DataType => ({
  kind: "dictionary",
  id,
  indices: { kind: "int", bits: 32, signed: true },
  values: field(values),
  ordered,
});

/** No two of them are the same. */
const FIELDS: readonly Field[] = [
  field(int(8)),
  field(int(32)),
  field(int(32, false)),
  field(int(32), "b"),
  field(int(32), "a", false),
  field({ kind: "float", bits: 32 }),
  field({ kind: "timestamp", unit: "second", timezone: undefined }),
  field({ kind: "timestamp", unit: "second", timezone: "UTC" }),
  field({ kind: "duration", unit: "second" }),
  field({ kind: "list", item: field(int(8)) }),
  field({ kind: "list", item: field(int(32)) }),
  field({ kind: "largeList", item: field(int(8)) }),
  field({ kind: "fixedSizeList", size: 2, item: field(int(8)) }),
  field({ kind: "fixedSizeList", size: 3, item: field(int(8)) }),
  field({ kind: "struct", fields: [] }),
  field({ kind: "struct", fields: [field(int(8))] }),
  field({ kind: "struct", fields: [field(int(8)), field(int(8), "b")] }),
  field(union([0, 1], field(int(8)), field(int(32), "b"))),
  field(union([1, 0], field(int(8)), field(int(32), "b"))),
  field(words(1n, false)),
  field(words(1n, true)),
  field(words(1n, false, { kind: "binary" })),
];

test("schemas are equal to their copies, and to no others", () => {
  for (const [i, a] of FIELDS.entries()) {
    for (const [k, b] of structuredClone(FIELDS).entries()) {
      assert.equal(equalSchemas({ fields: [a] }, { fields: [b] }), i === k, `${i} and ${k}`);
    }
    assert.ok(!equalSchemas({ fields: [a] }, { fields: [a, a] }));
  }
});

test("metadata, keys and ids of dictionaries do not count", () => {
  const [a, b] = [field(words(1n, false)), field(words(2n, false))];
  const metadata = new Map([["unit", "m"]]);
  assert.ok(equalSchemas({ fields: [a] }, { fields: [{ ...b, key: "other", metadata }], metadata }));
});
