"""Types of users between the official SDK and our client: python sdk_user_types.py --port PORT --rows FILE

FILE holds the rows of topics /known and /unknown of sequence "ours". The first is read as the class Gripper below, the second, whose
tag no class has, as unmodeled data. Then the rows are written to sequence "theirs", as Gripper and as a class made for a schema.
Prints the fingerprint of Gripper.
"""

import argparse
import json
from enum import Enum, IntEnum
from typing import Dict, List, Optional

from mosaicolabs import Message, MosaicoClient, MosaicoField, MosaicoType, Serializable, Unmodeled, Vector3d
from mosaicolabs.enum import SerializationFormat
from mosaicolabs.models.core.unmodeled import make_unmodeled_ontology_class
from sdk_rows import plain, same


class State(str, Enum):
    OPEN = "open"
    CLOSED = "closed"


class Mode(IntEnum):
    SLOW = 1
    FAST = 2


class Touch(Serializable):
    at: MosaicoType.float32
    by: Optional[MosaicoType.string] = None


class Gripper(Serializable):
    __serialization_format__ = SerializationFormat.Ragged

    opening_m: MosaicoType.float64 = MosaicoField(description="Distance of the fingers")
    state: State
    mode: Mode
    force: Optional[MosaicoType.float32] = None
    retries: MosaicoType.int64 = MosaicoField(default=3)
    tip: Vector3d
    touches: MosaicoType.list_(Touch)
    last_touch: Optional[Touch] = None
    ticks: List[int]
    grid: MosaicoType.matrix(MosaicoType.float32, 2, 3)
    stack: MosaicoType.tensor3d(MosaicoType.uint8)
    corners: MosaicoType.list_(MosaicoType.int16, 4)
    halves: MosaicoType.list_(MosaicoType.float16)
    counts: Dict[str, int]
    homes: Dict[str, Vector3d]
    raw: bytes
    on: bool


def decoded(value):
    """Rows of the file as the SDK takes them."""
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if isinstance(value, dict):
        if "$hex" in value:
            return bytes.fromhex(value["$hex"])
        if "$map" in value:
            return {key: decoded(item) for key, item in value["$map"]}
        return {key: decoded(item) for key, item in value.items() if item is not None}
    return value


def check(topic, kind, rows):
    messages = list(topic.get_data_streamer())
    assert len(messages) == len(rows), len(messages)
    for message, row in zip(messages, rows):
        data = message.get_data(kind)
        assert isinstance(data, kind), type(message.data)
        expected = decoded(row)
        assert message.timestamp_ns == expected.pop("timestamp_ns")
        found = plain(data._encode())
        assert same(found, plain(expected)), f"{found}\n  expected {expected}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rows", required=True)
    arguments = parser.parse_args()
    with open(arguments.rows, encoding="utf-8") as file:
        rows = json.load(file)
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        known = client.topic_handler("ours", "/known")
        assert known.ontology_tag == "Gripper" and known.serialization_format.value == "ragged"
        check(known, Gripper, rows)
        check(client.topic_handler("ours", "/unknown"), Unmodeled, rows)

        unknown = make_unmodeled_ontology_class(
            class_name="Foreign",
            ontology_tag="ForeignGripper",
            serialization_format=SerializationFormat.Default,
            pyarrow_schema=Gripper.__msco_pyarrow_struct__,
        )
        with client.sequence_create("theirs", {}) as writer:
            typed = writer.topic_create("/known", {}, Gripper)
            untyped = writer.topic_create("/unknown", {}, unknown)
            for row in rows:
                data = decoded(row)
                time = data.pop("timestamp_ns")
                typed.push(Message(timestamp_ns=time, data=Gripper(**data)))
                complete = {"force": None, "last_touch": None, **data}
                untyped.push(Message(timestamp_ns=time, data=unknown(raw_data=complete)))
    print(Gripper.__schema_fingerprint__)


main()
