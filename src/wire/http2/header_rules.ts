/**
 * Which header lists are well formed (RFC 9113 section 8).
 *
 * @module
 */
import type { HeaderField } from "./hpack/mod.ts";
import type { HeaderList } from "./types.ts";

/** Where a header list stands. */
export type HeaderPlace = "request" | "response" | "trailers";

/** What the rules found in a header list. */
export interface HeaderSummary {
  /** Why the message is malformed; `undefined` when it is not. */
  fault: string | undefined;
  /** Value of `:method`, or "". */
  method: string;
  /** Value of `:status`, or 0. */
  status: number;
  /** Value of `content-length`, or -1. */
  contentLength: number;
}

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const FORBIDDEN_IN_VALUE = /[\0\r\n]/;
const EDGE_SPACE = /^[ \t]|[ \t]$/;
const SENDABLE_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

const PSEUDO: Readonly<Record<HeaderPlace, readonly string[]>> = {
  request: [":method", ":scheme", ":path", ":authority"],
  response: [":status"],
  trailers: [],
};

/** They belong to a connection of HTTP/1, and make a message of HTTP/2 malformed. */
const CONNECTION_SPECIFIC: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/**
 * Checks a received list.
 *
 * White space around a value is taken off in place. RFC 9113 calls such a message malformed, but gRPC peers do send it
 * (`grpc-message` keeps its spaces), and losing their status over it would help nobody.
 */
export function checkReceived(list: HeaderField[], place: HeaderPlace): HeaderSummary {
  const pseudo = PSEUDO[place];
  const values = pseudo.map((): string | undefined => undefined);
  const summary: HeaderSummary = { fault: undefined, method: "", status: 0, contentLength: -1 };
  let host: string | undefined;
  let sawRegular = false;
  for (let at = 0; at < list.length; at++) {
    let [name, value] = list[at]!;
    if (FORBIDDEN_IN_VALUE.test(value)) return failed(summary, `the value of ${name} holds a line break or NUL`);
    if (EDGE_SPACE.test(value)) {
      value = trimEdges(value);
      list[at] = [name, value];
    }
    if (name.charCodeAt(0) === 0x3a) {
      const known = pseudo.indexOf(name);
      if (known < 0) return failed(summary, `${JSON.stringify(name)} has no place in a ${place}`);
      if (sawRegular) return failed(summary, `${name} stands after a regular field`);
      if (values[known] !== undefined) return failed(summary, `${name} stands twice`);
      values[known] = value;
      continue;
    }
    sawRegular = true;
    if (!NAME.test(name)) return failed(summary, `${JSON.stringify(name)} is not a field name`);
    if (CONNECTION_SPECIFIC.has(name)) return failed(summary, `${name} belongs to HTTP/1`);
    if (name === "te" && value !== "trailers") return failed(summary, `te is ${JSON.stringify(value)}`);
    if (name === "content-length" && !readContentLength(summary, value)) {
      return failed(summary, `content-length is ${JSON.stringify(value)}`);
    }
    if (name === "host") host = value;
  }
  if (place === "request") return checkRequest(summary, values, host);
  if (place === "response") {
    if (!/^[1-9]\d\d$/.test(values[0] ?? "")) return failed(summary, `:status is ${JSON.stringify(values[0])}`);
    summary.status = Number(values[0]);
  }
  return summary;
}

function checkRequest(
  summary: HeaderSummary,
  [method, scheme, path, authority]: readonly (string | undefined)[],
  host: string | undefined,
): HeaderSummary {
  if (method === undefined || !/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(method)) {
    return failed(summary, `:method is ${JSON.stringify(method)}`);
  }
  summary.method = method;
  if (method === "CONNECT") {
    if (scheme !== undefined || path !== undefined || !authority) {
      return failed(summary, "CONNECT needs :authority, and neither :scheme nor :path");
    }
  } else if (!scheme) {
    return failed(summary, "there is no :scheme");
  } else if (path === undefined || !(path.startsWith("/") || (path === "*" && method === "OPTIONS"))) {
    return failed(summary, `:path is ${JSON.stringify(path)}`);
  }
  if (host !== undefined && authority !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    return failed(summary, `host is ${JSON.stringify(host)}, but :authority ${JSON.stringify(authority)}`);
  }
  return summary;
}

function readContentLength(summary: HeaderSummary, text: string): boolean {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  const isSame = summary.contentLength < 0 || summary.contentLength === value;
  summary.contentLength = value;
  return value >= 0 && isSame;
}

function failed(summary: HeaderSummary, fault: string): HeaderSummary {
  summary.fault = fault;
  return summary;
}

/**
 * Checks a list to be sent, so that no caller can smuggle a line break or a connection header into it. White space
 * around values is taken off.
 *
 * @throws {TypeError} which field is wrong, and how; values are not repeated, for they may be secret
 */
export function checkSent(list: HeaderList): HeaderList {
  let sawRegular = false;
  let hasEdgeSpace = false;
  for (const [name, value] of list) {
    const isPseudo = name.startsWith(":");
    if (!NAME.test(isPseudo ? name.slice(1) : name)) {
      throw new TypeError(`Cannot send headers: ${JSON.stringify(name)} is not a field name in lower case`);
    }
    if (isPseudo && sawRegular) throw new TypeError(`Cannot send headers: ${name} stands after a regular field`);
    sawRegular ||= !isPseudo;
    if (CONNECTION_SPECIFIC.has(name)) throw new TypeError(`Cannot send headers: ${name} belongs to HTTP/1`);
    if (!SENDABLE_VALUE.test(value)) {
      throw new TypeError(`Cannot send headers: the value of ${name} holds a control character or one past U+00FF`);
    }
    hasEdgeSpace ||= EDGE_SPACE.test(value);
  }
  return hasEdgeSpace ? list.map(([name, value]) => [name, trimEdges(value)] as const) : list;
}

/** Without spaces and tabs at both ends. Not a regular expression: those take quadratic time on long runs inside. */
function trimEdges(value: string): string {
  let from = 0;
  let to = value.length;
  while (from < to && isSpace(value.charCodeAt(from))) from++;
  while (to > from && isSpace(value.charCodeAt(to - 1))) to--;
  return value.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}
