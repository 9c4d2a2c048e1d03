import { test } from "node:test";
import assert from "node:assert/strict";
import { FlagError, parseFlags } from "./flags.ts";

const specs = {
  output: { type: "string", short: "o", usage: "" },
  "dry-run": { type: "string", bare: "unchanged", default: "none", usage: "" },
  nodes: { type: "int", short: "n", default: 1, usage: "" },
  all: { type: "bool", short: "A", usage: "" },
  wide: { type: "bool", short: "w", usage: "" },
  label: { type: "list", short: "l", usage: "" },
} as const;

test("flags are parsed as pflag does", () => {
  const cases: [string, object][] = [
    ["", { args: [] }],
    ["get pods -o yaml", { args: ["get", "pods"], output: "yaml" }],
    ["-oyaml", { output: "yaml" }],
    ["-o=yaml", { output: "yaml" }],
    ["--output=yaml x", { output: "yaml", args: ["x"] }],
    ["--dry-run x", { "dry-run": "unchanged", args: ["x"] }],
    ["--dry-run=client", { "dry-run": "client" }],
    ["--all=false", { all: false }],
    ["-Aw", { all: true, wide: true }],
    ["-Aoyaml", { all: true, output: "yaml" }],
    ["-l a,b --label c", { label: ["a", "b", "c"] }],
    ["-n 3 -- -n 4", { nodes: 3, rest: ["-n", "4"] }],
  ];
  for (const [line, expected] of cases) {
    const { values, args, rest } = parseFlags(specs, line.split(" ").filter(Boolean));
    const all: Record<string, unknown> = { ...values, args, rest };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(all[name], value, line);
  }
});

test("wrong flags are refused in pflag's words", () => {
  const cases: [string, string][] = [
    ["--nope", "unknown flag: --nope"],
    ["-x", "unknown shorthand flag: 'x' in -x"],
    ["--output", "flag needs an argument: --output"],
    ["-o", "flag needs an argument: 'o' in -o"],
    [
      "-n x",
      'invalid argument "x" for "-n, --nodes" flag: strconv.ParseInt: parsing "x": invalid syntax',
    ],
  ];
  for (const [line, message] of cases) {
    assert.throws(() => parseFlags(specs, line.split(" ")), new FlagError(message));
  }
});
