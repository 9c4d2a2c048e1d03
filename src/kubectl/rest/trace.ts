import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import type { Kubectl } from "../kubectl.ts";

/** With -v=6 and above, each request is told on the error output. */
export function requestTrace(kubectl: Kubectl, server: string) {
  return (request: ApiRequest, response: ApiResponse, durationMs: number): void => {
    const { method, path, query } = request;
    const search = query.toString();
    const url = `${server}${path}${search && `?${search}`}`;
    kubectl.tell(
      `${logHeader(kubectl.now())} "Response" verb="${method}" url="${url}" ` +
        `status="${response.status}" milliseconds=${Math.round(durationMs)}`,
    );
    if (kubectl.globals.v < 8) return;
    const show = (title: string, headers: Readonly<Record<string, string>>) => {
      kubectl.tell(`${title}:`);
      for (const [name, value] of Object.entries(headers)) {
        // Credentials do not belong into logs.
        kubectl.tell(`    ${name}: ${name === "authorization" ? "<masked>" : value}`);
      }
    };
    show("Request headers", request.headers);
    show("Response headers", response.headers);
  };
}

/** What a line of the log begins with: its level, date and time, and where it is from. */
function logHeader(now: number): string {
  const [, month = "", day = "", time = ""] =
    /-(\d\d)-(\d\d)T([\d:.]+)Z$/.exec(new Date(now).toISOString()) ?? [];
  return `I${month}${day} ${time}000       0 kubectl]`;
}
