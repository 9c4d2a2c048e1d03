import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import assert from "node:assert/strict";
import { text } from "#base/bytes.ts";
import { StatusError } from "#machinery/status.ts";
import { allResources } from "../resources/all.ts";
import { createSurroundings } from "../resources/testing.ts";
import { createOpenApi } from "./openapi.ts";

const definitions = allResources(createSurroundings().dependencies);
const openApi = createOpenApi({ definitions: () => definitions, version: "v1.36.0" });

interface Json {
  readonly [key: string]: Json;
}

async function read(path: string, headers: Record<string, string> = {}, query = "") {
  const answer = await openApi.handle(path, headers, new URLSearchParams(query));
  assert.ok(answer, path);
  return answer;
}
async function readJson(path: string, query = ""): Promise<Json> {
  const { body } = await read(path, {}, query);
  assert.ok(body.kind === "bytes");
  return JSON.parse(text(body.bytes)) as Json;
}

const reference = new URL("../../../../shared/reference/openapi-v1.36.json", import.meta.url);
const missing = existsSync(reference) ? false : "the reference document is not here";

test("every operation is one of upstream's", { skip: missing }, async () => {
  const theirs = JSON.parse(readFileSync(reference, "utf8")) as Json;
  const ours = await readJson("/openapi/v2");
  const differences: string[] = [];
  for (const [path, item] of Object.entries(ours["paths"] ?? {})) {
    for (const [method, operation] of Object.entries(item)) {
      if (method === "parameters") continue;
      const upstream = theirs["paths"]?.[path]?.[method];
      for (const key of ["x-kubernetes-action", "x-kubernetes-group-version-kind"]) {
        const [left, right] = [operation[key], upstream?.[key]];
        if (JSON.stringify(sorted(left)) !== JSON.stringify(sorted(right))) {
          differences.push(`${method} ${path} ${key}: ${show(left)} not ${show(right)}`);
        }
      }
    }
  }
  assert.deepEqual(differences, []);
});

function word(value: unknown): string {
  assert.ok(typeof value === "string");
  return value;
}

const show = (value: unknown) => JSON.stringify(value);
const sorted = (value: unknown) =>
  typeof value === "object" && value
    ? Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
    : value;

test("the index leads to documents by their hash", async () => {
  const { paths } = await readJson("/openapi/v3");
  const url = word(paths?.["apis/apps/v1"]?.["serverRelativeURL"]);
  const [path = "", query = ""] = url.split("?");
  const answer = await read(path, {}, query);
  assert.equal(answer.status, 200);
  assert.match(answer.headers["cache-control"] ?? "", /immutable/);
  const stale = await read(path, {}, "hash=OLD");
  assert.deepEqual([stale.status, stale.headers["location"]], [301, url]);
});

test("a document has what kubectl looks for", async () => {
  const document = await readJson("/openapi/v3/api/v1");
  const patch = document["paths"]?.["/api/v1/namespaces/{namespace}/pods/{name}"]?.["patch"];
  assert.deepEqual(patch?.["x-kubernetes-group-version-kind"], {
    group: "",
    kind: "Pod",
    version: "v1",
  });
  const names = Object.values(patch?.["parameters"] ?? {}).map((one) => word(one["name"]));
  assert.ok(names.includes("fieldValidation"));
  const schemas = document["components"]?.["schemas"] ?? {};
  const container = schemas["io.k8s.api.core.v1.Container"]?.["properties"] ?? {};
  assert.deepEqual(container["ports"]?.["x-kubernetes-patch-merge-key"], "containerPort");
  assert.deepEqual(container["terminationMessagePath"]?.["default"], "/dev/termination-log");
  assert.deepEqual(container["imagePullPolicy"]?.["enum"], ["Always", "IfNotPresent", "Never"]);
  assert.deepEqual(container["resources"]?.["allOf"], [
    { $ref: "#/components/schemas/io.k8s.api.core.v1.ResourceRequirements" },
  ]);
  assert.match(word(container["image"]?.["description"]), /^The image to run/);
  const quantity = schemas["io.k8s.apimachinery.pkg.api.resource.Quantity"] ?? {};
  assert.match(word(quantity["description"]), /64Mi/);
  const dangling = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !schemas[name]);
  assert.deepEqual(dangling, []);
});

test("version 2 is there in protobuf too, which is all that kubectl reads of it", async () => {
  const accept = "application/com.github.proto-openapi.spec.v2@v1.0+protobuf";
  const { body } = await read("/openapi/v2", { accept });
  assert.ok(body.kind === "bytes");
  assert.equal(body.contentType, "application/com.github.proto-openapi.spec.v2.v1.0+protobuf");
  assert.equal(text(body.bytes.slice(2, 5)), "2.0");
  assert.ok(text(body.bytes).includes("The image to run."));
  const json = await read("/openapi/v2", { accept: `application/json, ${accept}` });
  assert.ok(json.body.kind === "bytes" && json.body.contentType === "application/json");
});

test("refuses other forms, and knows no other paths", async () => {
  await assert.rejects(openApi.handle("/openapi/v2", { accept: "text/html" }), (error) => {
    return error instanceof StatusError && error.code === 406;
  });
  assert.equal(await openApi.handle("/openapi/v3/apis/nowhere/v1", {}), undefined);
});
