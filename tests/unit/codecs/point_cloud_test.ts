import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError, toHex } from "../../../src/base/mod.ts";
import {
  type PointColumn,
  type PointRecords,
  type PointValues,
  readPoints,
  writePoints,
} from "../../../src/codecs/mod.ts";

const ARRAYS = [
  Int8Array,
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
] as const;

function bytesOf({ buffer, byteOffset, byteLength }: PointValues): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function failsWith(code: string, cloud: PointRecords): void {
  assert.throws(() => readPoints(cloud), (error: unknown) => {
    assert.ok(isMosaicoError(error, code), String(error));
    return true;
  });
}

const cloud: PointRecords = {
  height: 2,
  width: 3,
  fields: [{ name: "x", offset: 0, datatype: 7, count: 1 }, { name: "ring", offset: 4, datatype: 4n, count: 1 }],
  isBigendian: false,
  pointStep: 6,
  rowStep: 20,
  data: new Uint8Array(40),
};

test("the record of a known cloud", () => {
  const f = (value: number) => Float32Array.of(value);
  const columns = [["x", 1], ["y", 2], ["z", 3], ["intensity", 4]].map(([name, value]) => (
    { name: String(name), count: 1, values: f(Number(value)) }
  ));
  const packed = writePoints([...columns, { name: "beam_id", count: 1, values: Uint16Array.of(5) }]);
  assert.deepEqual(packed.fields.map(({ offset }) => offset), [0, 4, 8, 12, 16]);
  assert.deepEqual([packed.pointStep, packed.width, packed.height, packed.rowStep], [18, 1, 1, 18]);
  assert.equal(toHex(packed.data), "0000803f0000004000004040000080400500");
});

test("any columns come back bit by bit, in either byte order, at any address", () => {
  const column = fc.tuple(fc.nat(7), fc.integer({ min: 1, max: 3 }));
  const property = fc.property(
    fc.array(column, { minLength: 1, maxLength: 6 }),
    fc.integer({ min: 0, max: 20 }),
    fc.boolean(),
    fc.nat(7),
    fc.integer(),
    (shapes, points, isBigendian, shift, seed) => {
      let state = seed;
      const columns = shapes.map(([type, count], i): PointColumn => {
        const values = new ARRAYS[type]!(points * count);
        const bytes = bytesOf(values);
        for (let k = 0; k < bytes.length; k++) bytes[k] = (state = Math.imul(state, 1103515245) + 12345) >>> 16;
        return { name: `c${i}`, count, values };
      });
      const packed = writePoints(columns, { isBigendian });
      const moved = new Uint8Array(packed.data.byteLength + shift).subarray(shift);
      moved.set(packed.data);
      const back = readPoints({ ...packed, data: moved });
      assert.deepEqual(back.map(({ name, count }) => [name, count]), columns.map(({ name, count }) => [name, count]));
      for (const [i, { values }] of back.entries()) {
        assert.equal(values.constructor, columns[i]!.values.constructor);
        assert.deepEqual(bytesOf(values), bytesOf(columns[i]!.values));
      }
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("rows with gaps, records with gaps, and chosen fields are read", () => {
  const data = Uint8Array.from({ length: 40 }, (_, i) => i);
  const [ring] = readPoints({ ...cloud, data }, ["ring"]);
  const at = [0, 6, 12, 20, 26, 32];
  assert.deepEqual([...ring!.values], at.map((start) => start + 4 + 256 * (start + 5)));
  const [big] = readPoints({ ...cloud, data, isBigendian: true }, ["ring"]);
  assert.deepEqual([...big!.values], at.map((start) => 256 * (start + 4) + start + 5));
  assert.deepEqual(readPoints(cloud, ["absent"]), []);
});

test("bits of NaN and of colours packed into floats are kept", () => {
  const bits = Uint32Array.of(0x7fc00001, 0xff800001, 0x00010203, 0x7f800000);
  const values = new Float32Array(bits.buffer);
  for (const isBigendian of [false, true]) {
    const [column] = readPoints(writePoints([{ name: "rgb", count: 1, values }], { isBigendian }));
    assert.deepEqual(new Uint32Array(column!.values.buffer), bits);
  }
});

test("clouds without points or fields are read; a count of 0 means 1", () => {
  assert.deepEqual(readPoints({ ...cloud, fields: [], data: new Uint8Array(40) }), []);
  const empty = readPoints({ ...cloud, height: 0, data: new Uint8Array(0) });
  assert.deepEqual(empty.map(({ values }) => values.length), [0, 0]);
  const odd = [{ name: "x", offset: 1, datatype: 7, count: 1 }];
  assert.equal(
    readPoints({ ...cloud, width: 0, height: 1, rowStep: 0, fields: odd, data: new Uint8Array(0) }).length,
    1,
  );
  const [x] = readPoints({ ...cloud, fields: [{ name: "x", offset: 0, datatype: 7, count: 0 }] });
  assert.equal(x!.values.length, 6);
  assert.deepEqual(writePoints([]).width, 0);
});

test("numbers that do not fit each other are told", () => {
  failsWith("codec.cloud_data", { ...cloud, data: new Uint8Array(39) });
  failsWith("codec.cloud_layout", { ...cloud, rowStep: 17 });
  failsWith("codec.cloud_layout", { ...cloud, width: -1 });
  failsWith("codec.cloud_layout", { ...cloud, height: 1.5 });
  const field = (change: object) => ({
    ...cloud,
    fields: [{ name: "x", offset: 0, datatype: 7, count: 1, ...change }],
  });
  failsWith("codec.cloud_layout", field({ offset: 3 }));
  failsWith("codec.cloud_layout", field({ offset: -1 }));
  failsWith("codec.cloud_layout", field({ count: 2 }));
  failsWith("codec.cloud_layout", field({ count: 4_294_967_295 }));
  for (const datatype of [0, 9, 99, -1, 2n ** 63n]) failsWith("codec.cloud_layout", field({ datatype }));
  const many = Array.from({ length: 10 }, () => cloud.fields).flat();
  failsWith("codec.cloud_layout", { ...cloud, fields: many });
});

test("wrong columns are told", () => {
  const x = { name: "x", count: 1, values: new Float32Array(3) };
  assert.throws(() => writePoints([x, { ...x, values: new Float32Array(4) }]), TypeError);
  assert.throws(() => writePoints([{ ...x, count: 0 }]), TypeError);
  assert.throws(() => writePoints([{ ...x, values: new BigInt64Array(3) as never }]), TypeError);
  assert.throws(() => writePoints([x], { height: 2 }), RangeError);
  assert.deepEqual([writePoints([x], { height: 3 }).width, writePoints([x], { height: 3 }).rowStep], [1, 4]);
});
