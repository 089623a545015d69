/**
 * The command line `mosaico`.
 *
 * Exit codes: 0 all went well, 1 it did not, 2 the command line cannot be understood, 130 interrupted.
 *
 * @module
 */
import process from "node:process";
import { isMosaicoError, messageOf } from "../base/mod.ts";
import { UsageError } from "./arguments.ts";
import { InterruptedError } from "./interrupt.ts";
import { allowClosedStdout, note, print } from "./output.ts";

interface Command {
  /** One line of help. */
  readonly summary: string;
  /** Loads the command; nothing else is loaded before it is known which one runs. */
  readonly load: () => Promise<{ usage: string; run: (args: readonly string[]) => Promise<number> }>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  serve: {
    summary: "serve DIR                 run the embedded server on a folder",
    load: () => import("./commands/serve.ts").then((m) => ({ usage: m.SERVE_USAGE, run: m.serve })),
  },
  import: {
    summary: "import FILE… [--name N]   record files into sequences",
    load: () => import("./commands/import.ts").then((m) => ({ usage: m.IMPORT_USAGE, run: m.importFiles })),
  },
  ls: {
    summary: "ls ['GLOB']               list sequences",
    load: () => import("./commands/ls.ts").then((m) => ({ usage: m.LS_USAGE, run: m.ls })),
  },
  info: {
    summary: "info NAME                 show a sequence and its topics",
    load: () => import("./commands/info.ts").then((m) => ({ usage: m.INFO_USAGE, run: m.info })),
  },
  cat: {
    summary: "cat NAME                  print messages as lines of JSON",
    load: () => import("./commands/cat.ts").then((m) => ({ usage: m.CAT_USAGE, run: m.cat })),
  },
  query: {
    summary: "query 'EXPR'              find topics and moments by what they are and hold",
    load: () => import("./commands/query.ts").then((m) => ({ usage: m.QUERY_USAGE, run: m.query })),
  },
  stats: {
    summary: "stats NAME TOPIC [COLUMN] count, mean, percentiles, … of columns, worked out by the server",
    load: () => import("./commands/stats.ts").then((m) => ({ usage: m.STATS_USAGE, run: m.stats })),
  },
  rm: {
    summary: "rm NAME                   delete a sequence",
    load: () => import("./commands/rm.ts").then((m) => ({ usage: m.RM_USAGE, run: m.rm })),
  },
  doctor: {
    summary: "doctor                    say what works here, and whether a server answers",
    load: () => import("./commands/doctor.ts").then((m) => ({ usage: m.DOCTOR_USAGE, run: m.doctor })),
  },
  demo: {
    summary: "demo [FILE]               record a drive and read it back, with a server of its own",
    load: () => import("./commands/demo.ts").then((m) => ({ usage: m.DEMO_USAGE, run: m.demo })),
  },
};

const USAGE = `mosaico COMMAND [options]

${Object.values(COMMANDS).map((command) => `  ${command.summary}`).join("\n")}

Every command but serve and demo works on a server (--host 127.0.0.1 --port 6726)
or on a folder (--directory DIR), and prints one JSON document with --json; cat prints one a line.
MOSAICO_API_KEY and MOSAICO_TLS_CERT_FILE are used when set. mosaico COMMAND --help says more.`;

/** Runs a command line and answers its exit code. Never throws. */
export async function main(args: readonly string[]): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    print(USAGE);
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name]! : undefined;
  if (command === undefined) {
    note(`mosaico: there is no command "${name}"; mosaico --help lists them`);
    return 2;
  }
  const { usage, run } = await command.load();
  if (rest.includes("--help") || rest.includes("-h")) {
    print(usage);
    return 0;
  }
  try {
    return await run(rest);
  } catch (error) {
    if (error instanceof UsageError) {
      note(`mosaico ${name}: ${error.message}\n\n${usage}`);
      return 2;
    }
    if (error instanceof InterruptedError) {
      note(`mosaico ${name}: interrupted`);
      return 130;
    }
    note(`mosaico ${name}: ${messageOf(error)}${isMosaicoError(error) ? ` [${error.code}]` : ""}`);
    return 1;
  }
}

if (import.meta.main) {
  allowClosedStdout();
  process.exitCode = await main(process.argv.slice(2));
}
