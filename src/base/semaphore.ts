/**
 * A counted permit, first come first served.
 *
 * @module
 */

/** Bounds a quantity (bytes in flight, open calls). Waiters are woken in the order they came. */
export class Semaphore {
  readonly #capacity: number;
  #free: number;
  readonly #waiters: { need: number; grant(): void }[] = [];
  #failure: unknown;

  /** Creates a semaphore with `capacity` units free. */
  constructor(capacity: number) {
    if (!(capacity > 0)) throw new RangeError(`Cannot create a Semaphore: capacity ${capacity} is not positive`);
    this.#capacity = capacity;
    this.#free = capacity;
  }

  /** Units not taken now. */
  get free(): number {
    return this.#free;
  }

  /** Takes `need` units at once if nobody waits and they are free. More than the capacity counts as the capacity. */
  tryAcquire(need: number): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const units = Math.min(need, this.#capacity);
    if (this.#waiters.length > 0 || units > this.#free) return false;
    this.#free -= units;
    return true;
  }

  /** Takes `need` units, waiting for them. */
  acquire(need: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    try {
      if (this.tryAcquire(need)) return Promise.resolve();
    } catch (failure) {
      return Promise.reject(failure);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const onAbort = () => {
      const at = this.#waiters.indexOf(waiter);
      if (at >= 0) this.#waiters.splice(at, 1);
      reject(signal!.reason);
      this.#wake();
    };
    const waiter = {
      need: Math.min(need, this.#capacity),
      grant: () => {
        signal?.removeEventListener("abort", onAbort);
        if (this.#failure === undefined) resolve();
        else reject(this.#failure);
      },
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#waiters.push(waiter);
    return promise;
  }

  /** Gives `units` back; as with taking, more than the capacity counts as the capacity. */
  release(units: number): void {
    this.#free = Math.min(this.#capacity, this.#free + Math.min(units, this.#capacity));
    this.#wake();
  }

  /** Fails every waiter and every later call with `failure`. */
  fail(failure: unknown): void {
    this.#failure ??= failure;
    for (const waiter of this.#waiters.splice(0)) waiter.grant();
  }

  #wake(): void {
    while (this.#waiters.length > 0 && this.#waiters[0]!.need <= this.#free) {
      const waiter = this.#waiters.shift()!;
      this.#free -= waiter.need;
      waiter.grant();
    }
  }
}
