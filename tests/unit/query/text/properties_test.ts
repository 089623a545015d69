/**
 * Texts of queries, random ones: nothing breaks the parser, and what is printed is read back.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isMosaicoError, stringifyJson } from "../../../../src/base/mod.ts";
import type { DataType, Field } from "../../../../src/columnar/mod.ts";
import { queryableBoolean, queryableNumeric, queryableString, standardRegistry } from "../../../../src/ontology/mod.ts";
import {
  type MetadataCondition,
  Query,
  type QueryExpression,
  queryFromText,
  QueryOntologyCatalog,
  QuerySequence,
  QueryTopic,
  queryToText,
} from "../../../../src/query/mod.ts";

const registry = standardRegistry();

/** Either a query or a `QueryError` with a column; anything else fails. */
function parses(text: string): Query | undefined {
  try {
    return queryFromText(text, { registry });
  } catch (error) {
    assert.ok(isMosaicoError(error) && error.code.startsWith("query."), `${JSON.stringify(text)}: ${error}`);
    const column = error.facts["column"];
    assert.ok(
      typeof column === "number" && column >= 1 && column <= text.length + 1,
      `${JSON.stringify(text)}: ${column}`,
    );
    return undefined;
  }
}

const WORDS = [
  ...["sequence", "topic", "meta", "created", "type", "name", "and", "or", "not", "in", "between", "outside", "exists"],
  ...["missing", "true", "false", "any", "all", "IMU", "acceleration", "x", "LaserScan", "ranges", "String", "data"],
  ...[
    "(",
    ")",
    "[",
    "]",
    ".",
    ",",
    "*",
    "**",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "~",
    "!",
    "&",
    "|",
    "-",
    "'",
    '"',
    "\\",
  ],
  ...["5", "-1.5", "1e3", "1e999", '"a*"', "'b'", '""', '"["', "\u{1f680}", "\0", "\ud800", "$", ";--", "__proto__"],
];

test("random text is a query or a typed error, never anything else", () => {
  const started = performance.now();
  const runs = { numRuns: 3_000, seed: 7 };
  fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => void parses(text)), runs);
  fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void parses(text)), runs);
  let understood = 0;
  const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 });
  fc.assert(
    fc.property(words, fc.constantFrom("", " "), (words, blank) => {
      if (parses(words.join(blank)) !== undefined) understood++;
    }),
    runs,
  );
  const valid = `IMU.acceleration.x between 5 and 6 and sequence ~ "drive*" and LaserScan.ranges[any] in (1, 2)`;
  fc.assert(
    fc.property(fc.nat(valid.length), fc.nat(8), fc.constantFrom(...WORDS), (at, removed, word) => {
      if (parses(valid.slice(0, at) + word + valid.slice(at + removed)) !== undefined) understood++;
    }),
    runs,
  );
  assert.ok(understood > 20, `only ${understood} texts were queries: the rest of the language is not reached`);
  assert.ok(performance.now() - started < 20_000);
});

test("hostile text takes no time", () => {
  const length = 1 << 16;
  const hostile = [
    "(".repeat(length),
    "-".repeat(length),
    "a".repeat(length),
    "9".repeat(length),
    `sequence = ${"9".repeat(length - 11)}`,
    `sequence = 1.${"9".repeat(length - 13)}`,
    `sequence = '${"\\".repeat(length - 12)}`,
    `sequence = '${"\\\\".repeat((length - 14) / 2)}`,
    `sequence.meta${".a".repeat((length - 14) / 2)} = 1`,
    `"W".a${"[any]".repeat(length / 5 - 4)}`,
    "sequence ~ '".padEnd(length - 1, "*a") + "'",
    " ".repeat(length),
    "and ".repeat(length / 4),
    "'a'".repeat(length / 3),
  ];
  for (const text of hostile) {
    const started = performance.now();
    assert.equal(parses(text), undefined, text.slice(0, 20));
    assert.ok(performance.now() - started < 2_000, text.slice(0, 20));
  }
});

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);
const text = fc.oneof(fc.string({ maxLength: 20 }), fc.string({ unit: "binary", maxLength: 20 }));
const glob = fc.array(fc.constantFrom("a", "*", "?", "#", "[a-z]", '"', "\\", "é"), { minLength: 1, maxLength: 10 })
  .map((parts) => parts.join(""));
const name = fc.oneof(
  fc.constantFrom("a", "car model", "2d", "and", "sequence", "a-b", "été", "x_1"),
  fc.stringMatching(/^[A-Za-z0-9_ -]{1,8}$/),
);

/** Every path of the known types that leads to a value, and some of types nobody knows. */
function pathsOf(prefix: string, fields: readonly Field[], inList = false): (readonly [string, DataType["kind"]])[] {
  return fields.flatMap(({ name, type }) => {
    const key = `${prefix}.${name}`;
    if (type.kind === "struct") return pathsOf(key, type.fields, inList);
    if (type.kind === "list" || type.kind === "largeList" || type.kind === "fixedSizeList") {
      if (inList) return [];
      const item = type.item.type;
      return ["[?]", "[!]", "[3]"].flatMap((list) =>
        item.kind === "struct" ? pathsOf(`${key}${list}`, item.fields, true) : [[`${key}${list}`, item.kind] as const]
      );
    }
    return [[key, type.kind] as const];
  });
}

const columns = [
  ...Array.from(registry).flatMap((type) => pathsOf(type.tag, type.fields)),
  ...[["IMU.timestamp_ns", "int"], ["Wheel.speeds[?]", "float"], ["sequence.x", "utf8"], ["IMU.gone", "int"]] as const,
  ...[["My Tag.my column", "bool"], ["and.or[0].not", "float"], ["imu.acceleration.x", "float"]] as const,
].filter(([, kind]) => ["int", "float", "utf8", "largeUtf8", "bool"].includes(kind));

const ordered = <V extends number | bigint | string>(values: fc.Arbitrary<V>, compare: (a: V, b: V) => boolean) =>
  fc.tuple(values, values).map(([a, b]): [V, V] => compare(a, b) ? [b, a] : [a, b]);
const numbers = ordered<number | bigint>(number, (a, b) => a > b);
// Both ends alike, or in an order that UTF-16 and code points agree on.
const texts = fc.tuple(text, fc.string({ maxLength: 3 })).map(([a, more]): [string, string] => [a, a + more]);

const expression: fc.Arbitrary<QueryExpression> = fc.constantFrom(...columns).chain(
  ([key, kind]): fc.Arbitrary<QueryExpression> => {
    if (kind === "bool") return fc.boolean().map((value) => queryableBoolean(key).eq(value));
    if (kind === "utf8" || kind === "largeUtf8") {
      const path = queryableString(key);
      return fc.oneof(
        fc.tuple(fc.constantFrom("eq", "lt", "leq", "gt", "geq"), text).map(([operator, value]) =>
          path[operator](value)
        ),
        glob.map((pattern) => path.match(pattern)),
        fc.array(text, { minLength: 1, maxLength: 4 }).map((values) => path.in(values)),
        fc.tuple(fc.constantFrom("between", "outside"), texts).map(([operator, [a, b]]) => path[operator](a, b)),
      );
    }
    const path = queryableNumeric(key);
    // A record time is whole nanoseconds.
    const value = key.endsWith(".timestamp_ns")
      ? number.map((it) => typeof it === "bigint" ? it : Math.trunc(it) % 1e15)
      : number;
    const pair = ordered<number | bigint>(value, (a, b) => a > b);
    return fc.oneof(
      fc.tuple(fc.constantFrom("eq", "neq", "lt", "leq", "gt", "geq"), value).map(([operator, it]) =>
        path[operator](it)
      ),
      fc.array(value, { minLength: 1, maxLength: 4 }).map((values) => path.in(values)),
      fc.tuple(fc.constantFrom("between", "outside"), pair).map(([operator, [a, b]]) => path[operator](a, b)),
    );
  },
);

const metadata: fc.Arbitrary<MetadataCondition> = fc.oneof(
  fc.tuple(fc.constantFrom("eq", "neq"), fc.oneof(number, text, fc.boolean())),
  fc.tuple(fc.constantFrom("lt", "leq", "gt", "geq"), fc.oneof(number, text)),
  fc.tuple(fc.constantFrom("between", "outside"), fc.oneof(numbers, texts)),
  fc.tuple(fc.constant("in"), fc.oneof(fc.array(number, { minLength: 1 }), fc.array(text, { minLength: 1 }))),
  fc.tuple(fc.constant("match"), glob),
  fc.tuple(fc.constant("ex"), fc.boolean()),
).map(([operator, operand]) => ({ [operator]: operand }) as unknown as MetadataCondition);
const step = fc.tuple(fc.oneof(name, fc.constantFrom("*", "**")), fc.constantFrom("", "", "[*]")).map(([a, b]) =>
  a + b
);
const entry = fc.tuple(fc.array(step, { minLength: 1, maxLength: 4 }).map((steps) => steps.join(".")), metadata);

const span = fc.tuple(fc.bigInt({ min: 0n, max: 2n ** 62n }), fc.bigInt({ min: 0n, max: 9n }), fc.constantFrom(0, 1, 2))
  .map(
    ([startNs, more, ends]) =>
      ends === 0 ? { startNs } : ends === 1 ? { endNs: startNs } : { startNs, endNs: startNs + more },
  );
const catalog = fc.record({
  name: fc.option(fc.oneof(
    fc.tuple(fc.constant("withName" as const), text),
    fc.tuple(fc.constant("withNameMatch" as const), glob),
    fc.tuple(fc.constant("withNameIn" as const), fc.array(text, { minLength: 1, maxLength: 3 })),
  )),
  created: fc.option(span),
  metadata: fc.array(entry, { maxLength: 3 }),
});

function fill<Q extends QuerySequence | QueryTopic>(
  query: Q,
  { name, created, metadata }: typeof catalog extends fc.Arbitrary<infer V> ? V : never,
): Q {
  if (name?.[0] === "withName") query.withName(name[1]);
  else if (name?.[0] === "withNameMatch") query.withNameMatch(name[1]);
  else if (name !== null) query.withNameIn(name[1]);
  if (created !== null) query.withCreatedTimestamp(created);
  for (const [key, condition] of new Map(metadata)) query.withUserMetadata(key, condition);
  return query;
}

test("a query that is printed is read back as the same query", () => {
  const query = fc.record({
    sequence: catalog,
    topic: fc.record({ catalog, tag: fc.option(fc.constantFrom("IMU", 'a "b"', "")) }),
    expressions: fc.array(expression, { maxLength: 4 }),
  });
  let conditions = 0;
  fc.assert(
    fc.property(query, ({ sequence, topic, expressions }) => {
      const onTopic = fill(new QueryTopic(), topic.catalog);
      if (topic.tag !== null) onTopic.withOntologyTag(topic.tag);
      const unique = new Map(expressions.map((it) => [it.key, it])).values();
      const parts = [fill(new QuerySequence(), sequence), onTopic, new QueryOntologyCatalog(...unique)]
        .filter((part) => Object.keys(part.toJson()).length > 0);
      fc.pre(parts.length > 0);
      const printed = queryToText(new Query(...parts), { registry });
      conditions += printed.split(" and ").length;
      assert.equal(
        stringifyJson(queryFromText(printed, { registry }).toJson()),
        stringifyJson(new Query(...parts).toJson()),
        printed,
      );
    }),
    { numRuns: 2_000, seed: 11 },
  );
  assert.ok(conditions > 5_000, String(conditions));
  assert.ok(columns.length > 500, String(columns.length));
});

test("what has no words is not printed", () => {
  assert.throws(() => queryToText(new Query(new QueryTopic())), { code: "query.no_condition" });
  assert.throws(
    () => queryToText(new Query(new QueryOntologyCatalog({ key: "A.b", operator: "$eq", operand: [1, 2] }))),
    { code: "query.malformed" },
  );
});
