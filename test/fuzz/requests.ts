import type { Random } from "#base/random.ts";
import type { Bytes } from "#base/bytes.ts";
import { toBase64, utf8 } from "#base/bytes.ts";
import type { ApiRequest } from "#client/transport.ts";
import { apiVersionOf } from "#schema/message.ts";
import { encodeProtobufEnvelope } from "#schema/protobuf-envelope.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";
import { randomObject } from "../../src/testkit/random-object.ts";

type Row = Record<string, unknown>;

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];
const bodyTypes = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "text/plain",
  "",
];
const accepts = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  "application/json;as=Table;g=meta.k8s.io;v=v1",
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  "text/html, */*;q=0.1",
  "nonsense;;q=x",
];
const oddTexts = [
  "",
  "a",
  "-",
  "..",
  "../../etc",
  "A_b",
  "0",
  "-1",
  "1.5",
  "9".repeat(30),
  "true",
  "null",
  "a".repeat(300),
  "\u0000",
  "é키😀",
  "\ud800",
  "__proto__",
  "constructor",
  "{}",
  "[]",
  "%",
  "1e400",
  "1e999999999",
  "2000-13-41T00:00:00Z",
  "10.0.0.0/33",
];
const oddValues: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  "",
  "text",
  [],
  {},
  [null],
  [[]],
  [{}],
  { "": null },
  { $patch: "delete" },
  { $patch: "replace" },
  { $patch: "merge" },
  { $patch: "nonsense" },
  { $retainKeys: ["name"] },
  { "$setElementOrder/containers": [{ name: "b" }] },
  { "$deleteFromPrimitiveList/finalizers": ["x"] },
];

/** Makes requests that a careless or hostile client could send; the same ones for the same seed. */
export class RequestMaker {
  readonly #random: Random;
  readonly #definitions: readonly ResourceDefinition[];

  constructor(random: Random, definitions: readonly ResourceDefinition[]) {
    this.#random = random;
    this.#definitions = definitions;
  }

  next(): ApiRequest {
    const definition = this.#pick(this.#definitions);
    switch (this.#below(7)) {
      case 0:
        return this.#write("POST", definition);
      case 1:
        return this.#write("PUT", definition);
      case 2:
        return this.#patch(definition);
      case 3:
        return this.#list(definition);
      case 4:
        return this.#delete(definition);
      case 5:
        return this.#request("GET", this.#path(definition, true), this.#query(), noBody);
      default:
        return this.#list(definition, { watch: this.#pick(["true", "1", "", "nonsense"]) });
    }
  }

  #write(method: "POST" | "PUT", definition: ResourceDefinition): ApiRequest {
    const named = method === "PUT" || this.#below(4) === 0;
    const body = this.#body(definition);
    return this.#request(method, this.#path(definition, named), this.#query(), body);
  }

  #patch(definition: ResourceDefinition): ApiRequest {
    const contentType = this.#pick(patchTypes);
    const patch = contentType.includes("json-patch")
      ? Array.from({ length: this.#below(4) }, () => this.#operation())
      : this.#mutated(this.#object(definition));
    const text = JSON.stringify(patch);
    const content = utf8(this.#below(8) === 0 ? this.#damaged(text) : text);
    const query = { ...this.#query(), ...(this.#below(2) && { fieldManager: "fuzz" }) };
    const body = { contentType, content };
    return this.#request("PATCH", this.#path(definition, true), query, body);
  }

  #operation(): Row {
    const paths = ["", "/", "/metadata", "/metadata/labels/a", "/spec", "/spec/containers/-"];
    const path = this.#pick([
      ...paths,
      "/spec/containers/999999999",
      "/a~2",
      "x",
      "/metadata/name",
    ]);
    return {
      op: this.#pick(["add", "remove", "replace", "move", "copy", "test", "nonsense"]),
      path,
      ...(this.#below(2) && { value: this.#pick(oddValues) }),
      ...(this.#below(2) && { from: this.#pick(paths) }),
    };
  }

  #list(definition: ResourceDefinition, query: Record<string, string> = {}): ApiRequest {
    const all = { ...this.#query(), ...this.#selectors(), ...query };
    return this.#request("GET", this.#path(definition, false), all, noBody);
  }

  #delete(definition: ResourceDefinition): ApiRequest {
    const named = this.#below(4) > 0;
    const options = this.#mutated({
      apiVersion: "v1",
      kind: "DeleteOptions",
      gracePeriodSeconds: this.#below(40) - 5,
      propagationPolicy: this.#pick(["Orphan", "Foreground", "Background", "nonsense"]),
      preconditions: { uid: "x", resourceVersion: "1" },
      dryRun: ["All"],
    });
    const withBody = this.#below(2) === 0;
    const content = utf8(JSON.stringify(options));
    const body = withBody ? { contentType: this.#pick(bodyTypes), content } : noBody;
    const query = { ...this.#query(), ...(!named && this.#selectors()) };
    return this.#request("DELETE", this.#path(definition, named), query, body);
  }

  #query(): Record<string, string> {
    const query: Record<string, string> = {};
    const maybe = (name: string, ...values: string[]) => {
      if (this.#below(12) > 0) return;
      query[name] = this.#below(3) ? this.#pick(values) : this.#pick(oddTexts);
    };
    maybe("dryRun", "All");
    maybe("fieldManager", "fuzz");
    maybe("fieldValidation", "Strict", "Warn", "Ignore");
    maybe("force", "true", "false");
    maybe("resourceVersion", "0", "1", "5", "99999999");
    maybe("resourceVersionMatch", "Exact", "NotOlderThan");
    maybe("timeoutSeconds", "1", "0");
    maybe("pretty", "true");
    maybe("includeObject", "None", "Object");
    return query;
  }

  #selectors(): Record<string, string> {
    const query: Record<string, string> = {};
    const maybe = (name: string, ...values: string[]) => {
      if (this.#below(4) > 0) return;
      query[name] = this.#below(3) ? this.#pick(values) : this.#soup();
    };
    maybe("labelSelector", "a=b", "a in (b,c)", "!a", "a,b!=c", "a notin ()", "a>1");
    maybe("fieldSelector", "metadata.name=a", "spec.nodeName!=x", "metadata.namespace==default");
    maybe("limit", "1", "3", "-1", "999999999999");
    maybe("continue", this.#token());
    maybe("sendInitialEvents", "true", "false");
    maybe("allowWatchBookmarks", "true");
    return query;
  }

  #token(): string {
    const text = JSON.stringify(
      this.#mutated({ v: "meta.k8s.io/v1", rv: this.#below(60) - 2, start: "a\u0000" }),
    );
    return toBase64(utf8(text)).replace(/=+$/, "").replaceAll("+", "-").replaceAll("/", "_");
  }

  #soup(): string {
    const parts = [
      "a",
      "=",
      "==",
      "!=",
      "!",
      " in ",
      " notin ",
      "(",
      ")",
      ",",
      "\\",
      ">",
      "é",
      "-",
    ];
    return Array.from({ length: this.#below(8) }, () => this.#pick(parts)).join("");
  }

  #path(definition: ResourceDefinition, named: boolean): string {
    const { info } = definition.type;
    const root = info.group ? `/apis/${apiVersionOf(info)}` : `/api/${info.version}`;
    const namespace = info.namespaced && this.#below(10) ? "/namespaces/default" : "";
    const collection = `${root}${namespace}/${info.resource}`;
    if (!named) return collection;
    const name = this.#below(6) ? this.#pick(["a", "b", "c"]) : encodable(this.#pick(oddTexts));
    if (this.#below(4) > 0) return `${collection}/${name}`;
    const subresources = [
      "status",
      "scale",
      "nonsense",
      ...Object.keys(definition.subresources ?? {}),
      ...Object.keys(definition.views ?? {}),
    ];
    const rest = this.#below(8) === 0 ? "/more/../x" : "";
    return `${collection}/${name}/${this.#pick(subresources)}${rest}`;
  }

  #object(definition: ResourceDefinition): Row {
    const share = this.#pick([0.05, 0.2, 0.5, 1]);
    const object = randomObject(definition.type, { random: this.#random, share });
    const metadata = { ...(object["metadata"] as Row), name: this.#pick(["a", "b", "c"]) };
    // What must not be sent is sent only now and then: most objects should get further.
    for (const key of ["resourceVersion", "uid", "namespace", "managedFields"]) {
      if (this.#below(10)) delete (metadata as Row)[key];
    }
    return { ...object, metadata };
  }

  #body(definition: ResourceDefinition): Body {
    const object = this.#below(3)
      ? this.#mutated(this.#object(definition))
      : this.#object(definition);
    const contentType = this.#pick(bodyTypes);
    if (contentType.endsWith("protobuf") && this.#below(4)) {
      const bytes = encodeProtobufEnvelope(definition.type, this.#object(definition));
      for (let count = this.#below(4); count > 0; count--) {
        bytes[this.#below(bytes.length)] = this.#below(256);
      }
      const end = this.#below(4) ? bytes.length : this.#below(bytes.length);
      return { contentType, content: bytes.slice(0, end) };
    }
    const text = JSON.stringify(object);
    return { contentType, content: utf8(this.#below(6) ? text : this.#damaged(text)) };
  }

  /** Some values, at any depth, become what they should not be. */
  #mutated(value: Row): Row {
    const rate = this.#pick([0.01, 0.05, 0.3]);
    const change = (inner: unknown): unknown => {
      if (this.#random.float() < rate) return this.#odd();
      if (Array.isArray(inner)) return inner.map(change);
      if (typeof inner !== "object" || inner === null) return inner;
      const row: Row = {};
      for (const [key, field] of Object.entries(inner)) {
        if (this.#random.float() < rate / 2) continue;
        row[key] = change(field);
        if (this.#random.float() < rate / 4) row[this.#pick(oddTexts)] = this.#odd();
      }
      return row;
    };
    const changed = change(value);
    return typeof changed === "object" && changed !== null && !Array.isArray(changed)
      ? (changed as Row)
      : value;
  }

  #odd(): unknown {
    return this.#below(2) ? this.#pick(oddValues) : this.#pick(oddTexts);
  }

  /** Text that is no longer what it says it is. */
  #damaged(text: string): string {
    const at = this.#below(text.length + 1);
    switch (this.#below(5)) {
      case 0:
        return text.slice(0, at);
      case 1:
        return `${text.slice(0, at)}${this.#pick(oddTexts)}${text.slice(at)}`;
      case 2:
        return `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
      case 3:
        return "[".repeat(20_000);
      default:
        return `&a [*a, *a, ${text.slice(0, at)}`;
    }
  }

  #request(
    method: ApiRequest["method"],
    path: string,
    query: Record<string, string>,
    { contentType, content }: Body,
  ): ApiRequest {
    return {
      method,
      path,
      query: new URLSearchParams(query),
      headers: { accept: this.#pick(accepts), "user-agent": "fuzz/1" },
      body:
        content.length > 0
          ? { kind: "bytes", contentType, read: () => Promise.resolve(content) }
          : { kind: "none" },
    };
  }

  #pick<T>(values: readonly T[]): T {
    return values[this.#below(values.length)] as T;
  }

  #below(limit: number): number {
    return Math.floor(this.#random.float() * limit);
  }
}

interface Body {
  readonly contentType: string;
  readonly content: Bytes;
}

const noBody: Body = { contentType: "", content: new Uint8Array(0) };

/** A path's segment has no slash of its own. */
function encodable(text: string): string {
  return text.replaceAll("/", "_") || "a";
}
