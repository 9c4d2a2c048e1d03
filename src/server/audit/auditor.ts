import type { Clock } from "#base/clock.ts";
import type { Random } from "#base/random.ts";
import type { ApiRequest } from "#client/transport.ts";
import type { Attributes } from "../authz/authorizer.ts";
import type { Connection, RequestInfo } from "../pipeline/request.ts";
import type { AuditPolicy } from "./policy.ts";
import { AuditRecord } from "./record.ts";
import type { AuditMetrics, AuditSink } from "./sink.ts";

export interface AuditorOptions {
  readonly policy: AuditPolicy;
  readonly clock: Clock;
  readonly random: Random;
  readonly sink: AuditSink;
  readonly metrics?: AuditMetrics;
}

/** Writes down who asked for what, as far as the policy wants it. */
export class Auditor {
  readonly #options: AuditorOptions;

  constructor(options: AuditorOptions) {
    this.#options = options;
  }

  /** Undefined for a request of which nothing is written down. */
  begin(
    request: ApiRequest,
    connection: Connection,
    info: RequestInfo,
    attributes: Attributes,
  ): AuditRecord | undefined {
    const { policy, clock, random, sink, metrics } = this.#options;
    const verdict = policy.evaluate(attributes);
    metrics?.decided(verdict.level);
    if (verdict.level === "None") return undefined;
    return new AuditRecord({
      auditId: auditIdOf(request) ?? random.uuid(),
      request,
      connection,
      info,
      user: attributes.user,
      verdict,
      clock,
      write: (event) => {
        metrics?.made();
        return sink.write(JSON.stringify(event));
      },
    });
  }

  /** For a request that must not go on, because it could not be written down. */
  rejected(): void {
    this.#options.metrics?.rejected();
  }
}

const auditIdLengthMax = 64;

/** A client may bring the name under which it will look for the request. */
export function auditIdOf({ headers }: ApiRequest): string | undefined {
  const id = headers["audit-id"];
  return id && id.length <= auditIdLengthMax && /^[\x21-\x7e]+$/.test(id) ? id : undefined;
}
