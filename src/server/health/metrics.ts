/** Label values, in the order in which the family names its labels. */
type Labels = readonly string[];

interface Family {
  render(): string;
}

/** Collects what happens and renders it in Prometheus' text format. */
export class MetricsRegistry {
  readonly #families: Family[] = [];

  counter(options: FamilyOptions): Counter {
    return this.#add(new Counter("counter", options));
  }

  gauge(options: FamilyOptions & { read?: () => number }): Counter {
    const gauge = this.#add(new Counter("gauge", options));
    const { read } = options;
    if (read) gauge.readBy(read);
    return gauge;
  }

  histogram(options: FamilyOptions & { buckets: readonly number[] }): Histogram {
    return this.#add(new Histogram(options));
  }

  render(): string {
    return this.#families.map((family) => family.render()).join("");
  }

  #add<F extends Family>(family: F): F {
    this.#families.push(family);
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
  readonly #values = new Map<string, number>();
  #read: (() => number) | undefined;

  constructor(type: "counter" | "gauge", options: FamilyOptions) {
    this.#type = type;
    this.#options = options;
  }

  add(by = 1, ...labels: Labels): void {
    const key = labelText(this.#options.labels, labels);
    this.#values.set(key, (this.#values.get(key) ?? 0) + by);
  }

  set(value: number, ...labels: Labels): void {
    this.#values.set(labelText(this.#options.labels, labels), value);
  }

  /** Asked for its value when it is rendered. */
  readBy(read: () => number): void {
    this.#read = read;
  }

  render(): string {
    const { name } = this.#options;
    if (this.#read) this.#values.set("", this.#read());
    let text = header(this.#options, this.#type);
    for (const [labels, value] of this.#values) text += `${name}${braced(labels)} ${value}\n`;
    return text;
  }
}

/** How values spread, per set of label values. */
export class Histogram implements Family {
  readonly #options: FamilyOptions;
  readonly #buckets: readonly number[];
  readonly #series = new Map<string, { counts: number[]; sum: number; count: number }>();

  constructor(options: FamilyOptions & { buckets: readonly number[] }) {
    this.#options = options;
    this.#buckets = options.buckets;
  }

  observe(value: number, ...labels: Labels): void {
    const key = labelText(this.#options.labels, labels);
    let series = this.#series.get(key);
    if (!series) {
      series = { counts: this.#buckets.map(() => 0), sum: 0, count: 0 };
      this.#series.set(key, series);
    }
    series.sum += value;
    series.count++;
    const at = this.#buckets.findIndex((bound) => value <= bound);
    if (at >= 0) series.counts[at] = (series.counts[at] ?? 0) + 1;
  }

  render(): string {
    const { name } = this.#options;
    let text = header(this.#options, "histogram");
    for (const [labels, { counts, sum, count }] of this.#series) {
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

function labelText(names: readonly string[] = [], values: Labels): string {
  return names.map((name, index) => `${name}="${escapeLabel(values[index] ?? "")}"`).join(",");
}

function escapeLabel(value: string): string {
  return value.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n");
}

const braced = (labels: string) => (labels ? `{${labels}}` : "");
