/**
 * What was set out for, and what was measured of it, in one table.
 *
 * @module
 */
import { type BenchResult, median } from "./harness.ts";
import type { FlightFigures, FlightResult } from "./peers/flight_comparison.ts";
import { printTable, readable } from "./tables.ts";

/** Results of all parts. What was not measured is empty, and its rows say so. */
export interface Findings {
  /** pyarrow's and ours, put and get. */
  readonly flight: readonly FlightResult[];
  /** Ours with servers and codecs of their own, by runtime. */
  readonly own: Readonly<Record<string, readonly BenchResult[]>>;
  /** Ours against the server that the Python SDK has too, by runtime. */
  readonly shared: Readonly<Record<string, readonly BenchResult[]>>;
  /** The Python SDK's. */
  readonly sdk: readonly BenchResult[];
}

/** What one runtime did. */
interface Outcome {
  readonly text: string;
  /** `undefined`: nothing was set out for, the figure is told. */
  readonly isReached: boolean | undefined;
}

/** One row. */
interface Target {
  readonly what: string;
  readonly wanted: string;
  /** `undefined` when it was not measured. */
  readonly measure: (view: View) => Outcome | undefined;
}

/** The findings as one runtime sees them. */
class View {
  readonly runtime: string;
  readonly #findings: Findings;

  constructor(findings: Findings, runtime: string) {
    this.#findings = findings;
    this.runtime = runtime;
  }

  /** Results of that name in a part, with those parameters. Lanes are in Workers, as by default. */
  all(part: "own" | "shared" | "sdk", bench: string, params: BenchResult["params"] = {}): readonly BenchResult[] {
    const results = part === "sdk" ? this.#findings.sdk : this.#findings[part][this.runtime] ?? [];
    const wanted = Object.entries(params);
    return results.filter((result) =>
      result.bench === bench && result.params["workers"] !== 0 &&
      wanted.every(([name, value]) => result.params[name] === value)
    );
  }

  /** A figure of the first of them. */
  figure(
    part: "own" | "shared" | "sdk",
    bench: string,
    name: string,
    params: BenchResult["params"] = {},
  ): number | undefined {
    return this.all(part, bench, params)[0]?.figures[name];
  }

  /** How many times the rate of the Python SDK, measured against the same server. */
  timesSdk(bench: string, rate: string, params: BenchResult["params"] = {}): number | undefined {
    const [ours, theirs] = [this.figure("shared", bench, rate, params), this.figure("sdk", bench, rate, params)];
    return ours === undefined || theirs === undefined ? undefined : ours / theirs;
  }

  /** How many times pyarrow's figure. */
  timesPyarrow(direction: "put" | "get", figure: keyof FlightFigures): number | undefined {
    const of = (client: string) =>
      this.#findings.flight.find((result) => result.client === client)?.[direction][figure];
    const [ours, theirs] = [of(`ours, ${this.runtime}`), of("pyarrow")];
    return ours === undefined || theirs === undefined ? undefined : ours / theirs;
  }
}

const IMU = { shape: "two vectors" };
const LISTS = "e2e/listSequences, idle and while lanes are saturated";
const CASE = "e2e/reference case";

/** Outcome of a figure that is to be at least, or at most, so much. */
function least(value: number | undefined, limit: number, text: (value: number) => string): Outcome | undefined {
  return value === undefined ? undefined : { text: text(value), isReached: value >= limit };
}

function most(value: number | undefined, limit: number, text: (value: number) => string): Outcome | undefined {
  return value === undefined ? undefined : { text: text(value), isReached: value <= limit };
}

/** Both in one cell. */
function both(first: Outcome | undefined, second: Outcome | undefined): Outcome | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return { text: `${first.text}, ${second.text}`, isReached: first.isReached! && second.isReached! };
}

const times = (value: number) => `${readable(value)}×`;
const milliseconds = (value: number) => `${readable(value)} ms`;
const perSecond = (unit: string) => (value: number) => `${readable(value)} ${unit}/s`;
const megabytes = (value: number) => `${readable(value / 1e6)} MB/s`;
const mebibytes = (value: number) => `${readable(value)} MiB`;
const share = (value: number) => value.toFixed(3);

/** Rate of one implementation by another's, over all sources; the worst counts. */
function lz4BesideNative(way: "encode" | "decode"): (view: View) => number | undefined {
  return (view) => {
    const of = (implementation: string) => view.all("own", `codecs/lz4 ${way}`, { implementation });
    const ratios = of("wasm").flatMap((wasm) => {
      const native = of("native").find(({ params }) => params["source"] === wasm.params["source"]);
      return native ? [wasm.figures["bytesPerSecond"]! / native.figures["bytesPerSecond"]!] : [];
    });
    return ratios.length === 0 ? undefined : Math.min(...ratios);
  };
}

/** Scans of real sensors, by one implementation. */
function scans(view: View, way: "encode" | "decode", implementation: string): readonly BenchResult[] {
  return view.all("own", `codecs/lidar ${way}`, { implementation }).filter(({ params }) =>
    params["scan"] !== "simulated"
  );
}

/** The slowest scan. */
function pointRate(view: View, way: "encode" | "decode", implementation: string): number | undefined {
  const rates = scans(view, way, implementation).map(({ figures }) => figures["pointsPerSecond"]!);
  return rates.length === 0 ? undefined : Math.min(...rates);
}

/** Packed size as a share of float32 x y z, of the scan that packs worst; `isMostlyEmpty`: organised, few returns. */
function packedShare(view: View, implementation: string, isMostlyEmpty?: boolean): number | undefined {
  const all = scans(view, "encode", implementation);
  const isEmpty = ({ params }: BenchResult) =>
    all.some((other) => other.params["scan"] === `${params["scan"]}, returns only`);
  const shares = all.filter((result) => isMostlyEmpty === undefined || isEmpty(result) === isMostlyEmpty)
    .map(({ params }) => Number(params["ratio"]));
  return shares.length === 0 ? undefined : Math.max(...shares);
}

/** Against Draco, over all scans: sizes must all be smaller, speeds are the worst. */
function besideDraco(view: View, profile: string, fasterBy: number): Outcome | undefined {
  const draco = scans(view, "encode", "Draco");
  const pairs = scans(view, "encode", profile).flatMap((ours) => {
    const theirs = draco.find(({ params }) => params["scan"] === ours.params["scan"]);
    return theirs ? [{ ours, theirs }] : [];
  });
  if (pairs.length === 0) return undefined;
  const speed = Math.min(
    ...pairs.map(({ ours, theirs }) => ours.figures["pointsPerSecond"]! / theirs.figures["pointsPerSecond"]!),
  );
  const size = Math.max(
    ...pairs.map(({ ours, theirs }) => Number(ours.params["ratio"]) / Number(theirs.params["ratio"])),
  );
  return { text: `${times(speed)}, ${share(size)} of its size`, isReached: speed >= fasterBy && size < 1 };
}

function jpegMillis(view: View, implementation: string): number | undefined {
  const seconds = view.figure("own", "codecs/jpeg encode", "cpuSeconds", { implementation });
  return seconds === undefined ? undefined : seconds * 1e3;
}

function listRatio(asked: string): (view: View) => Outcome | undefined {
  return (view) => {
    const result = view.all("own", LISTS, { asked, load: "columns" })[0];
    if (result === undefined) return undefined;
    const { idleP99Ms, busyP99Ms, ratioP99 } = result.figures;
    return most(ratioP99, 2, (ratio) => `${times(ratio)} (${readable(idleP99Ms!)} → ${readable(busyP99Ms!)} ms)`);
  };
}

/** Figures of the case at 30 Hz. */
function atFullRate(name: string): (view: View) => number | undefined {
  return (view) => view.figure("own", CASE, name, { codecs: "native", hz: 30 });
}

function memory(bench: string): (view: View) => Outcome | undefined {
  return (view) => {
    const result = view.all("own", bench)[0];
    if (result === undefined) return undefined;
    const limit = result.figures["limitMebibytes"]!;
    return most(result.figures["growthMebibytes"], limit, (growth) => `${mebibytes(growth)} of ${mebibytes(limit)}`);
  };
}

function spread(by: string): (view: View) => Outcome | undefined {
  const of = (view: View, way: string) =>
    most(
      view.figure("own", `e2e/cost of a row by number of ${by}, ${way}`, "spread"),
      1.2,
      (value) => `${way} ${times(value)}`,
    );
  return (view) => both(of(view, "push"), of(view, "read"));
}

/** How many times as much the fastest of the flat types moves as the slowest, pushed and read. */
function spreadOfTypes(push: string, read: string): (view: View) => Outcome | undefined {
  const of = (view: View, way: string) =>
    most(view.figure("own", `e2e/flat types: ${way}, bytesPerSecond`, "spread"), 2, times);
  return (view) => both(of(view, push), of(view, read));
}

const TARGETS: readonly Target[] = [
  {
    what: "push IMU rows, objects, one topic",
    wanted: "≥ 4 M rows/s, on Bun 2.5 M",
    measure: (view) =>
      least(
        view.figure("shared", "e2e/push IMU rows", "rowsPerSecond", IMU),
        view.runtime === "Bun" ? 2.5e6 : 4e6,
        perSecond("rows"),
      ),
  },
  {
    what: "    by the Python SDK's",
    wanted: "≥ 1,000×",
    measure: (view) => least(view.timesSdk("e2e/push IMU rows", "rowsPerSecond", IMU), 1_000, times),
  },
  {
    what: "push LIDAR scans, by the Python SDK's",
    wanted: "≥ 100×",
    measure: (view) => least(view.timesSdk("e2e/push LIDAR scans", "pointsPerSecond"), 100, times),
  },
  {
    what: "read IMU rows as objects, by the Python SDK's",
    wanted: "≥ 100×",
    measure: (view) => least(view.timesSdk("e2e/read IMU rows", "rowsPerSecond", IMU), 100, times),
  },
  {
    what: "read IMU rows as batches",
    wanted: "≥ 1.2 GB/s",
    measure: (view) => least(view.figure("shared", "e2e/read IMU batches", "bytesPerSecond", IMU), 1.2e9, megabytes),
  },
  {
    what: "get float64 batches, by pyarrow's",
    wanted: "≥ 1.5×",
    measure: (view) => least(view.timesPyarrow("get", "megabytesPerSecond"), 1.5, times),
  },
  {
    what: "    CPU, by pyarrow's",
    wanted: "≤ 0.6×",
    measure: (view) => most(view.timesPyarrow("get", "cpuSecondsPerGibibyte"), 0.6, times),
  },
  {
    what: "put float64 batches, by pyarrow's",
    wanted: "≥ 1×",
    measure: (view) => least(view.timesPyarrow("put", "megabytesPerSecond"), 1, times),
  },
  {
    what: "    CPU, by pyarrow's",
    wanted: "≤ 0.6×",
    measure: (view) => most(view.timesPyarrow("put", "cpuSecondsPerGibibyte"), 0.6, times),
  },
  {
    what: "upload, by the disk's own rate",
    wanted: "≥ 0.8×",
    measure: (view) => least(view.figure("own", "e2e/upload beside the disk", "shareOfDisk"), 0.8, times),
  },
  {
    what: "download",
    wanted: "≥ 700 MB/s",
    measure: (view) => least(view.figure("own", "e2e/download float64 batches", "bytesPerSecond"), 700e6, megabytes),
  },
  {
    what: "event loop while 4 topics push 200 MB/s: p99",
    wanted: "≤ 10 ms late",
    measure: (view) => most(view.figure("own", "e2e/event loop while four topics push", "lagP99Ms"), 10, milliseconds),
  },
  {
    what: "listSequences p99, lanes saturated, by idle",
    wanted: "≤ 2×",
    measure: listRatio("same client"),
  },
  {
    what: "    asked by a second process",
    wanted: "≤ 2×",
    measure: listRatio("second process"),
  },
  {
    what: "LZ4 WASM, by native: encode, decode",
    wanted: "≥ 0.8×, ≥ 0.6×",
    measure: (view) =>
      both(least(lz4BesideNative("encode")(view), 0.8, times), least(lz4BesideNative("decode")(view), 0.6, times)),
  },
  {
    what: "LIDAR codec, fast: encode, decode",
    wanted: "≥ 85, ≥ 100 M points/s",
    measure: (view) =>
      both(
        least(pointRate(view, "encode", "fast"), 85e6, readable),
        least(pointRate(view, "decode", "fast"), 100e6, readable),
      ),
  },
  {
    what: "    share of float32",
    wanted: "≤ 0.28",
    measure: (view) => most(packedShare(view, "fast"), 0.28, share),
  },
  {
    what: "    by Draco's rate, and size",
    wanted: "≥ 20×, smaller",
    measure: (view) => besideDraco(view, "fast", 20),
  },
  {
    what: "LIDAR codec, small: encode",
    wanted: "≥ 25 M points/s",
    measure: (view) => least(pointRate(view, "encode", "small"), 25e6, readable),
  },
  {
    what: "    share of float32: returns only, organised",
    wanted: "≤ 0.19, ≤ 0.12",
    measure: (view) =>
      both(most(packedShare(view, "small", false), 0.19, share), most(packedShare(view, "small", true), 0.12, share)),
  },
  {
    what: "    by Draco's rate, and size",
    wanted: "≥ 6×, smaller",
    measure: (view) => besideDraco(view, "small", 6),
  },
  {
    what: "JPEG 1080p encode: native, WASM",
    wanted: "≤ 8 ms, ≤ 45 ms",
    measure: (view) =>
      both(most(jpegMillis(view, "native"), 8, milliseconds), most(jpegMillis(view, "wasm"), 45, milliseconds)),
  },
  {
    what: "reference case, native JPEG: frames late, dropped",
    wanted: "0, 0",
    measure: (view) =>
      both(most(atFullRate("lateFrames")(view), 0, String), most(atFullRate("droppedFrames")(view), 0, String)),
  },
  {
    what: "    event loop p99",
    wanted: "≤ 10 ms late",
    measure: (view) => most(atFullRate("lagP99Ms")(view), 10, milliseconds),
  },
  {
    what: "    listSequences p99, by idle",
    wanted: "≤ 2×",
    measure: (view) => most(atFullRate("controlRatioP99")(view), 2, times),
  },
  {
    what: "    highest rate that holds",
    wanted: "30 Hz",
    measure: (view) =>
      least(view.figure("own", `${CASE}, highest rate that holds`, "hz", { codecs: "native" }), 30, hertz),
  },
  {
    what: "    with WASM",
    wanted: "told",
    measure: (view) => {
      const hz = view.figure("own", `${CASE}, highest rate that holds`, "hz", { codecs: "wasm" });
      return hz === undefined ? undefined : { text: hertz(hz), isReached: undefined };
    },
  },
  {
    what: "memory, written to a slow peer",
    wanted: "≤ windows + 2 batches + 64 MiB",
    measure: memory("e2e/memory, written to a slow peer"),
  },
  {
    what: "memory, read by a slow caller",
    wanted: "≤ windows + 2 batches + 64 MiB",
    measure: memory("e2e/memory, read by a slow caller"),
  },
  {
    what: "CPU a row at 1×, 10×, 100× the rows",
    wanted: "within 1.2×",
    measure: spread("rows"),
  },
  {
    what: "CPU a row at 1, 10, 100 topics",
    wanted: "within 1.2×",
    measure: spread("topics"),
  },
  {
    what: "bytes/s of flat types, as columns: push, read",
    wanted: "within 2×",
    measure: spreadOfTypes("push columns", "read batches"),
  },
  {
    what: "    as rows: push, read",
    wanted: "within 2×",
    measure: spreadOfTypes("push rows", "read rows"),
  },
  {
    what: "rows/s of types of ≤ 6 values, by IMU of 6: push, read",
    wanted: "≥ 1×",
    measure: (view) => {
      const of = (way: string) =>
        least(view.figure("own", `e2e/types of no more values than IMU: ${way}`, "slowestByImu"), 1, times);
      return both(of("push rows"), of("read rows"));
    },
  },
];

function hertz(value: number): string {
  return `${value} Hz`;
}

/** The table's rows: what, wanted, each runtime's figure, who reached it. */
export function targetRows(findings: Findings, runtimes: readonly string[]): string[][] {
  return TARGETS.map(({ what, wanted, measure }) => {
    const outcomes = runtimes.map((runtime) => measure(new View(findings, runtime)));
    return [what, wanted, ...outcomes.map((outcome) => outcome?.text ?? "–"), verdict(runtimes, outcomes)];
  });
}

function verdict(runtimes: readonly string[], outcomes: readonly (Outcome | undefined)[]): string {
  if (outcomes.every((outcome) => outcome?.isReached === undefined)) return "";
  if (outcomes.every((outcome) => outcome?.isReached === true)) return "yes";
  const reached = runtimes.filter((_, i) => outcomes[i]?.isReached === true);
  return reached.length === 0 ? "no" : `${reached.join(", ")} only`;
}

/** Prints the table. */
export function printTargets(findings: Findings, runtimes: readonly string[]): void {
  const header = ["target", "wanted", ...runtimes, "reached"];
  const loads = [...Object.values(findings.own), ...Object.values(findings.shared)].flat().map(({ load }) => load);
  const load = loads.length === 0 ? "" : `; the machine's load was ${median(loads)}, of which the benches are about 2`;
  printTable(`Targets, and what was measured${load}`, header, targetRows(findings, runtimes));
}
