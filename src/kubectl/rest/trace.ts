import type { ApiRequest, ApiResponse } from "#client/transport.ts";
import type { Kubectl } from "../kubectl.ts";

/** With -v=6 and above, each request is told on the error output. */
export function requestTrace(kubectl: Kubectl) {
  return (request: ApiRequest, response: ApiResponse, durationMs: number): void => {
    const { method, path, query } = request;
    const search = query.toString();
    const url = `${path}${search && `?${search}`}`;
    const time = new Date(kubectl.now()).toISOString();
    kubectl.tell(
      `${time} "Response" verb="${method}" url="${url}" status="${response.status}" ` +
        `milliseconds=${Math.round(durationMs)}`,
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
