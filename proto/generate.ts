/**
 * Regenerates `proto/gen` from the `.proto` files beside this script. The compiler and its plugin are installed with npm
 * into a temporary folder: nothing else needs them.
 *
 * @module
 */
const COMPILER = "@bufbuild/buf@1.75.0";
const PLUGIN = "@bufbuild/protoc-gen-es@2.17.0";
const SOURCES = ["flight.proto", "control.proto"];

const here = import.meta.dirname!;
const tools = await Deno.makeTempDir();

async function run(command: string, ...args: string[]): Promise<void> {
  const { success, code } = await new Deno.Command(command, { args, cwd: here }).spawn().status;
  if (!success) throw new Error(`Cannot generate code: ${command} ended with exit code ${code}`);
}

try {
  await run("npm", "install", "--silent", "--ignore-scripts", "--no-save", "--prefix", tools, COMPILER, PLUGIN);
  const template = {
    version: "v2",
    clean: true,
    plugins: [{
      local: `${tools}/node_modules/.bin/protoc-gen-es`,
      out: "gen",
      opt: [
        "target=ts",
        "import_extension=ts",
        "erasable_syntax=true",
        // The package that checks the rules holds their generated code.
        "map_imports=buf/validate/:@bufbuild/protovalidate/gen",
      ],
    }],
  };
  const paths = SOURCES.flatMap((path) => ["--path", path]);
  await run(`${tools}/node_modules/.bin/buf`, "generate", ".", "--template", JSON.stringify(template), ...paths);
} finally {
  await Deno.remove(tools, { recursive: true });
}
