/**
 * Reads JSON that anybody may have sent: every step checks, every error names message and field.
 *
 * @module
 */
import { fromUtf8, type JsonObject, type JsonValue, messageOf, parseJson } from "../base/mod.ts";
import { ProtocolError, quote } from "./errors.ts";

/** Deepest nesting of any message. Keeps what reads them later safe from running out of stack. */
const MAX_DEPTH = 128;

/** A place in a JSON message. */
export class JsonReader {
  readonly #message: string;
  readonly #path: string;
  readonly #value: JsonValue | undefined;

  private constructor(message: string, path: string, value: JsonValue | undefined) {
    this.#message = message;
    this.#path = path;
    this.#value = value;
  }

  /** Parses `bytes`; `message` names them in errors. @throws {ProtocolError} `message.malformed` */
  static parse(message: string, bytes: Uint8Array): JsonReader {
    try {
      checkDepth(bytes);
      return new JsonReader(message, "", parseJson(fromUtf8(bytes)));
    } catch (cause) {
      throw new ProtocolError("message.malformed", `Cannot read ${message}: it is not JSON: ${messageOf(cause)}`, {
        message,
      }, { cause });
    }
  }

  /** Whether there is nothing, or null. */
  get isAbsent(): boolean {
    return this.#value === undefined || this.#value === null;
  }

  /** Whether this is text. */
  get isText(): boolean {
    return typeof this.#value === "string";
  }

  /** A member of an object. */
  field(name: string): JsonReader {
    const object = this.object();
    const path = this.#path === "" ? name : `${this.#path}.${name}`;
    return new JsonReader(this.#message, path, Object.hasOwn(object, name) ? object[name] : undefined);
  }

  /** Entries of an array. */
  list(): JsonReader[] {
    if (!Array.isArray(this.#value)) throw this.#unexpected("an array");
    return this.#value.map((value, index) => new JsonReader(this.#message, `${this.#path}[${index}]`, value));
  }

  /** What `read` makes of this, unless it is absent. */
  optional<T>(read: (reader: JsonReader) => T): T | undefined {
    return this.isAbsent ? undefined : read(this);
  }

  /** An object as it is. */
  object(): JsonObject {
    const value = this.#value;
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw this.#unexpected("an object");
    return value;
  }

  /** Text. */
  text(): string {
    if (typeof this.#value !== "string") throw this.#unexpected("text");
    return this.#value;
  }

  /** One of several texts. */
  oneOf<T extends string>(choices: readonly T[]): T {
    const found = choices.find((choice) => choice === this.#value);
    if (found === undefined) throw this.#unexpected(`one of ${choices.join(", ")}`);
    return found;
  }

  /** True or false. */
  flag(): boolean {
    if (typeof this.#value !== "boolean") throw this.#unexpected("true or false");
    return this.#value;
  }

  /** Any number, as near as a double comes. */
  number(): number {
    const value = this.#value;
    if (typeof value !== "number" && typeof value !== "bigint") throw this.#unexpected("a number");
    return Number(value);
  }

  /** A double that was written as its text. */
  doubleText(): number {
    const value = Number(this.#value);
    if (String(value) !== this.#value) throw this.#unexpected("the text of a double");
    return value;
  }

  /** Text, a number, true or false; `undefined` for an object, an array or nothing. */
  scalar(): string | number | bigint | boolean | undefined {
    return typeof this.#value === "object" ? undefined : this.#value;
  }

  /** A signed 64-bit integer. */
  int64(): bigint {
    return this.#integer(-(2n ** 63n), 2n ** 63n - 1n, "a 64-bit integer");
  }

  /** An unsigned 64-bit integer. */
  uint64(): bigint {
    return this.#integer(0n, 2n ** 64n - 1n, "an unsigned 64-bit integer");
  }

  /** A count that a number holds exactly. */
  count(): number {
    return Number(this.#integer(0n, BigInt(Number.MAX_SAFE_INTEGER), "a whole number below 2^53"));
  }

  #integer(min: bigint, max: bigint, expected: string): bigint {
    const value = this.#value;
    if (typeof value !== "bigint" && !Number.isSafeInteger(value)) throw this.#unexpected(expected);
    const integer = BigInt(value as bigint | number);
    if (integer < min || integer > max) throw this.#unexpected(expected);
    return integer;
  }

  #unexpected(expected: string): ProtocolError {
    const where = this.#path === "" ? "it" : `"${this.#path}"`;
    const problem = this.#value === undefined ? "is missing" : `is ${describe(this.#value)}`;
    const text = `Cannot read ${this.#message}: ${where} ${problem}, expected ${expected}`;
    return new ProtocolError("message.malformed", text, { message: this.#message, field: this.#path });
  }
}

function describe(value: JsonValue): string {
  if (typeof value === "string") return quote(value);
  if (Array.isArray(value)) return "an array";
  return typeof value === "object" && value !== null ? "an object" : String(value);
}

/** @throws {SyntaxError} when arrays and objects are nested deeper than {@linkcode MAX_DEPTH} */
function checkDepth(bytes: Uint8Array): void {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (inText) {
      if (byte === 0x5c) i++; // backslash
      else if (byte === 0x22) inText = false;
    } else if (byte === 0x22) {
      inText = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      if (++depth > MAX_DEPTH) throw new SyntaxError(`nested deeper than ${MAX_DEPTH} levels`);
    } else if (byte === 0x7d || byte === 0x5d) {
      depth--;
    }
  }
}
