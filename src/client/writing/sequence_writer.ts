/**
 * The two kinds of session: of a new sequence, and of one that exists.
 *
 * @module
 */
import type { ControlConnection } from "../control/mod.ts";
import { SessionWriter } from "./session_writer.ts";

/** First session of a new sequence. With the policy `delete`, a failure removes the sequence too. */
export class SequenceWriter extends SessionWriter {
  protected override async afterDelete(control: ControlConnection): Promise<void> {
    await control.call("sequence_delete", { locator: this.name });
  }
}

/** A further session of a sequence. With the policy `delete`, a failure removes this session alone. */
export class SequenceUpdater extends SessionWriter {
  protected override async afterDelete(): Promise<void> {}
}
