import { test } from "node:test";
import assert from "node:assert/strict";
import { MetricsRegistry } from "./metrics.ts";

test("families are shown in the order they came, with what was counted", () => {
  const metrics = new MetricsRegistry();
  const requests = { name: "requests_total", help: "All requests.", labels: ["code", "verb"] };
  metrics.counter(requests).add(1, "200", "GET");
  metrics.counter(requests).add(2, "200", "GET");
  metrics.counter(requests).add(1, '4"0\n4\\', "PUT");
  let depth = 0;
  metrics.gauge({ name: "depth", help: "Waiting.", read: () => depth });
  const seconds = { name: "seconds", help: "Time.", labels: ["verb"], buckets: [0.1, 1] };
  for (const value of [0.05, 0.1, 0.5, 7]) metrics.histogram(seconds).observe(value, "GET");
  const last = metrics.gauge({ name: "last", help: "Set late." });
  metrics.onCollect(() => last.set(9));
  depth = 3;
  assert.equal(
    metrics.render(),
    `# HELP requests_total All requests.
# TYPE requests_total counter
requests_total{code="200",verb="GET"} 3
requests_total{code="4\\"0\\n4\\\\",verb="PUT"} 1
# HELP depth Waiting.
# TYPE depth gauge
depth 3
# HELP seconds Time.
# TYPE seconds histogram
seconds_bucket{verb="GET",le="0.1"} 2
seconds_bucket{verb="GET",le="1"} 3
seconds_bucket{verb="GET",le="+Inf"} 4
seconds_sum{verb="GET"} 7.65
seconds_count{verb="GET"} 4
# HELP last Set late.
# TYPE last gauge
last 9
`,
  );
});

test("a name has one type", () => {
  const metrics = new MetricsRegistry();
  metrics.counter({ name: "a", help: "A." });
  assert.throws(() => metrics.histogram({ name: "a", help: "A." }), /another type already/);
});
