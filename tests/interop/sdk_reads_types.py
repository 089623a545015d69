"""The official SDK reads what our client wrote: python sdk_reads_types.py --port PORT --sequence NAME --rows FILE

FILE holds {"<tag>": [row, …]} with the rows of topic /<tag> under the names of the wire, bytes as {"$hex": …}. Each row is
read as the class of its tag and compared. Prints the number of types as its last line.
"""

import argparse
import importlib
import json
import math
import pkgutil

import mosaicolabs.models
from mosaicolabs import MosaicoClient
from mosaicolabs.models.core.serializable import Serializable

for module in pkgutil.walk_packages(mosaicolabs.models.__path__, "mosaicolabs.models."):
    importlib.import_module(module.name)


def plain(value):
    """A value as JSON has it."""
    if isinstance(value, (bytes, bytearray)):
        return {"$hex": value.hex()}
    if isinstance(value, dict):
        return {key: plain(member) for key, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "value") and not isinstance(value, (int, float, str)):  # an Enum
        return plain(value.value)
    return value


def same(found, expected):
    if isinstance(expected, dict):
        keys = found.keys() | expected.keys() if isinstance(found, dict) else []
        return isinstance(found, dict) and all(same(found.get(key), expected.get(key)) for key in keys)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return found == expected or (math.isnan(found) and math.isnan(expected))
    return found == expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    parser.add_argument("--rows", required=True)
    arguments = parser.parse_args()
    with open(arguments.rows, encoding="utf-8") as file:
        types = json.load(file)
    problems = []
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for tag, rows in types.items():
            kind = Serializable._get_class_type(tag)
            assert kind is not None, f"the SDK has no class for {tag}"
            topic = client.topic_handler(arguments.sequence, f"/{tag}")
            messages = list(topic.get_data_streamer())
            if len(messages) != len(rows):
                problems.append(f"{tag}: {len(messages)} messages, expected {len(rows)}")
                continue
            for message, row in zip(messages, rows):
                data = message.get_data(kind)
                if type(data) is not kind:
                    problems.append(f"{tag}: read as {type(data)}")
                expected = dict(row)
                if message.timestamp_ns != expected.pop("timestamp_ns"):
                    problems.append(f"{tag}: time {message.timestamp_ns}")
                found = plain(data._encode())
                if not same(found, expected):
                    problems.append(f"{tag}: {found}\n  expected {expected}")
    assert not problems, "\n".join(problems)
    print(len(types))


main()
