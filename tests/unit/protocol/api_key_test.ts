import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { checkApiKey } from "../../../src/protocol/mod.ts";

const PAYLOAD = "vrfeceju4lqivysxgaseefa3tsxs0vrl";

test("checkApiKey() answers the fingerprint of a whole key", () => {
  assert.equal(checkApiKey(`msco_${PAYLOAD}_1b676530`), "1b676530");
});

test("checkApiKey() refuses any other text without repeating it", () => {
  for (
    const key of [
      "",
      `msco_${PAYLOAD}_1b676531`,
      `msco_${PAYLOAD}`,
      `Msco_${PAYLOAD}_1b676530`,
      `msco_${PAYLOAD}_1B676530`,
    ]
  ) {
    assert.throws(() => checkApiKey(key), (error) => {
      assert.ok(isMosaicoError(error, "message.invalid_api_key"));
      assert.ok(!error.message.includes("vrfe") && !error.message.includes("1b67"));
      return true;
    });
  }
});
