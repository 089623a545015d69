"""The official SDK makes frames and grids of what our client wrote: python sdk_frames.py --port PORT --sequence NAME

Prints JSON: {"frames": [table, …], "resampled": {"<policy>": table}}, a table being {"<column>": [value, …]} with null for
nothing. Frames are in windows of 1600 ns; grids are of 131 ns, made of one frame of everything.
"""

import argparse
import json
import math

from mosaicolabs import MosaicoClient
from mosaicolabs.ml import DataFrameExtractor, SyncAsOf, SyncDrop, SyncHold, SyncTransformer

POLICIES = {"hold": SyncHold(), "asOf": SyncAsOf(160), "drop": SyncDrop(160)}


def plain(value):
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "tolist"):
        return plain(value.tolist())
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value.hex() if isinstance(value, bytes) else value


def table(frame):
    return {name: [plain(value) for value in frame[name]] for name in frame.columns}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    arguments = parser.parse_args()
    with MosaicoClient.connect("127.0.0.1", arguments.port) as client:
        extractor = DataFrameExtractor(client.sequence_handler(arguments.sequence))
        frames = [table(frame) for frame in extractor.to_pandas_chunks(window_sec=1600e-9) if len(frame) > 0]
        (whole,) = extractor.to_pandas_chunks(window_sec=10.0)
    resampled = {}
    for name, policy in POLICIES.items():
        resampled[name] = table(SyncTransformer(1e9 / 131, policy).fit(whole).transform(whole))
    print(json.dumps({"frames": frames, "resampled": resampled}))


main()
