"""What the official SDK makes of the inputs that our conversions get: python sdk_conversions.py FILE

FILE holds the inputs; the answers come as JSON on the standard output. Bytes are hex.
"""

import json
import struct
import sys
from datetime import datetime, timezone

import numpy as np
from mosaicolabs import CompressedImage, Duration, Image, Pressure, Temperature, Time, Vector2d, Vector3d, Vector4d
from mosaicolabs.bridges.ros.adapters import override_msgs
from mosaicolabs.models.futures.depth_camera import pack_rgb, unpack_rgb
from mosaicolabs.models.sensors.image import _IMG_ENCODING_MAP, ImageFormat
from PIL import Image as Picture
from sdk_rows import class_of, load_all_types


def split(time):
    return [time.seconds, time.nanoseconds]


def times(asked):
    for kind in (Time, Duration):
        yield {
            "fromSeconds": [split(kind.from_float(value)) for value in asked["seconds"]],
            "fromMs": [split(kind.from_milliseconds(value)) for value in asked["ms"]],
            "fromNs": [split(kind.from_nanoseconds(int(value))) for value in asked["ns"]],
            "toSeconds": [kind.from_nanoseconds(int(value)).to_float() for value in asked["ns"]],
            "toMs": [kind.from_nanoseconds(int(value)).to_milliseconds() for value in asked["ns"]],
            "toNs": [str(kind.from_nanoseconds(int(value)).to_nanoseconds()) for value in asked["ns"]],
        }


def dates(asked):
    return [split(Time.from_datetime(datetime.fromtimestamp(ms / 1000, timezone.utc))) for ms in asked]


def units(values):
    return {
        "fromCelsius": [Temperature.from_celsius(value=v).value for v in values],
        "fromFahrenheit": [Temperature.from_fahrenheit(value=v).value for v in values],
        "toCelsius": [Temperature(value=v).to_celsius() for v in values],
        "toFahrenheit": [Temperature(value=v).to_fahrenheit() for v in values],
        "fromAtm": [Pressure.from_atm(value=v).value for v in values],
        "fromBar": [Pressure.from_bar(value=v).value for v in values],
        "fromPsi": [Pressure.from_psi(value=v).value for v in values],
        "toAtm": [Pressure(value=v).to_atm() for v in values],
        "toBar": [Pressure(value=v).to_bar() for v in values],
        "toPsi": [Pressure(value=v).to_psi() for v in values],
    }


def colours(asked):
    packed = [struct.pack("<f", pack_rgb(*rgb)).hex() for rgb in asked["colours"]]
    unpacked = [list(unpack_rgb(struct.unpack("<f", bytes.fromhex(bits))[0])) for bits in asked["packed"]]
    return {"packed": packed, "unpacked": unpacked}


def image_of(asked):
    return Image(**{**asked, "data": bytes.fromhex(asked["data"])})


def read_images(asked):
    for each in asked:
        image = image_of(each)
        answer = {"linear": bytes(image.to_linear_pixels()).hex()}
        # The SDK fails at 16SC1: it hands Pillow 16 bits a sample where "I" needs 32.
        if _IMG_ENCODING_MAP[image.encoding][2] is not None and image.encoding != "16SC1":
            picture = image.to_pillow()
            answer["mode"] = picture.mode
            answer["picture"] = np.asarray(picture).tobytes().hex()
        yield answer


def write_images(asked):
    for each in asked:
        linear = Image.from_linear_pixels(
            data=list(bytes.fromhex(each["linear"])),
            stride=each["stride"],
            height=each["height"],
            width=each["width"],
            encoding=each["encoding"],
            format=ImageFormat(each["format"]),
        )
        yield {"data": linear.data.hex(), "format": linear.format.value}


def picture_images(asked):
    """Images of pictures, raw."""
    for each in asked:
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[each["channels"]]
        picture = Picture.frombytes(mode, (each["width"], each["height"]), bytes.fromhex(each["data"]))
        image = Image.from_pillow(picture, each["encoding"], ImageFormat.RAW)
        yield [image.data.hex(), image.stride, image.width, image.height, image.encoding, image.is_bigendian]


def files(asked):
    """Pictures in files that we wrote."""
    for each in asked:
        image = CompressedImage(data=bytes.fromhex(each["data"]), format=ImageFormat(each["format"]))
        picture = image.to_image()
        yield {"mode": picture.mode, "size": list(picture.size), "data": picture.tobytes().hex()}


def pictures(_):
    """Pictures in files that the SDK writes, in every mode PNG has, and as JPEG; and what they hold."""
    random = np.random.default_rng(1)
    rgb = Picture.fromarray(random.integers(0, 256, (5, 9, 3), dtype=np.uint8))
    alpha = random.integers(0, 256, (5, 9), dtype=np.uint8)
    rgba = rgb.convert("RGBA")
    rgba.putalpha(Picture.fromarray(alpha))
    palette = rgb.convert("P", palette=Picture.Palette.ADAPTIVE, colors=7)
    wide = Picture.fromarray(random.integers(0, 65536, (5, 9), dtype=np.uint16))
    ramp = np.linspace(0, 255, 64 * 48, dtype=np.uint8).reshape(48, 64)
    smooth = Picture.fromarray(np.stack([ramp, ramp[::-1], ramp], axis=-1))
    kinds = [
        (rgb.convert("L"), "png", {}),
        (rgb.convert("1"), "png", {}),
        (rgb.convert("L").convert("LA"), "png", {}),
        (rgb, "png", {"compress_level": 0}),
        (rgba, "png", {"optimize": True}),
        (palette, "png", {}),
        (palette, "png", {"transparency": 3}),
        (palette.quantize(2), "png", {"bits": 1}),
        (wide, "png", {}),
        (smooth, "jpeg", {"quality": 95, "subsampling": 0}),
        (smooth.convert("L"), "jpeg", {"quality": 95}),
    ]
    for picture, format_, options in kinds:
        image = CompressedImage.from_image(picture, format=ImageFormat(format_), **options)
        read = image.to_image()
        if read.mode == "I;16":
            flat = (np.asarray(read) // 256).astype(np.uint8).tobytes()
            channels = 1
        else:
            has_alpha = read.mode in ("LA", "RGBA") or "transparency" in read.info
            target = "RGBA" if has_alpha else "L" if read.mode in ("L", "1") else "RGB"
            flat, channels = read.convert(target).tobytes(), len(target) if target != "L" else 1
        data = image.data.hex()
        yield {"data": data, "format": format_, "size": list(read.size), "channels": channels, "pixels": flat.hex()}


def clouds(asked):
    for each in asked:
        adapter = getattr(override_msgs, f"{each['tag']}Adapter")
        lists = {name: bits(values) for name, values in each["lists"].items()}
        records = adapter.encode(lists)
        decoded = adapter.decode(records)
        data = bytes(records.pop("data")).hex()
        yield {**records, "data": data, "back": {name: hexes(values) for name, values in decoded.items()}}


def bits(values):
    """Floats by their bits, so that packed colours and NaN come through JSON."""
    return [struct.unpack("<d", bytes.fromhex(value))[0] for value in values]


def hexes(values):
    return [struct.pack("<d", value).hex() for value in values]


def refused(asked):
    for tag, row in asked:
        try:
            class_of(tag)(**row)
        except ValueError:
            yield True
        else:
            yield False


def vectors(asked):
    for values in asked:
        answer = []
        for kind in (Vector2d, Vector3d, Vector4d):
            try:
                vector = kind.from_list(values)
                answer.append([getattr(vector, axis) for axis in "xyzw" if hasattr(vector, axis)])
            except ValueError:
                answer.append(None)
        yield answer


def main():
    load_all_types()
    with open(sys.argv[1], encoding="utf-8") as file:
        asked = json.load(file)
    kinds = {
        "times": times,
        "dates": dates,
        "units": units,
        "colours": colours,
        "readImages": read_images,
        "writeImages": write_images,
        "pictureImages": picture_images,
        "files": files,
        "pictures": pictures,
        "clouds": clouds,
        "refused": refused,
        "vectors": vectors,
    }
    answers = {}
    for name, inputs in asked.items():
        answer = kinds[name](inputs)
        answers[name] = answer if isinstance(answer, (dict, list)) else list(answer)
    json.dump(answers, sys.stdout)


main()
