/**
 * A Flight client that answers out of a script.
 *
 * @module
 */
import { create } from "@bufbuild/protobuf";
import {
  type Action,
  type Criteria,
  type FlightDescriptor,
  type FlightInfo,
  FlightInfoSchema,
} from "../../../../proto/gen/flight_pb.ts";
import type { CallLimits } from "../../../../src/client/control/mod.ts";
import { type FlightConnection, type FlightStream, RpcError } from "../../../../src/wire/flight/mod.ts";

/** What the server does; what is absent answers UNIMPLEMENTED. */
export interface Script {
  readonly doAction?: (type: string, body: Uint8Array) => readonly Uint8Array[] | Promise<readonly Uint8Array[]>;
  readonly getFlightInfo?: (cmd: Uint8Array) => Parameters<typeof create<typeof FlightInfoSchema>>[1];
  readonly getSchema?: (cmd: Uint8Array) => Uint8Array;
  readonly listFlights?: () => readonly FlightInfo[];
}

/** gRPC codes the tests use. */
export const Status = {
  invalidArgument: 3,
  notFound: 5,
  permissionDenied: 7,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
} as const;

/** The error of a server. */
export function status(code: number, message: string): RpcError {
  return new RpcError(code, message);
}

/** What a 0.7 server says of an action it does not have. */
export function unknownAction(name: string): RpcError {
  return status(Status.invalidArgument, `Bad request: no available action for string \`${name}\`.`);
}

export class FakeFlight implements FlightConnection {
  /** Calls in order: actions by name, else the verb. */
  readonly calls: string[] = [];
  /** Options of the last call. */
  lastOptions: CallLimits | undefined;
  /** Whether a stream was left before its end. */
  cancelled = false;
  closed = 0;
  readonly #script: Script;

  constructor(script: Script) {
    this.#script = script;
  }

  doAction(action: Action, options?: CallLimits): FlightStream<Uint8Array> {
    return this.#stream(action.type, options, () => this.#run(this.#script.doAction)(action.type, action.body));
  }

  listFlights(_criteria: Criteria, options?: CallLimits): FlightStream<FlightInfo> {
    return this.#stream("listFlights", options, () => this.#run(this.#script.listFlights)());
  }

  async getFlightInfo(descriptor: FlightDescriptor, options?: CallLimits): Promise<FlightInfo> {
    this.#note("getFlightInfo", options);
    return await Promise.resolve(create(FlightInfoSchema, this.#run(this.#script.getFlightInfo)(descriptor.cmd)));
  }

  async getSchema(descriptor: FlightDescriptor, options?: CallLimits): Promise<Uint8Array> {
    this.#note("getSchema", options);
    return await Promise.resolve(this.#run(this.#script.getSchema)(descriptor.cmd));
  }

  handshake(): never {
    return this.#unused();
  }
  pollFlightInfo(): never {
    return this.#unused();
  }
  doGet(): never {
    return this.#unused();
  }
  doPut(): never {
    return this.#unused();
  }
  doExchange(): never {
    return this.#unused();
  }
  listActions(): never {
    return this.#unused();
  }

  async close(): Promise<void> {
    this.closed++;
    await Promise.resolve();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #note(call: string, options: CallLimits | undefined): void {
    options?.signal?.throwIfAborted();
    this.calls.push(call);
    this.lastOptions = options;
  }

  #run<F>(verb: F | undefined): F {
    if (verb === undefined) throw status(Status.unimplemented, "Unimplemented.");
    return verb;
  }

  #unused(): never {
    throw new Error("The control connection does not use this verb");
  }

  #stream<T>(
    call: string,
    options: CallLimits | undefined,
    run: () => readonly T[] | Promise<readonly T[]>,
  ): FlightStream<T> {
    let entries: T[] | undefined;
    const take = async () => {
      if (entries === undefined) {
        this.#note(call, options);
        entries = [...await run()];
      }
      return entries.shift();
    };
    const cancel = () => {
      if (entries === undefined || entries.length > 0) this.cancelled = true;
      entries = [];
    };
    return {
      take,
      cancel,
      async *[Symbol.asyncIterator]() {
        try {
          for (let entry = await take(); entry !== undefined; entry = await take()) yield entry;
        } finally {
          cancel();
        }
      },
      [Symbol.asyncDispose]: () => Promise.resolve(cancel()),
    };
  }
}
