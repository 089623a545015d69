import assert from "node:assert/strict";
import { test } from "node:test";
import { create } from "@bufbuild/protobuf";
import { ActionTypeSchema, CriteriaSchema, FlightInfoSchema, PollInfoSchema } from "../../../../proto/gen/flight_pb.ts";
import { fromUtf8, utf8 } from "../../../../src/base/mod.ts";
import {
  actionOf,
  commandDescriptor,
  connectFlight,
  type FlightConnection,
  type FlightData,
  type FlightService,
  type FlightStream,
  GrpcStatus,
  pathDescriptor,
  RpcError,
  serveFlight,
  ticketOf,
} from "../../../../src/wire/flight/mod.ts";
import { GrpcChannel } from "../../../../src/wire/grpc/mod.ts";
import { memoryNetwork } from "../../../../src/wire/net/mod.ts";

async function withFlight(service: FlightService, use: (flight: FlightConnection) => Promise<void>): Promise<void> {
  const network = memoryNetwork();
  await using server = await serveFlight(service, { port: 0, network });
  await using flight = await connectFlight({ host: server.host, port: server.port, network });
  await use(flight);
}

async function all<T>(stream: FlightStream<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const entry of stream) found.push(entry);
  return found;
}

const text = (bytes: Uint8Array) => fromUtf8(bytes);

test("the metadata verbs", async () => {
  await withFlight({
    async *listFlights(_context, criteria) {
      for (const path of text(criteria.expression).split(",")) {
        yield create(FlightInfoSchema, { flightDescriptor: pathDescriptor([path]) });
      }
    },
    getFlightInfo: (_context, descriptor) =>
      Promise.resolve(create(FlightInfoSchema, { flightDescriptor: descriptor, totalRecords: 2n ** 60n })),
    pollFlightInfo: (_context, descriptor) =>
      Promise.resolve(create(PollInfoSchema, { flightDescriptor: descriptor, progress: 0.5 })),
    getSchema: (_context, descriptor) => Promise.resolve(utf8(`schema of ${descriptor.path.join("/")}`)),
    *doAction(_context, action) {
      yield utf8(`${action.type}:`);
      yield action.body;
    },
    *listActions() {
      yield create(ActionTypeSchema, { type: "echo", description: "says it again" });
    },
  }, async (flight) => {
    const flights = await all(flight.listFlights(create(CriteriaSchema, { expression: utf8("a,b") })));
    assert.deepEqual(flights.map((info) => info.flightDescriptor!.path), [["a"], ["b"]]);
    const info = await flight.getFlightInfo(pathDescriptor(["x"]));
    assert.deepEqual([info.flightDescriptor!.path, info.totalRecords], [["x"], 2n ** 60n]);
    assert.equal((await flight.pollFlightInfo(commandDescriptor(utf8("q")))).progress, 0.5);
    assert.equal(text(await flight.getSchema(pathDescriptor(["a", "b"]))), "schema of a/b");
    assert.deepEqual((await all(flight.doAction(actionOf("echo", utf8("hi"))))).map(text), ["echo:", "hi"]);
    assert.deepEqual((await all(flight.listActions())).map((action) => action.type), ["echo"]);
  });
});

test("handshake exchanges payloads", async () => {
  await withFlight({
    async *handshake(context, payloads) {
      for await (const payload of payloads) yield utf8(`${context.peer.length > 0} ${text(payload)}`);
    },
  }, async (flight) => {
    assert.deepEqual((await all(flight.handshake([utf8("a"), utf8("b")]))).map(text), ["true a", "true b"]);
  });
});

test("doGet brings messages as they were sent, and a break cancels", async () => {
  const ended = Promise.withResolvers<void>();
  await withFlight({
    async doGet(context, ticket, sink) {
      context.signal.addEventListener("abort", () => ended.resolve());
      for (let i = 0; i < 10_000; i++) {
        const room = sink.send({ header: ticket.ticket, body: [new Uint8Array(64).fill(i), new Uint8Array(100_000)] });
        if (room !== undefined) await room;
      }
    },
  }, async (flight) => {
    let count = 0;
    for await (const data of flight.doGet(ticketOf(utf8("t")))) {
      assert.equal(text(data.header), "t");
      assert.deepEqual([data.body.length, data.body[0]], [100_064, count]);
      assert.equal(data.body.byteOffset % 8, 0);
      if (++count === 3) break;
    }
    await ended.promise;
  });
});

test("doPut sends without waiting, brings results, and finish tells the status", async () => {
  const received: FlightData[] = [];
  await withFlight({
    async *doPut(_context, messages) {
      for await (const data of messages) {
        received.push(data);
        yield utf8(`ack ${received.length}`);
      }
    },
  }, async (flight) => {
    const call = flight.doPut();
    call.send({ descriptor: commandDescriptor(utf8("put")), header: utf8("schema") });
    call.send({ header: utf8("batch"), body: [new Uint8Array(8).fill(5)], appMetadata: utf8("m") });
    assert.equal(text((await call.take())!), "ack 1");
    await call.finish();
    assert.equal(text(received[0]!.descriptor!.cmd), "put");
    assert.deepEqual([text(received[1]!.header), received[1]!.body[7], text(received[1]!.appMetadata)], [
      "batch",
      5,
      "m",
    ]);
    assert.equal(received[1]!.descriptor, undefined);
  });
});

test("doPut may answer with nothing but its status", async () => {
  let count = 0;
  await withFlight({
    async doPut(_context, messages) {
      while (await messages.take() !== undefined) count++;
      if (count === 2) throw new RpcError(GrpcStatus.ALREADY_EXISTS, "the topic is finished");
    },
  }, async (flight) => {
    const first = flight.doPut();
    first.send({ header: utf8("a") });
    await first.finish();
    const second = flight.doPut();
    second.send({ header: utf8("b") });
    await assert.rejects(second.finish(), { code: "rpc.already_exists", message: "the topic is finished" });
  });
});

test("doExchange goes both ways at once", async () => {
  await withFlight({
    async doExchange(_context, messages, sink) {
      for await (const { header } of messages) await sink.send({ header, body: [new Uint8Array(8)] });
    },
  }, async (flight) => {
    await using call = flight.doExchange();
    for (const name of ["a", "b", "c"]) {
      call.send({ header: utf8(name) });
      assert.equal(text((await call.take())!.header), name);
    }
    call.closeSend();
    assert.equal(await call.take(), undefined);
  });
});

test("a verb that a service lacks is UNIMPLEMENTED", async () => {
  await withFlight({}, async (flight) => {
    await assert.rejects(flight.getSchema(pathDescriptor(["x"])), { code: "rpc.unimplemented", message: /GetSchema/ });
    await assert.rejects(flight.doPut().finish(), { code: "rpc.unimplemented" });
    await assert.rejects(all(flight.listActions()), { code: "rpc.unimplemented" });
  });
});

test("a failed download is not a finished one", async () => {
  await withFlight({
    async doGet(_context, _ticket, sink) {
      await sink.send({ header: utf8("1") });
      throw new RpcError(GrpcStatus.DATA_LOSS, "chunk 2 is damaged");
    },
  }, async (flight) => {
    const call = flight.doGet(ticketOf(utf8("t")));
    assert.equal(text((await call.take())!.header), "1");
    await assert.rejects(call.take(), { code: "rpc.data_loss", message: "chunk 2 is damaged" });
  });
});

test("a message that is no FlightData fails the call", async () => {
  const network = memoryNetwork();
  await using server = await serveFlight({
    async doPut(_context, messages) {
      while (await messages.take() !== undefined);
    },
  }, { port: 0, network });
  const channel = new GrpcChannel({ host: server.host, port: server.port }, { network });
  const call = channel.call("/arrow.flight.protocol.FlightService/DoPut");
  call.send([new Uint8Array([0x12, 9, 1])]);
  call.closeSend();
  await assert.rejects(call.take(), {
    code: "rpc.internal",
    message: /Cannot read FlightData: a field claims 9 bytes/,
  });
  await channel.close();
});

test("connectFlight() tells at once where nothing answers, within its time", async () => {
  const network = memoryNetwork();
  await assert.rejects(connectFlight({ host: "robot", port: 6726, network }), {
    code: "connection.unknown_host",
    message: /robot:6726/,
  });
  const listener = await network.listen(
    { host: "mute", port: 1 },
    (socket) => socket.start({ data() {}, closed() {} }),
  );
  await assert.rejects(connectFlight({ host: "mute", port: 1, network }, { timeoutMs: 20 }), {
    code: "connection.timeout",
    message: /mute:1/,
  });
  await assert.rejects(connectFlight({ host: "mute", port: 1, network }, { signal: AbortSignal.timeout(20) }), {
    code: "connection.timeout",
    message: /mute:1/,
  });
  const reason = new Error("changed my mind");
  await assert.rejects(
    connectFlight({ host: "mute", port: 1, network }, { signal: AbortSignal.abort(reason) }),
    reason,
  );
  await listener.close();
});

test("metadata of the connection goes with every verb", async () => {
  const keys: unknown[] = [];
  const network = memoryNetwork();
  await using server = await serveFlight({
    *doAction(context) {
      keys.push(context.metadata.get("x-key"));
      yield utf8("ok");
    },
    getSchema: (context) => {
      keys.push(context.metadata.get("x-key"));
      return Promise.resolve(utf8(""));
    },
  }, { port: 0, network });
  await using flight = await connectFlight({ ...server, network, metadata: { "x-key": "k" } });
  await all(flight.doAction(actionOf("a")));
  await flight.getSchema(pathDescriptor([]));
  assert.deepEqual(keys, [["k"], ["k"]]);
});
