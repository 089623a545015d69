"""The official SDK 0.7.0, unmodified, queries an embedded server: python sdk_queries.py --port PORT

Writes drives of random data, asks for them in many ways, and works out each answer from the same data in plain Python.
Prints one JSON object a case, {"case": NAME, "found": ANSWER, "expected": ANSWER}, and judges nothing.
"""

import argparse
import json
import random
import re
import time

from mosaicolabs import (
    IMU,
    Boolean,
    Header,
    Message,
    MosaicoClient,
    Query,
    QueryableBool,
    QueryableNumeric,
    QueryableString,
    QueryOntologyCatalog,
    QuerySequence,
    QueryTopic,
    RobotJoint,
    String,
    Temperature,
    Time,
    TimestampRange,
    Vector3d,
)

rng = random.Random(42)
ROWS = 80


class Topic:
    def __init__(self, name, ontology, metadata, rows):
        self.name, self.ontology, self.metadata, self.rows = name, ontology, metadata, rows
        self.tag = ontology.ontology_tag()


class Sequence:
    def __init__(self, name, metadata, topics):
        self.name, self.metadata, self.topics = name, metadata, topics


def times(step):
    """Ascending, with gaps, now and then twice the same."""
    now, found = rng.randrange(50), []
    for _ in range(ROWS):
        found.append(now)
        now += rng.choice([0, step, step, step, step, 3 * step])
    return found


def walk(scale):
    value = 0.0
    while True:
        value = max(-10.0, min(10.0, value + rng.choice([-1, -0.5, 0, 0.5, 1]) * scale))
        yield value


def imu_rows():
    x, y = walk(1.0), walk(2.0)
    for i, at in enumerate(times(10)):
        stamp = Time(seconds=i // 7, nanoseconds=rng.randrange(3))
        header = rng.choice([None, Header(timestamp=stamp, frame_id=rng.choice(["base", "ba#e", "lidar", "Base"]))])
        yield at, IMU(
            header=header,
            acceleration=Vector3d(x=next(x), y=next(y), z=9.8),
            angular_velocity=Vector3d(x=0.0, y=0.1, z=float(i)),
        )


def log_rows():
    words = ["dry", "rain", "rain heavy", "[ERR] brake", "", "Ünïcode 5", "rain?"]
    for at in times(25):
        yield at, String(data=rng.choice(words))


def flag_rows():
    for at in times(40):
        yield at, Boolean(data=rng.random() < 0.2)


def temperature_rows():
    celsius = walk(1.0)
    for at in times(30):
        variance = rng.choice([None, 0.25, 1.0])
        yield at, Temperature(value=next(celsius) + 20, variance=variance, variance_type=None if variance is None else 2)


def joint_rows():
    for at in times(20):
        count = rng.randrange(5)
        positions = [rng.randrange(-4, 5) / 2 for _ in range(count)]
        names = [rng.choice(["arm_1", "arm_2", "grip"]) for _ in range(count)]
        yield at, RobotJoint(names=names, positions=positions, velocities=[0.0] * count, efforts=[0.0] * count)


def fleet():
    def topics(*kinds):
        made = {
            "imu": lambda: Topic("/sensors/imu", IMU, {"rate": 100, "place": {"side": "front"}}, list(imu_rows())),
            "rear": lambda: Topic("/sensors/imu/rear", IMU, {"rate": 50, "place": {"side": "rear"}}, list(imu_rows())),
            "log": lambda: Topic("/log", String, {}, list(log_rows())),
            "flag": lambda: Topic("/flags/abs", Boolean, {"rate": 12.5}, list(flag_rows())),
            "temp": lambda: Topic("/temp1", Temperature, {"unit": "C"}, list(temperature_rows())),
            "joint": lambda: Topic("/arm", RobotJoint, {"rate": 10}, list(joint_rows())),
        }
        return [made[kind]() for kind in kinds]

    return [
        Sequence("drive-1", {"car": "v7", "km": 12, "weather": {"rain": True, "c": 11.5}}, topics("imu", "log", "flag", "temp")),
        Sequence("drive-2", {"car": "v8", "km": 250, "weather": {"rain": False}}, topics("imu", "rear", "log", "joint")),
        Sequence("drive-10", {"car": "v7", "tags": ["night", "city"]}, topics("rear", "log", "temp", "joint")),
        Sequence("test_a", {"km": 12.5, "deep": {"er": {"car": "v9"}}}, topics("imu", "flag")),
    ]


def write(client, sequences):
    for sequence in sequences:
        with client.sequence_create(sequence.name, sequence.metadata) as writer:
            for topic in sequence.topics:
                pushed = writer.topic_create(topic.name, topic.metadata, topic.ontology)
                for at, data in topic.rows:
                    pushed.push(Message(timestamp_ns=at, data=data))


# What the answers should be, straight from the data.


def at(row, path):
    """The value at a path; None where a part of it is."""
    for name in path.split("."):
        row = None if row is None else getattr(row, name)
    return row


def holds(path, test):
    """Null fulfils nothing."""
    return lambda _, row: (value := at(row, path)) is not None and test(value)


def glob(pattern):
    parts = {"*": ".*", "?": ".", "#": "[0-9]"}
    tokens = re.findall(r"\[[^\]]+\]|.", pattern, re.S)
    whole = "".join(parts.get(t) or (t if t[0] == "[" and len(t) > 1 else re.escape(t)) for t in tokens)
    return lambda text: re.fullmatch(whole, text, re.S) is not None


def matching(topic, tests):
    return [time for time, row in topic.rows if all(test(time, row) for test in tests)]


def expected(sequences, on_sequence=lambda s: True, on_topic=lambda t: True, content=None):
    found = {}
    for sequence in sequences:
        if not on_sequence(sequence):
            continue
        topics = [topic for topic in sequence.topics if on_topic(topic)]
        if content is not None:
            hits = {tag: [t for t in topics if t.tag == tag and matching(t, tests)] for tag, tests in content.items()}
            topics = [] if any(not hit for hit in hits.values()) else [t for hit in hits.values() for t in hit]
        if topics:
            found[sequence.name] = sorted(topic.name for topic in topics)
    return found


def runs(times, gap):
    clusters = []
    for now in times:
        if clusters and (gap == 0 or now - clusters[-1][1] <= gap):
            clusters[-1][1] = now
        else:
            clusters.append([now, now])
    return clusters


def overlaps(lists, gap):
    lists, found = [list(clusters) for clusters in lists], []
    while all(lists):
        start = max(clusters[0][0] for clusters in lists)
        end = min(clusters[0][1] for clusters in lists)
        if start <= end:
            found.append([start, end])
        elif start <= end + gap:
            found.append([start - gap // 2, end + (gap + 1) // 2])
        next(clusters for clusters in lists if clusters[0][1] == end).pop(0)
    return found


# What the answers are.


def names(response):
    return {item.sequence.name: sorted(topic.name for topic in item.topics) for item in response}


def spans(clusters):
    assert [cluster.id for cluster in clusters] == list(range(len(clusters))), clusters
    return [[cluster.timerange.start, cluster.timerange.end] for cluster in clusters]


def case(name, found, wanted):
    print(json.dumps({"case": name, "found": found, "expected": wanted}), flush=True)


# SDK expression, type it is on, the same in Python.
X, FRAME = IMU.Q.acceleration.x, IMU.Q.header.frame_id
DATA, CELSIUS = String.Q.data, Temperature.Q.value
EXPRESSIONS = {
    "x > 6": (X.gt(6.0), "IMU", holds("acceleration.x", lambda v: v > 6)),
    "x >= 6": (X.geq(6.0), "IMU", holds("acceleration.x", lambda v: v >= 6)),
    "x < -5": (X.lt(-5), "IMU", holds("acceleration.x", lambda v: v < -5)),
    "x <= -5": (X.leq(-5), "IMU", holds("acceleration.x", lambda v: v <= -5)),
    "x = 0": (X.eq(0), "IMU", holds("acceleration.x", lambda v: v == 0)),
    "x != 0": (X.neq(0), "IMU", holds("acceleration.x", lambda v: v != 0)),
    "x between": (X.between(2.0, 3.0), "IMU", holds("acceleration.x", lambda v: 2 <= v <= 3)),
    "x outside": (X.outside(-6.0, 6.0), "IMU", holds("acceleration.x", lambda v: v < -6 or v > 6)),
    "x in": (X.in_(1.5, 4.5), "IMU", holds("acceleration.x", lambda v: v in (1.5, 4.5))),
    "nothing": (X.gt(1e9), "IMU", holds("acceleration.x", lambda v: v > 1e9)),
    "time": (IMU.Q.timestamp_ns.between(300, 302), "IMU", lambda time, _: 300 <= time <= 302),
    "frame =": (FRAME.eq("base"), "IMU", holds("header.frame_id", lambda v: v == "base")),
    "frame ~": (FRAME.match("[bB]a?e"), "IMU", holds("header.frame_id", glob("[bB]a?e"))),
    "frame in": (FRAME.in_(["lidar", "Base"]), "IMU", holds("header.frame_id", lambda v: v in ("lidar", "Base"))),
    "frame >": (FRAME.gt("ba#e"), "IMU", holds("header.frame_id", lambda v: v > "ba#e")),
    "seconds": (IMU.Q.header.timestamp.seconds.eq(3), "IMU", holds("header.timestamp.seconds", lambda v: v == 3)),
    "text =": (DATA.eq(""), "String", holds("data", lambda v: v == "")),
    "text ~": (DATA.match("rain*"), "String", holds("data", glob("rain*"))),
    "text ~ exact": (DATA.match("rain"), "String", holds("data", lambda v: v == "rain")),
    "text ~ ?": (DATA.match("rain?"), "String", holds("data", glob("rain?"))),
    "text ~ digit": (DATA.match("*#"), "String", holds("data", glob("*#"))),
    "text ~ inner": (DATA.match("*n*d*"), "String", holds("data", glob("*n*d*"))),
    "text <": (DATA.lt("dry"), "String", holds("data", lambda v: v < "dry")),
    "text between": (DATA.between("dry", "rain"), "String", holds("data", lambda v: "dry" <= v <= "rain")),
    "flag": (Boolean.Q.data.eq(True), "Boolean", holds("data", lambda v: v)),
    "no flag": (Boolean.Q.data.eq(False), "Boolean", holds("data", lambda v: not v)),
    "warm": (CELSIUS.geq(23.5), "Temperature", holds("value", lambda v: v >= 23.5)),
    "variance": (Temperature.Q.variance.leq(0.5), "Temperature", holds("variance", lambda v: v <= 0.5)),
    "any joint": (RobotJoint.Q.positions.any().gt(1.5), "RobotJoint", lambda _, r: any(v > 1.5 for v in r.positions)),
    "all joints": (RobotJoint.Q.positions.all().geq(0), "RobotJoint", lambda _, r: all(v >= 0 for v in r.positions)),
    "third joint": (RobotJoint.Q.positions[2].lt(-1), "RobotJoint", lambda _, r: len(r.positions) > 2 and r.positions[2] < -1),
    "any name": (RobotJoint.Q.names.any().match("arm_#"), "RobotJoint", lambda _, r: any(map(glob("arm_#"), r.names))),
    "free number": (QueryableNumeric("IMU.acceleration.y").gt(8), "IMU", holds("acceleration.y", lambda v: v > 8)),
    "free text": (QueryableString("String.data").eq("rain?"), "String", holds("data", lambda v: v == "rain?")),
    "free flag": (QueryableBool("Boolean.data").eq(True), "Boolean", holds("data", lambda v: v)),
    "unknown field": (QueryableNumeric("IMU.gone").gt(0), "IMU", lambda _, r: False),
    "unknown type": (QueryableNumeric("Wheel.speed").gt(0), "Wheel", lambda _, r: False),
}


def tests_of(*keys):
    content = {}
    for key in keys:
        _, tag, test = EXPRESSIONS[key]
        content.setdefault(tag, []).append(test)
    return content


def by_catalogue(client, sequences):
    def ask(name, *builders, **conditions):
        case(name, names(client.query(*builders)), expected(sequences, **conditions))

    def meta(sequence, *path):
        value = sequence.metadata
        for name in path:
            value = value.get(name) if isinstance(value, dict) else None
        return value

    S, T = QuerySequence, QueryTopic
    ask("sequence =", S().with_name("drive-1"), on_sequence=lambda s: s.name == "drive-1")
    ask("sequence = part", S().with_name("drive"), on_sequence=lambda s: False)
    for pattern in ("drive-*", "drive-#", "*_?", "drive-[12]*", "*", "Drive*"):
        ask(f"sequence ~ {pattern}", S().with_name_match(pattern), on_sequence=lambda s: glob(pattern)(s.name))
    ask("topic =", T().with_name("/log"), on_topic=lambda t: t.name == "/log")
    for pattern in ("/sensors/*", "/*", "/???", "*imu", "/[a-l]*"):
        ask(f"topic ~ {pattern}", T().with_name_match(pattern), on_topic=lambda t: glob(pattern)(t.name))
    ask("tag", T().with_ontology_tag("IMU"), on_topic=lambda t: t.tag == "IMU")
    ask("tag, name", S().with_name_match("drive-#"), T().with_ontology_tag("String"),
        on_sequence=lambda s: glob("drive-#")(s.name), on_topic=lambda t: t.tag == "String")
    for key, operators in {
        "car": [("eq", "v7", lambda v: v == "v7"), ("neq", "v7", lambda v: v != "v7"), ("match", "v?", glob("v?")),
                ("in_", ["v8", "v9"], lambda v: v in ("v8", "v9")), ("ex", True, lambda v: True)],
        "km": [("gt", 12, lambda v: v > 12), ("leq", 12.5, lambda v: v <= 12.5), ("eq", 12, lambda v: v == 12),
               ("between", [12, 13], lambda v: 12 <= v <= 13), ("outside", [12, 13], lambda v: v < 12 or v > 13)],
        "weather.rain": [("eq", True, lambda v: v is True), ("neq", True, lambda v: v is False)],
        "weather.c": [("geq", 11, lambda v: v >= 11), ("lt", 11, lambda v: v < 11)],
    }.items():
        for operator, operand, test in operators:
            ask(f"meta {key} {operator} {operand}", S().with_user_metadata(key, **{operator: operand}),
                on_sequence=lambda s: (value := meta(s, *key.split("."))) is not None and test(value))
    ask("meta without", S().with_user_metadata("car", ex=False), on_sequence=lambda s: meta(s, "car") is None)
    ask("meta **", S().with_user_metadata("**.car", eq="v9"), on_sequence=lambda s: s.name == "test_a")
    ask("meta *", S().with_user_metadata("*.rain", eq=True), on_sequence=lambda s: s.name == "drive-1")
    ask("meta [*]", S().with_user_metadata("tags[*]", eq="city"), on_sequence=lambda s: s.name == "drive-10")
    ask("topic meta", T().with_user_metadata("rate", geq=50), on_topic=lambda t: t.metadata.get("rate", 0) >= 50)
    ask("topic meta nested", T().with_user_metadata("place.side", eq="rear"),
        on_topic=lambda t: t.metadata.get("place") == {"side": "rear"})
    now = time.time_ns()
    hour = 3_600_000_000_000
    ask("created", S().with_created_timestamp(time_start=now - hour, time_end=now + hour))
    ask("created later", S().with_created_timestamp(time_start=now + hour), on_sequence=lambda s: False)
    ask("topic created before", T().with_created_timestamp(time_end=now + hour))
    ask("two conditions", S().with_name_match("drive*").with_user_metadata("km", lt=100),
        on_sequence=lambda s: s.name.startswith("drive") and (meta(s, "km") or 1000) < 100)


def by_content(client, sequences):
    for key, (expression, tag, _) in EXPRESSIONS.items():
        found = client.query(QueryOntologyCatalog(expression))
        case(key, names(found), expected(sequences, content=tests_of(key)))
    for keys in (["x > 6", "frame ="], ["x < -5", "seconds"], ["x > 6", "text ~"],
                 ["flag", "warm"], ["x != 0", "text ~ ?", "warm"], ["any joint", "any name"], ["any joint", "flag"]):
        found = client.query(QueryOntologyCatalog(*(EXPRESSIONS[key][0] for key in keys)))
        case(" and ".join(keys), names(found), expected(sequences, content=tests_of(*keys)))
    query = Query(
        QuerySequence().with_user_metadata("car", eq="v7"),
        QueryTopic().with_name_match("/sensors/*"),
        QueryOntologyCatalog(X.geq(2.0)),
    )
    wanted = expected(
        sequences,
        lambda s: s.metadata.get("car") == "v7",
        lambda t: t.name.startswith("/sensors/"),
        {"IMU": [holds("acceleration.x", lambda v: v >= 2)]},
    )
    case("sequence, topic and content", names(client.query(query=query)), wanted)


def chained(client, sequences):
    rainy = client.query(QueryOntologyCatalog(EXPRESSIONS["text ~ ?"][0]))
    names_of_rainy = expected(sequences, content=tests_of("text ~ ?"))
    found = client.query(rainy.to_query_sequence(), QueryTopic().with_ontology_tag("IMU"))
    case("chained by sequence", names(found),
         expected(sequences, lambda s: s.name in names_of_rainy, lambda t: t.tag == "IMU"))
    found = client.query(rainy.to_query_topic())
    topics = {name for hits in names_of_rainy.values() for name in hits}
    case("chained by topic", names(found), expected(sequences, on_topic=lambda t: t.name in topics))


def clusters(client, sequences):
    topics = {(s.name, t.name): t for s in sequences for t in s.topics}

    def timed(topic, tests, window=None):
        return [at for at in matching(topic, tests) if window is None or window[0] <= at < window[1]]

    for key in ("x > 6", "x < -5", "x != 0", "frame ~", "text ~", "flag", "variance", "any joint"):
        _, tag, test = EXPRESSIONS[key]
        for item in client.query(QueryOntologyCatalog(EXPRESSIONS[key][0])):
            for topic in item.topics:
                data = topics[item.sequence.name, topic.name]
                for gap in (0, 10, 45):
                    case(f"clusters of {key}, {topic.locator}, {gap}",
                         spans(topic.clusterize(clustering_dt_ns=gap)), runs(timed(data, [test]), gap))
                window = (200, 600)
                found = topic.clusterize(20, TimestampRange(start=window[0], end=window[1]))
                case(f"clusters of {key}, {topic.locator}, in a window", spans(found), runs(timed(data, [test], window), 20))
    two = client.query(QueryOntologyCatalog(EXPRESSIONS["x != 0"][0], EXPRESSIONS["text ~"][0], EXPRESSIONS["frame ~"][0]))
    tests = tests_of("x != 0", "text ~", "frame ~")
    for item in two:
        data = [topics[item.sequence.name, topic.name] for topic in item.topics]
        for gaps, override in (({"IMU": 10, "String": 30}, None), ({"IMU": 25}, 60), (None, 40), (None, None)):
            gap_of = [(gaps or {}).get(topic.tag, override) or 0 for topic in data]
            each = [runs(timed(topic, tests[topic.tag]), gap) for topic, gap in zip(data, gap_of)]
            found = {name: spans(hits) for name, hits in item.clusterize_all(gaps, override).items()}
            case(f"all clusters of {item.sequence.name}, {gaps}, {override}", found,
                 {topic.name: hits for topic, hits in zip(data, each)})
            for tolerance in (0, 7, 30):
                found = item.intersect(
                    intersect_dt_ns=tolerance, clustering_map=gaps, override_clustering_dt_ns=override)
                case(f"overlaps in {item.sequence.name}, {gaps}, {override}, {tolerance}", spans(found),
                     overlaps(each, tolerance))
    first = next(item for item in two if len(item.topics) > 1)
    data = [topics[first.sequence.name, topic.name] for topic in first.topics[:2]]
    found = first.topics[0].intersect(first.topics[1], override_clustering_dt_ns=20)
    case("overlaps of two topics", spans(found), overlaps([runs(timed(t, tests[t.tag]), 20) for t in data], 0))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    sequences = fleet()
    with MosaicoClient.connect("127.0.0.1", parser.parse_args().port) as client:
        write(client, sequences)
        for topic in (t for s in sequences for t in s.topics):
            topic.rows.sort(key=lambda row: row[0])
        for ask in (by_catalogue, by_content, chained, clusters):
            ask(client, sequences)


main()
