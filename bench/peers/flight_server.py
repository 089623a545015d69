"""A plain pyarrow Flight server: hands out float64 batches from memory, takes puts and counts them.

Usage: flight_server.py MEBIBYTES. Prints "listening on PORT" once it is ready.
"""

import sys

import numpy
import pyarrow as pa
import pyarrow.flight as flight

ROWS, COLUMNS = 131_072, 8
BATCH_MIB = ROWS * COLUMNS * 8 >> 20


class Server(flight.FlightServerBase):
    def __init__(self, location, mebibytes):
        super().__init__(location)
        generator = numpy.random.default_rng(1)
        arrays = [pa.array(generator.random(ROWS)) for _ in range(COLUMNS)]
        self.batch = pa.record_batch(arrays, names=[f"c{i}" for i in range(COLUMNS)])
        self.count = mebibytes // BATCH_MIB
        self.rows = 0

    def do_get(self, context, ticket):
        batches = (self.batch for _ in range(self.count))
        return flight.GeneratorStream(self.batch.schema, batches)

    def do_put(self, context, descriptor, reader, writer):
        rows = 0
        for chunk in reader:
            rows += chunk.data.num_rows
        self.rows = rows

    def do_action(self, context, action):
        return [str(self.rows).encode()]


server = Server("grpc://127.0.0.1:0", int(sys.argv[1]))
print(f"listening on {server.port}", flush=True)
server.serve()
