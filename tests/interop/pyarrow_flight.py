"""pyarrow's own Flight client against an embedded server: python pyarrow_flight.py --port PORT

What is uploaded, plain and compressed, comes back equal, whole and through windows. Prints "ok".
"""

import argparse
import json
import random
import uuid

import pyarrow as pa
import pyarrow.flight as flight

ROWS = 20_000
SCHEMA = pa.schema(
    [
        pa.field("timestamp_ns", pa.int64(), nullable=False),
        pa.field("value", pa.float64()),
        pa.field("flag", pa.bool_()),
        pa.field("half", pa.float16()),
        pa.field("text", pa.string()),
        pa.field("blob", pa.large_binary()),
        pa.field("list", pa.list_(pa.field("item", pa.int16(), nullable=False))),
        pa.field("fixed", pa.list_(pa.float32(), 3)),
        pa.field("nested", pa.struct([pa.field("a", pa.uint64()), pa.field("b", pa.list_(pa.string()))])),
        pa.field("map", pa.map_(pa.string(), pa.int32())),
    ]
)


def some(value, i):
    return None if i % 7 == 3 else value


def table(times):
    rows = [
        {
            "timestamp_ns": time,
            "value": some(i / 3, i),
            "flag": some(i % 2 == 0, i + 1),
            "half": some(float(i % 100), i),
            "text": some("é" * (i % 5), i + 2),
            "blob": some(bytes(i % 11), i + 3),
            "list": some(list(range(i % 4)), i + 4),
            "fixed": some([1.0, 2.0, float(i % 1000)], i + 5),
            "nested": some({"a": i, "b": [str(i), None]}, i + 6),
            "map": some([(str(k), k) for k in range(i % 3)], i),
        }
        for i, time in enumerate(times)
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    client = flight.connect(f"grpc://{arguments.host}:{arguments.port}")

    def act(name, **request):
        bodies = [bytes(result.body) for result in client.do_action(flight.Action(name, json.dumps(request).encode()))]
        return json.loads(b"".join(bodies))["response"]

    def command(**fields):
        return flight.FlightDescriptor.for_command(json.dumps(fields))

    def put(locator, session, batches, compression=None):
        uuid_ = act(
            "topic_create",
            session_uuid=session["uuid"],
            locator=locator,
            serialization_format="default",
            ontology_tag="Custom",
            user_metadata={},
        )["uuid"]
        options = flight.FlightCallOptions(write_options=pa.ipc.IpcWriteOptions(compression=compression))
        writer, _ = client.do_put(command(resource_locator=locator, topic_uuid=uuid_), SCHEMA, options)
        for batch in batches:
            writer.write_batch(batch)
        writer.done_writing()
        writer.close()

    name = f"pa_{uuid.uuid4().hex[:12]}"
    act("sequence_create", locator=name, user_metadata={"by": "pyarrow"})
    session = act("session_create", locator=name)
    times = [3 * i - 1_000 for i in range(ROWS)]
    source = table(times)
    sources = {"plain": source, "lz4": source, "zstd": source, "empty": source.slice(0, 0)}
    for topic, rows in sources.items():
        compression = topic if topic in ("lz4", "zstd") else None
        put(f"{name}/{topic}", session, rows.to_batches(max_chunksize=1_500), compression)
    fewer = source.slice(0, 3_000)
    batches = fewer.to_batches(max_chunksize=100)
    random.Random(1).shuffle(batches)
    shuffled = [b.take(pa.array(random.Random(k).sample(range(len(b)), len(b)))) for k, b in enumerate(batches)]
    put(f"{name}/shuffled", session, shuffled)
    sources["shuffled"] = fewer
    act("session_finalize", session_uuid=session["uuid"])

    assert [name.encode()] in [list(info.descriptor.path) for info in client.list_flights()]
    whole = client.get_flight_info(command(resource_locator=name))
    metadata = json.loads(whole.app_metadata)
    assert metadata["user_metadata"] == {"by": "pyarrow"} and metadata["sessions"][0]["locked"], metadata
    assert [json.loads(e.app_metadata)["resource_locator"] for e in whole.endpoints] == [f"{name}/{t}" for t in sources]
    for endpoint, (topic, rows) in zip(whole.endpoints, sources.items()):
        info = json.loads(endpoint.app_metadata)["data_info"]
        assert info["total_row_count"] == len(rows), (topic, info)
        found = client.do_get(endpoint.ticket).read_all()
        found.validate(full=True)
        assert found.schema.equals(SCHEMA) and found.equals(rows), topic
        schema = client.get_schema(command(resource_locator=f"{name}/{topic}")).schema
        assert schema.equals(SCHEMA, check_metadata=True), topic

    for topic in ("plain", "lz4", "shuffled"):
        rows = sources[topic]
        for start, end in ((-1_000, 0), (0, 1), (4_321, 6_543), (12_345, 23_456), (58_000, 99_999), (-5, -4)):
            window = {"timestamp_ns_start": start, "timestamp_ns_end": end}
            info = client.get_flight_info(command(resource_locator=f"{name}/{topic}", **window))
            expected = rows.filter([start <= time < end for time in times[: len(rows)]])
            inside = json.loads(info.endpoints[0].app_metadata)["time_window_info"]
            assert inside["row_count"] == len(expected), (topic, start, end, inside)
            found = client.do_get(info.endpoints[0].ticket).read_all()
            found.validate(full=True)
            assert found.equals(expected), (topic, start, end)

    act("sequence_delete", locator=name)
    try:
        client.do_get(whole.endpoints[0].ticket).read_all()
    except KeyError as error:
        assert "not found" in str(error), error
    else:
        raise AssertionError("a deleted topic is still there")
    print("ok")


main()
