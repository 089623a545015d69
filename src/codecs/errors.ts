/**
 * The error of every codec.
 *
 * @module
 */
import { MosaicoError } from "../base/mod.ts";

/** Bytes that a codec cannot decode, or a picture or cloud it cannot encode. The code is `codec.<codec>_<reason>`. */
export class CodecError extends MosaicoError {
  /** Class name. */
  override readonly name: string = "CodecError";
}
