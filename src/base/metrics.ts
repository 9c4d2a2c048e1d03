import { invariant } from "./invariant.ts";

/** Label values, in the order in which the family names its labels. */
type Labels = readonly string[];

/** One number of a counter, for those who count much: its labels are looked up once. */
export interface Sample {
  value: number;
}

interface Family {
  render(): string;
}

const secondsBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/**
 * Collects what happens in a process, and renders it in Prometheus' text format. The same name is
 * the same family: the first description of it stays.
 */
export class MetricsRegistry {
  readonly #families = new Map<string, Family>();
  readonly #collectors: (() => void)[] = [];

  counter(options: FamilyOptions): Counter {
    return this.#family(options, Counter, () => new Counter("counter", options));
  }

  /** With `read` it is asked for its value when it is rendered. */
  gauge(options: FamilyOptions & { readonly read?: () => number }): Counter {
    const gauge = this.#family(options, Counter, () => new Counter("gauge", options));
    if (options.read) gauge.readBy(options.read);
    return gauge;
  }

  /** Of seconds, unless `buckets` say otherwise. */
  histogram(options: FamilyOptions & { readonly buckets?: readonly number[] }): Histogram {
    const { buckets = secondsBuckets } = options;
    return this.#family(options, Histogram, () => new Histogram({ ...options, buckets }));
  }

  /** Called before each exposition, to set what nobody pushes. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** `text/plain; version=0.0.4` */
  render(): string {
    for (const collect of this.#collectors) collect();
    return [...this.#families.values()].map((family) => family.render()).join("");
  }

  #family<F extends Family>(
    { name }: FamilyOptions,
    type: new (...args: never[]) => F,
    make: () => F,
  ): F {
    const known = this.#families.get(name);
    if (known) {
      invariant(known instanceof type, `${name} is a metric of another type already`);
      return known;
    }
    const family = make();
    this.#families.set(name, family);
    return family;
  }
}

export interface FamilyOptions {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** A number per set of label values. */
export class Counter implements Family {
  readonly #type: "counter" | "gauge";
  readonly #options: FamilyOptions;
  readonly #samples = new Map<string, Sample & { readonly labels: Labels }>();
  #read: (() => number) | undefined;

  constructor(type: "counter" | "gauge", options: FamilyOptions) {
    this.#type = type;
    this.#options = options;
  }

  add(by = 1, ...labels: Labels): void {
    this.#sample(labels).value += by;
  }

  set(value: number, ...labels: Labels): void {
    this.#sample(labels).value = value;
  }

  /** Must not be used any more once it is removed. */
  sample(...labels: Labels): Sample {
    return this.#sample(labels);
  }

  /** What the labels name is gone. */
  remove(...labels: Labels): void {
    this.#samples.delete(keyOf(labels));
  }

  /** Asked for its value when it is rendered. */
  readBy(read: () => number): void {
    this.#read = read;
  }

  render(): string {
    const { name } = this.#options;
    if (this.#read) this.set(this.#read());
    let text = header(this.#options, this.#type);
    for (const { labels, value } of this.#samples.values()) {
      text += `${name}${braced(labelText(this.#options.labels, labels))} ${value}\n`;
    }
    return text;
  }

  #sample(labels: Labels) {
    const key = keyOf(labels);
    let sample = this.#samples.get(key);
    if (!sample) this.#samples.set(key, (sample = { labels, value: 0 }));
    return sample;
  }
}

/** One spread of a histogram, for those who observe much: its labels are looked up once. */
export class Series {
  readonly labels: Labels;
  readonly counts: number[];
  readonly #buckets: readonly number[];
  sum = 0;
  count = 0;

  constructor(labels: Labels, buckets: readonly number[]) {
    this.labels = labels;
    this.#buckets = buckets;
    this.counts = buckets.map(() => 0);
  }

  observe(value: number): void {
    this.sum += value;
    this.count++;
    const at = this.#buckets.findIndex((bound) => value <= bound);
    if (at >= 0) this.counts[at] = (this.counts[at] ?? 0) + 1;
  }
}

/** How values spread, per set of label values. */
export class Histogram implements Family {
  readonly #options: FamilyOptions;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, Series>();

  constructor(options: FamilyOptions & { buckets: readonly number[] }) {
    this.#options = options;
    this.#buckets = options.buckets;
  }

  observe(value: number, ...labels: Labels): void {
    this.series(...labels).observe(value);
  }

  series(...labels: Labels): Series {
    const key = keyOf(labels);
    let series = this.#series.get(key);
    if (!series) this.#series.set(key, (series = new Series(labels, this.#buckets)));
    return series;
  }

  render(): string {
    const { name } = this.#options;
    let text = header(this.#options, "histogram");
    for (const { labels: values, counts, sum, count } of this.#series.values()) {
      const labels = labelText(this.#options.labels, values);
      const prefix = labels ? `${labels},` : "";
      let below = 0;
      for (const [index, bound] of this.#buckets.entries()) {
        below += counts[index] ?? 0;
        text += `${name}_bucket{${prefix}le="${bound}"} ${below}\n`;
      }
      text += `${name}_bucket{${prefix}le="+Inf"} ${count}\n`;
      text += `${name}_sum${braced(labels)} ${sum}\n${name}_count${braced(labels)} ${count}\n`;
    }
    return text;
  }
}

function header({ name, help }: FamilyOptions, type: string): string {
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
}

/** Counting happens far more often than showing: labels are escaped only for that. */
const keyOf = (labels: Labels) => labels.join("\0");

function labelText(names: readonly string[] = [], values: Labels): string {
  return names.map((name, index) => `${name}="${escapeLabel(values[index] ?? "")}"`).join(",");
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
}

const braced = (labels: string) => (labels ? `{${labels}}` : "");
