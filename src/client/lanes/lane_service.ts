/**
 * The Worker's side of a lane: an inline lane, driven by messages.
 *
 * @module
 */
import { isMosaicoError, Semaphore } from "../../base/mod.ts";
import { connectFlight } from "../../wire/flight/mod.ts";
import { packError } from "./error_data.ts";
import { InlineLane } from "./inline_lane.ts";
import { loadLaneCodecs } from "./lane_codecs.ts";
import { BatchPacker, BatchUnpacker, movedBuffers } from "./packed_batch.ts";
import type { LaneDownload, LaneUpload, UploadStart } from "./types.ts";
import type { FromWorker, ToWorker } from "./worker_messages.ts";

/** Posts a message; what is listed moves. */
export type Post = (message: FromWorker, transfer: Transferable[]) => void;

/** Bytes of batches of one download that may be between this side and the reader. */
const READ_AHEAD_BYTES = 8 << 20;

interface Upload {
  readonly upload: LaneUpload;
  readonly unpacker: BatchUnpacker;
}

interface Download {
  readonly download: LaneDownload;
  readonly credit: Semaphore;
}

/** Serves one lane. */
export class LaneService {
  readonly #post: Post;
  readonly #uploads = new Map<number, Upload>();
  readonly #downloads = new Map<number, Download>();
  #lane: InlineLane | undefined;

  /** Answers through `post`. */
  constructor(post: Post) {
    this.#post = post;
  }

  /** Does what a message of the caller's side asks for. Messages about transfers that are over are of no account. */
  async receive(message: ToWorker): Promise<void> {
    switch (message.type) {
      case "connect":
        return await this.#connect(message);
      case "upload":
        return this.#openUpload(message.id, message.start);
      case "batch": {
        const upload = this.#uploads.get(message.id);
        if (upload !== undefined) this.#send(message.id, upload, message);
        return;
      }
      case "finish":
        return await this.#uploads.get(message.id)?.upload.finish()
          .then(() => this.#end(message.id), (error) => this.#end(message.id, { error }));
      case "download":
        return await this.#pump(
          message.id,
          this.#lane!.download(message.ticket, message.readAheadBytes),
          message.readAheadBytes,
        );
      case "taken":
        return this.#downloads.get(message.id)?.credit.release(message.byteLength);
      case "cancel":
        return this.#cancel(message.id);
      case "close":
        await this.#lane?.close();
        return this.#post({ type: "closed" }, []);
    }
  }

  async #connect({ settings, lz4 }: Extract<ToWorker, { type: "connect" }>): Promise<void> {
    try {
      const { address, timeoutMs, nativeCodecs = true } = settings;
      const codecs = loadLaneCodecs({ nativeCodecs, lz4Module: lz4, sharedZeros: true });
      const flight = await connectFlight(address, { timeoutMs });
      this.#lane = new InlineLane(flight, await codecs, "it is a Worker's own");
      this.#post({ type: "connected", codecs: this.#lane.codecs }, []);
    } catch (error) {
      this.#post({ type: "refused", error: packError(error) }, []);
    }
  }

  #openUpload(id: number, start: UploadStart): void {
    try {
      const upload = this.#lane!.upload(start);
      upload.onPixelsFree = (pixels) => {
        this.#post({ type: "pixels", id, pixels }, pixels instanceof ArrayBuffer ? [pixels] : []);
      };
      this.#uploads.set(id, { upload, unpacker: new BatchUnpacker(start.schema, { writable: false }) });
      upload.failed.then((error) => this.#end(id, { error }));
    } catch (error) { // a schema that cannot be encoded
      this.#post({ type: "ended", id, error: packError(error) }, []);
    }
  }

  #send(id: number, { upload, unpacker }: Upload, message: Extract<ToWorker, { type: "batch" }>): void {
    const sent = () => this.#post({ type: "sent", id }, []);
    const room = upload.send(unpacker.unpack(message.batch), true);
    if (room === undefined) return sent();
    room.then(sent, (error) => {
      if (isMosaicoError(error, "message.too_large")) {
        return this.#post({ type: "sent", id, error: packError(error) }, []);
      }
      // No news where the upload has failed, unless it is this batch that cannot be encoded.
      this.#end(id, { error });
      upload.cancel();
    });
  }

  async #pump(id: number, download: LaneDownload, readAheadBytes = READ_AHEAD_BYTES): Promise<void> {
    const credit = new Semaphore(readAheadBytes);
    this.#downloads.set(id, { download, credit });
    const packer = new BatchPacker();
    try {
      this.#post({ type: "schema", id, schema: await download.schema }, []);
      for (let batch = await download.take(); batch !== undefined; batch = await download.take()) {
        const packed = packer.pack(batch, true);
        const byteLength = packed.buffers.reduce((sum, buffer) => sum + buffer.byteLength, 0);
        if (!credit.tryAcquire(byteLength)) await credit.acquire(byteLength);
        this.#post({ type: "batch", id, batch: packed, byteLength }, movedBuffers(packed));
      }
      this.#end(id);
    } catch (error) {
      this.#end(id, { error });
      download.cancel();
    }
  }

  #cancel(id: number): void {
    this.#uploads.get(id)?.upload.cancel();
    const download = this.#downloads.get(id);
    download?.download.cancel();
    download?.credit.fail(new Error("the download was cancelled")); // wakes the pump, which nobody hears any more
  }

  #end(id: number, failure?: { readonly error: unknown }): void {
    const uploads = this.#uploads.delete(id);
    const downloads = this.#downloads.delete(id);
    if (!uploads && !downloads) return;
    this.#post({ type: "ended", id, ...(failure === undefined ? {} : { error: packError(failure.error) }) }, []);
  }
}
