"""Reads MLCD, the point cloud format of README.md. Needs numpy, and pyarrow for what LZ4 or Zstandard packed."""

import struct

import numpy as np

COLUMNS = (
    "x y z intensity reflectivity beam_id range near_ir azimuth elevation confidence return_type point_timestamp"
).split()
TYPES = (np.dtype("u1"), np.dtype("<u2"), np.dtype("<f4"), np.dtype("<f8"))
GROUP = 65536


def decode(payload: bytes) -> dict[str, np.ndarray]:
    """The columns of `payload` by name."""
    magic, version, flags, stage, count, points = struct.unpack_from("<IBBBBI", payload)
    if magic != 0x44434C4D or version != 1:
        raise ValueError("not MLCD version 1")
    by_ring, as_bytes = flags & 1, flags & 2
    table = [struct.unpack_from("<BBHd", payload, 12 + 12 * i) for i in range(count)]
    columns = {COLUMNS[number]: np.empty(points, TYPES[kind]) for number, kind, _, _ in table}
    latest = {name: np.zeros(1024, np.int64) for name in columns}
    at = 12 + 12 * count
    for start in range(0, points, GROUP):
        n = min(GROUP, points - start)
        mask = np.zeros(n, bool)
        for number, kind, _, step in table:
            name = COLUMNS[number]
            stored, length = struct.unpack_from("<II", payload, at)
            section = payload[at + 8 : at + 8 + stored]
            at += 8 + stored
            if stored < length:
                section = expand(section, length, stage)
            rings = columns["beam_id"][start : start + n] if by_ring and name != "beam_id" else None
            values, mask = read(section, n, TYPES[kind], step, rings, latest[name], mask, as_bytes)
            columns[name][start : start + n] = values
    return columns


def expand(section: bytes, length: int, stage: int) -> bytes:
    """What a section was before its stage."""
    import pyarrow

    return pyarrow.decompress(section, length, codec="lz4" if stage == 1 else "zstd", asbytes=True)


def read(section, n, dtype, step, rings, latest, mask, as_bytes):
    """The n values of a section, and the mask that a later column may share."""
    kind, rest = section[0], section[1:]
    if kind == 4:
        return np.frombuffer(rest, np.uint8).reshape(dtype.itemsize, n).T.copy().view(dtype).ravel(), mask
    masked = np.zeros(n, bool)
    if kind & 3 == 1:
        size = (n + 7) // 8
        mask = np.unpackbits(np.frombuffer(rest[:size], np.uint8), bitorder="little")[:n].astype(bool)
        rest = rest[size:]
    if kind & 3 == 3:
        masked[:] = True
    elif kind & 3:
        masked = mask
    exact = np.zeros(0, dtype)
    if kind & 3:
        exact = np.frombuffer(rest, dtype, 1 if kind & 8 else int(masked.sum()))
        rest = rest[exact.nbytes :]
    kept = ~masked
    numbers = unpack_bytes(rest, int(kept.sum())) if as_bytes else unpack_bits(rest, int(kept.sum()))
    differences = np.where(numbers & 1, -(numbers >> 1) - 1, numbers >> 1)
    integers = add_up(differences, None if rings is None else rings[kept] % 1024, latest)
    values = np.empty(n, dtype)
    values[kept] = integers if dtype.kind == "u" else (integers * step).astype(dtype)
    values[masked] = exact
    return values, mask


def unpack_bits(data: bytes, count: int) -> np.ndarray:
    """Numbers in blocks of 8."""
    out, at = np.zeros(count, np.int64), 0
    for start in range(0, count, 8):
        size, width = min(8, count - start), data[at]
        length = (width * size + 7) // 8
        word = int.from_bytes(data[at + 1 : at + 1 + length], "little")
        out[start : start + size] = [(word >> (width * i)) & ((1 << width) - 1) for i in range(size)]
        at += 1 + length
    return out


def unpack_bytes(data: bytes, count: int) -> np.ndarray:
    """Numbers of seven bits a byte."""
    if count == 0:
        return np.zeros(0, np.int64)
    parts = np.frombuffer(data, np.uint8).astype(np.int64)
    ends = np.flatnonzero(parts < 128)[:count]
    starts = np.concatenate([[0], ends[:-1] + 1])
    place = np.arange(ends[-1] + 1) - np.repeat(starts, ends - starts + 1)
    return np.add.reduceat((parts[: ends[-1] + 1] & 127) << (7 * place), starts)


def add_up(differences: np.ndarray, rings, latest: np.ndarray) -> np.ndarray:
    """Integers of their differences; `latest` is what each ring came to."""
    out = np.empty(len(differences), np.int64)
    keys = np.zeros(len(differences), np.int64) if rings is None else rings
    for key in np.unique(keys):
        points = keys == key
        sums = latest[key] + np.cumsum(differences[points])
        out[points] = (sums + 2**31) % 2**32 - 2**31
        latest[key] = out[points][-1]
    return out
