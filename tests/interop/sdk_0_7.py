"""The official SDK 0.7.0, unmodified, against an embedded server: python sdk_0_7.py --port PORT

Writes, lists, reads, updates, queries and deletes, and prints "ok"; any difference ends it with an error.
"""

import argparse
import uuid

from mosaicolabs import (
    IMU,
    Message,
    MosaicoClient,
    QueryOntologyCatalog,
    QuerySequence,
    QueryTopic,
    SessionLevelErrorPolicy,
    String,
    TimestampRange,
    Vector3d,
)

ROWS = 200
NAME = f"drive_{uuid.uuid4().hex[:12]}"
IMU_TIMES = [1_000 + 10 * i for i in range(ROWS)]
TEXT_TIMES = [1_005 + 20 * i for i in range(ROWS // 2)]


def imu_at(i):
    return IMU(acceleration=Vector3d(x=i % 50, y=0.5, z=9.8), angular_velocity=Vector3d(x=0.0, y=0.1, z=0.2))


def equal(found, expected, what):
    assert found == expected, f"{what}: {found!r}, expected {expected!r}"


def write(client):
    with client.sequence_create(NAME, {"driver": "Ada", "n": 1, "nested": {"a": [1, 2]}, "é": "ü"}) as writer:
        imu = writer.topic_create("/sensors/imu", {"rate": 100}, IMU)
        text = writer.topic_create("log/text", {}, String)
        for i, time in enumerate(IMU_TIMES):
            imu.push(Message(timestamp_ns=time, data=imu_at(i)))
        for i, time in enumerate(TEXT_TIMES):
            text.push(Message(timestamp_ns=time, data=String(data=f"s{i}")))
    equal(writer.status.value, "finalized", "status of the writer")


def read(client):
    assert NAME in client.list_sequences()
    assert client.sequence_exists(NAME) and not client.sequence_exists("absent_" + NAME)
    assert client.topic_exists(NAME, "/log/text") and not client.topic_exists(NAME, "/absent")
    assert client.sequence_handler("absent_" + NAME) is None
    handler = client.sequence_handler(NAME)
    equal(handler.topics, ["/sensors/imu", "/log/text"], "topics")
    equal(handler.user_metadata, {"driver": "Ada", "n": 1, "nested": {"a": [1, 2]}, "é": "ü"}, "metadata")
    equal((handler.timestamp_ns_min, handler.timestamp_ns_max), (1_000, IMU_TIMES[-1]), "times")
    equal([session.locked for session in handler.sessions], [True], "locks")
    assert handler.total_size_bytes > 0

    expected = sorted(
        [(time, 0, "/sensors/imu", i) for i, time in enumerate(IMU_TIMES)]
        + [(time, 1, "/log/text", i) for i, time in enumerate(TEXT_TIMES)]
    )
    found = list(handler.get_data_streamer())
    equal([(m.timestamp_ns, topic) for topic, m in found], [(time, topic) for time, _, topic, _ in expected], "merge")
    for (topic, message), (_, _, _, i) in zip(found, expected):
        if topic == "/log/text":
            equal(message.get_data(String).data, f"s{i}", "text")
        else:
            equal(message.get_data(IMU), imu_at(i), "imu")

    streamer = handler.get_data_streamer(start_timestamp_ns=1_100, end_timestamp_ns=1_500)
    times = [m.timestamp_ns for _, m in streamer]
    equal(times, sorted(t for t in IMU_TIMES + TEXT_TIMES if 1_100 <= t < 1_500), "window")

    topic = client.topic_handler(NAME, "/sensors/imu")
    equal((topic.ontology_tag, topic.locked, topic.user_metadata), ("IMU", True, {"rate": 100}), "topic")
    equal(topic.serialization_format.value, "default", "format")
    window = topic.get_data_streamer(start_timestamp_ns=1_015, end_timestamp_ns=1_060)
    equal((window.msg_count, window.timestamp_ns_min, window.timestamp_ns_max), (4, 1_020, 1_050), "window of a topic")
    equal([m.timestamp_ns for m in window], [1_020, 1_030, 1_040, 1_050], "times in the window")


def update(client):
    with client.sequence_update(NAME) as writer:
        late = writer.topic_create("/late", {}, String)
        for time in (3, 1, 2):  # sent in one batch, and not in order
            late.push(Message(timestamp_ns=time, data=String(data=str(time))))
    client.clear_sequence_handlers_cache()
    handler = client.sequence_handler(NAME)
    equal(len(handler.sessions), 2, "sessions")
    stream = handler.get_data_streamer(topics=["/late"])
    equal([(m.timestamp_ns, m.get_data(String).data) for _, m in stream], [(1, "1"), (2, "2"), (3, "3")], "order")
    client.session_delete(handler.sessions[1].locator)
    client.clear_sequence_handlers_cache()
    equal(client.sequence_handler(NAME).topics, ["/sensors/imu", "/log/text"], "topics after session_delete")


def fail(client):
    """Both policies for a block that raises."""
    for policy in (SessionLevelErrorPolicy.Report, SessionLevelErrorPolicy.Delete):
        name = f"{NAME}_{policy.value}"
        try:
            with client.sequence_create(name, {}, policy) as writer:
                writer.topic_create("/t", {}, String).push(Message(timestamp_ns=1, data=String(data="x")))
                raise RuntimeError("on purpose")
        except RuntimeError:
            pass
        kept = policy == SessionLevelErrorPolicy.Report
        equal(client.sequence_exists(name), kept, f"sequence after {policy}")
        if kept:
            (note,) = client.list_sequence_notifications(name)
            assert "on purpose" in note.message, note
            equal(note.sequence_name, name, "notified sequence")
            equal(len(client.list_topic_notifications(name, "/t")), 1, "notes of the topic")
            client.clear_sequence_notifications(name)
            client.clear_topic_notifications(name, "/t")
            equal(client.list_sequence_notifications(name), [], "notes after clearing")
            equal(client.list_topic_notifications(name, "/t"), [], "notes of the topic after clearing")
            client.sequence_delete(name)


def names(response):
    return {item.sequence.name: [topic.name for topic in item.topics] for item in response}


def query(client):
    here = QuerySequence().with_name(NAME)
    both = {NAME: ["/sensors/imu", "/log/text"]}
    equal(names(client.query(here)), both, "by name")
    equal(names(client.query(QuerySequence().with_name_match(NAME[:-3] + "*"))), both, "by glob")
    equal(names(client.query(here, QueryTopic().with_name("/log/text"))), {NAME: ["/log/text"]}, "by topic")
    equal(names(client.query(here, QueryTopic().with_ontology_tag("IMU"))), {NAME: ["/sensors/imu"]}, "by tag")
    equal(names(client.query(here, QueryTopic().with_user_metadata("rate", geq=100))), {NAME: ["/sensors/imu"]}, "by rate")
    sequence = QuerySequence().with_name(NAME).with_user_metadata("nested.a", ex=True)
    equal(names(client.query(sequence)), both, "by nested metadata")
    equal(names(client.query(QuerySequence().with_name(NAME).with_user_metadata("driver", eq="Bob"))), {}, "by driver")
    created = QuerySequence().with_name(NAME).with_created_timestamp(time_start=1)
    equal(names(client.query(created)), both, "by creation")

    fast = QueryOntologyCatalog(IMU.Q.acceleration.x.gt(40.0))
    response = client.query(here, fast)
    equal(names(response), {NAME: ["/sensors/imu"]}, "by content")
    equal(names(client.query(here, QueryOntologyCatalog(IMU.Q.acceleration.x.gt(1e9)))), {}, "by absent content")
    equal(names(client.query(here, QueryOntologyCatalog(String.Q.data.match("s1?")))), {NAME: ["/log/text"]}, "by text")

    topic = response[0].topics[0]
    hits = [time for i, time in enumerate(IMU_TIMES) if i % 50 > 40]
    spans = [(c.timerange.start, c.timerange.end) for c in topic.clusterize(clustering_dt_ns=10)]
    equal(spans, [(hits[k], hits[k + 8]) for k in range(0, len(hits), 9)], "clusters")
    equal([(c.timerange.start, c.timerange.end) for c in topic.clusterize()], [(hits[0], hits[-1])], "one cluster")
    inside = topic.clusterize(10, TimestampRange(start=hits[9], end=hits[9] + 21))
    equal([(c.timerange.start, c.timerange.end) for c in inside], [(hits[9], hits[9] + 20)], "clusters in a window")

    pair = client.query(
        here, QueryOntologyCatalog(IMU.Q.acceleration.x.gt(40.0), String.Q.data.match("s2*"))
    )[0]
    equal([t.name for t in pair.topics], ["/sensors/imu", "/log/text"], "topics of two types")
    texts = [time for i, time in enumerate(TEXT_TIMES) if str(i).startswith("2")]
    runs = [(hits[k], hits[k + 8]) for k in range(0, len(hits), 9)]
    text_runs = []
    for time in texts:
        if text_runs and time - text_runs[-1][1] <= 20:
            text_runs[-1] = (text_runs[-1][0], time)
        else:
            text_runs.append((time, time))
    overlaps = [(max(a, c), min(b, d)) for a, b in runs for c, d in text_runs if max(a, c) <= min(b, d)]
    found = pair.intersect(clustering_map={"IMU": 10, "String": 20})
    equal([(c.timerange.start, c.timerange.end) for c in found], sorted(overlaps), "intersection")


def delete(client):
    client.sequence_delete(NAME)
    assert NAME not in client.list_sequences()
    assert not client.sequence_exists(NAME)
    try:
        client.sequence_delete(NAME)
    except Exception as error:
        assert "not found" in str(error), error
    else:
        raise AssertionError("deleting twice")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        equal(client.info().config.grpc_max_decode_message_size > 0, True, "info")
        for step in (write, read, update, fail, query, delete):
            step(client)
    print("ok")


main()
