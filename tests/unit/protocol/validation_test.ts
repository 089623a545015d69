import assert from "node:assert/strict";
import { test } from "node:test";
import { isMosaicoError } from "../../../src/base/mod.ts";
import { validateCommand, validateRequest, warmUpValidation } from "../../../src/protocol/mod.ts";

const TOPIC = {
  locator: "drive_1/imu",
  sessionUuid: "u",
  serializationFormat: "default",
  ontologyTag: "IMU",
  userMetadata: {},
} as const;

async function refused(request: Promise<void>, text: RegExp): Promise<void> {
  await assert.rejects(request, (error) => {
    assert.ok(isMosaicoError(error, "message.invalid_request"), String(error));
    assert.match(error.message, text);
    return true;
  });
}

test("requests that keep the rules pass", async () => {
  await warmUpValidation();
  await validateRequest("info", {});
  await validateRequest("sequence_create", { locator: "drive_1", userMetadata: { a: 1 } });
  await validateRequest("topic_create", TOPIC);
  await validateRequest("session_delete", { locator: "drive_1:01M81Y1W8YMY1XHK9HGW9P2DY1" });
  await validateCommand("GetFlightInfo", { locator: "a", window: { startNs: -5n, endNs: 5n } });
  await validateCommand("GetFlightInfo", { locator: "a", window: { startNs: 5n } });
  await validateCommand("DoPut", { locator: "a/b", topicUuid: "u" });
});

test("names and locators are checked, each for what it names", async () => {
  await refused(
    validateRequest("sequence_create", { locator: "a b", userMetadata: {} }),
    /^Cannot run sequence_create: locator "a b" is not a valid name or locator here$/,
  );
  await refused(validateRequest("sequence_create", { locator: "/a", userMetadata: {} }), /locator "\/a"/);
  await refused(validateRequest("topic_create", { ...TOPIC, locator: "drive_1" }), /locator "drive_1"/);
  await refused(validateRequest("topic_delete", { locator: "a//b" }), /locator "a\/\/b"/);
  await refused(validateCommand("GetSchema", "a"), /Cannot run GetSchema: locator "a"/);
});

test("every broken rule is named", async () => {
  const request = { ...TOPIC, sessionUuid: "", ontologyTag: "" };
  await refused(validateRequest("topic_create", request), /session_uuid .*1 character.*; ontology_tag .*1 character/);
  const unformatted = { ...TOPIC, serializationFormat: "fast" as "default" };
  await refused(validateRequest("topic_create", unformatted), /serialization_format/);
});

test("windows, lists and kinds are checked", async () => {
  const topic = { locator: "a/b", clusteringDtNs: 0n, ontology: {} };
  const backwards = { startNs: 5n, endNs: 5n };
  await refused(
    validateRequest("topic_filter_clusterize", { ...topic, timestampRange: backwards }),
    /timestamp_range does not start before its end/,
  );
  await refused(
    validateCommand("GetFlightInfo", { locator: "a", window: backwards }),
    /the window does not start before/,
  );
  await refused(
    validateRequest("topic_filter_intersect", { topics: [topic], intersectDtNs: 0n }),
    /topics must contain at least 2 item/,
  );
  const bad = { topics: [topic, { ...topic, locator: "?" }], intersectDtNs: 0n };
  await refused(validateRequest("topic_filter_intersect", bad), /topics\[1\]\.locator "\?"/);
  const note = { locator: "a", notificationType: "warning", message: "" };
  await refused(validateRequest("sequence_notification_create", note), /notification_type "warning"/);
});
