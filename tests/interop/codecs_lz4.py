"""LZ4 frames, read and written by pyarrow and lz4: python codecs_lz4.py --input FILE --output FILE

The input is a sequence of u32 length, plain bytes, u32 length (0: none), frame; the output one of u32 length, frame: a frame of the same
plain bytes, by turns of either library and with other options. Prints how many frames it read; fails on the first that differs.
"""

import argparse
import struct

import lz4.frame
import pyarrow


def blocks(path):
    """The byte strings of the file, each after its length."""
    with open(path, "rb") as file:
        data = file.read()
    at = 0
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        yield data[at + 4 : at + 4 + length]
        at += 4 + length


def write(plain, i):
    """A frame of `plain`."""
    if i % 9 == 0:
        return pyarrow.compress(plain, codec="lz4", asbytes=True)
    return lz4.frame.compress(
        plain,
        block_size=4 + i % 4,
        block_linked=i % 3 == 0,
        content_checksum=i % 2 == 0,
        block_checksum=i % 5 == 0,
        store_size=i % 7 < 4,
        compression_level=i % 12 - 2 if len(plain) < 1_000_000 else 0,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--input", required=True)
    parser.add_argument("--output", required=True)
    arguments = parser.parse_args()
    read = 0
    every = blocks(arguments.input)
    with open(arguments.output, "wb") as output:
        for i, (plain, frame) in enumerate(zip(every, every)):
            if frame:
                assert lz4.frame.decompress(frame) == plain, f"lz4, input {i}"
                assert pyarrow.decompress(frame, len(plain), codec="lz4", asbytes=True) == plain, f"pyarrow, input {i}"
                read += 1
            own = write(plain, i)
            output.write(struct.pack("<I", len(own)) + own)
    print(read)


main()
