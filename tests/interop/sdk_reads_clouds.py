"""The official SDK reads compressed clouds: python sdk_reads_clouds.py --port PORT --sequence NAME --topic NAME

Prints, for each record, {"time": …, "n": …, "frame": …, "fingerprint": …, "values": {"<column>":
base64 …}}, one a line.
"""

import argparse
import base64
import json
import os
import sys

from mosaicolabs import MosaicoClient, Unmodeled

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../wasm/lidar"))
import mlcd


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    parser.add_argument("--topic", required=True)
    arguments = parser.parse_args()
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for message in client.topic_handler(arguments.sequence, arguments.topic).get_data_streamer():
            assert message.ontology_tag() == "CompressedLidar", message.ontology_tag()
            row = message.get_data(Unmodeled).raw_data
            cloud = mlcd.decode(row["payload"])
            assert list(cloud) == row["columns"], row["columns"]
            assert len(row["resolution"]) == len(cloud)
            line = {
                "time": str(message.timestamp_ns),
                "n": row["n"],
                "frame": row["header"]["frame_id"],
                "fingerprint": type(message.data).__schema_fingerprint__,
                "values": {name: base64.b64encode(values.tobytes()).decode() for name, values in cloud.items()},
            }
            print(json.dumps(line))


main()
