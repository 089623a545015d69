"""The Python reader of coded point clouds: python codecs_clouds.py --input FILE

The input is a sequence of u32 length, payload. Prints for each {"<column>": SHA-256 of its values}, one a line.
"""

import argparse
import hashlib
import json
import os
import struct
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../wasm/lidar"))
import mlcd


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True)
    with open(parser.parse_args().input, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        columns = mlcd.decode(data[at + 4 : at + 4 + length])
        at += 4 + length
        print(json.dumps({name: hashlib.sha256(values.tobytes()).hexdigest() for name, values in columns.items()}))


main()
