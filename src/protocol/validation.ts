/**
 * The rules of `proto/control.proto`, checked by protovalidate. Both are large: they are loaded by the first check, or ahead
 * of it by {@linkcode warmUpValidation}.
 *
 * @module
 */
import type { Violation } from "@bufbuild/protovalidate";
import { ProtocolError, quote } from "./errors.ts";
import type { MessageForm } from "./message_form.ts";
import type { ActionName, Actions, FlightInfoCommand, PutCommand } from "./types.ts";

/** Commands in descriptors, by the verb that carries them. */
export interface Commands {
  /** Command of GetFlightInfo. */
  readonly GetFlightInfo: FlightInfoCommand;
  /** Command of GetSchema: the locator. */
  readonly GetSchema: string;
  /** Command of DoPut. */
  readonly DoPut: PutCommand;
}

type Check = (name: ActionName | keyof Commands, value: unknown) => void;

/** Loaded once for the whole process: it holds code, no state. */
let loading: Promise<Check> | undefined;

/**
 * Checks the request of an action against the rules of its message: names, locators, windows, what must not be empty.
 *
 * @throws {ProtocolError} `message.invalid_request`, naming every field that breaks a rule
 */
export async function validateRequest<A extends ActionName>(action: A, request: Actions[A]["request"]): Promise<void> {
  (await (loading ??= load()))(action, request);
}

/** As {@linkcode validateRequest}, for the command of a descriptor. @throws {ProtocolError} `message.invalid_request` */
export async function validateCommand<C extends keyof Commands>(verb: C, command: Commands[C]): Promise<void> {
  (await (loading ??= load()))(verb, command);
}

/** Loads the rules and what checks them, so that the first check does not wait for it. */
export async function warmUpValidation(): Promise<void> {
  await (loading ??= load());
}

async function load(): Promise<Check> {
  const [{ createValidator }, { pathToString }, { MESSAGE_ACTIONS }, documents] = await Promise.all([
    import("@bufbuild/protovalidate"),
    import("@bufbuild/protobuf/reflect"),
    import("./message_actions.ts"),
    import("./message_documents.ts"),
  ]);
  const forms = new Map<string, Pick<MessageForm<never>, "schema" | "toMessage">>([
    ["GetFlightInfo", documents.FLIGHT_INFO_COMMAND],
    ["GetSchema", documents.SCHEMA_COMMAND],
    ["DoPut", documents.PUT_COMMAND],
    ...Object.entries(MESSAGE_ACTIONS).map(([action, { request }]) => [action, request] as const),
  ]);
  // The patterns are our own and mean the same to RegExp as to RE2, which takes longer.
  const validator = createValidator({ regexMatch: (pattern, text) => new RegExp(pattern).test(text) });

  return (name, request) => {
    const form = forms.get(name)!;
    const message = form.toMessage(request as never);
    const result = validator.validate(form.schema, message);
    if (result.kind === "valid") return;
    if (result.kind === "error") throw result.error;
    const problems = result.violations.map((violation) => {
      const value = valueAt(message, violation.field);
      const shown = typeof value === "string" ? ` ${quote(value)}` : "";
      return `${pathToString(violation.field)}${shown} ${problemOf(violation)}`.trim();
    });
    throw new ProtocolError("message.invalid_request", `Cannot run ${name}: ${problems.join("; ")}`, {
      message: name,
    });
  };
}

/** Only names and locators have patterns. */
function problemOf({ ruleId, message }: Violation): string {
  return ruleId === "string.pattern" ? "is not a valid name or locator here" : message;
}

function valueAt(message: unknown, path: Violation["field"]): unknown {
  let value = message as Record<string | number, unknown>;
  for (const part of path) {
    if (part.kind === "field") value = value[part.localName] as typeof value;
    else if (part.kind === "list_sub") value = value[part.index] as typeof value;
  }
  return value;
}
