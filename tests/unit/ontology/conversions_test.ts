import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import {
  durationFromMs,
  durationFromNs,
  durationFromSeconds,
  durationToMs,
  durationToNs,
  durationToSeconds,
  packRgb,
  packRgbColumn,
  pressureFromAtm,
  pressureFromBar,
  pressureFromPsi,
  pressureToAtm,
  pressureToBar,
  pressureToPsi,
  temperatureFromCelsius,
  temperatureFromFahrenheit,
  temperatureToCelsius,
  temperatureToFahrenheit,
  timeFromDate,
  timeFromMs,
  timeFromNs,
  timeFromSeconds,
  timeNow,
  timeToDate,
  timeToMs,
  timeToNs,
  timeToSeconds,
  unpackRgb,
  unpackRgbColumn,
  vector2dFrom,
  vector3dFrom,
  vector4dFrom,
} from "../../../src/ontology/mod.ts";

function near(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-6, `${actual} is not ${expected}`);
}

test("time: seconds are rounded down, nanoseconds count forward", () => {
  assert.deepEqual(timeFromNs(1_700_000_000_000_000_001n), { seconds: 1_700_000_000, nanoseconds: 1 });
  assert.deepEqual(timeFromNs(-1n), { seconds: -1, nanoseconds: 999_999_999 });
  assert.deepEqual(timeFromNs(-1_000_000_000n), { seconds: -1, nanoseconds: 0 });
  assert.deepEqual(timeFromSeconds(1.5), { seconds: 1, nanoseconds: 500_000_000 });
  assert.deepEqual(timeFromSeconds(-0.25), { seconds: -1, nanoseconds: 750_000_000 });
  assert.deepEqual(timeFromSeconds(0.9999999999), { seconds: 1, nanoseconds: 0 }, "rounding carries");
  assert.deepEqual(timeFromMs(-0.5), { seconds: -1, nanoseconds: 999_500_000 });
  near(timeToSeconds({ seconds: -1, nanoseconds: 750_000_000 }), -0.25);
  near(timeToMs({ seconds: 1, nanoseconds: 2_500_000 }), 1002.5);
});

test("time: nanoseconds survive both ways over the whole range", () => {
  const ns = fc.bigInt({ min: -(2n ** 31n) * 1_000_000_000n, max: (2n ** 31n) * 1_000_000_000n - 1n });
  fc.assert(fc.property(ns, (ns) => {
    const time = timeFromNs(ns);
    assert.ok(time.nanoseconds >= 0 && time.nanoseconds < 1e9);
    assert.equal(timeToNs(time), ns);
  }));
  assert.throws(() => timeFromNs(2n ** 31n * 1_000_000_000n), RangeError);
  assert.throws(() => timeFromNs(-(2n ** 31n) * 1_000_000_000n - 1n), RangeError);
});

test("time: dates and the clock", () => {
  const date = new Date("2024-05-06T07:08:09.010Z");
  assert.equal(timeToDate(timeFromDate(date)).getTime(), date.getTime());
  assert.equal(timeToDate({ seconds: -1, nanoseconds: 999_999_999 }).getTime(), -1);
  assert.ok(Math.abs(timeToMs(timeNow()) - Date.now()) < 10_000);
});

test("durations convert as times do", () => {
  assert.equal(durationToNs(durationFromNs(-5n)), -5n);
  assert.deepEqual(durationFromSeconds(2.25), { seconds: 2, nanoseconds: 250_000_000 });
  near(durationToSeconds({ seconds: 2, nanoseconds: 250_000_000 }), 2.25);
  near(durationToMs(durationFromMs(-1.5)), -1.5);
});

test("units of temperature and pressure", () => {
  near(temperatureFromCelsius(25).value, 298.15);
  near(temperatureToCelsius({ value: 0 }), -273.15);
  near(temperatureFromFahrenheit(212).value, 373.15);
  near(temperatureToFahrenheit({ value: 273.15 }), 32);
  near(pressureFromAtm(2).value, 202_650);
  near(pressureToAtm({ value: 101_325 }), 1);
  near(pressureFromBar(1.5).value, 150_000);
  near(pressureToBar({ value: 100 }), 0.001);
  near(pressureFromPsi(1).value, 6894.7572931783);
  near(pressureToPsi(pressureFromPsi(14.7)), 14.7);
});

test("packed colours keep every bit", () => {
  const bytes = new Uint8Array(new Float32Array([packRgb(1, 2, 3)]).buffer);
  assert.deepEqual([...bytes], [3, 2, 1, 0]);
  const part = fc.integer({ min: 0, max: 255 });
  fc.assert(fc.property(part, part, part, (r, g, b) => {
    assert.deepEqual(unpackRgb(packRgb(r, g, b)), [r, g, b]);
    assert.deepEqual([...unpackRgbColumn(packRgbColumn(new Uint8Array([r, g, b, b, g, r])))], [r, g, b, b, g, r]);
  }));
  assert.deepEqual(new Uint32Array(packRgbColumn(new Uint8Array([255, 254, 253])).buffer), new Uint32Array([0xfffefd]));
  assert.throws(() => packRgbColumn(new Uint8Array(4)), RangeError);
});

test("vectors of arrays", () => {
  assert.deepEqual(vector2dFrom([1, 2]), { x: 1, y: 2 });
  assert.deepEqual(vector3dFrom(new Float64Array([1, 2, 3])), { x: 1, y: 2, z: 3 });
  assert.deepEqual(vector4dFrom([1, 2, 3, 4]), { x: 1, y: 2, z: 3, w: 4 });
  assert.throws(() => vector3dFrom([1, 2]), /2 numbers: exactly 3/);
});
