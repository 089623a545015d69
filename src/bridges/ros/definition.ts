/**
 * Message definitions: from the text a recording carries to a resolved tree of types.
 *
 * The text may come from anywhere. `@foxglove/rosmsg` reads the grammar, section by section; what it does not bound is
 * checked here first (text size, line length, names, which its pattern for field names would take exponential time
 * over) and afterwards (types that contain themselves, nesting, arrays of nothing).
 *
 * @module
 */
import { parse } from "@foxglove/rosmsg";
import { type JsonObject, type JsonValue, messageOf, MosaicoError } from "../../base/mod.ts";

/** The generations of ROS: their definitions and encodings differ. */
export type RosVersion = 1 | 2;

/** Primitive field types; the names ROS 2 gives them. */
export type RosPrimitive =
  | "bool"
  | "int8"
  | "uint8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float32"
  | "float64"
  | "string"
  | "time"
  | "duration";

/** A field of a message. */
export interface RosField {
  /** Name in the definition. */
  readonly name: string;
  /** Type of the value, or of each item of an array. */
  readonly type: RosPrimitive | RosStruct;
  /** `undefined` for a single value, `"any"` for a sequence, or the fixed number of items. */
  readonly array: undefined | "any" | number;
}

/** A message type with everything it is made of. */
export interface RosStruct {
  /** Full name; that of the root is the one the recording gives. */
  readonly name: string;
  /** In the order of the wire. */
  readonly fields: readonly RosField[];
  /** Fewest bytes a value takes in the encoding of its ROS. */
  readonly minBytes: number;
}

/** A parsed message definition. */
export interface RosDefinition {
  /** The message type. */
  readonly root: RosStruct;
  /** Constants of the message type. */
  readonly constants: JsonObject;
}

/** Sizes without padding; a string is at least its length, a time two numbers. */
const PRIMITIVE_BYTES: Readonly<Record<RosPrimitive, number>> = {
  bool: 1,
  int8: 1,
  uint8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  uint64: 8,
  float32: 4,
  float64: 8,
  string: 4,
  time: 8,
  duration: 8,
};

/** A type without fields travels as one byte in ROS 2. */
const EMPTY_BYTES: Readonly<Record<RosVersion, number>> = { 1: 0, 2: 1 };

/** Names of fields, and of constants, as each ROS has them. */
const NAMES: Readonly<Record<RosVersion, RegExp>> = {
  1: /^[A-Za-z]\w*$/,
  2: /^(?:[a-z][a-z0-9]*(?:_[a-z0-9]+)*|[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)$/,
};

const MAX_TEXT = 1 << 18;
const MAX_LINE = 4096;
const MAX_TYPES = 1000;
const MAX_DEPTH = 24;

type ParsedType = ReturnType<typeof parse>[number];
type ParsedConstant = ParsedType["definitions"][number]["value"];

/**
 * Reads the definition of `typeName` in `.msg` grammar, followed by those of the types it uses
 * (each after a line of `=` and a line `MSG: name`), as MCAP files with the schema encoding `ros2msg` carry it, or, with
 * `version` 1, those of `ros1msg` and bags of ROS 1.
 *
 * @throws {MosaicoError} `schema.ros_definition` when the text is malformed, a type is missing or contains itself
 */
export function parseRosDefinition(typeName: string, text: string, version: RosVersion = 2): RosDefinition {
  try {
    const options = { ros2: version === 2, skipTypeFixup: true };
    const [root, ...others] = sections(text, NAMES[version]).map((lines) => parse(lines, options)[0]!);
    const types = new Map(others.map((type) => [plainTypeName(type.name ?? ""), type]));
    return { root: resolve(typeName, root!, types, EMPTY_BYTES[version]), constants: constantsOf(root!) };
  } catch (cause) {
    throw new MosaicoError(
      "schema.ros_definition",
      `Cannot use the definition of ${typeName}: ${messageOf(cause)}`,
      { type: typeName },
      { cause },
    );
  }
}

/** `package/Name` of a type name with or without the middle part `msg`. */
export function plainTypeName(rosType: string): string {
  return rosType.replace("/msg/", "/");
}

/** The text of each type without comment lines, or an error for what the parser must not be given. */
function sections(text: string, names: RegExp): string[] {
  if (text.length > MAX_TEXT) throw new Error(`its text has ${text.length} characters, at most ${MAX_TEXT} are read`);
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !line.startsWith("#"));
  for (const line of lines) checkLine(line, names);
  const types = lines.join("\n").split(/^==.*$/m);
  if (types.length > MAX_TYPES) throw new Error(`it holds ${types.length} types, at most ${MAX_TYPES} are read`);
  return types;
}

function checkLine(line: string, names: RegExp): void {
  if (line.length > MAX_LINE) throw new Error(`a line has ${line.length} characters, at most ${MAX_LINE} are read`);
  if (line.startsWith("==") || line.startsWith("MSG:")) return;
  const name = /^\S+\s+(\w+)/.exec(line)?.[1] ?? "";
  if (!names.test(name)) {
    throw new Error(`line "${line.slice(0, 80)}" has no valid field or constant name`);
  }
}

/** Turns references by name into references, depth first. */
function resolve(
  rootName: string,
  root: ParsedType,
  types: ReadonlyMap<string, ParsedType>,
  emptyBytes: number,
): RosStruct {
  const done = new Map<string, RosStruct>();
  const open = new Set<string>();

  function struct(name: string, type: ParsedType): RosStruct {
    const known = done.get(name);
    if (known !== undefined) return known;
    if (open.has(name)) throw new Error(`type ${name} contains itself`);
    if (open.size >= MAX_DEPTH) throw new Error(`types nest deeper than ${MAX_DEPTH}`);
    open.add(name);
    const fields = type.definitions.filter((field) => field.isConstant !== true).map((field): RosField => ({
      name: field.name,
      type: field.isComplex === true ? nested(name, field.type) : primitive(field.type),
      array: field.isArray === true ? (field.arrayLength ?? "any") : undefined,
    }));
    open.delete(name);
    const result: RosStruct = { name, fields, minBytes: fields.length === 0 ? emptyBytes : sum(fields.map(minBytes)) };
    done.set(name, result);
    return result;
  }

  /** Names without a package are of the package of the type that uses them, but for `Header`. */
  function nested(user: string, reference: string): RosStruct {
    const plain = plainTypeName(reference);
    const name = plain.includes("/")
      ? plain
      : plain === "Header"
      ? "std_msgs/Header"
      : `${user.split("/")[0]}/${plain}`;
    const type = types.get(name);
    if (type === undefined) throw new Error(`type ${name} is not defined`);
    return struct(name, type);
  }

  return { ...struct(plainTypeName(rootName), root), name: rootName };
}

function primitive(name: string): RosPrimitive {
  if (name in PRIMITIVE_BYTES) return name as RosPrimitive;
  throw new Error(`${name} is not supported: its encoding differs between middlewares`);
}

function minBytes(field: RosField): number {
  const one = itemBytes(field.type);
  // However many items it claims, nothing would bear that out.
  if (field.array !== undefined && one === 0) throw new Error(`items of array ${field.name} take no bytes`);
  if (field.array === "any") return 4;
  if (field.array === 0) throw new Error(`array ${field.name} has the length 0`);
  return one * (field.array ?? 1);
}

/** Fewest bytes of a single value of `type`. */
export function itemBytes(type: RosPrimitive | RosStruct): number {
  return typeof type === "string" ? PRIMITIVE_BYTES[type] : type.minBytes;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function constantsOf(type: ParsedType): JsonObject {
  const constants = type.definitions.filter((field) => field.isConstant === true && field.value !== undefined);
  return Object.fromEntries(constants.map(({ name, value }) => [name, isJson(value) ? value : String(value)]));
}

/** JSON has no infinities. */
function isJson(value: ParsedConstant): value is JsonValue & ParsedConstant {
  return typeof value !== "number" || Number.isFinite(value);
}
