/**
 * Chunks out of a topic's file, as they were sent.
 *
 * @module
 */
import type { Chunk } from "../catalogue/mod.ts";
import { type ByteSource, pooledSource } from "./byte_source.ts";
import type { OpenFiles } from "./open_files.ts";
import { bodyStart, chunkSpan } from "./topic_file.ts";

/** Neighbouring chunks are read together up to this size. */
const EXTENT_BYTES = 4 << 20;

/** A stored record batch message. Both parts are views of a buffer that is the reader's. */
export interface StoredMessage {
  /** Its entry in the index. */
  readonly chunk: Chunk;
  /** Flatbuffer header. */
  readonly header: Uint8Array;
  /** Body; starts at a multiple of 8 in its buffer. */
  readonly body: Uint8Array;
}

/** Chunks that lie end to end in the file. */
interface Extent {
  readonly chunks: Chunk[];
  length: number;
}

/**
 * Reads `chunks` of the file at `path`, in order. Reads one extent ahead: the memory held is two of 4 MiB, or two larger
 * chunks.
 *
 * @throws {MosaicoError} `session.topic_deleted` when the file is gone
 * @throws {StorageError} when it is shorter than its index says
 */
export async function* readChunks(
  files: OpenFiles,
  path: string,
  chunks: readonly Chunk[],
): AsyncGenerator<StoredMessage, void, void> {
  const source = pooledSource(files, path);
  const extents = extentsOf(chunks);
  const readNext = () => {
    const { value: extent, done } = extents.next();
    if (done === true) return undefined;
    const bytes = readExtent(source, extent);
    bytes.catch(() => {}); // told when it is awaited, if it is
    return { extent, bytes };
  };
  let next = readNext();
  while (next !== undefined) {
    const { extent, bytes } = next;
    const buffer = await bytes;
    next = readNext();
    let at = 0;
    for (const chunk of extent.chunks) {
      const body = at + bodyStart(chunk);
      yield {
        chunk,
        header: buffer.subarray(at + 8, at + 8 + chunk.headerLength),
        body: buffer.subarray(body, body + chunk.bodyLength),
      };
      at += chunkSpan(chunk);
    }
  }
}

function* extentsOf(chunks: readonly Chunk[]): Generator<Extent, undefined, void> {
  let extent: Extent | undefined;
  for (const chunk of chunks) {
    const span = chunkSpan(chunk);
    if (
      extent !== undefined && extent.chunks[0]!.offset + extent.length === chunk.offset &&
      extent.length + span <= EXTENT_BYTES
    ) {
      extent.chunks.push(chunk);
      extent.length += span;
      continue;
    }
    if (extent !== undefined) yield extent;
    extent = { chunks: [chunk], length: span };
  }
  if (extent !== undefined) yield extent;
  return undefined;
}

async function readExtent(source: ByteSource, extent: Extent): Promise<Uint8Array> {
  const buffer = new Uint8Array(extent.length);
  await source.read(buffer, extent.chunks[0]!.offset);
  return buffer;
}
