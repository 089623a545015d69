/**
 * The two kinds of session: of a new sequence, and of one that exists.
 *
 * @module
 */
import { SessionWriter } from "./session_writer.ts";

/** First session of a new sequence. With the policy `delete`, a failure removes the sequence too. */
export class SequenceWriter extends SessionWriter {
  /** The sequence is this session's own. */
  protected override readonly ownsSequence = true;
}

/** A further session of a sequence. With the policy `delete`, a failure removes this session alone. */
export class SequenceUpdater extends SessionWriter {
  /** The sequence was there before. */
  protected override readonly ownsSequence = false;
}
