import assert from "node:assert/strict";
import { test } from "node:test";
import { MosaicoError } from "../../../../src/base/mod.ts";
import { decodeTimeout, encodeTimeout } from "../../../../src/wire/grpc/deadline.ts";
import { abortError, answerOf, callError } from "../../../../src/wire/grpc/errors.ts";
import { readMetadata, writeMetadata } from "../../../../src/wire/grpc/metadata.ts";
import { GrpcStatus, RpcError } from "../../../../src/wire/grpc/mod.ts";
import {
  decodeStatusMessage,
  encodeStatusMessage,
  statusName,
  statusOfHttp,
} from "../../../../src/wire/grpc/status.ts";
import { Http2Error, Http2ErrorCode } from "../../../../src/wire/http2/mod.ts";
import { ConnectionError } from "../../../../src/wire/net/mod.ts";

test("RpcError names its status in its code", () => {
  const error = new RpcError(GrpcStatus.NOT_FOUND, "There is no sequence x.");
  assert.deepEqual([error.code, error.status, error.message], ["rpc.not_found", 5, "There is no sequence x."]);
  assert.equal(new RpcError(99, "?").code, "rpc.unknown");
  assert.equal(statusName(16), "UNAUTHENTICATED");
});

test("status texts survive whatever is in them", () => {
  for (const text of ["", "plain text", "100 % sure", "naïve – 日本語 🤖", "two\r\nlines\0", "%41 is no escape"]) {
    const encoded = encodeStatusMessage(text);
    assert.match(encoded, /^[\x20-\x7e]*$/);
    assert.equal(decodeStatusMessage(encoded), text);
  }
  assert.equal(encodeStatusMessage("é %"), "%C3%A9 %25");
});

test("status texts of careless peers are read as far as they can be", () => {
  assert.equal(decodeStatusMessage("50% off, %zz, %4"), "50% off, %zz, %4");
  assert.equal(decodeStatusMessage("%ff"), "\ufffd");
  assert.equal(decodeStatusMessage("caf\u00c3\u00a9"), "café"); // raw UTF-8, as header bytes
});

test("a status text of any length fits the headers of any peer", () => {
  assert.ok(encodeStatusMessage("ü".repeat(100_000)).length < 8_000);
});

test("HTTP statuses have their gRPC meaning", () => {
  const expected = { 400: 13, 401: 16, 403: 7, 404: 12, 429: 14, 500: 2, 502: 14, 503: 14, 504: 14, 200: 2 };
  for (const [http, grpc] of Object.entries(expected)) assert.equal(statusOfHttp(Number(http)), grpc, http);
});

test("failures of the layers below become statuses, and stay as the cause", () => {
  const refused = new ConnectionError("connection.refused", "Cannot connect to 10.0.0.1:6726: nothing listens there");
  const unavailable = callError(refused);
  assert.equal(unavailable.code, "rpc.unavailable");
  assert.equal(unavailable.cause, refused);
  assert.match(unavailable.message, /10\.0\.0\.1:6726/);
  const reset = (code: number) => callError(new Http2Error("rpc.reset", code, "Stream 1 was reset"));
  assert.equal(reset(Http2ErrorCode.CANCEL).code, "rpc.cancelled");
  assert.equal(reset(Http2ErrorCode.REFUSED_STREAM).code, "rpc.unavailable");
  assert.equal(reset(Http2ErrorCode.ENHANCE_YOUR_CALM).code, "rpc.resource_exhausted");
  assert.equal(reset(Http2ErrorCode.NO_ERROR).code, "rpc.internal");
  assert.equal(callError(new Http2Error("connection.draining", 0, "going")).code, "rpc.unavailable");
  assert.equal(callError(new TypeError("bug")).code, "rpc.internal");
});

test("an abort is a deadline or a cancellation", () => {
  assert.equal(abortError(new DOMException("", "TimeoutError")).code, "rpc.deadline_exceeded");
  assert.equal(abortError(new Error("enough")).code, "rpc.cancelled");
  assert.equal(abortError(undefined).code, "rpc.cancelled");
});

test("a server keeps the text of foreign errors to itself", () => {
  assert.equal(answerOf(new MosaicoError("session.x", "secret path /home")).message, "Internal error.");
  const own = new RpcError(GrpcStatus.NOT_FOUND, "no");
  assert.equal(answerOf(own), own);
});

test("metadata: text, bytes, several values", () => {
  const fields = writeMetadata({ "x-text": "a b", "x-data-bin": new Uint8Array([0, 255, 7]) });
  assert.deepEqual(fields, [["x-text", "a b"], ["x-data-bin", "AP8H"]]);
  const metadata = readMetadata([
    [":path", "/x"],
    ["content-type", "application/grpc"],
    ["grpc-timeout", "1S"],
    ["x-text", "one"],
    ["x-text", "two"],
    ["x-data-bin", "AP8H,AA=="],
    ["x-data-bin", ""],
  ]);
  assert.deepEqual([...metadata.keys()], ["x-text", "x-data-bin"]);
  assert.deepEqual(metadata.get("x-text"), ["one", "two"]);
  assert.deepEqual(metadata.get("x-data-bin"), [
    new Uint8Array([0, 255, 7]),
    new Uint8Array([0]),
    new Uint8Array(0),
  ]);
});

test("metadata that cannot be sent is refused without telling its value", () => {
  const secret = "s3cr3t\n";
  const wrong: Record<string, string | Uint8Array>[] = [
    { "X-Upper": "a" },
    { "grpc-status": "0" },
    { "content-type": "text/html" },
    { "a b": "c" },
    { "x-key": secret },
    { "x-bin": "text" },
    { "x-text": new Uint8Array(1) },
  ];
  for (const metadata of wrong) {
    assert.throws(() => writeMetadata(metadata), (error: unknown) => {
      assert.ok(error instanceof TypeError);
      assert.ok(!error.message.includes("s3cr3t"));
      return true;
    });
  }
  assert.throws(() => readMetadata([["x-bin", "*"]]), { code: "rpc.internal", message: /"x-bin"/ });
});

test("deadlines as header values", () => {
  assert.equal(encodeTimeout(1), "1m");
  assert.equal(encodeTimeout(0.2), "1m");
  assert.equal(encodeTimeout(5_000), "5000m");
  assert.equal(encodeTimeout(99_999_999), "99999999m");
  assert.equal(encodeTimeout(100_000_000), "100000S");
  assert.equal(encodeTimeout(Infinity), "99999999H");
  for (const timeoutMs of [1, 1234, 1e9, 1e12, 1e14]) {
    const read = decodeTimeout(encodeTimeout(timeoutMs));
    assert.ok(read >= timeoutMs && read <= timeoutMs * 1.01 + 1, `${timeoutMs} became ${read}`);
  }
  assert.deepEqual(["2H", "2M", "2S", "2m", "2u", "2n"].map(decodeTimeout), [7.2e6, 1.2e5, 2000, 2, 0.002, 0.000002]);
  for (const timeoutMs of [0, -1, NaN]) assert.throws(() => encodeTimeout(timeoutMs), RangeError);
  for (const text of ["", "5", "S", "123456789S", "1.5S", "-1S", "1x"]) {
    assert.throws(() => decodeTimeout(text), { code: "rpc.invalid_argument" });
  }
});
