/**
 * Loops that stay fast for arrays of every class.
 *
 * @module
 */

/**
 * A copy of `kernel` for each class of arrays, chosen by the array that is asked about. Engines compile a function for the
 * classes it has met, and give up on speed when there are many.
 *
 * `kernel` must use nothing but its parameters and what is global.
 */
export function perArrayClass<F extends (...parameters: never[]) => unknown>(
  kernel: F,
): (values: ArrayLike<unknown>) => F {
  const copies = new Map<unknown, F>();
  return (values) => {
    const { constructor } = values as object;
    let copy = copies.get(constructor);
    if (copy === undefined) {
      copy = copyOf(kernel, constructor.name);
      copies.set(constructor, copy);
    }
    return copy;
  };
}

/** Functions of the same text are one to the engines, and learn of each other's arrays: so every copy has another text. */
function copyOf<F>(kernel: F, name: string): F {
  try {
    return new Function(`/* ${name} */ return ${kernel}`)() as F;
  } catch {
    return kernel; // where code cannot be generated: right, and slower
  }
}
