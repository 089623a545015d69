/**
 * Records and reads, and says what it ran on.
 *
 * @module
 */
import {
  type ClientStats,
  type CodecStatus,
  CompressedImage,
  Floating64,
  Image,
  MosaicoClient,
  type OntologyType,
} from "../../../mod.ts";

/** What {@linkcode recordAndRead} found. */
export interface Findings {
  /** Rows of numbers that came back. */
  readonly rows: number;
  /** Formats of the pictures that came back. */
  readonly formats: readonly string[];
  /** Of the client, with its topics open. */
  readonly stats: ClientStats;
  /** Of the client. */
  readonly codecs: readonly CodecStatus[];
}

/** Records numbers and pictures as the sequence `name`, and reads them. */
export async function recordAndRead(port: number, name: string): Promise<Findings> {
  await using client = await MosaicoClient.connect("127.0.0.1", port, { lanes: 1 });
  await using drive = await client.sequenceCreate(name);
  const numbers = await drive.topicCreate("/numbers", Floating64, { compression: "lz4" });
  const camera = await drive.topicCreate("/camera", Image, { encode: "jpeg" });
  for (let i = 0n; i < 5_000n; i++) await numbers.push(i, { data: Number(i % 9n) });
  const picture = { format: "raw", width: 64, height: 48, stride: 192, encoding: "bgr8" } as const;
  for (let i = 0n; i < 3n; i++) await camera.push(i, { ...picture, data: new Uint8Array(192 * 48).fill(Number(i)) });
  const stats = client.stats();
  await drive.finalize();

  const read = async <T>(topic: string, type: OntologyType<T>): Promise<T[]> => {
    const stream = await (await client.topicHandler(name, topic, type))!.stream();
    return await Array.fromAsync(stream, ({ data }) => data);
  };
  const rows = (await read("/numbers", Floating64)).filter(({ data }, i) => data === i % 9).length;
  const formats = (await read("/camera", CompressedImage)).map(({ format }) => format);
  return { rows, formats, stats, codecs: await client.codecs() };
}
