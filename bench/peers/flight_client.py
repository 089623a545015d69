"""Puts and gets the batches of flight_server.py with pyarrow's client, once each.

Usage: flight_client.py PORT MEBIBYTES. Prints one JSON line: seconds and CPU seconds of each direction.
"""

import json
import resource
import sys
import time

import numpy
import pyarrow as pa
import pyarrow.flight as flight

ROWS, COLUMNS = 131_072, 8
port, mebibytes = sys.argv[1], int(sys.argv[2])
count = mebibytes // (ROWS * COLUMNS * 8 >> 20)
client = flight.connect(f"grpc://127.0.0.1:{port}")
generator = numpy.random.default_rng(1)
batch = pa.record_batch([pa.array(generator.random(ROWS)) for _ in range(COLUMNS)], names=[f"c{i}" for i in range(COLUMNS)])


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(work):
    cpu_before, before = cpu(), time.perf_counter()
    rows = work()
    return {"seconds": time.perf_counter() - before, "cpuSeconds": cpu() - cpu_before, "rows": rows}


def put():
    writer, _ = client.do_put(flight.FlightDescriptor.for_command(b"bench"), batch.schema)
    for _ in range(count):
        writer.write_batch(batch)
    writer.close()
    return int(next(iter(client.do_action(flight.Action("rows", b"")))).body.to_pybytes())


def get():
    return sum(chunk.data.num_rows for chunk in client.do_get(flight.Ticket(b"bench")))


print(json.dumps({"put": measure(put), "get": measure(get)}))
