/**
 * `mosaico demo [FILE]`: the whole path on one screen. A server process of its own serves a folder; a drive is recorded into
 * it, listed, read back merged in time, looked into, and queried.
 *
 * @module
 */
import type { ImportReport } from "../../bridges/mcap/mod.ts";
import { simulateDrive } from "../../bridges/simulation/mod.ts";
import { MosaicoClient, type SequenceHandler, type TopicWriter } from "../../client/mod.ts";
import { jpegCodec } from "../../codecs/mod.ts";
import { CompressedImage, Image, IMU, Lidar, PointCloud2 } from "../../ontology/mod.ts";
import { QueryOntologyCatalog, QuerySequence, QueryTopic } from "../../query/mod.ts";
import { parseCommand, UsageError } from "../arguments.ts";
import { interruptible } from "../interrupt.ts";
import { formatBytes, formatCount, formatCounted, formatTime, print, ProgressLine } from "../output.ts";
import { printReport, recordFile, sequenceNameOf } from "../recording.ts";
import { startServerProcess } from "../server_process.ts";
import { summarize, topicTable } from "./info.ts";

/** Usage text. */
export const DEMO_USAGE = `mosaico demo [FILE] [--directory DIR]

Starts the embedded server as a process of its own on a folder (./drives, or DIR), records FILE (.mcap, .bag, .db3)
or 30 seconds of a simulated drive into it, lists it, reads it back merged in time, decodes a camera frame and a LIDAR scan, and
runs a query.
Exit code 0 when every row came back.`;

/** Length of the simulated drive. */
const SIMULATED_SECONDS = 30;

/** Rows that were written, by topic, and how long it took. */
interface Recording {
  readonly rows: ReadonlyMap<string, number>;
  readonly seconds: number;
  readonly complete: boolean;
}

/** Runs the command. */
export async function demo(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseCommand(args.filter((argument) => argument !== "--"), {
    directory: { type: "string" },
  });
  if (positionals.length > 1) throw new UsageError(`expected one file at most, got ${positionals.join(" ")}`);
  const [file] = positionals;
  const directory = values.directory ?? "drives";
  return await interruptible((signal) => show(file, directory, signal));
}

async function show(file: string | undefined, directory: string, signal: AbortSignal): Promise<number> {
  await using server = await startServerProcess(directory, signal);
  print(`server: process ${server.pid} on folder ${directory}, listening on ${server.host}:${server.port}`);
  await using client = await MosaicoClient.connect(server.host, server.port, { signal });
  const name = await freeName(client, file === undefined ? "simulated-drive" : sequenceNameOf(file));

  const recording = file === undefined
    ? await recordSimulation(client, name, signal)
    : await recordRecording(client, file, name, signal);
  if (recording.rows.size === 0) return 1; // there is no sequence
  const sequence = (await client.sequenceHandler(name))!;
  print(`\n${name}: ${formatBytes(sequence.totalSizeBytes)}`);
  for (const line of topicTable(summarize(sequence))) print(line);

  print("");
  const read = await readBack(sequence, signal);
  await queryIt(client, name);
  print("");
  printRate("write", recording, sequence.totalSizeBytes);
  printRate("read", read, sequence.totalSizeBytes);
  return compare(recording, read) ? 0 : 1;
}

/** `name`, or with a number behind it when it is taken. */
async function freeName(client: MosaicoClient, name: string): Promise<string> {
  const taken = new Set(await client.listSequences());
  let free = name;
  for (let i = 2; taken.has(free); i++) free = `${name}-${i}`;
  return free;
}

async function recordSimulation(client: MosaicoClient, name: string, signal: AbortSignal): Promise<Recording> {
  const seconds = SIMULATED_SECONDS;
  using progress = new ProgressLine(`recording ${seconds} s`);
  const started = performance.now();
  const rows = new Map<string, number>();
  const writers = new Map<string, TopicWriter<unknown>>();
  await using drive = await client.sequenceCreate(name, {
    metadata: { source: "simulation", seconds },
    onError: "delete",
    signal,
  });
  let simulated = 0;
  let firstNs: bigint | undefined;
  let before = performance.now();
  for await (const { topic, type, timestampNs, data } of simulateDrive({ seconds })) {
    simulated += performance.now() - before;
    signal.throwIfAborted();
    let writer = writers.get(topic);
    if (writer === undefined) writers.set(topic, writer = await drive.topicCreate(topic, type, { signal }));
    await writer.push(timestampNs, data);
    rows.set(topic, (rows.get(topic) ?? 0) + 1);
    progress.update(
      Number(timestampNs - (firstNs ??= timestampNs)) / 1e9 / seconds,
      `${formatCount(writer.rowCount)} rows of ${topic}`,
    );
    before = performance.now();
  }
  await drive.finalize();
  progress.clear();
  const total = performance.now() - started;
  print(
    `recorded ${seconds} s of a simulated drive in ${(total / 1000).toFixed(1)} s, ${
      (simulated / 1000).toFixed(1)
    } s of them to simulate it`,
  );
  return { rows, seconds: (total - simulated) / 1000, complete: true };
}

async function recordRecording(
  client: MosaicoClient,
  file: string,
  name: string,
  signal: AbortSignal,
): Promise<Recording> {
  const started = performance.now();
  const report: ImportReport = await recordFile(client, file, name, signal);
  const seconds = (performance.now() - started) / 1000;
  printReport(report);
  const rows = new Map<string, number>();
  for (const { topic, messagesPushed } of report.topics) {
    if (topic !== undefined && messagesPushed > 0) rows.set(topic, (rows.get(topic) ?? 0) + messagesPushed);
  }
  return { rows, seconds, complete: report.complete };
}

/** Reads everything in time order, and looks into the first frame and the first scan. */
async function readBack(sequence: SequenceHandler, signal: AbortSignal): Promise<Recording> {
  using progress = new ProgressLine("reading back");
  const rows = new Map<string, number>();
  const started = performance.now();
  const stream = sequence.stream({ signal });
  const expected = Number((await stream.info()).messageCount);
  const shown = new Set<string>();
  let inOrder = true;
  let lastNs: bigint | undefined;
  let count = 0;
  for await (const { topic, ontologyTag, timestampNs, data } of stream) {
    if (lastNs !== undefined && timestampNs < lastNs) inOrder = false;
    lastNs = timestampNs;
    rows.set(topic, (rows.get(topic) ?? 0) + 1);
    if (!shown.has(kindOf(ontologyTag))) {
      const text = await describe(ontologyTag, data);
      if (text !== undefined) {
        shown.add(kindOf(ontologyTag));
        progress.clear();
        print(`${topic}: ${text}`);
      }
    }
    if (++count % 256 === 0) {
      progress.update(count / expected, `${formatCount(count)} of ${formatCount(expected)} rows`);
    }
  }
  progress.clear();
  if (!inOrder) print("the merged stream was not in time order");
  return { rows, seconds: (performance.now() - started) / 1000, complete: inOrder };
}

function kindOf(ontologyTag: string): string {
  if (ontologyTag === CompressedImage.tag || ontologyTag === Image.tag) return "camera";
  return ontologyTag === Lidar.tag || ontologyTag === PointCloud2.tag ? "lidar" : ontologyTag;
}

/** What a camera frame or a LIDAR scan holds; `undefined` for anything else. */
async function describe(ontologyTag: string, data: unknown): Promise<string | undefined> {
  switch (ontologyTag) {
    case CompressedImage.tag: {
      const { data: bytes, format } = data as CompressedImage;
      if (format !== "jpeg" && format !== "jpg") return `a ${format} frame of ${formatBytes(bytes.byteLength)}`;
      const pixels = (await jpegCodec()).decode(bytes);
      const { width, height, channels } = pixels;
      const means = Array.from({ length: channels }, (_, channel) => meanOf(pixels.data, channel, channels).toFixed(0));
      return `a JPEG frame of ${formatBytes(bytes.byteLength)}: ${width}×${height} pixels, mean colour (${
        means.join(", ")
      })`;
    }
    case Image.tag: {
      const { width, height, encoding, data: bytes } = data as Image;
      return `a raw frame of ${formatBytes(bytes.byteLength)}: ${width}×${height} pixels, ${encoding}`;
    }
    case Lidar.tag: {
      const { x, y, z } = data as Lidar;
      return `a scan of ${formatCount(x.length)} points; ${extent(x, y, z)}`;
    }
    case PointCloud2.tag: {
      const { width, height, fields, pointStep } = data as PointCloud2;
      const names = fields.map((field) => field.name).join(" ");
      return `a cloud of ${formatCount(width * height)} points, ${pointStep} bytes each: ${names}`;
    }
  }
  return undefined;
}

function meanOf(data: Uint8Array, offset: number, step: number): number {
  let sum = 0;
  for (let i = offset; i < data.length; i += step) sum += data[i]!;
  return sum / (data.length / step);
}

function extent(...axes: readonly ArrayLike<number>[]): string {
  return axes.map((values, axis) => {
    let least = Infinity, most = -Infinity;
    for (let i = 0; i < values.length; i++) {
      least = Math.min(least, values[i]!);
      most = Math.max(most, values[i]!);
    }
    return `${"xyz"[axis]} from ${least.toFixed(1)} to ${most.toFixed(1)} m`;
  }).join(", ");
}

/** Asks for the moments of a sharp curve, or, where there are none, for the topics of the drive. */
async function queryIt(client: MosaicoClient, name: string): Promise<void> {
  const bySequence = new QuerySequence().withName(name);
  const curves = await client.query(bySequence, new QueryOntologyCatalog(IMU.Q.acceleration.y.gt(2)));
  const topics = curves.items.flatMap((item) => item.topics);
  if (topics.length === 0) {
    const all = await client.query(bySequence, new QueryTopic().withNameMatch("/*"));
    print(
      `query IMU.acceleration.y > 2 m/s²: nothing; topics named /*: ${all.items.flatMap((item) => item.topics).length}`,
    );
    return;
  }
  for (const topic of topics) {
    const moments = await topic.clusterize({ clusteringDtNs: 1_000_000_000n });
    const first = moments[0]!.range;
    print(
      `query IMU.acceleration.y > 2 m/s²: ${topic.name}, ${formatCounted(moments.length, "moment")}, ` +
        `the first from ${formatTime(first.startNs)} to ${formatTime(first.endNs)}`,
    );
  }
}

function printRate(what: string, { rows, seconds }: Recording, bytes: bigint): void {
  let count = 0;
  for (const rowsOfTopic of rows.values()) count += rowsOfTopic;
  const megabytes = Number(bytes) / 1e6;
  print(
    `${what}: ${formatCount(count)} rows, ${megabytes.toFixed(1)} MB in ${seconds.toFixed(2)} s: ` +
      `${formatCount(Math.round(count / seconds))} rows/s, ${(megabytes / seconds).toFixed(1)} MB/s`,
  );
}

/** Whether every row came back, told topic by topic where not. */
function compare(written: Recording, read: Recording): boolean {
  let same = true;
  for (const [topic, rows] of written.rows) {
    const back = read.rows.get(topic) ?? 0;
    if (back === rows) continue;
    same = false;
    print(`${topic}: ${formatCount(rows)} rows written, ${formatCount(back)} came back`);
  }
  for (const topic of read.rows.keys()) if (!written.rows.has(topic)) same = false;
  if (!written.complete) print("not every message of the file could be written; the report above says which");
  if (same && read.complete) {
    print(
      written.complete ? "every row came back, in time order" : "every row that was written came back, in time order",
    );
  }
  return same && read.complete && written.complete;
}
