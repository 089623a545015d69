"""A pyarrow Flight server for our client to talk to: python pyarrow_server.py

The first line is its port. A put answers, at its end, {"rows", "sum", "batches"} of what came, as metadata. A ticket
{"batches", "rows"} gives that many batches of float64, batch k holding k * 1_000_003 + i; {"fail_after": n} fails after n.
Tickets may name a compression.
"""

import json

import numpy
import pyarrow as pa
import pyarrow.flight as flight

SCHEMA = pa.schema([pa.field("value", pa.float64(), nullable=False)])


def batches(count, rows):
    base = numpy.arange(rows, dtype=numpy.float64)
    for k in range(count):
        yield pa.record_batch([pa.array(base + k * 1_000_003)], schema=SCHEMA)


class Server(flight.FlightServerBase):
    def do_put(self, context, descriptor, reader, writer):
        rows, total, count = 0, 0, 0
        for chunk in reader:
            values = chunk.data.column(0).to_numpy()
            rows, total, count = rows + len(values), total + int(values.sum()), count + 1
        writer.write(json.dumps({"rows": rows, "sum": total, "batches": count}).encode())

    def do_get(self, context, ticket):
        asked = json.loads(ticket.ticket)
        source = self.fail(asked["fail_after"]) if "fail_after" in asked else batches(asked["batches"], asked["rows"])
        options = pa.ipc.IpcWriteOptions(compression=asked.get("compression"))
        return flight.GeneratorStream(SCHEMA, source, options=options)

    def fail(self, count):
        yield from batches(count, 10)
        raise flight.FlightServerError("failed on purpose")

    def list_flights(self, context, criteria):
        yield self.get_flight_info(context, flight.FlightDescriptor.for_path("numbers"))

    def get_flight_info(self, context, descriptor):
        endpoint = flight.FlightEndpoint(json.dumps({"batches": 2, "rows": 10}), [])
        return flight.FlightInfo(SCHEMA, descriptor, [endpoint], 20, 160)

    def get_schema(self, context, descriptor):
        return flight.SchemaResult(SCHEMA)

    def do_action(self, context, action):
        yield flight.Result(action.type.encode() + b":" + action.body.to_pybytes())

    def list_actions(self, context):
        return [("echo", "says it again")]


server = Server("grpc://127.0.0.1:0")
print(server.port, flush=True)
server.serve()
