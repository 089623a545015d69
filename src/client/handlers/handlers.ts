/**
 * The handlers of one client.
 *
 * @module
 */
import type { OntologyType } from "../../ontology/mod.ts";
import { packLocator } from "../../protocol/mod.ts";
import { found } from "../control/mod.ts";
import { HandlerCache } from "./handler_cache.ts";
import type { HandlerOptions, HandlerParts } from "./parts.ts";
import { SequenceHandler } from "./sequence_handler.ts";
import { openTopicHandler, type TopicHandler } from "./topic_handler.ts";

/** Makes handlers, and keeps them: of sequences by the name as it was given, of topics by their locator. */
export class Handlers {
  readonly #parts: HandlerParts;
  /** Handlers of sequences. */
  readonly sequences: HandlerCache<SequenceHandler> = new HandlerCache();
  /** Handlers of topics. */
  readonly topics: HandlerCache<TopicHandler> = new HandlerCache();

  /** Makes none yet. */
  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  /** The handler of a sequence; `undefined` when there is no such sequence. */
  async sequence(name: string, options: HandlerOptions): Promise<SequenceHandler | undefined> {
    const open = async () => {
      const info = await found(() => this.#parts.control.sequenceInfo(name, {}, options));
      return info && new SequenceHandler(info, this.#parts);
    };
    return await (options.forceNewInstance ? open() : this.sequences.get(name, open));
  }

  /** The handler of a topic; `undefined` when there is no such topic. @throws {SchemaError} when it is not of `type` */
  async topic(
    locator: string,
    type: OntologyType<unknown> | undefined,
    options: HandlerOptions,
  ): Promise<TopicHandler | undefined> {
    const open = () => openTopicHandler(locator, type, this.#parts, options);
    return await (options.forceNewInstance ? open() : this.topics.get(locator, open, (known) => known.type === type));
  }

  /** Forgets a sequence that was deleted, and its topics. */
  forgetSequence(name: string): void {
    const locator = packLocator(name, "");
    this.sequences.forget((given) => packLocator(given, "") === locator);
    this.topics.forget((topic) => topic.startsWith(`${locator}/`));
  }

  /** Closes them all. */
  close(): void {
    this.sequences.close();
    this.topics.close();
  }
}
