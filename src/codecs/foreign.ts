/**
 * Calling a native library, alike on Deno and Bun: buffers by address, everything else as integers.
 *
 * @module
 */
import { messageOf } from "../base/mod.ts";

/** `buffer`: the address of a typed array; `size`: `size_t`, `unsigned long` or an address; `int`: a C `int`. */
export type ForeignType = "buffer" | "size" | "int";

/** Arguments and result of a function; each result is an integer. */
export interface ForeignSignature {
  /** Types of the arguments. */
  readonly args: readonly ForeignType[];
  /** Type of the result. */
  readonly result: "size" | "int";
}

/** A function of a library. An address or size beyond 2^53 (an error code as `size_t`) loses its last digits. */
export type ForeignFunction = (...args: readonly (ArrayBufferView | number | null)[]) => number;

/** An open library. It stays open as long as the process runs. */
export interface ForeignLibrary<Name extends string> {
  /** The name that was found. */
  readonly name: string;
  /** Its functions. */
  readonly call: Readonly<Record<Name, ForeignFunction>>;
  /** Address of the bytes of `array`, which must live until the call that uses it has returned. */
  addressOf(array: ArrayBufferView): bigint;
}

type Signatures<Name extends string> = Readonly<Record<Name, ForeignSignature>>;
type Opener = <Name extends string>(name: string, signatures: Signatures<Name>) => ForeignLibrary<Name>;

/**
 * Makes what `make` does of a library, if it passes the self-test `works`; a string says why there is none. `names` is the
 * library's path, or the names to try on each platform.
 */
export async function openNative<Name extends string, T>(
  names: string | Readonly<Record<string, readonly string[]>>,
  signatures: Signatures<Name>,
  make: (library: ForeignLibrary<Name>) => T,
  works: (native: T) => boolean,
): Promise<T | string> {
  const candidates = typeof names === "string" ? [names] : names[process.platform] ?? [];
  const library = await openLibrary(candidates, signatures);
  if (typeof library === "string") return library;
  const native = make(library);
  return works(native) ? native : `the self-test of ${library.name} failed`;
}

/**
 * Opens the first of `names` that the system's loader finds; a string says why there is none. Never asks for a
 * permission: without one already given, nothing is tried.
 */
export async function openLibrary<Name extends string>(
  names: readonly string[],
  signatures: Signatures<Name>,
): Promise<ForeignLibrary<Name> | string> {
  const open = "Deno" in globalThis ? openInDeno : "Bun" in globalThis ? await bunOpener() : undefined;
  if (open === undefined) return "this runtime cannot call native libraries";
  let reason = `no library name is known for ${process.platform}`;
  for (const name of names) {
    if ("Deno" in globalThis && Deno.permissions.querySync({ name: "ffi", path: name }).state !== "granted") {
      reason = `no permission to call ${name} (--allow-ffi)`;
      continue;
    }
    try {
      return open(name, signatures);
    } catch (error) {
      reason = `${name} cannot be opened: ${messageOf(error)}`;
    }
  }
  return reason;
}

function openInDeno<Name extends string>(name: string, signatures: Signatures<Name>): ForeignLibrary<Name> {
  const types = { buffer: "buffer", size: "usize", int: "i32" } as const;
  const { symbols } = Deno.dlopen(
    name,
    mapValues(signatures, ({ args, result }) => ({ parameters: args.map((arg) => types[arg]), result: types[result] })),
  );
  const addressOf = (array: ArrayBufferView) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(array as BufferSource));
  return { name, call: withNumbers(symbols), addressOf };
}

/** What is used of Bun's FFI. */
interface BunFfi {
  dlopen(name: string, signatures: object): { readonly symbols: Readonly<Record<string, unknown>> };
  ptr(array: ArrayBufferView): number;
}

async function bunOpener(): Promise<Opener> {
  const specifier = "bun:ffi"; // not a literal: other runtimes' tools do not know it
  const { dlopen, ptr }: BunFfi = await import(specifier);
  const types = { buffer: "ptr", size: "u64_fast", int: "i32" } as const;
  return (name, signatures) => {
    const { symbols } = dlopen(
      name,
      mapValues(signatures, ({ args, result }) => ({ args: args.map((arg) => types[arg]), returns: types[result] })),
    );
    return { name, call: withNumbers(symbols), addressOf: (array) => BigInt(ptr(array)) };
  };
}

/** Functions whose 64-bit results are numbers. */
function withNumbers<Name extends string>(symbols: object): Record<Name, ForeignFunction> {
  return mapValues(
    symbols as Record<Name, (...args: readonly unknown[]) => number | bigint>,
    (call) => (...args: readonly unknown[]) => Number(call(...args)),
  );
}

function mapValues<Name extends string, A, B>(
  record: Readonly<Record<Name, A>>,
  map: (value: A) => B,
): Record<Name, B> {
  return Object.fromEntries(
    Object.entries<A>(record).map(([key, value]) => [key, map(value)]),
  ) as Record<Name, B>;
}
