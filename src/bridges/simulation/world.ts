/**
 * The small world the car drives in: flat ground, four walls, buildings, parked cars and posts, all upright boxes along
 * the axes. What a sensor sees of it is asked one vertical plane at a time, which costs far less than a ray at a time.
 *
 * @module
 */
import type { Random } from "./random.ts";
import { ROAD } from "./trajectory.ts";

/** An upright box on the ground, metres. */
export interface Box {
  /** Western side. */
  readonly minX: number;
  /** Southern side. */
  readonly minY: number;
  /** Eastern side. */
  readonly maxX: number;
  /** Northern side. */
  readonly maxY: number;
  /** Height. */
  readonly height: number;
  /** Colour: red, green, blue, 0 to 255. */
  readonly color: readonly [number, number, number];
  /** Share of laser light it sends back. */
  readonly reflectivity: number;
}

/** Reflectivity of the ground. */
export const GROUND_REFLECTIVITY = 0.2;

const EAST = 56;
const NORTH = 41;
const WALL_HEIGHT = 5;
const SPACE = 1;

/** The walls, and boxes beside the road wherever the seed puts them. */
export function makeWorld(random: Random): readonly Box[] {
  const boxes: Box[] = [
    wall(-EAST - 1, -NORTH, -EAST, NORTH),
    wall(EAST, -NORTH, EAST + 1, NORTH),
    wall(-EAST, -NORTH - 1, EAST, -NORTH),
    wall(-EAST, NORTH, EAST, NORTH + 1),
  ];
  const place = (count: number, make: () => Box) => {
    // Some places are taken; trying often enough fills what there is.
    for (let tries = 0, placed = 0; placed < count && tries < 1000; tries++) {
      const box = make();
      if (onRoad(box) || boxes.some((other) => overlap(box, other))) continue;
      boxes.push(box);
      placed++;
    }
  };
  const between = (low: number, high: number) => random.between(low, high);
  const gray = () => 90 + Math.round(between(0, 90));
  place(
    5,
    () => box(random, 0.6, between(5, 9), between(5, 9), between(4, 8), [gray(), gray() - 20, gray() - 40], 0.5),
  );
  place(8, () => box(random, 1, 4.3, 1.8, 1.5, [gray() + 60, gray() - 40, gray() - 40], 0.8));
  place(8, () => box(random, 1, 0.4, 0.4, between(3, 5), [120, 120, 130], 0.9));
  return boxes;
}

function wall(minX: number, minY: number, maxX: number, maxY: number): Box {
  return { minX, minY, maxX, maxY, height: WALL_HEIGHT, color: [165, 150, 130], reflectivity: 0.4 };
}

/** A box somewhere in the inner `share` of the ground. */
function box(
  random: Random,
  share: number,
  width: number,
  depth: number,
  height: number,
  color: Box["color"],
  reflectivity: number,
): Box {
  const x = random.between(-EAST, EAST) * share;
  const y = random.between(-NORTH, NORTH) * share;
  const [halfX, halfY] = [width / 2, depth / 2];
  return { minX: x - halfX, maxX: x + halfX, minY: y - halfY, maxY: y + halfY, height, color, reflectivity };
}

function onRoad({ minX, minY, maxX, maxY }: Box): boolean {
  const margin = (ROAD.halfWidth + SPACE) / ROAD.b;
  const reach = (x: number, y: number) => Math.hypot(x / ROAD.a, y / ROAD.b);
  const reaches = [reach(minX, minY), reach(minX, maxY), reach(maxX, minY), reach(maxX, maxY)];
  const inside = Math.max(...reaches) < 1 - margin;
  const outside = reach(Math.max(minX, Math.min(0, maxX)), Math.max(minY, Math.min(0, maxY))) > 1 + margin;
  return !inside && !outside;
}

function overlap(a: Box, b: Box): boolean {
  return a.minX - SPACE < b.maxX && b.minX - SPACE < a.maxX && a.minY - SPACE < b.maxY && b.minY - SPACE < a.maxY;
}

/** The boxes that an upright plane through the sensor cuts, nearest first. Reused from plane to plane. */
export class PlaneCut {
  /** Boxes cut. */
  count = 0;
  /** The boxes. */
  readonly boxes: Box[] = [];
  /** Horizontal distance at which each begins. */
  readonly enter: Float64Array;
  /** Horizontal distance at which each ends. */
  readonly exit: Float64Array;
  readonly #world: readonly Box[];

  /** For cuts through `world`. */
  constructor(world: readonly Box[]) {
    this.#world = world;
    this.enter = new Float64Array(world.length);
    this.exit = new Float64Array(world.length);
  }

  /** Cuts from (`x`, `y`) on in the direction (`dx`, `dy`) of length 1. */
  cut(x: number, y: number, dx: number, dy: number): void {
    const { boxes, enter, exit } = this;
    const [perX, perY] = [1 / dx, 1 / dy];
    this.count = 0;
    for (const box of this.#world) {
      const x1 = (box.minX - x) * perX;
      const x2 = (box.maxX - x) * perX;
      const y1 = (box.minY - y) * perY;
      const y2 = (box.maxY - y) * perY;
      const from = Math.max(Math.min(x1, x2), Math.min(y1, y2));
      const to = Math.min(Math.max(x1, x2), Math.max(y1, y2));
      if (from <= 0 || from >= to) continue;
      let at = this.count++;
      for (; at > 0 && enter[at - 1]! > from; at--) {
        enter[at] = enter[at - 1]!;
        exit[at] = exit[at - 1]!;
        boxes[at] = boxes[at - 1]!;
      }
      enter[at] = from;
      exit[at] = to;
      boxes[at] = box;
    }
  }
}
