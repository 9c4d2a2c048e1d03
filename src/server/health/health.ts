import { utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import type { PathHandler } from "../pipeline/pipeline.ts";

/** One thing that must be well. Throws, or rejects, with the reason why it is not. */
export interface HealthCheck {
  readonly name: string;
  /** Whether it also decides if the process is alive; a server that only waits is not dead. */
  readonly live: boolean;
  check(): void | Promise<void>;
}

export const pingCheck: HealthCheck = { name: "ping", live: true, check() {} };

const endpoints = ["/healthz", "/livez", "/readyz"];

/** `/readyz`, `/readyz?verbose`, `/readyz/ping`, and the same for livez and healthz. */
export function healthPaths(checks: () => readonly HealthCheck[]): PathHandler {
  return {
    async handle(path, _headers, { query }) {
      const endpoint = endpoints.find((root) => path === root || path.startsWith(`${root}/`));
      if (endpoint === undefined) return undefined;
      const relevant = checks().filter(({ live }) => live || endpoint !== "/livez");
      const name = path.slice(endpoint.length + 1).replace(/\/$/, "");
      if (name) return one(relevant, name);
      return all(endpoint.slice(1), relevant, {
        verbose: query.has("verbose"),
        excluded: query.getAll("exclude"),
      });
    },
  };
}

async function one(checks: readonly HealthCheck[], name: string): Promise<ApiResponse | undefined> {
  const check = checks.find((each) => each.name === name);
  if (!check) return undefined;
  const problem = await problemOf(check);
  return problem === undefined
    ? plain(200, "ok")
    : plain(500, `internal server error: ${problem}\n`);
}

async function all(
  endpoint: string,
  checks: readonly HealthCheck[],
  { verbose, excluded }: { verbose: boolean; excluded: readonly string[] },
): Promise<ApiResponse> {
  let report = "";
  let failed = false;
  for (const check of checks) {
    if (excluded.includes(check.name)) {
      report += `[+]${check.name} excluded: ok\n`;
      continue;
    }
    const problem = await problemOf(check);
    failed ||= problem !== undefined;
    // The reason is for the log: this page is open to everybody.
    report +=
      problem === undefined
        ? `[+]${check.name} ok\n`
        : `[-]${check.name} failed: reason withheld\n`;
  }
  const unknown = excluded.filter((name) => !checks.some((check) => check.name === name));
  if (unknown.length) {
    const names = unknown.map((name) => JSON.stringify(name)).join(", ");
    report += `warn: some health checks cannot be excluded: no matches for ${names}\n`;
  }
  if (failed) return plain(500, `${report}${endpoint} check failed\n`);
  return plain(200, verbose ? `${report}${endpoint} check passed\n` : "ok");
}

async function problemOf(check: HealthCheck): Promise<string | undefined> {
  try {
    await check.check();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export function plain(status: number, text: string): ApiResponse {
  return {
    status,
    headers: { "x-content-type-options": "nosniff" },
    body: { kind: "bytes", contentType: "text/plain; charset=utf-8", bytes: utf8(text) },
  };
}
