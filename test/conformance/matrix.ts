import { globSync, readFileSync } from "node:fs";

/** The committed table of conformance rows, and the tests that its verdicts come from. */
export const matrixFile = new URL("../../docs/conformance.md", import.meta.url);
/** Most rows need an API alone; those of running containers are shown on a real cluster. */
const folders = ["test/conformance/rows", "test/e2e"];
const root = new URL("../../", import.meta.url);

export interface Registration {
  readonly name: string;
  readonly verdict: "passed" | "failed";
  /** From the root of the repository. */
  readonly file: string;
}

export interface MatrixRow {
  readonly area: string;
  readonly name: string;
}

/** What the tests of rows show. A verdict is true because its test is green. */
export function registrations(): Registration[] {
  return folders
    .flatMap((folder) => globSync(`${folder}/*.test.ts`, { cwd: root }).sort())
    .flatMap((file) => {
      const text = readFileSync(new URL(file, root), "utf8");
      const calls = text.matchAll(/^(?:cluster\.)?(conformance|failing)\(\s*"([^"\n]+)"/gm);
      return Array.from(calls, ([, call, name = ""]) => ({
        name,
        verdict: call === "conformance" ? ("passed" as const) : ("failed" as const),
        file,
      }));
    });
}

const areas = ["apimachinery", "apps", "auth", "instrumentation", "scheduling"];

/** The rows that are judged, from upstream's list: its areas and its long names. */
export function referenceRows(rows: readonly (readonly string[])[]): MatrixRow[] {
  return rows
    .filter(([, area = ""]) => areas.includes(area))
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
    const test = file ? `[${file.replace(/^.*\//, "")}](../${file})` : "";
    return `| ${area} | ${name} | ${verdict} | ${test} |`;
  });
  return `# Conformance

Kubernetes' conformance rows of API machinery, workloads, authentication, instrumentation and scheduling, and which of
them a test here shows: through the API of a whole control plane, or, where it takes a running container, on a cluster of its own (\`test/e2e\`).
\`npm run conformance\` writes this page from the tests; a row without a test is "not yet".

${counts.passed} of ${rows.length} rows passed, ${counts.failed} failed, ${counts["not yet"]} not yet.

| area | row | verdict | test |
| --- | --- | --- | --- |
${lines.join("\n")}
`;
}
