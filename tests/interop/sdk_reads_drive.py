"""The official SDK reads every topic of a sequence: python sdk_reads_drive.py --port PORT --sequence NAME

Prints {"<topic>": {"tag": …, "typed": …, "count": …, "first": …, "last": …}}; "typed" says whether all messages came as the
class the SDK has for the tag.
"""

import argparse
import importlib
import json
import pkgutil

import mosaicolabs.models
from mosaicolabs import MosaicoClient
from mosaicolabs.models.core.serializable import Serializable

for module in pkgutil.walk_packages(mosaicolabs.models.__path__, "mosaicolabs.models."):
    importlib.import_module(module.name)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    arguments = parser.parse_args()
    summary = {}
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for name in client.sequence_handler(arguments.sequence).topics:
            topic = client.topic_handler(arguments.sequence, name)
            kind = Serializable._get_class_type(topic.ontology_tag)
            typed, times = kind is not None, []
            for message in topic.get_data_streamer():
                typed = typed and type(message.get_data(kind)) is kind
                times.append(message.timestamp_ns)
            assert times == sorted(times), name
            summary[name] = {
                "tag": topic.ontology_tag,
                "typed": typed,
                "count": len(times),
                "first": str(times[0]) if times else None,
                "last": str(times[-1]) if times else None,
            }
    print(json.dumps(summary))


main()
