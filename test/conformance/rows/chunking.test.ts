import assert from "node:assert/strict";
import type { Loose } from "#testkit/requests.ts";
import { conformance } from "./row.ts";
import type { Row } from "./row.ts";

/** Creates pod templates, whose list is in the order of their names. */
async function templates(row: Row, count: number): Promise<string[]> {
  const names = Array.from({ length: count }, (_, index) => `template-${1000 + index}`);
  const template = {
    metadata: { labels: { app: "chunk" } },
    spec: { containers: [{ name: "main", image: "nginx" }] },
  };
  await Promise.all(
    names.map((name) =>
      row.create(`${row.core}/podtemplates`, {
        apiVersion: "v1",
        kind: "PodTemplate",
        metadata: { name },
        template,
      }),
    ),
  );
  return names;
}

const pagePath = (row: Row, limit: number, token: string) =>
  `${row.core}/podtemplates?limit=${limit}&continue=${encodeURIComponent(token)}`;

const namesOf = ({ items }: Loose): string[] => items.map(({ metadata }: Loose) => metadata.name);

/** All pages from a token on: what they say is left must be. Returns their names and versions. */
async function pages(row: Row, limit: number, from: { token: string; left: number }) {
  const names: string[] = [];
  const versions = new Set<string>();
  let { token } = from;
  do {
    const page = await row.get(pagePath(row, limit, token));
    assert.ok(page.items.length <= limit);
    names.push(...namesOf(page));
    versions.add(page.metadata.resourceVersion);
    const left = from.left - names.length;
    assert.equal(page.metadata.remainingItemCount, left || undefined);
    token = page.metadata.continue ?? "";
  } while (token);
  return { names, versions };
}

conformance(
  "Servers with support for API chunking should return chunks of results for list calls",
  async (row) => {
    const names = await templates(row, 40);
    for (const limit of [1, 7, 17, 39]) {
      const all = await pages(row, limit, { token: "", left: names.length });
      assert.deepEqual(all.names, names);
      assert.equal(all.versions.size, 1, "the pages are of one moment");
    }
    const whole = await row.get(pagePath(row, names.length, ""));
    assert.equal(whole.items.length, names.length);
    assert.equal(whole.metadata.continue, undefined);
  },
);

conformance(
  "Servers with support for API chunking should support continue listing from the last key if the original version has been compacted away, though the list is inconsistent [Slow]",
  async (row) => {
    const names = await templates(row, 120);
    const limit = 12;
    const first = await row.get(pagePath(row, limit, ""));
    assert.equal(first.metadata.remainingItemCount, names.length - limit);
    const token: string = first.metadata.continue;
    // As long as its version is known, the token leads on in it.
    const next = await row.get(pagePath(row, limit, token));
    assert.equal(next.metadata.resourceVersion, first.metadata.resourceVersion);
    const [last = ""] = names.slice(-1);
    for (let change = 0; change < 101; change++) {
      const labels = { change: String(change) };
      await row.patch(`${row.core}/podtemplates/${last}`, { metadata: { labels } });
    }
    assert.deepEqual(namesOf(await row.get(pagePath(row, limit, token))), namesOf(next));
    await row.compact();
    const expired = await row.refused(410, { path: pagePath(row, limit, token) });
    assert.equal(expired.reason, "Expired");
    assert.match(expired.message, /continue parameter is too old.*inconsistent/s);
    const inconsistent: string = expired.metadata.continue;
    const left = names.length - limit;
    const rest = await pages(row, limit, { token: inconsistent, left });
    assert.deepEqual(rest.names, names.slice(limit));
    assert.equal(rest.versions.size, 1);
    assert.ok(!rest.versions.has(first.metadata.resourceVersion));
    const { items } = await row.get(pagePath(row, limit * 10, inconsistent));
    assert.equal(items.at(-1).metadata.labels.change, "100");
  },
);
