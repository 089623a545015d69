/**
 * An upload session: what creating a sequence and adding to one have in common.
 *
 * @module
 */
import { isMosaicoError, messageOf, MosaicoError } from "../../base/mod.ts";
import { CompressedImage, type Image, type OntologyType } from "../../ontology/mod.ts";
import { checkTopicName, checkUserMetadata, packLocator } from "../../protocol/mod.ts";
import { jpegModuleFor, type LaneUpload, type UploadStart } from "../lanes/mod.ts";
import { checkImageEncoding, imageRows } from "./jpeg_topic.ts";
import type { ImageTopicCreateOptions, SessionErrorPolicy, TopicCreateOptions } from "./options.ts";
import { TopicWriter } from "./topic_writer.ts";
import type { SessionStatus, WaitOptions, WritingParts } from "./types.ts";

/** Time without progress after which the uploads of a session that was given up are no longer waited for. */
const GIVE_UP_MS = 30_000;
/** Share of the server's message limit that a batch may fill; the rest is for its header. */
const BATCH_SHARE = 0.9;

/** An open session of a sequence; {@linkcode SequenceWriter} and {@linkcode SequenceUpdater} are its two kinds. */
export abstract class SessionWriter implements AsyncDisposable {
  /** Name of the sequence. */
  readonly name: string;
  /** Session as `sequence:ULID`. */
  readonly sessionLocator: string;
  readonly #sessionUuid: string;
  readonly #onError: SessionErrorPolicy;
  readonly #parts: WritingParts;
  readonly #topics = new Map<string, TopicWriter<unknown>>();
  #status: SessionStatus = "pending";
  #ending: Promise<void> | undefined;
  /** Ends the waiting of a `finalize()` under way. */
  readonly #givenUp = new AbortController();

  /** Made by the client once the server has opened the session. */
  constructor(
    name: string,
    session: { readonly uuid: string; readonly locator: string },
    onError: SessionErrorPolicy,
    parts: WritingParts,
  ) {
    this.name = name;
    this.sessionLocator = session.locator;
    this.#sessionUuid = session.uuid;
    this.#onError = onError;
    this.#parts = parts;
  }

  /** Where the session stands. */
  get status(): SessionStatus {
    return this.#status;
  }

  /** As {@linkcode SessionWriter.status}. */
  get sessionStatus(): SessionStatus {
    return this.#status;
  }

  /** Writers of this session, in the order of their creation. */
  get topics(): readonly TopicWriter<unknown>[] {
    return [...this.#topics.values()];
  }

  /** Whether this session has a writer for `topicName`. */
  topicWriterExists(topicName: string): boolean {
    return this.#topics.has(topicName);
  }

  /** Names of this session's writers, as given to `topicCreate`. */
  listTopicWriters(): string[] {
    return [...this.#topics.keys()];
  }

  /** The writer created under `topicName`. */
  getTopicWriter(topicName: string): TopicWriter<unknown> | undefined {
    return this.#topics.get(topicName);
  }

  /**
   * Creates a topic of pictures and opens its upload: rows are raw pictures (`Image`, encoded `rgb8`, `bgr8`, `rgba8`,
   * `bgra8` or `mono8`), the topic holds JPEGs (`CompressedImage`). The lane encodes: beside the caller's thread where lanes
   * run in Workers, which `client.stats()` says.
   *
   * @param topicName Such as `/camera/front`.
   * @param type `Image`.
   * @throws {TypeError | RangeError} when type or encoding cannot be
   * @throws {ProtocolError} when name or metadata break a rule
   * @throws {RpcError} `rpc.already_exists`, …
   *
   * @example
   * ```ts
   * import { CompressedImage, Image, MosaicoClient } from "@mosaico/client";
   * import { MosaicoServer } from "@mosaico/client/server";
   *
   * const directory = await Deno.makeTempDir();
   * await using server = await MosaicoServer.start({ directory, port: 0 });
   * await using client = await MosaicoClient.connect("127.0.0.1", server.port);
   * await using drive = await client.sequenceCreate("drive");
   * const camera = await drive.topicCreate("/camera", Image, { encode: "jpeg", quality: 90 });
   * const picture = { format: "raw", width: 64, height: 48, stride: 192, encoding: "rgb8" } as const;
   * await camera.push(1_700_000_000_000_000_000n, { ...picture, data: new Uint8Array(192 * 48) });
   * await drive.finalize();
   *
   * const topic = await client.topicHandler("drive", "/camera", CompressedImage);
   * for await (const { data } of topic!.stream()) console.log(data.format); // jpeg
   * ```
   */
  async topicCreate(
    topicName: string,
    type: OntologyType<Image>,
    options: ImageTopicCreateOptions,
  ): Promise<TopicWriter<Image>>;
  /**
   * Creates a topic and opens its upload.
   *
   * @param topicName Such as `/sensors/imu`.
   * @param type Type of its rows.
   * @throws {ProtocolError} when name or metadata break a rule
   * @throws {RpcError} `rpc.already_exists`, …
   */
  async topicCreate<T>(topicName: string, type: OntologyType<T>, options?: TopicCreateOptions): Promise<TopicWriter<T>>;
  async topicCreate(
    topicName: string,
    type: OntologyType<unknown>,
    options: TopicCreateOptions | ImageTopicCreateOptions = {},
  ): Promise<unknown> {
    this.#assertPending();
    checkTopicName(topicName);
    const userMetadata = checkUserMetadata(options.metadata ?? {});
    const jpeg = "encode" in options ? options : undefined;
    if (jpeg !== undefined) checkImageEncoding(type, jpeg);
    if (this.#topics.has(topicName)) {
      throw new MosaicoError("session.topic_exists", `Cannot create topic "${topicName}": this session has it already`);
    }
    const { control, lanes, batching, topicBytesInFlight } = this.#parts;
    const locator = packLocator(this.name, topicName);
    const { tag: ontologyTag, serializationFormat } = jpeg === undefined ? type : CompressedImage;
    const request = { locator, sessionUuid: this.#sessionUuid, serializationFormat, ontologyTag, userMetadata };
    const { uuid } = await control.call("topic_create", request, options);
    const { compression, batchBytes, flushIntervalMs } = { ...batching, ...options };
    const maxBatchBytes = Math.floor(BATCH_SHARE * control.limits.maxMessageBytes);
    const command = control.codec.encodePutCommand({ locator, topicUuid: uuid });
    const start: UploadStart = { command, schema: type.schema, compression };
    const upload =
      await (jpeg === undefined
        ? this.#openUpload(start, options.signal)
        : this.#openJpegUpload({ ...start, compression: options.compression ?? "none" }, jpeg, maxBatchBytes))
        .catch(async (error) => {
          // A topic without an upload only stands in the way of the next try, and of finalize().
          await control.call("topic_delete", { locator }).catch(() => {});
          throw error;
        });
    const writer = new TopicWriter({
      name: topicName,
      locator,
      type,
      upload,
      clientCredit: lanes.credit,
      topicBytesInFlight,
      batchBytes: Math.min(batchBytes, maxBatchBytes),
      batchRows: control.limits.maxBatchRows,
      maxBatchBytes,
      flushIntervalMs,
      timeoutMs: GIVE_UP_MS,
      onError: options.onError ?? "raise",
      notify: (message) => this.#note("topic_notification_create", locator, message),
      ...(jpeg === undefined ? {} : { rows: imageRows(jpeg, upload) }),
    });
    this.#topics.set(topicName, writer);
    return writer;
  }

  /**
   * Ends every topic, then the session: its data is whole and locked. Idempotent. Aborted, the uploads are cancelled and the
   * session fails with the reason of the signal.
   *
   * @throws the first failure; the error policy has been applied by then.
   */
  finalize({ signal }: WaitOptions = {}): Promise<void> {
    const given = this.#givenUp.signal;
    return this.#ending ??= this.#finalize(signal === undefined ? given : AbortSignal.any([signal, given]));
  }

  /**
   * Gives the session up, also in the middle of `finalize()`: buffered rows are dropped and the error policy is applied.
   * What was sent stays, if the policy is `report` and the server takes it; aborted, this is not waited for. Idempotent.
   */
  abort(reason: unknown, options: WaitOptions = {}): Promise<void> {
    if (this.#ending === undefined) return this.#ending = this.#fail(reason, options);
    this.#givenUp.abort(reason);
    return this.#ending;
  }

  /** A session left without {@linkcode finalize} is given up. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#fail(
      new MosaicoError("session.not_finalized", `Session ${this.sessionLocator} was left without finalize()`),
    );
    await this.#ending.catch(() => {}); // finalize() has told its caller already
  }

  async #openUpload(start: UploadStart, signal?: AbortSignal): Promise<LaneUpload> {
    const lane = await this.#parts.lanes.next(signal);
    return lane.upload(start);
  }

  async #openJpegUpload(start: UploadStart, options: ImageTopicCreateOptions, maxBytes: number): Promise<LaneUpload> {
    const lane = await this.#parts.lanes.next(options.signal);
    const { quality = 85, subsampling = "4:2:0" } = options;
    const { schema } = CompressedImage;
    return lane.upload({ ...start, jpeg: { schema, maxBytes, quality, subsampling, ...await jpegModuleFor(lane) } });
  }

  async #finalize(signal: AbortSignal): Promise<void> {
    const ended = await Promise.allSettled([...this.#topics.values()].map((topic) => topic.finalize({ signal })));
    const failure = ended.find((topic) => topic.status === "rejected");
    if (failure === undefined) {
      await this.#parts.control.call("session_finalize", { sessionUuid: this.#sessionUuid }, { signal }).catch(
        (reason) => {
          this.#status = "error";
          throw reason;
        },
      );
      this.#status = "finalized";
      return;
    }
    await this.#applyPolicy(failure.reason, false);
    throw failure.reason;
  }

  async #fail(reason: unknown, options: WaitOptions = {}): Promise<void> {
    await Promise.all([...this.#topics.values()].map((topic) => topic.discard(reason, options)));
    await this.#applyPolicy(reason, true);
  }

  /** Applies the policy to a failed session. That it cannot be applied is told beside the failure, not instead of it. */
  async #applyPolicy(reason: unknown, fromBlock: boolean): Promise<void> {
    this.#status = "error";
    try {
      if (this.#onError === "report") await this.#report(reason);
      else await this.#delete(fromBlock);
    } catch (error) {
      throw new MosaicoError(
        "session.policy_failed",
        `Session ${this.sessionLocator} failed: ${
          messageOf(reason)
        }; its policy "${this.#onError}" could not be applied ` +
          `either: ${messageOf(error)}`,
        { session: this.sessionLocator, policy: this.#onError },
        { cause: reason },
      );
    }
  }

  async #report(reason: unknown): Promise<void> {
    const text = `Session ${this.sessionLocator} of sequence '${this.name}' failed: ${messageOf(reason)}`;
    await this.#note("sequence_notification_create", this.name, text);
    try {
      await this.#parts.control.call("session_finalize", { sessionUuid: this.#sessionUuid });
    } catch (error) {
      // A session without topics, or with one whose upload broke, cannot be locked: it stays, open, with its note.
      if (!isMosaicoError(error, "rpc.failed_precondition")) throw error;
    }
  }

  async #delete(fromBlock: boolean): Promise<void> {
    const { control } = this.#parts;
    await control.call("session_delete", { locator: this.sessionLocator });
    if (fromBlock && this.ownsSequence) await control.call("sequence_delete", { locator: this.name });
  }

  /** Whether the policy `delete` removes the sequence with its session. */
  protected abstract readonly ownsSequence: boolean;

  /** Leaves a note on the server. The failure being noted matters more than a failure to note it. */
  async #note(
    action: "topic_notification_create" | "sequence_notification_create",
    locator: string,
    message: string,
  ): Promise<void> {
    await this.#parts.control.call(action, { locator, notificationType: "error", message }).catch(() => {});
  }

  #assertPending(): void {
    if (this.#status === "pending" && this.#ending === undefined) return;
    const state = { pending: "is being ended", finalized: "is finalized", error: "has failed" }[this.#status];
    throw new MosaicoError("session.closed", `Cannot create a topic: session ${this.sessionLocator} ${state}`);
  }
}
