import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestContext } from "node:test";
import { VirtualClock } from "#base/clock.ts";
import { createOpenApi } from "#server/openapi/openapi.ts";
import { allResources } from "#server/resources/all.ts";
import { createSurroundings } from "#server/resources/testing.ts";
import type { ApiServer } from "#server/server.ts";
import { openHarness } from "#testkit/requests.ts";
import { groupOfDefinition, groupOfPath, parametersOf } from "./document.ts";
import type { OpenApiDocument, Operation, Schema } from "./document.ts";
import { Ledger } from "./ledger.ts";
import type { Exception } from "./ledger.ts";
import { isStable, readReference, readRows, skipWithout } from "./reference.ts";

const unserved: readonly Exception[] = [
  {
    about: /^get \/logs\//,
    reason: "files of the machine's /var/log: this server shares its machine, and shows none",
  },
];

const unreferenced: readonly Exception[] = [
  {
    about: /meta\.v1\.GroupResource$/,
    reason: "only kinds that are not stable refer to GroupResource",
  },
];

let ours: OpenApiDocument;
let all: OpenApiDocument;

/** What a server with this `--runtime-config` publishes. */
async function publish(runtimeConfig: string): Promise<OpenApiDocument> {
  const { dependencies } = createSurroundings();
  let definitions: ApiServer["definitions"] = [];
  const openApi = createOpenApi({
    definitions: () => definitions,
    version: "v1.36.0",
    // Our words are our own.
    describe: async () => () => undefined,
  });
  await using api = await openHarness({
    clock: new VirtualClock(),
    resources: ({ client, objects, bodies }) =>
      allResources({ ...dependencies, client, objects, bodies }, runtimeConfig),
    paths: [{ handle: (path, headers, { query }) => openApi.handle(path, headers, query) }],
  });
  definitions = api.server.api.definitions;
  const answer = await api.send("GET", "/openapi/v2");
  assert.equal(answer.status, 200);
  return answer.json as OpenApiDocument;
}

before(async () => {
  ours = await publish("");
  all = await publish("api/all=true");
});

const readTheirs = () => JSON.parse(readReference("openapi-v1.36.json")) as OpenApiDocument;

function conclude(context: TestContext, ledger: Ledger): void {
  context.diagnostic(ledger.report());
  assert.deepEqual(ledger.missing, []);
}

const skip = skipWithout("openapi-v1.36.json");

test("definitions: fields, types, list types, merge keys and kinds", { skip }, (context) => {
  const theirs = readTheirs();
  const ledger = new Ledger("OpenAPI definitions", unreferenced);
  const names = new Set([...Object.keys(theirs.definitions), ...Object.keys(ours.definitions)]);
  for (const name of names) {
    const group = groupOfDefinition(name);
    if (group === undefined) continue;
    compareDefinition(ledger, group, name, ours.definitions[name], theirs.definitions[name]);
  }
  conclude(context, ledger);
});

test("definitions of the versions that are off by default", { skip }, (context) => {
  const theirs = readTheirs();
  const ledger = new Ledger("OpenAPI definitions of alpha and beta versions");
  const names = new Set([...Object.keys(theirs.definitions), ...Object.keys(all.definitions)]);
  for (const name of names) {
    if (groupOfDefinition(name) !== undefined && !name.endsWith(".GroupResource")) continue;
    const group = name.split(".").slice(-3, -1).join("/");
    compareDefinition(ledger, group, name, all.definitions[name], theirs.definitions[name]);
  }
  conclude(context, ledger);
});

function compareDefinition(
  ledger: Ledger,
  group: string,
  name: string,
  left: Schema | undefined,
  right: Schema | undefined,
): void {
  ledger.compare(group, name, left !== undefined, right !== undefined);
  if (!left || !right) return;
  const { properties: leftFields = {}, required: leftRequired = [], ...leftRest } = left;
  const { properties: rightFields = {}, required: rightRequired = [], ...rightRest } = right;
  const kinds = "x-kubernetes-group-version-kind";
  ledger.compare(group, `${name} required`, [...leftRequired].sort(), [...rightRequired].sort());
  ledger.compare(group, `${name} kinds`, kindsOf(leftRest[kinds]), kindsOf(rightRest[kinds]));
  ledger.compare(
    group,
    `${name} itself`,
    { ...leftRest, [kinds]: undefined },
    { ...rightRest, [kinds]: undefined },
  );
  for (const field of new Set([...Object.keys(leftFields), ...Object.keys(rightFields)])) {
    const [ourField, theirField] = [leftFields[field], rightFields[field]];
    ledger.compare(group, `${name}.${field}`, plainField(ourField), plainField(theirField));
  }
}

/** Only of stable groups, in one order: some kinds are served by many groups. */
function kindsOf(value: unknown): unknown {
  const kinds = (value ?? []) as readonly { group: string; version: string; kind: string }[];
  return (
    kinds
      .filter(({ version }) => isStable(version))
      .filter(({ group }) => !/storagemigration/.test(group))
      .map(({ group, version, kind }) => `${group}/${version} ${kind}`)
      // A group is only here because of its other kinds' bodies.
      .filter((kind) => !/^(imagepolicy|admission)/.test(kind))
      .sort()
  );
}

/** A list that says nothing of its type is atomic. */
function plainField(field: Readonly<Record<string, unknown>> | undefined): unknown {
  if (field?.["x-kubernetes-list-type"] !== "atomic") return field;
  const { "x-kubernetes-list-type": _atomic, ...rest } = field;
  return rest;
}

/** The groups that have a stable version. */
function stableGroups(): ReadonlySet<string> {
  const stable = readRows("resources.tsv")
    .map(([groupVersion = ""]) => groupVersion.split("/"))
    .filter(([, version]) => version !== undefined && isStable(version))
    .map(([group = ""]) => group);
  return new Set(stable);
}

test("paths: operations, kinds, parameters and answers", { skip }, (context) => {
  const theirs = readTheirs();
  const ledger = new Ledger("OpenAPI paths", unserved);
  const groups = stableGroups();
  for (const path of new Set([...Object.keys(theirs.paths), ...Object.keys(ours.paths)])) {
    const group = groupOfPath(path, groups);
    if (group !== undefined) comparePath(ledger, group, path, ours, theirs);
  }
  conclude(context, ledger);
});

test("paths of the versions that are off by default", { skip }, (context) => {
  const theirs = readTheirs();
  const ledger = new Ledger("OpenAPI paths of alpha and beta versions");
  const groups = stableGroups();
  for (const path of new Set([...Object.keys(theirs.paths), ...Object.keys(all.paths)])) {
    const [, root, group = "", version = ""] = path.split("/");
    if (root !== "apis" || !group || groupOfPath(path, groups) !== undefined) continue;
    comparePath(ledger, version ? `${group}/${version}` : group, path, all, theirs);
  }
  conclude(context, ledger);
});

function comparePath(
  ledger: Ledger,
  group: string,
  path: string,
  document: OpenApiDocument,
  theirs: OpenApiDocument,
): void {
  const [left = {}, right = {}] = [document.paths[path], theirs.paths[path]];
  for (const method of new Set([...Object.keys(left), ...Object.keys(right)])) {
    if (method === "parameters") continue;
    const fact = `${method} ${path}`;
    const [mine, their] = [left[method], right[method]] as (Operation | undefined)[];
    ledger.compare(group, fact, mine !== undefined, their !== undefined);
    if (!mine || !their) continue;
    for (const key of ["operationId", "x-kubernetes-action", "x-kubernetes-group-version-kind"]) {
      ledger.compare(group, `${fact} ${key}`, mine[key], their[key]);
    }
    const ourParameters = parametersOf(document, path, mine);
    const theirParameters = parametersOf(theirs, path, their);
    const names = new Set([...Object.keys(ourParameters), ...Object.keys(theirParameters)]);
    for (const name of names) {
      const parameter = `${fact} parameter ${name}`;
      ledger.compare(group, parameter, ourParameters[name], theirParameters[name]);
    }
    ledger.compare(group, `${fact} answers`, answersOf(mine), answersOf(their));
  }
}

function answersOf({ responses = {} }: Operation): unknown {
  return Object.fromEntries(
    Object.entries(responses).map(([code, { schema }]) => [code, schema ?? null]),
  );
}
