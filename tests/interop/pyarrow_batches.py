"""pyarrow judges our IPC streams: python pyarrow_batches.py FOLDER

FOLDER holds <name>.arrows, a stream of ours, and <name>.json, its rows as in sdk_rows.py. A stream must be valid and hold these
rows. Where there is <name>.golden, a record batch message of the official SDK, the stream's one batch must equal it. Then the rows
are written back in several ways, as <name>.<way>.back. Prints how many streams and how many golden batches were equal.
"""

import glob
import json
import math
import sys

import pyarrow as pa


def plain(value, kind):
    """A value as the JSON has it."""
    if value is None:
        return None
    if pa.types.is_floating(kind):
        number = float(value)
        return number if math.isfinite(number) else {"$float": str(number)}
    if pa.types.is_binary(kind):
        return {"$hex": value.hex()}
    if pa.types.is_struct(kind):
        return {field.name: plain(value[field.name], field.type) for field in kind}
    if pa.types.is_map(kind):
        return [[plain(key, kind.key_type), plain(item, kind.item_type)] for key, item in value]
    if pa.types.is_list(kind) or pa.types.is_fixed_size_list(kind):
        return [plain(item, kind.value_type) for item in value]
    return value


def same(found, expected):
    if isinstance(found, dict) and isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in found)
    if isinstance(found, list) and isinstance(expected, list):
        return len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(found, float) and expected == {"$float": "-0"}:
        return found == 0 and math.copysign(1, found) < 0
    if isinstance(found, float) and isinstance(expected, int):  # JSON has no mark of floats
        return found == float(expected)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def ways(table):
    """Tables of the same rows that lie in memory differently, and how they are compressed."""
    yield "plain", table, None
    yield "lz4", pa.Table.from_batches(table.to_batches(max_chunksize=3), table.schema), "lz4"
    # Slices begin in the middle of buffers, also in the middle of a byte of a bitmap.
    halves = [table.slice(0, 3), table.slice(3, 0), table.slice(3)]
    yield "sliced", pa.concat_tables(halves), "zstd"
    columns = [
        column.dictionary_encode() if field.type in (pa.string(), pa.int32(), pa.float64()) else column
        for column, field in zip(table.columns, table.schema)
    ]
    yield "dictionaries", pa.table(columns, names=table.column_names), None
    large = {pa.string(): pa.large_string(), pa.binary(): pa.large_binary()}
    wide = pa.schema([field.with_type(large.get(field.type, field.type)) for field in table.schema])
    yield "large", table.cast(wide), None


def main():
    (folder,) = sys.argv[1:]
    streams = golden = 0
    for path in sorted(glob.glob(f"{folder}/*.arrows")):
        name = path.removesuffix(".arrows")
        reader = pa.ipc.open_stream(open(path, "rb").read())
        batches = list(reader)
        for batch in batches:
            batch.validate(full=True)
        table = pa.Table.from_batches(batches, reader.schema)
        kind = pa.struct(list(table.schema))
        columns = [[plain(value, field.type) for value in table.column(i).to_pylist()] for i, field in enumerate(kind)]
        found = [dict(zip(table.column_names, row)) for row in zip(*columns)]
        expected = json.load(open(f"{name}.json", encoding="utf-8"))
        assert same(found, expected), f"{name}: {found}\n  expected {expected}"
        streams += 1
        for theirs in glob.glob(f"{name}.golden"):
            batch = pa.ipc.read_record_batch(pa.py_buffer(open(theirs, "rb").read()), sdk_schema(name.split("/")[-1]))
            (ours,) = batches
            assert ours.schema.equals(batch.schema), f"{name}: {ours.schema}\n  expected {batch.schema}"
            assert ours.equals(batch), f"{name}: {ours.to_pylist()}\n  expected {batch.to_pylist()}"
            golden += 1
        for way, rows, compression in ways(table):
            options = pa.ipc.IpcWriteOptions(compression=compression)
            with pa.ipc.new_stream(f"{name}.{way}.back", rows.schema, options=options) as writer:
                writer.write_table(rows)
    print(json.dumps({"streams": streams, "golden": golden}))


def sdk_schema(tag):
    """The columns that the SDK itself has for a type."""
    from sdk_rows import class_of, load_all_types

    load_all_types()
    struct = class_of(tag).__msco_pyarrow_struct__
    return pa.schema([pa.field("timestamp_ns", pa.int64(), nullable=False), *struct])


main()
