"""The official SDKs 0.5.0 and 0.6.0, unmodified, against an embedded server: python sdk_before_0_7.py --port PORT

What both can do: write, list, read, window, notify, query, delete. Prints "ok".
"""

import argparse
import importlib.metadata
import uuid

from mosaicolabs import IMU, Message, MosaicoClient, String, Vector3d

try:
    from mosaicolabs import QueryOntologyCatalog, QuerySequence, QueryTopic
except ImportError:
    from mosaicolabs.models.query import QueryOntologyCatalog, QuerySequence, QueryTopic

VERSION = importlib.metadata.version("mosaicolabs")
NAME = f"drive_{uuid.uuid4().hex[:12]}"
TIMES = [1_000 + 10 * i for i in range(100)]


def equal(found, expected, what):
    assert found == expected, f"{VERSION}, {what}: {found!r}, expected {expected!r}"


def imu_at(i):
    return IMU(acceleration=Vector3d(x=float(i), y=0.5, z=9.8), angular_velocity=Vector3d(x=0.0, y=0.1, z=0.2))


def write(client):
    with client.sequence_create(NAME, {"driver": "Ada", "nested": {"a": 1}}) as writer:
        imu = writer.topic_create("/sensors/imu", {"rate": 100}, IMU)
        text = writer.topic_create("/log/text", {}, String)
        for i, time in enumerate(TIMES):
            imu.push(Message(timestamp_ns=time, data=imu_at(i)))
            text.push(Message(timestamp_ns=time + 5, data=String(data=f"s{i}")))


def read(client):
    assert NAME in client.list_sequences()
    handler = client.sequence_handler(NAME)
    equal(handler.topics, ["/sensors/imu", "/log/text"], "topics")
    equal(handler.user_metadata, {"driver": "Ada", "nested": {"a": 1}}, "metadata")
    equal((handler.timestamp_ns_min, handler.timestamp_ns_max), (1_000, 1_995), "times")
    found = list(handler.get_data_streamer())
    equal([m.timestamp_ns for _, m in found], [t + d for t in TIMES for d in (0, 5)], "merge")
    equal([m.get_data(IMU).acceleration.x for topic, m in found if topic == "/sensors/imu"], list(range(100)), "imu")
    equal([m.get_data(String).data for topic, m in found if topic == "/log/text"], [f"s{i}" for i in range(100)], "text")
    topic = client.topic_handler(NAME, "/sensors/imu")
    equal(topic.user_metadata, {"rate": 100}, "metadata of the topic")
    equal(topic.ontology_tag, IMU.ontology_tag(), "tag")
    stream = topic.get_data_streamer(start_timestamp_ns=1_015, end_timestamp_ns=1_050)
    equal([m.timestamp_ns for m in stream], [1_020, 1_030, 1_040], "window")


def names(response):
    return {item.sequence.name: [topic.name for topic in item.topics] for item in response}


def query(client):
    here = QuerySequence().with_name(NAME)
    both = {NAME: ["/sensors/imu", "/log/text"]}
    equal(names(client.query(here)), both, "by name")
    # Before 0.6 a match finds a text anywhere, later the whole name has to fit.
    pattern = NAME[2:-2] if VERSION.startswith("0.5") else NAME[:-2] + "*"
    equal(names(client.query(QuerySequence().with_name_match(pattern))), both, "by part of the name")
    equal(names(client.query(here, QueryTopic().with_ontology_tag(IMU.ontology_tag()))), {NAME: ["/sensors/imu"]}, "by tag")
    content = QueryOntologyCatalog(IMU.Q.acceleration.x.gt(98.0))
    equal(names(client.query(here, content)), {NAME: ["/sensors/imu"]}, "by content")
    equal(names(client.query(here, QueryOntologyCatalog(IMU.Q.acceleration.x.gt(99.0)))), {}, "by absent content")


def notify(client):
    name = NAME + "_failing"
    try:
        with client.sequence_create(name, {}) as writer:
            writer.topic_create("/t", {}, String).push(Message(timestamp_ns=1, data=String(data="x")))
            raise RuntimeError("on purpose")
    except RuntimeError:
        pass
    (note,) = client.list_sequence_notifications(name)
    assert "on purpose" in note.message, note
    client.clear_sequence_notifications(name)
    equal(client.list_sequence_notifications(name), [], "notes after clearing")
    client.sequence_delete(name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for step in (write, read, query, notify):
            step(client)
        with client.sequence_handler(NAME).update() as writer:
            writer.topic_create("/late", {}, String).push(Message(timestamp_ns=1, data=String(data="x")))
        client.clear_sequence_handlers_cache()
        sessions = client.sequence_handler(NAME).sessions
        equal(len(sessions), 2, "sessions")
        client.session_delete(sessions[1].locator)
        client.sequence_delete(NAME)
        assert NAME not in client.list_sequences()
    print("ok")


main()
