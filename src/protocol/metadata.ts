/**
 * The user's own metadata: any JSON object whose keys a server can search by.
 *
 * @module
 */
import type { JsonObject } from "../base/mod.ts";
import { ProtocolError, quote } from "./errors.ts";

/** Deepest nesting of user metadata; the object itself is level 1. */
export const MAX_METADATA_DEPTH = 64;

/** Most characters of user metadata as JSON, counted generously. */
export const MAX_METADATA_LENGTH: number = 1 << 20;

/** Letters, digits, `-`, `_` and blank. */
const KEY = /^[\p{L}\p{N}_ -]+$/u;

/**
 * Checks metadata before it is sent or stored: an object of JSON values; integers of at most 64 bits, floats finite; keys of
 * letters, digits, `-`, `_` and blanks, without `--`, at every level; no deeper than {@linkcode MAX_METADATA_DEPTH} and no
 * longer than {@linkcode MAX_METADATA_LENGTH}.
 *
 * @returns the same object
 * @throws {ProtocolError} `message.invalid_metadata`, with the path of the value in text and facts
 */
export function checkUserMetadata(metadata: unknown): JsonObject {
  const problem = isPlainObject(metadata)
    ? new Walk().object(metadata, "", 1)
    : fault("", "is not an object", metadata);
  if (problem !== undefined) {
    const path = problem.path.length > 200 ? `${problem.path.slice(0, 199)}…` : problem.path;
    const text = `Cannot use the metadata: ${path === "" ? "it" : path} ${problem.text}`;
    throw new ProtocolError("message.invalid_metadata", text, { path });
  }
  return metadata as JsonObject;
}

interface Fault {
  readonly path: string;
  readonly text: string;
}

/** Walks values and counts their length, so that neither cycles nor shared parts make the walk long. */
class Walk {
  #length = 0;

  object(object: object, path: string, depth: number): Fault | undefined {
    if (depth > MAX_METADATA_DEPTH) return { path, text: `is deeper than ${MAX_METADATA_DEPTH} levels` };
    for (const [key, value] of Object.entries(object)) {
      const at = path === "" ? key : `${path}.${key}`;
      if (!KEY.test(key) || key.includes("--")) {
        return { path: at, text: `has a key that is not made of letters, digits, "-", "_" and blanks: ${quote(key)}` };
      }
      const problem = this.#count(key.length + 4, at) ?? this.#value(value, at, depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #value(value: unknown, path: string, depth: number): Fault | undefined {
    switch (typeof value) {
      case "string":
        if (!value.isWellFormed()) return fault(path, "is not well-formed Unicode", value);
        return this.#count(value.length + 2, path);
      case "number":
        return Number.isFinite(value) ? this.#count(8, path) : fault(path, "is not a finite number", value);
      case "bigint":
        if (value < -(2n ** 63n) || value >= 2n ** 64n) return fault(path, "has more than 64 bits", value);
        return this.#count(20, path);
      case "boolean":
        return this.#count(5, path);
      case "object":
        if (value === null) return this.#count(4, path);
        if (Array.isArray(value)) return this.#array(value, path, depth + 1);
        return isPlainObject(value) ? this.object(value, path, depth + 1) : fault(path, "is not JSON", value);
      default:
        return fault(path, "is not JSON", value);
    }
  }

  #array(array: readonly unknown[], path: string, depth: number): Fault | undefined {
    if (depth > MAX_METADATA_DEPTH) return { path, text: `is deeper than ${MAX_METADATA_DEPTH} levels` };
    for (let i = 0; i < array.length; i++) {
      const problem = this.#count(2, path) ?? this.#value(array[i], `${path}[${i}]`, depth);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #count(length: number, path: string): Fault | undefined {
    this.#length += length;
    return this.#length > MAX_METADATA_LENGTH
      ? { path, text: `goes beyond ${MAX_METADATA_LENGTH} characters, the most that is sent` }
      : undefined;
  }
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  // An object of another realm has another Object.prototype, whose own prototype is null as well.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function fault(path: string, text: string, value: unknown): Fault {
  const shown = typeof value === "object" && value !== null
    ? value.constructor?.name ?? "an object"
    : quote(String(value));
  return { path, text: `${text}: ${shown}` };
}
