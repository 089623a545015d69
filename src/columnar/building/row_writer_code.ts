/**
 * Rows into stores by generated code: one flat function per schema, whose arrays and counters are its own variables.
 *
 * @module
 */
import { toFloat16Bits } from "../float16.ts";
import type { DataType, Field } from "../types.ts";
import { invalidValue, placeOf } from "./invalid_value.ts";
import { isInherited, lengthOf, type RowWriter, type RowWriterParts } from "./row_writer.ts";
import { BitStore, BytesStore, FixedListStore, FixedStore, type ListStore, type Store, StructStore } from "./stores.ts";

/**
 * A writer of generated code.
 *
 * @throws {EvalError} when the runtime refuses to generate code.
 */
export function makeCodeWriter({ stores, tally }: RowWriterParts): RowWriter {
  const generator = new Generator();
  const code = generator.writer(stores);
  const fail = (id: number, value: unknown, ...indices: number[]): never => {
    const { path, store } = generator.entries[id]!;
    throw invalidValue(placeOf(path, indices), store.field, value);
  };
  const helpers = { lengthOf, toFloat16Bits, fail, tally };
  return factoryOf(code)(generator.entries.map((entry) => entry.store), helpers);
}

/** Makes a writer of the stores of one builder. */
type Factory = (stores: readonly Store[], helpers: object) => RowWriter;

/** Schemas whose code is kept. */
const MAX_FACTORIES = 256;

/** By code: a runtime compiles and optimizes it once, not for each topic of a type. */
const factories = new Map<string, Factory>();

function factoryOf(code: string): Factory {
  const known = factories.get(code);
  if (known !== undefined) return known;
  const factory = new Function("stores", "helpers", code) as Factory;
  if (factories.size === MAX_FACTORIES) factories.clear();
  factories.set(code, factory);
  return factory;
}

/** Up to here a loop beats the runtime's own copy of typed arrays. */
const SHORT_LIST = 32;

/** Path of a value for errors; `undefined` stands for the index of a list item. */
type Path = readonly (string | undefined)[];

/** A store and the number its variables carry. */
interface Entry {
  readonly store: Store;
  readonly path: Path;
}

/** Where a value comes from and goes to. */
interface Target {
  /** Expression of the value. */
  readonly value: string;
  /** Variable of the row it goes to. */
  readonly row: string;
  /** Path of the value. */
  readonly path: Path;
  /** Variables that number the list items around it. */
  readonly indices: readonly string[];
}

/**
 * Variables of store `k`: `s` itself, `c` values, `e` end of its last valid run, `p` offsets, `f` the last offset that
 * stands, `m` its items and `q` how many there is room for, `v` the value at hand.
 */
class Generator {
  readonly entries: Entry[] = [];
  readonly #variables: string[] = [];
  readonly #load: string[] = [];
  readonly #save: string[] = [];

  writer(stores: readonly Store[]): string {
    const body = stores.map((store, i) => {
      const path = [store.field.key ?? store.field.name];
      const value = i === 0 ? "first" : member("object", store.field);
      return this.#value(store, { value, row: "row", path, indices: [] });
    });
    return [
      `"use strict";`,
      `const { lengthOf, toFloat16Bits, fail, tally } = helpers;`,
      this.entries.map((_, k) => `const s${k} = stores[${k}];`).join("\n"),
      this.#variables.length === 0 ? "" : `let ${this.#variables.join(", ")};`,
      `function load() {\n${this.#load.join("\n")}\n}`,
      `function save() {\n${this.#save.join("\n")}\n}`,
      `function growItems(store, items) { save(); store.growItems(items); load(); }`,
      `function open(store) { save(); store.open(); load(); }`,
      `function write(row, first, object) {\n${body.join("\n")}\n}`,
      `load();`,
      `return { write, save, load };`,
    ].join("\n");
  }

  /** A variable of the writer that mirrors `place` of the store. */
  #mirror(variable: string, place: string, saved: boolean): string {
    this.#variables.push(variable);
    this.#load.push(`${variable} = ${place};`);
    if (saved) this.#save.push(`${place} = ${variable};`);
    return variable;
  }

  #register(store: Store, path: Path): number {
    const k = this.entries.push({ store, path }) - 1;
    if (store.runs !== undefined) this.#mirror(`e${k}`, `s${k}.runs.end`, true);
    return k;
  }

  /** Marks `row` as valid. */
  #mark(k: number, store: Store, row: string): string {
    if (store.runs === undefined) return "";
    return `if (e${k} === ${row}) e${k} = ${row} + 1; else ${this.#run(k, row, `${row} + 1`)}`;
  }

  /** Begins a run of valid rows, which may be the first of the column. */
  #run(k: number, start: string, end: string): string {
    return `{ if (!s${k}.isOpen) open(s${k}); s${k}.runs.close(e${k}, ${start}); e${k} = ${end}; }`;
  }

  #value(store: Store, target: Target): string {
    const k = this.#register(store, target.path);
    const { test, body } = this.#put(store, k, target);
    const fail = `fail(${[k, `v${k}`, ...target.indices].join(", ")});`;
    const otherwise = store.field.nullable ? `else if (v${k} !== undefined && v${k} !== null) ${fail}` : `else ${fail}`;
    const value = store.field.default === undefined ? target.value : `${target.value} ?? s${k}.field.default`;
    return `{ const v${k} = ${value}; if (${test}) { ${this.#mark(k, store, target.row)} ${body} } ${otherwise} }`;
  }

  /** What a value must be, and how it is stored. */
  #put(store: Store, k: number, target: Target): { test: string; body: string } {
    const v = `v${k}`;
    if (store instanceof FixedStore) return this.#fixed(store, k, target.row);
    if (store instanceof BitStore) {
      const c = this.#mirror(`c${k}`, `s${k}.values`, false);
      const set = `${c}[${target.row} >>> 3] |= 1 << (${target.row} & 7);`;
      return { test: `${v} === true`, body: `${set} } else if (${v} === false) { ${this.#mark(k, store, target.row)}` };
    }
    if (store instanceof BytesStore) return this.#bytes(store, k, target);
    if (store instanceof StructStore) {
      const members = store.members.map((each) => {
        const path = [...target.path, each.field.key ?? each.field.name];
        return this.#value(each, { ...target, value: member(v, each.field), path });
      });
      return { test: `typeof ${v} === "object" && ${v} !== null && !Array.isArray(${v})`, body: members.join("\n") };
    }
    if (store instanceof FixedListStore) {
      const items = this.#items(store.items, k, target, `${target.row} * ${store.size}`, `${store.size}`);
      return { test: `lengthOf(${v}) === ${store.size}`, body: items };
    }
    return this.#list(store as ListStore, k, target);
  }

  #fixed(store: FixedStore, k: number, row: string): { test: string; body: string } {
    const c = this.#mirror(`c${k}`, `s${k}.values`, false);
    const v = `v${k}`;
    const { type } = store.field;
    if (type.kind === "float") {
      const stored = type.bits === 16 ? `toFloat16Bits(${v})` : v;
      return { test: `typeof ${v} === "number"`, body: `${c}[${row}] = ${stored};` };
    }
    const { bits, signed } = type as Extract<DataType, { kind: "int" }>;
    if (bits === 64) {
      const cut = signed ? "asIntN" : "asUintN";
      const least = signed ? "" : ` && ${v} >= 0`;
      const mark = this.#mark(k, store, row);
      return {
        test: `typeof ${v} === "bigint" && BigInt.${cut}(64, ${v}) === ${v}`,
        body:
          `${c}[${row}] = ${v}; } else if (Number.isSafeInteger(${v})${least}) { ${mark} ${c}[${row}] = BigInt(${v});`,
      };
    }
    const shift = 32 - bits;
    const cut = shift === 0
      ? (signed ? `(${v} | 0)` : `(${v} >>> 0)`)
      : `(${v} << ${shift} ${signed ? ">>" : ">>>"} ${shift})`;
    return { test: `typeof ${v} === "number" && ${cut} === ${v}`, body: `${c}[${row}] = ${v};` };
  }

  #bytes(store: BytesStore, k: number, { row, indices }: Target): { test: string; body: string } {
    const v = `v${k}`;
    const isText = store.field.type.kind === "utf8";
    const add = isText ? `s${k}.data.text(${v})` : `s${k}.data.copy(${v})`;
    const check = isText ? `if (z${k} < 0) fail(${[k, v, ...indices].join(", ")});` : "";
    return {
      test: isText ? `typeof ${v} === "string"` : `${v} instanceof Uint8Array`,
      body: `const z${k} = ${add}; ${check} ${this.#offset(k, row, `s${k}.data.length`)} tally.bytes += z${k};`,
    };
  }

  /** Sets the offset after `row`. */
  #offset(k: number, row: string, end: string): string {
    const p = this.#mirror(`p${k}`, `s${k}.offsets.values`, false);
    const f = this.#mirror(`f${k}`, `s${k}.offsets.filled`, true);
    const back = `if (${f} !== ${row}) ${p}.fill(${p}[${f}], ${f} + 1, ${row} + 1);`;
    return `${back} ${p}[${row} + 1] = ${end}; ${f} = ${row} + 1;`;
  }

  #list(store: ListStore, k: number, target: Target): { test: string; body: string } {
    const v = `v${k}`;
    const m = this.#mirror(`m${k}`, `s${k}.count`, true);
    const q = this.#mirror(`q${k}`, `s${k}.capacity`, false);
    const isMap = store.field.type.kind === "map";
    const n = `n${k}`;
    const items = isMap ? this.#entries(store, k, target) : this.#items(store.items, k, target, m, n);
    const open = `if (${m} + ${n} > ${q}) growItems(s${k}, ${m} + ${n});`;
    const close = `${m} += ${n}; ${this.#offset(k, target.row, m)} tally.bytes += ${n} * ${store.items.rowBytes};`;
    if (isMap) return { test: `${v} instanceof Map`, body: `const ${n} = ${v}.size; ${open} ${items} ${close}` };
    // A length of -1 says that the value is no list; then control falls to the branch for what does not fit.
    return { test: `lengthOf(${v}) >= 0`, body: `const ${n} = ${v}.length; ${open} ${items} ${close}` };
  }

  /** Writes `count` items of list `k` from row `start` on. */
  #items(items: Store, k: number, target: Target, start: string, count: string): string {
    const [i, r, b] = [`i${k}`, `r${k}`, `b${k}`];
    const item = this.#value(items, {
      value: `v${k}[${i}]`,
      row: r,
      path: [...target.path, undefined],
      indices: [...target.indices, i],
    });
    const loop = `for (let ${i} = 0; ${i} < ${count}; ${i}++) { const ${r} = ${b} + ${i}; ${item} }`;
    const whole = this.#wholeArray(items, k, b, count);
    return `const ${b} = ${start}; ${whole === undefined ? loop : `${whole} else ${loop}`}`;
  }

  /** Copies a typed array of the items' own kind in one go. */
  #wholeArray(items: Store, k: number, start: string, count: string): string | undefined {
    if (!(items instanceof FixedStore)) return undefined;
    const { type } = items.field;
    if (type.kind === "float" && type.bits === 16) return undefined;
    const child = this.entries.findIndex((entry) => entry.store === items);
    const end = `${start} + ${count}`;
    const mark = items.runs === undefined
      ? ""
      : `if (e${child} === ${start}) e${child} = ${end}; else ${this.#run(child, start, end)}`;
    return `if (${count} > ${SHORT_LIST} && v${k} instanceof ${items.values.constructor.name}) ` +
      `{ ${mark} c${child}.set(v${k}, ${start}); }`;
  }

  /** Writes the entries of map `k`. */
  #entries(store: ListStore, k: number, target: Target): string {
    const entries = store.items as StructStore;
    const [i, r] = [`i${k}`, `r${k}`];
    const child = this.#register(entries, [...target.path, undefined]);
    const indices = [...target.indices, i];
    const parts = entries.members.map((each, side) =>
      this.#value(each, {
        value: `a${k}[${side}]`,
        row: r,
        path: [...target.path, undefined, side === 0 ? "key" : "value"],
        indices,
      })
    );
    return `let ${i} = 0; for (const a${k} of v${k}) { const ${r} = m${k} + ${i}; ` +
      `${this.#mark(child, entries, r)} ${parts.join("\n")} ${i}++; }`;
  }
}

/** Expression of the member of `object` that `field` names. */
function member(object: string, field: Field): string {
  const key = JSON.stringify(field.key ?? field.name);
  return isInherited(field.key ?? field.name)
    ? `(Object.hasOwn(${object}, ${key}) ? ${object}[${key}] : undefined)`
    : `${object}[${key}]`;
}
