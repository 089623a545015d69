/**
 * What can go wrong between two sockets, whatever the runtime calls it.
 *
 * @module
 */
import { type ErrorFacts, messageOf, MosaicoError } from "../../base/mod.ts";

/**
 * A connection that could not be made, or did not last.
 *
 * Codes: `connection.refused`, `connection.unknown_host`, `connection.unreachable`, `connection.timeout`,
 * `connection.tls`, `connection.denied` (no permission), `connection.address_in_use`, `connection.lost` (it broke while
 * in use), `connection.closed` (by this side), `connection.failed` (anything else). Facts: `host`, `port`.
 */
export class ConnectionError extends MosaicoError {
  /** Class name. */
  override readonly name = "ConnectionError";

  /** Creates the error. */
  constructor(code: string, message: string, facts: ErrorFacts = {}, options?: ErrorOptions) {
    super(code, message, facts, options);
  }
}

/** `host:port` as in a URL: an IPv6 address stands in brackets. */
export function formatAddress(host: string, port: number): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Why a dial to `host` and `port` failed, made of what the runtime threw. */
export function dialError(host: string, port: number, cause: unknown): ConnectionError {
  const [code, reason] = classify(cause);
  return new ConnectionError(code, `Cannot connect to ${formatAddress(host, port)}: ${reason}`, { host, port }, {
    cause,
  });
}

/** Why a dial ended before the peer answered: the reason of its signal, which is an error of ours for a deadline. */
export function dialAborted(host: string, port: number, reason: unknown): unknown {
  if (!(reason instanceof Error && reason.name === "TimeoutError")) return reason;
  const text = `Cannot connect to ${formatAddress(host, port)}: no answer in time`;
  return new ConnectionError("connection.timeout", text, { host, port }, { cause: reason });
}

/** Why listening at `host` and `port` failed, made of what the runtime threw. */
export function listenError(host: string, port: number, cause: unknown): ConnectionError {
  const [code, reason] = classify(cause);
  return new ConnectionError(code, `Cannot listen at ${formatAddress(host, port)}: ${reason}`, { host, port }, {
    cause,
  });
}

/** Why a connection with `remote` broke while in use. */
export function lostError(remote: string, cause?: unknown): ConnectionError {
  const reason = cause === undefined ? "it was cut" : messageOf(cause);
  return new ConnectionError("connection.lost", `Lost the connection with ${remote}: ${reason}`, { remote }, { cause });
}

const BY_ERRNO: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  ECONNREFUSED: ["connection.refused", "nothing listens there"],
  ECONNRESET: ["connection.refused", "the peer reset the connection"],
  ENOTFOUND: ["connection.unknown_host", "the host name is not known"],
  EAI_AGAIN: ["connection.unknown_host", "the host name cannot be looked up now"],
  ETIMEDOUT: ["connection.timeout", "no answer in time"],
  EHOSTUNREACH: ["connection.unreachable", "there is no way to the host"],
  ENETUNREACH: ["connection.unreachable", "there is no way to the network"],
  EADDRINUSE: ["connection.address_in_use", "the address is in use"],
  EADDRNOTAVAIL: ["connection.unreachable", "this machine has no such address"],
  EACCES: ["connection.denied", "permission denied"],
  EPERM: ["connection.denied", "permission denied"],
};

/** Errno of the errors that Deno names but gives no code. */
const ERRNO_OF_NAME: Readonly<Record<string, string>> = {
  ConnectionRefused: "ECONNREFUSED",
  AddrInUse: "EADDRINUSE",
  AddrNotAvailable: "EADDRNOTAVAIL",
  HostUnreachable: "EHOSTUNREACH",
  NetworkUnreachable: "ENETUNREACH",
  TimedOut: "ETIMEDOUT",
  PermissionDenied: "EACCES",
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO)/;
const TLS_TEXT = /certificate|corrupt message|TLS|tls |handshake|SSL/;

function classify(cause: unknown): readonly [code: string, reason: string] {
  const { name = "", code = "", message = "" } = (cause ?? {}) as { name?: string; code?: unknown; message?: string };
  const errno = typeof code === "string" && code !== "" ? code : ERRNO_OF_NAME[name] ?? "";
  const known = BY_ERRNO[errno];
  if (known !== undefined) return known;
  if (name === "NotCapable") return ["connection.denied", message];
  if (message.includes("lookup address")) return BY_ERRNO["ENOTFOUND"]!;
  if (TLS_CODE.test(errno) || TLS_TEXT.test(message)) return ["connection.tls", message];
  return ["connection.failed", messageOf(cause)];
}
