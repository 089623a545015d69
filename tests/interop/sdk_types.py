"""The official SDK against an embedded server, every type both ways: python sdk_types.py --port PORT --rows FILE

FILE holds {"<tag>": [row, …]}. Topic /<tag> of sequence "ours" holds those rows: they are read as the class of the tag and
compared. Then the same rows are written, by those classes, to sequence "theirs". Prints {"<tag>": "<fingerprint>"} of all types;
fails when FILE lacks a type that the SDK has.
"""

import argparse
import json

from mosaicolabs import Message, MosaicoClient, Unmodeled
from sdk_rows import class_of, compare, from_json, load_all_types


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--rows", required=True)
    arguments = parser.parse_args()
    with open(arguments.rows, encoding="utf-8") as file:
        types = json.load(file)
    known = load_all_types()
    missing = known.keys() - types.keys() - {Unmodeled.ontology_tag()}
    assert not missing, f"no rows of {missing}"
    problems = []
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for tag, rows in types.items():
            compare(client.topic_handler("ours", f"/{tag}"), class_of(tag), rows, problems)
        assert not problems, "\n".join(problems)
        with client.sequence_create("theirs", {}) as writer:
            for tag, rows in types.items():
                kind = class_of(tag)
                topic = writer.topic_create(f"/{tag}", {}, kind)
                for row in rows:
                    data = from_json(row)
                    topic.push(Message(timestamp_ns=data.pop("timestamp_ns"), data=kind(**data)))
    print(json.dumps({tag: kind.__schema_fingerprint__ for tag, kind in known.items()}))


main()
