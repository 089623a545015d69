/**
 * Connection settings out of environment variables.
 *
 * @module
 */
import { messageOf } from "../base/mod.ts";
import type { ConnectOptions } from "./options.ts";

/** Settings that {@linkcode readEnvironment} found; spread them into the options of `connect`. */
export type EnvironmentOptions = Pick<ConnectOptions, "tls" | "apiKey">;

/**
 * Reads `MOSAICO_TLS_CERT_FILE` (its presence turns TLS on; the file's certificates are the roots) and `MOSAICO_API_KEY`.
 *
 * @throws {TypeError} when the certificate file cannot be read
 */
export async function readEnvironment(): Promise<EnvironmentOptions> {
  const { env } = (await import("node:process")).default;
  const options: { tls?: { caCertificates: string }; apiKey?: string } = {};
  const certificateFile = env["MOSAICO_TLS_CERT_FILE"];
  if (certificateFile !== undefined) options.tls = { caCertificates: await readCertificate(certificateFile) };
  const apiKey = env["MOSAICO_API_KEY"];
  if (apiKey !== undefined && apiKey !== "") options.apiKey = apiKey;
  return options;
}

async function readCertificate(path: string): Promise<string> {
  if (path === "") throw new TypeError("Cannot use TLS: MOSAICO_TLS_CERT_FILE is empty");
  const { readFile } = await import("node:fs/promises");
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    throw new TypeError(`Cannot use TLS: MOSAICO_TLS_CERT_FILE "${path}" cannot be read: ${messageOf(cause)}`, {
      cause,
    });
  }
}
