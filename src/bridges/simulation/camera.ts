/**
 * A camera that looks ahead: an image column is an upright plane, which is drawn far to near.
 *
 * @module
 */
import { type CarState, ROAD } from "./trajectory.ts";
import { type Box, PlaneCut } from "./world.ts";

/** Columns of the image. */
export const IMAGE_WIDTH = 640;
/** Rows of the image. */
export const IMAGE_HEIGHT = 360;
const FOCAL = 420;
const HORIZON = IMAGE_HEIGHT / 2;

/** Where the camera sits on the car: forward of and above the point the car's position is of, metres. */
export const CAMERA_MOUNT: { readonly x: number; readonly z: number } = { x: 1.2, z: 1.4 };

/** Renders the world. */
export class CameraSimulator {
  readonly #cut: PlaneCut;
  readonly #pixels = new Uint8Array(3 * IMAGE_WIDTH * IMAGE_HEIGHT);
  readonly #sky = sky();
  /** Of each column: length of its ray to the image plane, and its horizontal direction in the world. */
  readonly #lengths = Float64Array.from({ length: IMAGE_WIDTH }, (_, column) => Math.hypot(FOCAL, rightOf(column)));
  readonly #dx = new Float64Array(IMAGE_WIDTH);
  readonly #dy = new Float64Array(IMAGE_WIDTH);

  /** A camera in `world`. */
  constructor(world: readonly Box[]) {
    this.#cut = new PlaneCut(world);
  }

  /** One picture, rgb8, rows without padding. Returns a view that the next picture overwrites. */
  render(car: CarState): Uint8Array {
    const [cos, sin] = [Math.cos(car.yaw), Math.sin(car.yaw)];
    const [x, y] = [car.x + CAMERA_MOUNT.x * cos, car.y + CAMERA_MOUNT.x * sin];
    for (let column = 0; column < IMAGE_WIDTH; column++) {
      const right = rightOf(column);
      this.#dx[column] = (FOCAL * cos + right * sin) / this.#lengths[column]!;
      this.#dy[column] = (FOCAL * sin - right * cos) / this.#lengths[column]!;
    }
    this.#pixels.set(this.#sky);
    for (let row = HORIZON; row < IMAGE_HEIGHT; row++) this.#ground(row, x, y);
    for (let column = 0; column < IMAGE_WIDTH; column++) {
      const [dx, dy] = [this.#dx[column]!, this.#dy[column]!];
      this.#cut.cut(x, y, dx, dy);
      for (let i = this.#cut.count - 1; i >= 0; i--) this.#box(column, i, x, y, dx, dy);
    }
    return this.#pixels;
  }

  /** Grass, and the road with its lines. */
  #ground(row: number, x: number, y: number): void {
    const pixels = this.#pixels;
    const reach = CAMERA_MOUNT.z / (row + 0.5 - HORIZON);
    let at = 3 * IMAGE_WIDTH * row;
    for (let column = 0; column < IMAGE_WIDTH; column++, at += 3) {
      const distance = reach * this.#lengths[column]!;
      const east = (x + this.#dx[column]! * distance) / ROAD.a;
      const north = (y + this.#dy[column]! * distance) / ROAD.b;
      const aside = Math.abs(Math.sqrt(east * east + north * north) - 1) * (ROAD.b / ROAD.halfWidth);
      const color = aside > 1 ? GRASS : aside > 0.96 || aside < 0.02 ? LINE : TARMAC;
      pixels[at] = color[0];
      pixels[at + 1] = color[1];
      pixels[at + 2] = color[2];
    }
  }

  /** The side of a box that faces the camera, and its top where the camera sees it. */
  #box(column: number, i: number, x: number, y: number, dx: number, dy: number): void {
    const length = this.#lengths[column]!;
    const box = this.#cut.boxes[i]!;
    const [enter, exit] = [this.#cut.enter[i]!, this.#cut.exit[i]!];
    const row = (height: number, distance: number) =>
      Math.max(0, Math.min(IMAGE_HEIGHT, Math.round(HORIZON + (CAMERA_MOUNT.z - height) * length / distance)));
    const top = row(box.height, enter);
    if (box.height < CAMERA_MOUNT.z) this.#span(column, row(box.height, exit), top, box.color, 1);
    const [hitX, hitY] = [x + dx * enter, y + dy * enter];
    const eastOrWest = Math.min(Math.abs(hitX - box.minX), Math.abs(hitX - box.maxX)) < 1e-6;
    const along = eastOrWest ? hitY : hitX;
    const seam = Math.abs(along - Math.round(along / 2) * 2) < 0.06 ? 0.8 : 1;
    this.#span(column, top, row(0, enter), box.color, (eastOrWest ? 0.85 : 0.65) * seam);
  }

  #span(column: number, from: number, to: number, [red, green, blue]: Box["color"], light: number): void {
    const pixels = this.#pixels;
    for (let row = from, at = 3 * (from * IMAGE_WIDTH + column); row < to; row++, at += 3 * IMAGE_WIDTH) {
      pixels[at] = red * light;
      pixels[at + 1] = green * light;
      pixels[at + 2] = blue * light;
    }
  }
}

const GRASS: Box["color"] = [86, 125, 70];
const TARMAC: Box["color"] = [72, 72, 76];
const LINE: Box["color"] = [225, 225, 215];

/** How far the middle of a column is to the right of the middle of the image, pixels. */
function rightOf(column: number): number {
  return column + 0.5 - IMAGE_WIDTH / 2;
}

/** The pixels above the horizon. */
function sky(): Uint8Array {
  const pixels = new Uint8Array(3 * IMAGE_WIDTH * HORIZON);
  for (let at = 0; at < pixels.length; at += 3) {
    const row = at / (3 * IMAGE_WIDTH);
    pixels.set([120 + 0.4 * row, 160 + 0.3 * row, 220], at);
  }
  return pixels;
}
