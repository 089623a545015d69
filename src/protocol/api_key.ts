/**
 * The form of API keys: `msco_`, 32 characters, `_`, checksum.
 *
 * @module
 */
import { utf8 } from "../base/mod.ts";
import { ProtocolError } from "./errors.ts";

/**
 * Checks the form of an API key. Answers its fingerprint: the 8 hex digits that may be shown and logged, unlike the key.
 *
 * @throws {ProtocolError} `message.invalid_api_key`; the text holds nothing of the key
 */
export function checkApiKey(token: string): string {
  const [, payload, fingerprint] = /^msco_([0-9a-z]{32})_([0-9a-f]{8})$/.exec(token) ?? [];
  if (payload === undefined || fingerprint === undefined) {
    const form = '"msco_", 32 characters of 0-9 and a-z, "_" and 8 hex digits';
    throw new ProtocolError("message.invalid_api_key", `Cannot use the API key: its form is not ${form}`);
  }
  if (crc32(utf8(payload)).toString(16).padStart(8, "0") !== fingerprint) {
    throw new ProtocolError(
      "message.invalid_api_key",
      "Cannot use the API key: its checksum does not match; is it complete?",
    );
  }
  return fingerprint;
}

/** CRC-32 as in IEEE 802.3, bit by bit: keys are short. */
function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
