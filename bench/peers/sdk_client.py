"""The official Python SDK pushes and reads IMU rows and LIDAR scans, the same as bench/e2e/imu_bench.ts and lidar_bench.ts.

Usage: sdk_client.py PORT RUNS. Prints one JSON line a bench. It pushes fewer rows than ours: its rate does not depend on
their number, and its time would.
"""

import importlib.metadata
import json
import platform
import resource
import statistics
import sys
import time
import uuid

import numpy
from mosaicolabs import IMU, Message, MosaicoClient, Vector3d
from mosaicolabs.models.futures import Lidar

ROWS, SCANS, POINTS = 3_000, 6, 65_536
port, runs = int(sys.argv[1]), int(sys.argv[2])
runtime = f"Python {platform.python_version()}, mosaicolabs {importlib.metadata.version('mosaicolabs')}"
generator = numpy.random.default_rng(1)
columns = {name: (generator.random(POINTS, numpy.float32) * 100).tolist() for name in ("x", "y", "z", "intensity")}


def imu(i):
    return IMU(acceleration=Vector3d(x=i, y=0.5, z=9.8), angular_velocity=Vector3d(x=0.01, y=i, z=0.03))


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(bench, params, unit, count, work, verify):
    seconds, cpu_seconds = [], []
    for run in range(runs + 1):
        cpu_before, before = cpu(), time.perf_counter()
        result = work()
        took, cpu_took = time.perf_counter() - before, cpu() - cpu_before
        moved = verify(result)
        assert moved == count, f"{bench}: {moved} of {count} {unit}"
        if run > 0:
            seconds.append(took)
            cpu_seconds.append(cpu_took)
    middle = statistics.median(seconds)
    figures = {
        "seconds": middle,
        "least": min(seconds),
        "most": max(seconds),
        "cpuSeconds": statistics.mean(cpu_seconds),
        f"{unit}PerSecond": count / middle,
    }
    print(json.dumps({"bench": bench, "params": params, "figures": figures, "runs": runs, "runtime": runtime}), flush=True)


def push(client, topic, ontology, count, make):
    name = f"peer-{uuid.uuid4().hex[:12]}"
    with client.sequence_create(name, {}) as writer:
        pushed = writer.topic_create(topic, {}, ontology)
        for i in range(count):
            pushed.push(Message(timestamp_ns=i, data=make(i)))
    return name


def measure_both(client, what, params, unit, per_message, topic, ontology, count, make, size):
    """Pushes, then reads; `size` tells how many units are in a message that was read."""
    names = []

    def stored():
        return client.topic_handler(names[-1], topic).get_data_streamer()

    def write():
        names.append(push(client, topic, ontology, count, make))

    measure(f"e2e/push {what}", params, unit, count * per_message, write, lambda _: stored().msg_count * per_message)

    def read():
        return sum(size(message.get_data(ontology)) for message in stored())

    measure(f"e2e/read {what}", params, unit, count * per_message, read, lambda moved: moved)
    for name in names:
        client.sequence_delete(name)


with MosaicoClient.connect("127.0.0.1", port) as client:
    shape = {"shape": "two vectors"}
    measure_both(client, "IMU rows", shape, "rows", 1, "/imu", IMU, ROWS, imu, lambda data: data.acceleration.y == 0.5)
    scan = lambda _: Lidar(**columns)
    measure_both(client, "LIDAR scans", {}, "points", POINTS, "/lidar", Lidar, SCANS, scan, lambda data: len(data.intensity))
