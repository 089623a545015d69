"""The official SDK reads pictures: python sdk_reads_jpegs.py --port PORT --sequence NAME --topic NAME

Prints, for each record, {"time": …, "frame": …, "format": …, "size": [width, height], "mode": …, "pixel": …}, one a line.
"""

import argparse
import json

from mosaicolabs import CompressedImage, MosaicoClient


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--sequence", required=True)
    parser.add_argument("--topic", required=True)
    arguments = parser.parse_args()
    with MosaicoClient.connect(arguments.host, arguments.port) as client:
        handler = client.topic_handler(arguments.sequence, arguments.topic)
        assert handler.ontology_tag == CompressedImage.ontology_tag(), handler.ontology_tag
        for message in handler.get_data_streamer():
            data = message.get_data(CompressedImage)
            picture = data.to_image()
            line = {
                "time": str(message.timestamp_ns),
                "frame": data.header.frame_id,
                "format": data.format if isinstance(data.format, str) else data.format.value,
                "size": picture.size,
                "mode": picture.mode,
                "pixel": picture.getpixel((3, 5)),
            }
            print(json.dumps(line))


main()
