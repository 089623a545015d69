/**
 * Runs every check there is, under both runtimes, and ends with the true totals: `N passed, N failed`.
 * `deno task test` runs it; `--quick` leaves out the peers that must be installed first, `--only deno,bun` picks steps.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import process from "node:process";

interface Totals {
  passed: number;
  failed: number;
  skipped: number;
}

interface Step {
  readonly name: string;
  /** Part of another step, so that it runs only when it is named. */
  readonly isPart?: boolean;
  readonly run: () => Promise<Totals>;
}

const DENO = process.execPath;
const BUN = (process.env["MOSAICO_BUN"] ?? "npx -y bun@1.4.5").split(" ");
const VENVS = ".venv";

/** The Python peers, each in a virtual environment of its own, and the variable that names its interpreter to the tests. */
const PYTHON_PEERS: Readonly<Record<string, readonly string[]>> = {
  MOSAICO_PYTHON: ["mosaicolabs==0.7.0", "pyarrow==26.0.1", "hpack==4.2.0", "lz4==4.4.5"],
  MOSAICO_PYTHON_SDK_0_6: ["mosaicolabs==0.6.0"],
  MOSAICO_PYTHON_SDK_0_5: ["mosaicolabs==0.5.0"],
};

/** Runs a program, showing its output as it comes. */
async function run(
  command: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number; output: string }> {
  console.log(`\n$ ${command.join(" ")}`);
  const [program, ...args] = command;
  const child = spawn(program!, args, {
    env: { ...process.env, ...env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      process.stdout.write(text);
    });
  }
  const code = await new Promise<number>((resolve) => {
    child.on("error", (error) => (output += error.message, console.log(error.message), resolve(127)));
    child.on("close", (status) => resolve(status ?? 1));
  });
  return { code, output };
}

/** Whether the generated code is what its sources give. */
async function unchangedByGeneration(): Promise<Totals> {
  const generated = () =>
    readdirSync("proto/gen").sort().map((name) => `${name}\n${readFileSync(`proto/gen/${name}`, "utf8")}`).join("\n");
  const before = generated();
  const totals = await check([DENO, "run", "-A", "proto/generate.ts"]);
  if (totals.failed > 0 || generated() === before) return totals;
  console.log("proto/gen is not what proto/*.proto give; it has been written anew");
  return { passed: 0, failed: 1, skipped: 0 };
}

/** A program that passes or fails as a whole. */
async function check(command: readonly string[]): Promise<Totals> {
  const { code } = await run(command);
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

/** A test runner whose output holds its counts; a run that printed none, or failed without a failure, is one failure. */
async function counted(
  command: readonly string[],
  patterns: { passed: RegExp; failed: RegExp; skipped: RegExp },
): Promise<Totals> {
  const { code, output } = await run(command);
  const count = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  const totals = { passed: count(patterns.passed), failed: count(patterns.failed), skipped: count(patterns.skipped) };
  if ((code !== 0 && totals.failed === 0) || totals.passed + totals.failed === 0) totals.failed++;
  return totals;
}

const denoCounts = { passed: /(\d+) passed/g, failed: /(\d+) failed/g, skipped: /(\d+) ignored/g };
const bunCounts = { passed: /^ *(\d+) pass$/gm, failed: /^ *(\d+) fail$/gm, skipped: /^ *(\d+) skip$/gm };

/** Installs a peer, unless the environment names one. */
async function preparePython(variable: string, packages: readonly string[]): Promise<void> {
  if (process.env[variable] !== undefined) return;
  const folder = `${process.cwd()}/${VENVS}/${variable.toLowerCase()}`;
  const python = `${folder}/bin/python`;
  if (!existsSync(python) && (await run(["python3", "-m", "venv", folder])).code !== 0) {
    return console.log(`SKIPPED: tests with ${variable} (no python3 with venv)`);
  }
  const installed = await run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", ...packages]);
  if (installed.code !== 0) {
    return console.log(`SKIPPED: tests with ${variable} (${packages.join(", ")} cannot be installed)`);
  }
  process.env[variable] = python;
}

/** The public HTTP/2 conformance tool; needs Go to be built. */
async function prepareH2spec(): Promise<void> {
  if (process.env["MOSAICO_H2SPEC"] !== undefined) return;
  const bin = `${process.cwd()}/${VENVS}/go`;
  if (!existsSync(`${bin}/h2spec`)) {
    const command = ["go", "install", "github.com/summerwind/h2spec/cmd/h2spec@latest"];
    if ((await run(command, { GOBIN: bin })).code !== 0) return console.log("SKIPPED: h2spec (no Go to build it with)");
  }
  process.env["MOSAICO_H2SPEC"] = `${bin}/h2spec`;
}

const PUBLIC_DOORS = Object.values(JSON.parse(readFileSync("deno.json", "utf8")).exports as Record<string, string>);

const STEPS: readonly Step[] = [
  { name: "fmt", run: () => check([DENO, "fmt", "--check", "-q"]) },
  { name: "lint", run: () => check([DENO, "lint", "-q"]) },
  { name: "types", run: () => check([DENO, "check", "mod.ts", "src", "tests", "bench", "proto"]) },
  { name: "doc", run: () => check([DENO, "doc", "-q", "--lint", ...PUBLIC_DOORS]) },
  { name: "proto", run: unchangedByGeneration },
  { name: "wasm", run: () => check([DENO, "run", "-A", "wasm/build.ts", "--check"]) },
  { name: "publish", run: () => check([DENO, "publish", "--dry-run", "--allow-dirty", "-q"]) },
  { name: "deno", run: () => counted([DENO, "test", "-A", "--no-check", "--parallel", "tests/"], denoCounts) },
  {
    name: "examples",
    run: () => counted([DENO, "test", "-A", "--doc", "-q", "mod.ts", "src/", "README.md"], denoCounts),
  },
  {
    name: "interop",
    isPart: true,
    run: () => counted([DENO, "test", "-A", "--no-check", "tests/interop/", "tests/integration/server/"], denoCounts),
  },
  {
    name: "h2spec",
    isPart: true,
    run: () => counted([DENO, "test", "-A", "--no-check", "tests/conformance/h2spec_test.ts"], denoCounts),
  },
  {
    name: "bun",
    run: async () => {
      const installed = await check([...BUN, "install", "--frozen-lockfile"]);
      if (installed.failed > 0) return installed;
      return await counted([...BUN, "test", "--timeout", "60000", "tests/"], bunCounts);
    },
  },
];

const only = process.argv.includes("--only")
  ? (process.argv[process.argv.indexOf("--only") + 1] ?? "").split(",")
  : undefined;
const unknown = only?.find((name) => STEPS.every((step) => step.name !== name));
if (unknown !== undefined) {
  console.log(`There is no step "${unknown}"; the steps are ${STEPS.map((step) => step.name).join(", ")}`);
  process.exit(2);
}
if (process.env["MOSAICO_TEST_DATA"] === undefined) {
  console.log("SKIPPED: tests on real recordings and corpora (MOSAICO_TEST_DATA names no folder)");
}
if (!process.argv.includes("--quick")) {
  for (const [variable, packages] of Object.entries(PYTHON_PEERS)) await preparePython(variable, packages);
  await prepareH2spec();
}
const totals: Totals = { passed: 0, failed: 0, skipped: 0 };
const rows: string[] = [];
for (const step of STEPS) {
  if (only === undefined ? step.isPart : !only.includes(step.name)) continue;
  const started = performance.now();
  const { passed, failed, skipped } = await step.run();
  totals.passed += passed;
  totals.failed += failed;
  totals.skipped += skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  rows.push(`${step.name.padEnd(10)} ${passed} passed, ${failed} failed, ${skipped} skipped (${seconds} s)`);
}
console.log(`\n${rows.join("\n")}`);
if (totals.skipped > 0) console.log(`${totals.skipped} skipped: each says why above`);
console.log(`${totals.passed} passed, ${totals.failed} failed`);
process.exit(totals.failed === 0 ? 0 : 1);
