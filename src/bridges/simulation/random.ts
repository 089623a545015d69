/**
 * Numbers that look random and are the same for the same seed.
 *
 * @module
 */

const TABLE_SIZE = 4096;

/** Seeded source of random numbers (mulberry32); not for secrets. */
export class Random {
  #state: number;
  #normals: Float64Array | undefined;

  /** The sequence of `seed`. */
  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** 32 random bits. */
  bits(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** Evenly between `low` (included) and `high`. */
  between(low: number, high: number): number {
    return low + (high - low) * (this.bits() / 2 ** 32);
  }

  /** Normally distributed around 0 with standard deviation 1; drawn from a table, as a sample is wanted per LIDAR point. */
  normal(): number {
    this.#normals ??= this.#table();
    return this.#normals[this.bits() & (TABLE_SIZE - 1)]!;
  }

  #table(): Float64Array {
    return Float64Array.from({ length: TABLE_SIZE }, () => {
      const radius = Math.sqrt(-2 * Math.log(1 - this.between(0, 1)));
      return radius * Math.cos(2 * Math.PI * this.between(0, 1));
    });
  }
}
