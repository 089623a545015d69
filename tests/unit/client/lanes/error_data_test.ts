import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError, MosaicoError } from "../../../../src/base/mod.ts";
import { packError, unpackError } from "../../../../src/client/lanes/error_data.ts";
import { CodecError } from "../../../../src/codecs/mod.ts";
import { IpcError, SchemaError } from "../../../../src/columnar/mod.ts";
import { GrpcStatus, RpcError } from "../../../../src/wire/flight/mod.ts";
import { ConnectionError } from "../../../../src/wire/net/mod.ts";

test("errors keep class, code, text, facts and causes on their way out of a Worker", () => {
  const cause = new ConnectionError("connection.lost", "Lost it", { port: 6726 }, { cause: new Error("reset") });
  const errors = [
    new RpcError(GrpcStatus.UNAVAILABLE, "Call failed: Lost it", { cause }),
    cause,
    new SchemaError("schema.invalid_column", "Cannot encode", { field: "x" }),
    new IpcError("codec.ipc_invalid", "Cannot read", { offset: 7n }),
    new CodecError("codec.lz4_block", "Cannot decompress", {}),
    new MosaicoError("session.closed", "Cannot push", { open: false }),
    new TypeError("wrong type"),
    new RangeError("out of range"),
    new SyntaxError("something else"),
  ];
  for (const error of errors) {
    const back = unpackError(structuredClone(packError(error)));
    assert.equal(back.name, error.name);
    assert.equal(back.message, error.message);
    assert.equal(back.stack, error.stack);
    if (!isMosaicoError(error)) continue;
    assert.equal(back.constructor, error.constructor);
    assert.ok(isMosaicoError(back, error.code));
    assert.deepEqual(back.facts, error.facts);
  }
  const rpc = unpackError(packError(errors[0])) as RpcError;
  assert.equal(rpc.status, GrpcStatus.UNAVAILABLE);
  assert.ok(rpc.cause instanceof ConnectionError);
  assert.equal((rpc.cause.cause as Error).message, "reset");
});

test("thrown values that are no errors, and endless causes, come out as errors", () => {
  assert.equal(unpackError(packError("a text")).message, "a text");
  const circular = new Error("round");
  circular.cause = circular;
  let depth = 0;
  for (let it: unknown = unpackError(packError(circular)); it !== undefined; it = (it as Error).cause) depth++;
  assert.equal(depth, 9);
});
