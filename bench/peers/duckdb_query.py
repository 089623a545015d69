"""DuckDB over a Parquet file with the columns of an IMU, beside the embedded server.

Usage: duckdb_query.py convert ARROWS PARQUET   makes the Parquet file of a topic's Arrow stream
       duckdb_query.py forget FILE...           drops files from the page cache
       duckdb_query.py run PARQUET QUERY        answers one query, cold; prints one JSON line
"""

import json
import os
import resource
import sys
import time

QUERIES = {
    # One row per record that fulfils the condition: less work than runs of them.
    "selective": "SELECT timestamp_ns FROM data WHERE ax > 5 ORDER BY timestamp_ns",
    "two conditions": "SELECT timestamp_ns FROM data WHERE ax > 5 AND wz < 0 ORDER BY timestamp_ns",
    # First, last and number of the records: less work than runs of them.
    "everything": "SELECT count(*), min(timestamp_ns), max(timestamp_ns) FROM data WHERE ax <> 0.125",
    # The same work: runs without gaps above a second.
    "everything, runs": """
        SELECT min(timestamp_ns), max(timestamp_ns) FROM (
          SELECT timestamp_ns, sum(starts) OVER (ORDER BY timestamp_ns) AS run FROM (
            SELECT timestamp_ns, (timestamp_ns - lag(timestamp_ns, 1, timestamp_ns) OVER (ORDER BY timestamp_ns) > 1000000000)::INT AS starts
            FROM data WHERE ax <> 0.125))
        GROUP BY run ORDER BY 1""",
    "aggregates": "SELECT count(*), avg(ay), stddev(ay), first(ay), last(ay) FROM data",
}


def convert(source, target):
    import pyarrow as pa
    import pyarrow.ipc as ipc
    import pyarrow.parquet as pq

    flat = [("timestamp_ns", None, None)] + [
        (prefix + axis, field, axis) for prefix, field in (("a", "acceleration"), ("w", "angular_velocity")) for axis in "xyz"
    ]
    writer = None
    with ipc.open_stream(pa.memory_map(source)) as reader:
        pending, rows = [], 0

        def flush():
            nonlocal writer, pending, rows
            if not pending:
                return
            table = pa.Table.from_batches(pending)
            writer = writer or pq.ParquetWriter(target, table.schema)
            writer.write_table(table, row_group_size=122_880)
            pending, rows = [], 0

        for batch in reader:
            columns = [batch.column(name) if field is None else batch.column(field).field(axis) for name, field, axis in flat]
            pending.append(pa.record_batch(columns, names=[name for name, _, _ in flat]))
            rows += batch.num_rows
            if rows >= 8 * 122_880:
                flush()
        flush()
    writer.close()


def forget(*paths):
    for path in paths:
        file = os.open(path, os.O_RDONLY)
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(file)


def run(path, name):
    import duckdb

    connection = duckdb.connect()
    connection.execute(f"CREATE VIEW data AS SELECT * FROM read_parquet('{path}')")
    connection.execute("SELECT 1").fetchall()
    forget(path)
    cpu_before = resource.getrusage(resource.RUSAGE_SELF)
    before = time.perf_counter()
    rows = connection.execute(QUERIES[name]).fetchall()
    seconds = time.perf_counter() - before
    cpu = resource.getrusage(resource.RUSAGE_SELF)
    spent = cpu.ru_utime + cpu.ru_stime - cpu_before.ru_utime - cpu_before.ru_stime
    first = [float(value) for value in rows[0]] if rows else []
    print(json.dumps({"seconds": seconds, "cpuSeconds": spent, "rows": len(rows), "first": first}))


{"convert": convert, "forget": forget, "run": run}[sys.argv[1]](*sys.argv[2:])
