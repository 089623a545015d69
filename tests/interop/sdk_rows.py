"""What scripts that compare rows share: rows under the names of the wire, as JSON has them.

Bytes are {"$hex": …}, floats that JSON lacks {"$float": "nan" | "inf" | "-inf"}.
"""

import importlib
import math
import pkgutil

import mosaicolabs.models
from mosaicolabs.models.core import serializable
from mosaicolabs.models.core.serializable import Serializable


def load_all_types():
    """Imports every module that defines a type, and answers {tag: class}."""
    for module in pkgutil.walk_packages(mosaicolabs.models.__path__, "mosaicolabs.models."):
        importlib.import_module(module.name)
    importlib.import_module("mosaicolabs.bridges.ros.data_ontology")
    return {kind.ontology_tag(): kind for kind in serializable._SCHEMA_REGISTRY.values()}


def class_of(tag):
    kind = Serializable._get_class_type(tag)
    assert kind is not None, f"the SDK has no class for {tag}"
    return kind


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


def from_json(value):
    """The value that JSON stands for; members that are null are left out."""
    if isinstance(value, list):
        return [from_json(item) for item in value]
    if not isinstance(value, dict):
        return value
    if "$hex" in value:
        return bytes.fromhex(value["$hex"])
    if "$float" in value:
        return float(value["$float"])
    return {key: from_json(member) for key, member in value.items() if member is not None}


def same(found, expected):
    """Whether a plain value is the one expected; members that are null may be missing."""
    if isinstance(expected, dict) and "$float" in expected:
        expected = float(expected["$float"])
    if isinstance(expected, dict):
        keys = found.keys() | expected.keys() if isinstance(found, dict) else []
        return isinstance(found, dict) and all(same(found.get(key), expected.get(key)) for key in keys)
    if isinstance(expected, list):
        return isinstance(found, list) and len(found) == len(expected) and all(map(same, found, expected))
    if isinstance(expected, float) and isinstance(found, (int, float)):
        return found == expected or (math.isnan(found) and math.isnan(expected))
    if isinstance(found, float) and isinstance(expected, int):  # JSON has no mark of floats
        return found == float(expected)
    return found == expected and isinstance(found, bool) == isinstance(expected, bool)


def compare(topic, kind, rows, problems):
    """Reads a topic as `kind` and notes what differs from `rows`."""
    tag = topic.ontology_tag
    messages = list(topic.get_data_streamer())
    if len(messages) != len(rows):
        problems.append(f"{tag}: {len(messages)} messages, expected {len(rows)}")
        return
    for message, row in zip(messages, rows):
        data = message.get_data(kind)
        if type(data) is not kind:
            problems.append(f"{tag}: read as {type(message.data)}")
            return
        expected = dict(row)
        if message.timestamp_ns != expected.pop("timestamp_ns"):
            problems.append(f"{tag}: time {message.timestamp_ns}")
        found = plain(data._encode())
        if not same(found, expected):
            problems.append(f"{tag}: {found}\n  expected {expected}")
