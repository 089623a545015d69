import assert from "node:assert/strict";
import { test } from "node:test";
import { Dictionaries } from "../../../src/columnar/ipc/dictionaries.ts";
import { BatchBuilder, type Column } from "../../../src/columnar/mod.ts";
import { columnValues } from "./support/integration_json.ts";
import { binary, dictionary, list, optional, required, topic, utf8 } from "./support/schemas.ts";

function words(...values: (string | null)[]): Column {
  const builder = new BatchBuilder(topic(optional("values", utf8)));
  for (const value of values) builder.append(0n, { values: value });
  return builder.finish().columns[1]!;
}

const FIELD = optional("word", dictionary(7n, utf8));

test("a dictionary is replaced as a whole, and grows by deltas", () => {
  const dictionaries = new Dictionaries({ fields: [FIELD] });
  const values = () => columnValues(dictionaries.get(FIELD)!);
  assert.equal(dictionaries.get(FIELD), undefined);
  dictionaries.set(7n, words("a", null), false);
  assert.deepEqual(values(), ["a", null]);
  const before = dictionaries.get(FIELD)!;
  dictionaries.set(7n, words("b"), true);
  dictionaries.set(7n, words(), true);
  dictionaries.set(7n, words("é", "d"), true);
  assert.deepEqual(values(), ["a", null, "b", "é", "d"]);
  assert.deepEqual(columnValues(before), ["a", null]);
  dictionaries.set(7n, words("z"), false);
  assert.deepEqual(values(), ["z"]);
});

test("a delta may come first, and an unknown id is an error", () => {
  const nested = optional("outer", dictionary(1n, list(dictionary(2n, utf8))));
  const dictionaries = new Dictionaries({ fields: [nested] });
  assert.equal(dictionaries.field(2n).type.kind, "utf8");
  dictionaries.set(2n, words("a"), true);
  assert.throws(() => dictionaries.field(3n), { code: "codec.ipc_invalid" });
});

test("dictionaries are bounded together", () => {
  const fields = [1n, 2n].map((id) => optional(`d${id}`, dictionary(id, binary)));
  const dictionaries = new Dictionaries({ fields });
  const large: Column = {
    ...words("x"),
    field: required("values", binary),
    values: new Uint8Array(0x0c00_0000),
  };
  dictionaries.set(1n, large, false);
  dictionaries.set(1n, large, false);
  assert.throws(() => dictionaries.set(1n, large, true), { code: "codec.ipc_limit" });
  const others = new Dictionaries({ fields });
  others.set(1n, large, false);
  assert.throws(() => others.set(2n, large, false), { code: "codec.ipc_limit" });
});
