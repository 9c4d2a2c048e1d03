import { globSync, readFileSync } from "node:fs";

/** The committed table of conformance rows, and the tests that its verdicts come from. */
export const matrixFile = new URL("../../docs/conformance.md", import.meta.url);
const folder = new URL("rows/", import.meta.url);

export interface Registration {
  readonly name: string;
  readonly verdict: "passed" | "failed";
  readonly file: string;
}

export interface MatrixRow {
  readonly area: string;
  readonly name: string;
}

/** What the tests under rows/ show. A verdict is true because its test is green. */
export function registrations(): Registration[] {
  return globSync("*.test.ts", { cwd: folder })
    .sort()
    .flatMap((file) => {
      const text = readFileSync(new URL(file, folder), "utf8");
      const calls = text.matchAll(/^(conformance|failing)\(\s*"([^"\n]+)"/gm);
      return Array.from(calls, ([, call, name = ""]) => ({
        name,
        verdict: call === "conformance" ? ("passed" as const) : ("failed" as const),
        file,
      }));
    });
}

/** The rows that are judged, from upstream's list: its areas and its long names. */
export function referenceRows(rows: readonly (readonly string[])[]): MatrixRow[] {
  return rows
    .filter(([, area]) => area === "apimachinery" || area === "auth")
    .map(([, area = "", name = ""]) => ({ area, name: shortName(name) }));
}

/** The name without the group before it and the tag behind. */
function shortName(name: string): string {
  return name.replace(/^\[sig-[^\]]+\] /, "").replace(/ \[Conformance\]$/, "");
}

/** Those of a table written before. */
export function rowsOf(table: string): MatrixRow[] {
  const lines = table.matchAll(/^\| (\w+) \| (.+) \| (?:passed|failed|not yet) \| .*\|$/gm);
  return Array.from(lines, ([, area = "", name = ""]) => ({ area, name }));
}

export function render(rows: readonly MatrixRow[], found: readonly Registration[]): string {
  const byName = new Map(found.map((registration) => [registration.name, registration]));
  const counts = { passed: 0, failed: 0, "not yet": 0 };
  const lines = rows.map(({ area, name }) => {
    const registration = byName.get(name);
    const verdict = registration?.verdict ?? "not yet";
    counts[verdict]++;
    const { file } = registration ?? {};
    const test = file ? `[${file}](../test/conformance/rows/${file})` : "";
    return `| ${area} | ${name} | ${verdict} | ${test} |`;
  });
  return `# Conformance

Kubernetes' conformance rows of API machinery and authentication, and which of them a test here shows through
the API of a whole control plane. \`npm run conformance\` writes this page from the tests; a row without a test, or that
only a running pod can show, is "not yet".

${counts.passed} of ${rows.length} rows passed, ${counts.failed} failed, ${counts["not yet"]} not yet.

| area | row | verdict | test |
| --- | --- | --- | --- |
${lines.join("\n")}
`;
}
