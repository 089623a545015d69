/**
 * Pictures as cameras of a moving robot would take them, made ahead.
 *
 * @module
 */
import type { Image } from "../../src/ontology/mod.ts";

const SHIFT = 16;

/** Pictures of one scene with edges, gradients and a little noise; each is a step further along. Raw `rgb8`. */
export function movingFrames(count: number, width: number, height: number): Image[] {
  const sceneWidth = width + count * SHIFT;
  const scene = new Uint8Array(sceneWidth * height * 3);
  let noise = 1;
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < sceneWidth; x++) {
      noise = Math.imul(noise, 1_664_525) + 1_013_904_223 | 0;
      const block = (x >> 6 ^ y >> 6) & 1 ? 60 : 0;
      scene[at++] = block + (x * 150 / sceneWidth | 0) + (noise >>> 29);
      scene[at++] = block + (y * 150 / height | 0) + (noise >>> 29);
      scene[at++] = 90 + (noise >>> 28);
    }
  }
  const stride = width * 3;
  return Array.from({ length: count }, (_, frame) => {
    const data = new Uint8Array(stride * height);
    for (let y = 0; y < height; y++) {
      const from = (y * sceneWidth + frame * SHIFT) * 3;
      data.set(scene.subarray(from, from + stride), y * stride);
    }
    return { data, format: "raw", width, height, stride, encoding: "rgb8" };
  });
}

/**
 * A camera whose driver has memory for a few pictures, and fills it without the processor: the picture made ahead is in it. Memory
 * goes away with its picture, until it is given back.
 */
export class Camera {
  readonly #frame: Image;
  readonly #free: Uint8Array[];

  /** With memory for as many pictures as there are `frames`. */
  constructor(frames: readonly Image[]) {
    this.#frame = frames[0]!;
    this.#free = frames.map(({ data }) => {
      const pixels = new Uint8Array(new SharedArrayBuffer(data.byteLength));
      pixels.set(data);
      return pixels;
    });
  }

  /** The next picture; none while all memory is away. */
  take(): Image | undefined {
    const data = this.#free.shift();
    return data && { ...this.#frame, data };
  }

  /** Memory of a picture, for another. */
  giveBack(pixels: Uint8Array): void {
    this.#free.push(pixels);
  }
}
