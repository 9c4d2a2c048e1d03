import { text } from "#base/bytes.ts";
import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import type { Upgrade, UpgradeOutcome } from "../config/connection.ts";
import type { Kubectl } from "../kubectl.ts";
import { statusText } from "./status-text.ts";

type Headers = Readonly<Record<string, string | readonly string[]>>;

/** Told of each request, and of what came back. */
export interface RequestTrace {
  says(message: string): void;
  sends(request: ApiRequest): Promise<void>;
  got(request: ApiRequest, response: ApiResponse, durationMs: number): void;
  /** A connection is asked to become something else; the function hears of the answer. */
  upgrades(upgrade: Upgrade): (outcome: UpgradeOutcome) => void;
}

/** How much of a body is shown, by the level. */
const bodyLengthMax: Readonly<Record<number, number>> = { 8: 1024, 9: 10_240 };

/**
 * What `-v` shows on the error output: requests with their outcome from 6 on, their headers from 7
 * on, those of answers and all bodies from 8 on, and how curl would ask from 9 on. Credentials do
 * not belong into logs.
 */
export function requestTrace(kubectl: Kubectl): RequestTrace {
  const level = kubectl.globals.v;
  const urlOf = async ({ path, query }: Pick<ApiRequest, "path" | "query">) => {
    const search = query.toString();
    return `${(await kubectl.access()).server}${path}${search && `?${search}`}`;
  };
  const log = (message: string, values: Readonly<Record<string, string | number | Headers>>) =>
    kubectl.tell(`${logHeader(kubectl.now())} ${JSON.stringify(message)}${valuesText(values)}`);
  const logBody = (whose: string, bytes: Uint8Array | undefined) => {
    if (level >= 8) log(`${whose} Body`, { body: cut(bytes ? text(bytes) : "", level) });
  };
  const urls = new WeakMap<ApiRequest, string>();
  const says = (message: string) => kubectl.tell(`${logHeader(kubectl.now())} ${message}`);
  return {
    says,
    async sends(request) {
      const { method, headers, body } = request;
      const url = await urlOf(request);
      urls.set(request, url);
      if (level < 7) return;
      logBody("Request", body.kind === "bytes" ? await body.read() : undefined);
      const connection = await kubectl.connection();
      const all = { ...(await connection.headers?.()), ...headers };
      if (level >= 9) log("Request", { curlCommand: `\n${curl(method, url, all)}` });
      else log("Request", { verb: method, url, headers: all });
    },
    got(request, { status, headers, body }, durationMs) {
      const asked = { verb: request.method, url: urls.get(request) ?? "" };
      log("Response", {
        ...(level === 7 || level === 8 ? {} : asked),
        status: statusText(status),
        ...(level >= 8 && { headers }),
        milliseconds: Math.round(durationMs),
      });
      if (body.kind === "bytes") logBody("Response", body.bytes);
      else if (body.kind === "none") logBody("Response", undefined);
    },
    upgrades({ method, url, headers }) {
      const start = kubectl.host.clock.monotonic();
      if (level >= 7) log("Request", { verb: method, url, headers });
      return ({ status, problem }) => {
        log("Response", {
          ...(level === 7 || level === 8 ? {} : { verb: method, url }),
          status: status === undefined ? "" : statusText(status),
          milliseconds: Math.round(kubectl.host.clock.monotonic() - start),
        });
        if (problem) says(problem);
      };
    },
  };
}

/** As structured logs of Go programs have it, with what has several lines on lines of its own. */
function valuesText(values: Readonly<Record<string, string | number | Headers>>): string {
  return Object.entries(values)
    .map(([key, value]) => {
      if (typeof value === "number") return ` ${key}=${value}`;
      const shown = typeof value === "string" ? value : headerLines(value);
      if (!shown.includes("\n")) return ` ${key}=${JSON.stringify(shown)}`;
      const lines = shown.replace(/^\n|\n$/g, "").split("\n");
      return ` ${key}=<\n${lines.map((line) => `\t${line}\n`).join("")} >`;
    })
    .join("");
}

function headerLines(headers: Headers): string {
  const lines = headersOf(headers).map(([name, value]) => `${name}: ${value}`);
  return lines.length === 0 ? "" : `\n${lines.join("\n")}`;
}

function headersOf(headers: Headers): (readonly [name: string, value: string])[] {
  return Object.entries(headers)
    .map(([name, value]) => [titleOf(name), value] as const)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, value]) =>
      (typeof value === "string" ? [value] : value).map(
        (one) => [name, masked(name, one)] as const,
      ),
    );
}

function titleOf(name: string): string {
  return name.toLowerCase().replace(/(^|-)[a-z]/g, (letters) => letters.toUpperCase());
}

function masked(name: string, value: string): string {
  if (name !== "Authorization") return value;
  const [scheme = "", ...rest] = value.split(" ");
  return rest.length > 0 ? `${scheme} <masked>` : "<masked>";
}

function curl(method: string, url: string, headers: Headers): string {
  const given = headersOf(headers).map(
    ([name, value]) => ` -H ${JSON.stringify(`${name}: ${value}`)}`,
  );
  return `curl -v -X${method} ${given.join("")} '${url}'`;
}

function cut(body: string, level: number): string {
  const max = bodyLengthMax[level] ?? Infinity;
  if (body.length <= max) return body;
  return `${body.slice(0, max)} [truncated ${body.length - max} chars]`;
}

/** What a line of the log begins with: its level, date and time, and where it is from. */
function logHeader(now: number): string {
  const [, month = "", day = "", time = ""] =
    /-(\d\d)-(\d\d)T([\d:.]+)Z$/.exec(new Date(now).toISOString()) ?? [];
  return `I${month}${day} ${time}000       0 kubectl]`;
}
