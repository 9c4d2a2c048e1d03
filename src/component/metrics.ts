export type Labels = Readonly<Record<string, string>>;

export interface Counter {
  add(amount: number, labels?: Labels): void;
}
export interface Gauge {
  set(value: number, labels?: Labels): void;
}
export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

const defaultBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Numbers that a component counts, shown in Prometheus' text format. */
export class Metrics {
  readonly #families = new Map<string, Family>();
  readonly #collectors: (() => void)[] = [];

  /** The same name is the same counter. */
  counter(name: string, help: string): Counter {
    const samples = this.#family(name, help, "counter").samples;
    return {
      add(amount, labels = {}) {
        const key = render(labels);
        samples.set(key, (samples.get(key) ?? 0) + amount);
      },
    };
  }

  gauge(name: string, help: string): Gauge {
    const samples = this.#family(name, help, "gauge").samples;
    return { set: (value, labels = {}) => void samples.set(render(labels), value) };
  }

  /** Seconds, unless `buckets` say otherwise. */
  histogram(name: string, help: string, buckets: readonly number[] = defaultBuckets): Histogram {
    const { histograms } = this.#family(name, help, "histogram");
    return {
      observe(value, labels = {}) {
        const key = render(labels);
        let series = histograms.get(key);
        if (!series) {
          series = { labels, buckets, counts: buckets.map(() => 0), sum: 0, count: 0 };
          histograms.set(key, series);
        }
        series.sum += value;
        series.count++;
        const at = buckets.findIndex((limit) => value <= limit);
        if (at >= 0) series.counts[at] = (series.counts[at] ?? 0) + 1;
      },
    };
  }

  /** Called before each exposition, to set gauges that nobody pushes. */
  onCollect(collect: () => void): void {
    this.#collectors.push(collect);
  }

  /** `text/plain; version=0.0.4` */
  text(): string {
    for (const collect of this.#collectors) collect();
    let text = "";
    for (const [name, family] of this.#families) {
      text += `# HELP ${name} ${family.help}\n# TYPE ${name} ${family.type}\n`;
      for (const [labels, value] of family.samples) text += `${name}${labels} ${value}\n`;
      for (const series of family.histograms.values()) text += histogramText(name, series);
    }
    return text;
  }

  #family(name: string, help: string, type: Family["type"]): Family {
    let family = this.#families.get(name);
    if (!family) {
      family = { help, type, samples: new Map(), histograms: new Map() };
      this.#families.set(name, family);
    }
    return family;
  }
}

interface Family {
  readonly help: string;
  readonly type: "counter" | "gauge" | "histogram";
  /** Values by rendered labels. */
  readonly samples: Map<string, number>;
  readonly histograms: Map<string, Series>;
}

interface Series {
  readonly labels: Labels;
  readonly buckets: readonly number[];
  readonly counts: number[];
  sum: number;
  count: number;
}

function histogramText(name: string, { labels, buckets, counts, sum, count }: Series): string {
  let text = "";
  let below = 0;
  buckets.forEach((limit, index) => {
    below += counts[index] ?? 0;
    text += `${name}_bucket${render({ ...labels, le: String(limit) })} ${below}\n`;
  });
  text += `${name}_bucket${render({ ...labels, le: "+Inf" })} ${count}\n`;
  return `${text}${name}_sum${render(labels)} ${sum}\n${name}_count${render(labels)} ${count}\n`;
}

function render(labels: Labels): string {
  const entries = Object.entries(labels);
  if (entries.length === 0) return "";
  const escaped = entries.map(([name, value]) => `${name}="${value.replace(/[\\"\n]/g, escape)}"`);
  return `{${escaped.join(",")}}`;
}

const escape = (character: string) => (character === "\n" ? "\\n" : `\\${character}`);
