/**
 * A service without a wire: its verbs called as the Flight server calls them.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import {
  ActionSchema,
  CriteriaSchema,
  type FlightDescriptor,
  FlightDescriptor_DescriptorType as DescriptorType,
  FlightDescriptorSchema,
  type FlightInfo,
  TicketSchema,
} from "../../../proto/gen/flight_pb.ts";
import { concat, EMPTY_BYTES, fromUtf8, type JsonObject, parseJson, utf8 } from "../../../src/base/mod.ts";
import { BatchDecoder, decodeSchema, rowReader, type Schema, timestamps } from "../../../src/columnar/mod.ts";
import { type ActionName, type Actions, jsonCodec } from "../../../src/protocol/mod.ts";
import { ContentEngine, type EngineOptions } from "../../../src/server/engine/mod.ts";
import { type ApiKey, Authorizer, MosaicoService } from "../../../src/server/service/mod.ts";
import { ServerDirectory, Uploads } from "../../../src/server/storage/mod.ts";
import type { FlightCallContext, FlightData, FlightStream, OutgoingFlightData } from "../../../src/wire/flight/mod.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { CODECS, SCHEMA_HEADER } from "./support.ts";

/** What a put sends. */
export interface PutMessage {
  readonly descriptor?: FlightDescriptor;
  readonly header?: Uint8Array;
  readonly body?: Uint8Array;
}

/** What a download held. */
export interface Download {
  readonly schema: Schema;
  /** Rows of each batch. */
  readonly sizes: number[];
  /** Bytes of all bodies. */
  readonly byteLength: number;
  /** Times of all rows. */
  readonly times: number[];
  /** All columns but the time. */
  readonly rows: Record<string, unknown>[];
}

const LIMITS = {
  maxDecodeMessageBytes: 52_428_800,
  maxEncodeMessageBytes: 536_870_912,
  targetEncodeMessageBytes: 26_214_400,
};

/** A service over a folder of its own. */
export class ServiceFixture implements AsyncDisposable {
  readonly directory: ServerDirectory;
  readonly uploads: Uploads;
  readonly engine: ContentEngine;
  readonly service: MosaicoService;
  readonly #folder: AsyncDisposable;
  /** Metadata of the calls. */
  headers: Record<string, string> = {};

  private constructor(
    folder: AsyncDisposable,
    directory: ServerDirectory,
    apiKeys: readonly ApiKey[] | undefined,
    engine: EngineOptions,
  ) {
    this.#folder = folder;
    this.directory = directory;
    const uploads = new Uploads(directory);
    const info = { version: "0.7.0", semver: { major: 0, minor: 7, patch: 0 }, config: LIMITS };
    this.uploads = uploads;
    this.engine = new ContentEngine(directory, uploads, engine);
    const parts = { directory, uploads, engine: this.engine, codec: jsonCodec, info };
    this.service = new MosaicoService(parts, new Authorizer(apiKeys));
  }

  static async start(
    apiKeys?: readonly ApiKey[],
    engine: EngineOptions = { workers: 0 },
    directory?: ServerDirectory,
  ): Promise<ServiceFixture> {
    if (directory !== undefined) return new ServiceFixture(new AsyncDisposableStack(), directory, apiKeys, engine);
    const folder = await temporaryFolder();
    return new ServiceFixture(folder, await ServerDirectory.open(folder.path, { codecs: CODECS }), apiKeys, engine);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.engine[Symbol.dispose]();
    await this.directory[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }

  get #context(): FlightCallContext {
    const metadata = new Map(Object.entries(this.headers).map(([name, value]) => [name, [value]] as const));
    return { metadata, signal: new AbortController().signal, peer: "test:1" };
  }

  /** Bodies of the results of an action. */
  async rawAction(type: string, body: string): Promise<Uint8Array[]> {
    const bodies: Uint8Array[] = [];
    const action = create(ActionSchema, { type, body: utf8(body) });
    for await (const result of this.service.doAction(this.#context, action)) bodies.push(result);
    return bodies;
  }

  /** Answer of a unary action. */
  async act<A extends ActionName>(action: A, request: Actions[A]["request"]): Promise<Actions[A]["answer"]> {
    const body = fromUtf8(jsonCodec.encodeRequest(action, request));
    return jsonCodec.decodeAnswer(action, await this.rawAction(action, body));
  }

  /** Answers of a paged action. */
  async pages<A extends ActionName>(action: A, request: Actions[A]["request"]): Promise<Actions[A]["answer"][]> {
    const bodies = await this.rawAction(action, fromUtf8(jsonCodec.encodeRequest(action, request)));
    return bodies.map((body) => jsonCodec.decodeAnswer(action, [body]));
  }

  listFlights(expression: Uint8Array = EMPTY_BYTES): FlightInfo[] {
    return [...this.service.listFlights(this.#context, create(CriteriaSchema, { expression }))];
  }

  async info(command: JsonObject): Promise<FlightInfo> {
    return await this.service.getFlightInfo(this.#context, commandOf(command));
  }

  async schema(locator: string): Promise<Uint8Array> {
    return await this.service.getSchema(this.#context, commandOf({ resource_locator: locator }));
  }

  /** Runs a put of any messages. */
  async rawPut(messages: Iterable<PutMessage> | AsyncIterable<PutMessage>): Promise<void> {
    await this.service.doPut(this.#context, streamOf(messages));
  }

  /** Runs a put of a schema and batches. */
  async put(
    locator: string,
    uuid: string,
    batches: Iterable<PutMessage> | AsyncIterable<PutMessage>,
    header: Uint8Array = SCHEMA_HEADER,
  ): Promise<void> {
    await this.rawPut(async function* () {
      yield { descriptor: commandOf({ resource_locator: locator, topic_uuid: uuid }), header };
      yield* batches;
    }());
  }

  /** Downloads what a ticket stands for. */
  async get(ticket: Uint8Array): Promise<Download> {
    const messages: OutgoingFlightData[] = [];
    const sink = { send: (message: OutgoingFlightData) => void messages.push(message) };
    await this.service.doGet(this.#context, create(TicketSchema, { ticket }), sink);
    const schema = decodeSchema(messages[0]!.header!);
    const decoder = new BatchDecoder(schema, CODECS);
    const reader = rowReader(schema);
    const [sizes, times, rows]: [number[], number[], Record<string, unknown>[]] = [[], [], []];
    let byteLength = 0;
    for (const { header, body } of messages.slice(1)) {
      const bytes = concat(body!);
      byteLength += bytes.byteLength;
      const batch = decoder.decode(header!, bytes)!;
      sizes.push(batch.numRows);
      timestamps(batch).forEach((time, row) => {
        times.push(Number(time));
        rows.push(reader.row(batch, row));
      });
    }
    return { schema, sizes, byteLength, times, rows };
  }

  /** Sequence with an open session. */
  async openSession(sequence: string): Promise<{ uuid: string; locator: string }> {
    await this.act("sequence_create", { locator: sequence, userMetadata: {} });
    return await this.act("session_create", { locator: sequence });
  }

  /** Creates a topic; the answer is its uuid. */
  async createTopic(sessionUuid: string, locator: string, ontologyTag = "IMU"): Promise<string> {
    const fixed = { serializationFormat: "default", userMetadata: { rate: 100 } } as const;
    return (await this.act("topic_create", { sessionUuid, locator, ontologyTag, ...fixed })).uuid;
  }

  /** A finalized sequence of one session: topics with their batches. */
  async record(sequence: string, topics: Record<string, Iterable<PutMessage>>, tag?: string): Promise<void> {
    const session = await this.openSession(sequence);
    for (const [path, batches] of Object.entries(topics)) {
      const locator = `${sequence}/${path}`;
      await this.put(locator, await this.createTopic(session.uuid, locator, tag), batches);
    }
    await this.act("session_finalize", { sessionUuid: session.uuid });
  }
}

/** Parsed `app_metadata`. */
export function metadataOf(message: { readonly appMetadata: Uint8Array }): JsonObject {
  return parseJson(fromUtf8(message.appMetadata)) as JsonObject;
}

/** A descriptor of a command. */
export function commandOf(command: JsonObject): FlightDescriptor {
  return create(FlightDescriptorSchema, { type: DescriptorType.CMD, cmd: utf8(JSON.stringify(command)) });
}

function streamOf(messages: Iterable<PutMessage> | AsyncIterable<PutMessage>): FlightStream<FlightData> {
  const iterator = (async function* () {
    yield* messages;
  })();
  return {
    async take() {
      const { value } = await iterator.next();
      if (value === undefined) return undefined;
      const header = value.header?.slice() ?? EMPTY_BYTES;
      const body = value.body?.slice() ?? EMPTY_BYTES;
      // What is given back is another message's: whoever still reads it reads nonsense.
      const release = () => void [header, body].forEach((part) => part.fill(0xee));
      return { descriptor: value.descriptor, header, body, appMetadata: EMPTY_BYTES, release };
    },
    cancel: () => {},
    [Symbol.asyncIterator]: () => {
      throw new Error("not used");
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
