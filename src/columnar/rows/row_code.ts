/**
 * Rows by generated code: an object literal of one shape per schema, one function per nested type.
 *
 * @module
 */
import { fromFloat16Bits } from "../float16.ts";
import { childFields, dataViewOf, layoutOf } from "../layout.ts";
import type { Column, Field, Schema } from "../types.ts";
import { allValid } from "./row_closures.ts";
import type { BindBatch } from "./row_reader.ts";
import { TextReader } from "./text_reader.ts";
import { duplicateKey, isNumeric } from "./value_types.ts";

/**
 * Generates the code for batches of `schema`. What is answered makes as many binders as are wanted at once, all of that code.
 *
 * @throws {EvalError} when the runtime refuses to generate code.
 */
export function compileCodeReader(schema: Schema, dropEmpty: boolean): () => BindBatch {
  const generator = new Generator(dropEmpty);
  const [, ...rowFields] = schema.fields;
  const { code, fields } = generator.reader(rowFields);
  const makeBinder = new Function("fields", "helpers", code);
  const helpers = { allValid, dataViewOf, duplicateKey, fromFloat16Bits, TextReader };
  return () => {
    const bind = makeBinder(fields, helpers);
    return (batch) => bind(rowFields.flatMap((field, i) => flatten(field, batch.columns[i + 1])));
  };
}

/** A column, then its children, in the order the generator numbers them; the values of a dictionary may never have come. */
function flatten({ type }: Field, column: Column | undefined): (Column | undefined)[] {
  const children = type.kind === "dictionary" ? [type.values] : childFields(type);
  return [column, ...children.flatMap((child, i) => flatten(child, column?.children[i]))];
}

/**
 * Variables of column `k`: `c` values, `w` the same as a `DataView`, `u` their buffer, `a` where in it they begin, `b` validity,
 * `o` offsets, `t` text reader, `r` its reading function.
 */
class Generator {
  /** Whether objects of nulls are dropped; not inside of lists and maps. */
  #dropEmpty: boolean;
  readonly #fields: Field[] = [];
  readonly #declared: string[] = [];
  readonly #bind: string[] = [];
  readonly #functions: string[] = [];

  constructor(dropEmpty: boolean) {
    this.#dropEmpty = dropEmpty;
  }

  reader(fields: readonly Field[]): { code: string; fields: readonly Field[] } {
    const members = fields.map((field) => `${propertyOf(field)}: ${this.#column(field)("i")}`);
    const code = [
      `"use strict";`,
      `const { allValid, dataViewOf, duplicateKey, fromFloat16Bits, TextReader } = helpers;`,
      this.#declared.length === 0 ? "" : `let ${this.#declared.join(", ")};`,
      ...this.#functions,
      `function read(i) { return { ${members.join(", ")} }; }`,
      `return (columns) => {\n${this.#bind.join("\n")}\nreturn read; };`,
    ].join("\n");
    return { code, fields: this.#fields };
  }

  /** A variable bound to a part of column `k`. */
  #bound(variable: string, value: string): string {
    this.#declared.push(variable);
    this.#bind.push(`${variable} = ${value};`);
    return variable;
  }

  /** Numbers a column; makes the expression of its value at an index expression. */
  #column(field: Field): (index: string) => string {
    const k = this.#fields.push(field) - 1;
    const b = this.#bound(`b${k}`, `columns[${k}]?.validity`);
    const value = this.#value(field, k);
    return (i) => `(${b} !== undefined && (${b}[(${i}) >>> 3] >>> ((${i}) & 7) & 1) === 0 ? undefined : ${value(i)})`;
  }

  #value(field: Field, k: number): (index: string) => string {
    const { type } = field;
    const values = () => this.#bound(`c${k}`, `columns[${k}]?.values`);
    switch (type.kind) {
      case "int": {
        if (type.bits !== 64) break;
        const w = this.#bound(`w${k}`, `columns[${k}] && dataViewOf(columns[${k}].values)`);
        return (i) => `${w}.getBig${type.signed ? "Int" : "Uint"}64((${i}) * 8, true)`;
      }
      case "float": {
        const c = values();
        return (i) => type.bits === 16 ? `fromFloat16Bits(${c}[${i}])` : `${c}[${i}]`;
      }
      case "bool": {
        const c = values();
        return (i) => `((${c}[(${i}) >>> 3] >>> ((${i}) & 7) & 1) === 1)`;
      }
      case "utf8":
      case "largeUtf8": {
        const [c, t, range] = [values(), this.#bound(`t${k}`, "new TextReader()"), this.#range(field, k)];
        return (i) => `${t}.read(${c}, ${range(i)})`;
      }
      case "binary":
      case "largeBinary": {
        const range = this.#range(field, k);
        this.#functions.push(`function r${k}(start, end) { return ${this.#slice("Uint8Array", 1, k)}; }`);
        return (i) => `r${k}(${range(i)})`;
      }
      case "list":
      case "largeList": {
        const range = this.#range(field, k);
        const items = this.#items(type.item, k);
        return (i) => `${items}(${range(i)})`;
      }
      case "fixedSizeList": {
        const items = this.#items(type.item, k);
        return (i) => `${items}((${i}) * ${type.size}, ((${i}) + 1) * ${type.size})`;
      }
      case "struct":
        return this.#struct(type.fields, k);
      case "map":
        return this.#map(field, k);
      case "dictionary": {
        const c = values();
        const value = this.#column(type.values);
        return (i) => value(`Number(${c}[${i}])`);
      }
    }
    const c = values();
    return (i) => `${c}[${i}]`;
  }

  /** Arguments that say where row `index` starts and ends. */
  #range(field: Field, k: number): (index: string) => string {
    const o = this.#bound(`o${k}`, `columns[${k}]?.offsets`);
    if (field.type.kind.startsWith("large")) return (i) => `Number(${o}[${i}]), Number(${o}[(${i}) + 1])`;
    return (i) => `${o}[${i}], ${o}[(${i}) + 1]`;
  }

  #struct(fields: readonly Field[], k: number): (index: string) => string {
    const members = fields.map((field) => this.#column(field)("i"));
    const properties = fields.map((field, m) => `${propertyOf(field)}: m${m}`).join(", ");
    const empty = members.map((_, m) => `m${m} === undefined`).join(" && ");
    this.#functions.push(
      `function r${k}(i) {`,
      ...members.map((value, m) => `const m${m} = ${value};`),
      this.#dropEmpty && members.length > 0 ? `if (${empty}) return undefined;` : "",
      `return { ${properties} }; }`,
    );
    return (i) => `r${k}(${i})`;
  }

  /** A function of the items of list `k` from `start` to `end`. */
  #items(item: Field, k: number): string {
    const child = this.#fields.length;
    const value = this.#kept(() => this.#column(item)("i"));
    const loop = (list: string) =>
      `const list = ${list}; for (let i = start; i < end; i++) list[i - start] = ${value}; return list;`;
    const valid = `allValid(b${child}, start, end)`;
    const layout = layoutOf(item.type);
    const whole = isNumeric(item) && layout.kind === "fixed"
      ? `if (${valid}) return ${this.#slice(layout.array.name, layout.array.BYTES_PER_ELEMENT, child)};`
      : item.type.kind === "float"
      ? `if (${valid}) { ${loop("new Float32Array(end - start)")} }`
      : "";
    this.#functions.push(`function r${k}(start, end) { ${whole} ${loop("new Array(end - start)")} }`);
    return `r${k}`;
  }

  /** A view of the values of column `k`, of that class and width, from `start` to `end`. */
  #slice(array: string, width: number, k: number): string {
    const buffer = this.#bound(`u${k}`, `columns[${k}]?.values.buffer`);
    const first = this.#bound(`a${k}`, `columns[${k}]?.values.byteOffset`);
    return `new ${array}(${buffer}, ${first} + start * ${width}, end - start)`;
  }

  /** What `generate` generates, with objects of nulls kept. */
  #kept<T>(generate: () => T): T {
    const before = this.#dropEmpty;
    this.#dropEmpty = false;
    const generated = generate();
    this.#dropEmpty = before;
    return generated;
  }

  #map(field: Field, k: number): (index: string) => string {
    const range = this.#range(field, k);
    const entries = field.type.kind === "map" && field.type.entries.type;
    if (!entries || entries.kind !== "struct") throw new TypeError("Cannot read rows: a map of no entries");
    this.#fields.push(field.type.entries);
    const [key, value] = this.#kept(() => entries.fields.map((each) => this.#column(each)("i")));
    this.#functions.push(
      `function r${k}(start, end) { const map = new Map(); for (let i = start; i < end; i++) { const key = ${key};`,
      `if (map.has(key)) throw duplicateKey(fields[${k}], key); map.set(key, ${value}); } return map; }`,
    );
    return (i) => `r${k}(${range(i)})`;
  }
}

/** Name of a property in an object literal; `__proto__` is computed, so that it is a name like any other. */
function propertyOf(field: Field): string {
  const name = JSON.stringify(field.key ?? field.name);
  return name === `"__proto__"` ? `[${name}]` : name;
}
