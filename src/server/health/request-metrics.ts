import type { RequestInfo } from "../pipeline/request.ts";
import type { Counter, Histogram, MetricsRegistry, Sample, Series } from "#base/metrics.ts";

/** Upstream's names and buckets, so that its dashboards work. */
export class RequestMetrics {
  readonly #total: Counter;
  readonly #seconds: Histogram;
  readonly #readOnly: Sample;
  readonly #mutating: Sample;
  /** By what the labels are made of. */
  readonly #observed = new Map<string, Observed>();

  constructor(registry: MetricsRegistry) {
    const inFlight = registry.gauge({
      name: "apiserver_current_inflight_requests",
      help: "Requests that are being served, watches and the like apart.",
      labels: ["request_kind"],
    });
    this.#readOnly = inFlight.sample("readOnly");
    this.#mutating = inFlight.sample("mutating");
    this.#total = registry.counter({
      name: "apiserver_request_total",
      help: "Counter of apiserver requests broken out for each verb, group, version, resource, scope, component, and HTTP response code.",
      labels: ["code", "component", "group", "resource", "scope", "subresource", "verb", "version"],
    });
    this.#seconds = registry.histogram({
      name: "apiserver_request_duration_seconds",
      help: "Response latency distribution in seconds for each verb, group, version, resource, subresource, scope and component.",
      labels: ["component", "group", "resource", "scope", "subresource", "verb", "version"],
      buckets: [
        0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30,
        45, 60,
      ],
    });
  }

  /** A request is being served, until what this returns is called. */
  begin({ verb }: RequestInfo): () => void {
    const inFlight = readVerbs.has(verb) ? this.#readOnly : this.#mutating;
    inFlight.value++;
    return () => void inFlight.value--;
  }

  /** `served`: what the path names exists. */
  observe(info: RequestInfo, served: boolean, code: number, durationMs: number): void {
    // What does not exist must not make a series of its own: users choose those words.
    const isKnown = served && code !== 404;
    const { group, resource, subresource, version } = info;
    const key = isKnown
      ? `${code} ${info.verb} ${group}/${version}/${resource}/${subresource} ${scopeOf(info)}`
      : `${code} ${info.verb} ${scopeOf(info)}`;
    let observed = this.#observed.get(key);
    if (!observed) {
      observed = this.#seriesOf(info, isKnown, code);
      this.#observed.set(key, observed);
    }
    observed.total.value++;
    observed.seconds?.observe(durationMs / 1000);
  }

  #seriesOf(info: RequestInfo, isKnown: boolean, code: number): Observed {
    const verb = info.isResource ? (verbs[info.verb] ?? info.verb.toUpperCase()) : "OTHER";
    const { group, resource, subresource, version } = isKnown ? info : nothingKnown;
    const labels = ["apiserver", group, resource, scopeOf(info), subresource, verb, version];
    const total = this.#total.sample(String(code), ...labels);
    // A watch lasts as long as its client likes: that says nothing of the server.
    if (info.verb === "watch" || !isKnown) return { total };
    return { total, seconds: this.#seconds.series(...labels) };
  }
}

interface Observed {
  readonly total: Sample;
  readonly seconds?: Series;
}

const nothingKnown: Pick<RequestInfo, "group" | "resource" | "subresource" | "version"> = {
  group: "",
  resource: "",
  subresource: "",
  version: "",
};

const readVerbs = new Set(["get", "list", "watch", "head"]);

const verbs: Readonly<Record<string, string>> = {
  create: "POST",
  update: "PUT",
  deletecollection: "DELETECOLLECTION",
};

function scopeOf({ isResource, name, namespace }: RequestInfo): string {
  if (!isResource) return "";
  if (name) return "resource";
  return namespace ? "namespace" : "cluster";
}
