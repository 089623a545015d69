/**
 * Queries, as a caller writes them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MosaicoClient } from "../../src/client/mod.ts";
import { Query, QuerySequence } from "../../src/query/mod.ts";
import { startEmbedded } from "../support/embedded.ts";

test("query() takes builders, or one prepared query with its limits", async () => {
  await using fx = await startEmbedded();
  const builders: Parameters<MosaicoClient["query"]> = [new QuerySequence().withName("drive")];
  assert.deepEqual((await fx.client.query(...builders)).items, []);
  const prepared = new Query(...builders);
  assert.deepEqual((await fx.client.query(prepared)).items, []);
  const reason = new Error("no more");
  await assert.rejects(fx.client.query(prepared, { signal: AbortSignal.abort(reason) }), { code: "rpc.cancelled" });
  // @ts-expect-error a prepared query stands alone
  await assert.rejects(fx.client.query(builders[0]!, prepared));
});
