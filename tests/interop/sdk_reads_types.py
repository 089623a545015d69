"""The official SDK reads what our client wrote: python sdk_reads_types.py --port PORT --sequence NAME --rows FILE

FILE holds {"<tag>": [row, …]} with the rows of topic /<tag> under the names of the wire, bytes as {"$hex": …}. Each row is
read as the class of its tag and compared. Prints the number of types as its last line.
"""

import argparse
import json

from mosaicolabs import MosaicoClient
from sdk_rows import class_of, compare, load_all_types

load_all_types()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    parser.add_argument("--rows", required=True)
    arguments = parser.parse_args()
    with open(arguments.rows, encoding="utf-8") as file:
        types = json.load(file)
    problems = []
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        for tag, rows in types.items():
            compare(client.topic_handler(arguments.sequence, f"/{tag}"), class_of(tag), rows, problems)
    assert not problems, "\n".join(problems)
    print(len(types))


main()
