import { utf8 } from "#base/bytes.ts";
import type { ApiResponse } from "#client/transport.ts";
import * as status from "#machinery/status.ts";
import type { SchedulingReport } from "#scheduler/explain.ts";
import type { PathHandler } from "#server/pipeline/pipeline.ts";

type Explain = (key: string) => SchedulingReport | undefined;

const path = /^\/kijabi\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/scheduling\/?$/;

/**
 * Answers why a pod has no node: `GET /kijabi/v1/namespaces/NAMESPACE/pods/NAME/scheduling`. Only
 * the server whose scheduler is at work knows.
 */
export class SchedulingReports implements PathHandler {
  #explain: Explain | undefined;

  follow(explain: Explain | undefined): void {
    this.#explain = explain;
  }

  handle(requested: string): ApiResponse | undefined {
    const [, namespace, name] = path.exec(requested) ?? [];
    if (namespace === undefined || name === undefined) return undefined;
    if (!this.#explain) {
      throw status.serviceUnavailable("the scheduler of this server is not at work");
    }
    const report = this.#explain(`${namespace}/${name}`);
    if (!report) {
      throw status.notFound({ group: "", resource: "waiting pods" }, name);
    }
    const bytes = utf8(`${JSON.stringify(report, undefined, 2)}\n`);
    const contentType = "application/json";
    return { status: 200, headers: {}, body: { kind: "bytes", contentType, bytes } };
  }
}
