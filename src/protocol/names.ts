/**
 * Names of sequences and topics, and the locators made of them: `sequence`, `sequence/topic/path`, `sequence:ULID`.
 *
 * @module
 */
import { ProtocolError, quote } from "./errors.ts";
import { isUlid } from "./ids.ts";

/** What a locator names. */
export type Locator =
  | { readonly kind: "sequence"; readonly sequence: string }
  | { readonly kind: "topic"; readonly sequence: string; readonly topic: string }
  | { readonly kind: "session"; readonly sequence: string; readonly session: string };

/** Characters a server takes in names: printable ASCII without blank and `!"'*$%&.:/`. */
const SEGMENT = /^[-#()+,0-9;-~]+$/;

/**
 * Checks the name of a new sequence; one leading slash is dropped.
 *
 * @returns the name without the slash
 * @throws {ProtocolError} `message.invalid_name` unless it is a letter or digit, then letters, digits, `-` and `_`
 */
export function checkSequenceName(name: string): string {
  const bare = dropLeadingSlash(name);
  checkNewName("sequence", name, bare, /[^A-Za-z0-9_-]/g);
  return bare;
}

/**
 * Checks the name of a new topic: as for sequences, in segments separated by `/`; one leading slash is optional.
 *
 * @returns the name with a leading slash
 * @throws {ProtocolError} `message.invalid_name`
 */
export function checkTopicName(name: string): string {
  const bare = dropLeadingSlash(name);
  checkNewName("topic", name, bare, /[^A-Za-z0-9_/-]/g);
  if (bare.includes("//") || bare.endsWith("/")) throw invalidName("topic", name, "it has an empty segment");
  return `/${bare}`;
}

/**
 * Joins the names of a sequence and a topic. Leading, doubled and trailing slashes and `.` segments vanish:
 * `drive_1` and `/sensors//imu/` give `drive_1/sensors/imu`.
 */
export function packLocator(sequence: string, topic: string): string {
  return `${sequence}/${topic}`.split("/").filter((segment) => segment !== "" && segment !== ".").join("/");
}

/**
 * Takes the locator of a topic apart: `drive_1/sensors/imu` gives `drive_1` and `/sensors/imu`.
 *
 * @throws {ProtocolError} `message.invalid_locator` when it names no topic
 */
export function unpackLocator(locator: string): { readonly sequence: string; readonly topic: string } {
  const bare = stripSlashes(locator);
  const at = bare.indexOf("/");
  if (at < 0) throw invalidLocator(locator, "it names no topic; expected sequence/topic");
  return { sequence: bare.slice(0, at), topic: `/${stripSlashes(bare.slice(at))}` };
}

/** The name of a sequence as locators hold it: without slashes at its ends. */
export function sanitizeSequenceName(name: string): string {
  return stripSlashes(name);
}

/** Locator of a session. */
export function sessionLocator(sequence: string, ulid: string): string {
  return `${sequence}:${ulid}`;
}

/**
 * Reads any locator, by the rules of servers: they take more names than may be given to new things.
 *
 * @returns its parts, the topic with a leading slash
 * @throws {ProtocolError} `message.invalid_locator`
 */
export function parseLocator(locator: string): Locator {
  const [head, session, ...rest] = locator.split(":");
  const [sequence, ...topic] = head!.split("/");
  for (const segment of [sequence!, ...topic]) {
    if (!SEGMENT.test(segment)) {
      throw invalidLocator(locator, segment === "" ? "a part is empty" : `${quote(segment)} is not a name`);
    }
  }
  if (session === undefined) {
    return topic.length === 0
      ? { kind: "sequence", sequence: sequence! }
      : { kind: "topic", sequence: sequence!, topic: `/${topic.join("/")}` };
  }
  if (topic.length > 0 || rest.length > 0 || !isUlid(session)) throw invalidLocator(locator, "expected sequence:ULID");
  return { kind: "session", sequence: sequence!, session };
}

function checkNewName(kind: "sequence" | "topic", name: string, bare: string, forbidden: RegExp): void {
  if (bare === "") throw invalidName(kind, name, "it is empty");
  if (!/^[A-Za-z0-9]/.test(bare)) throw invalidName(kind, name, "it does not begin with a letter or digit");
  const found = bare.match(forbidden);
  if (found !== null) throw invalidName(kind, name, `it holds ${quote([...new Set(found)].join(""))}`);
}

function invalidName(kind: "sequence" | "topic", name: string, problem: string): ProtocolError {
  const allowed = kind === "topic" ? "segments of letters, digits, - and _" : "letters, digits, - and _";
  const text = `Cannot use ${quote(name)} as a ${kind} name: ${problem}; expected ${allowed}`;
  return new ProtocolError("message.invalid_name", text, { [kind]: name });
}

function invalidLocator(locator: string, problem: string): ProtocolError {
  return new ProtocolError("message.invalid_locator", `Cannot use ${quote(locator)} as a locator: ${problem}`, {
    locator,
  });
}

function dropLeadingSlash(name: string): string {
  return name.startsWith("/") ? name.slice(1) : name;
}

/** Not one regular expression: `/+$` takes quadratic time on slashes that end in something else. */
function stripSlashes(name: string): string {
  let from = 0;
  let to = name.length;
  while (from < to && name[from] === "/") from++;
  while (to > from && name[to - 1] === "/") to--;
  return name.slice(from, to);
}
