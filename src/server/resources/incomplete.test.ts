import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { seededRandom } from "#base/random.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { KindType, MessageType } from "#schema/message.ts";
import type { Kind } from "#schema/field.ts";
import { openHarness } from "../../testkit/requests.ts";
import { defaultAdmission } from "../admission/default.ts";
import { allResources } from "./all.ts";
import { createSurroundings } from "./testing.ts";

/** Every message is there, `depth` levels deep, and says nothing. */
function hollow({ fields }: MessageType, depth: number, leaf: unknown): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [name, { spec }] of Object.entries(fields)) {
    const value = hollowValue(spec.of, depth, leaf);
    if (value !== undefined) object[name] = value;
  }
  return object;
}

function hollowValue(of: Kind, depth: number, leaf: unknown): unknown {
  switch (of.kind) {
    case "message":
      return depth > 0 ? hollow(of.type(), depth - 1, leaf) : leaf;
    case "list":
      return depth > 0 ? [hollowValue(of.item, depth - 1, leaf)].filter(isGiven) : leaf;
    case "map":
      return depth > 0 ? {} : leaf;
    default:
      return undefined;
  }
}

const isGiven = (value: unknown) => value !== undefined;

/** Bodies that decode and lack what is required, from nothing at all to all that may be nested. */
function bodiesOf(type: KindType): Record<string, unknown>[] {
  const identity = { apiVersion: apiVersionOf(type.info), kind: type.info.kind };
  const metadata = { name: "incomplete" };
  const nested = [1, 2, 3, 4, 5].flatMap((depth) => [
    { ...hollow(type, depth, undefined), ...identity, metadata },
    { ...hollow(type, depth, null), ...identity, metadata },
  ]);
  return [{ ...identity }, { ...identity, metadata }, ...nested];
}

test("an object that lacks what is required is refused, and never a fault of the server", async () => {
  const clock = new VirtualClock();
  const { dependencies } = createSurroundings();
  await using api = await openHarness({
    clock,
    resources: ({ client, objects, bodies }) =>
      allResources({ ...dependencies, client, objects, bodies }, "api/all=true"),
    admission: ({ client }) => defaultAdmission({ client, clock, random: seededRandom(1) }),
  });
  const core = "/api/v1/namespaces";
  const identity = { apiVersion: "v1", metadata: { name: "default" } };
  const made = [
    await api.send("POST", core, { body: { ...identity, kind: "Namespace" } }),
    await api.send("POST", `${core}/default/serviceaccounts`, {
      body: { ...identity, kind: "ServiceAccount" },
    }),
  ];
  assert.deepEqual(
    made.map(({ status }) => status),
    [201, 201],
  );
  const faults: string[] = [];
  let refused = 0;
  for (const { type, virtual, verbs } of api.server.api.definitions) {
    if (virtual || (verbs && !verbs.includes("create"))) continue;
    const { group, version, resource = "", namespaced } = type.info;
    const root = group ? `/apis/${group}/${version}` : `/api/${version}`;
    const path = `${root}/${namespaced ? "namespaces/default/" : ""}${resource}?dryRun=All`;
    for (const body of bodiesOf(type)) {
      const { status, json } = await api.send("POST", path, { body });
      if (status === 422) refused++;
      if (status >= 500) faults.push(`${resource} ${JSON.stringify(body)}: ${json.message}`);
    }
  }
  assert.deepEqual(
    faults.map((fault) => fault.slice(0, 50) + " ... " + fault.slice(-160)),
    [],
  );
  assert.ok(refused > 100, `${refused} refused`);
});
