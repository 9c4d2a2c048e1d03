import { toBase64, utf8 } from "#base/bytes.ts";
import type { Random } from "#base/random.ts";
import type { ApiRequest } from "#client/transport.ts";
import { badRequest } from "#machinery/status.ts";
import { apiVersionOf } from "#schema/message.ts";
import type { ResourceDefinition } from "#server/registry/resource.ts";
import { randomObject } from "#testkit/random-object.ts";
import { BodyMaker, Chance, noBody } from "./bodies.ts";
import type { Body } from "./bodies.ts";
import { fixedNameOf, sampleOf, subresourceSample } from "./samples.ts";
import { oddTexts, oddValues } from "./words.ts";
import type { Row } from "./words.ts";

type Method = ApiRequest["method"];

const patchTypes = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  "application/apply-patch+yaml",
];
const otherPatchTypes = [
  "application/json",
  "application/apply-patch+cbor",
  "application/merge-patch+json; charset=utf-8",
  "APPLICATION/JSON-PATCH+JSON",
  "",
];
const objectTypes = [
  "application/json",
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
] as const;
const otherTypes = [
  "text/plain",
  "",
  "application/json; charset=utf-16",
  "application/cbor",
  "application/vnd.kubernetes.protobuf;stream=watch",
  "multipart/form-data; boundary=x",
  ";;=",
];
const accepts = [
  "application/yaml",
  "application/vnd.kubernetes.protobuf",
  "application/vnd.kubernetes.protobuf;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
  "application/json;as=Table;g=meta.k8s.io;v=v1",
  "application/json;as=Table;g=meta.k8s.io;v=v1beta1, application/json",
  "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  "application/yaml;as=Table;g=meta.k8s.io;v=v1",
  "text/html, */*;q=0.1",
];
const otherAccepts = [
  "application/vnd.kubernetes.protobuf;stream=watch",
  "application/cbor",
  "nonsense;;q=x",
  ",,,;",
  "*/*;q=0",
];
const names = ["a", "b", "c"];

/** Makes requests that a careless or hostile client could send; the same ones for the same seed. */
export class RequestMaker {
  readonly #chance: Chance;
  readonly #bodies: BodyMaker;
  readonly #definition: ResourceDefinition;
  /** Tokens, versions and uids that the server gave: right ones, at the wrong time. */
  readonly #known: { tokens: string[]; versions: string[]; uids: string[] };

  constructor(random: Random, definition: ResourceDefinition) {
    this.#chance = new Chance(random);
    this.#bodies = new BodyMaker(this.#chance);
    this.#definition = definition;
    this.#known = { tokens: [], versions: ["0"], uids: ["x"] };
  }

  /** What an answer said, for use in later requests. */
  learn({ token, version, uid }: Learned): void {
    const keep = (list: string[], value: string | undefined) => {
      if (value === undefined || value === "") return;
      list.push(value);
      if (list.length > 8) list.shift();
    };
    keep(this.#known.tokens, token);
    keep(this.#known.versions, version);
    keep(this.#known.uids, uid);
  }

  next(): ApiRequest {
    switch (this.#below(10)) {
      case 0:
      case 1:
        return this.#create();
      case 2:
        return this.#update();
      case 3:
      case 4:
        return this.#patch();
      case 5:
        return this.#request("GET", this.#path(false), this.#listQuery(), noBody);
      case 6:
        return this.#delete();
      case 7:
        return this.#request("GET", this.#path(true), this.#query(), noBody);
      case 8:
        return this.#watch();
      default:
        return this.#subresource();
    }
  }

  #create(): ApiRequest {
    const path = this.#path(this.#once(20));
    return this.#request("POST", path, this.#query(), this.#body());
  }

  #update(): ApiRequest {
    const name = this.#name();
    const body = this.#body(name);
    return this.#request("PUT", this.#path(!this.#once(20), name), this.#query(), body);
  }

  #patch(path = this.#path(!this.#once(20))): ApiRequest {
    const contentType = this.#once(12) ? this.#pick(otherPatchTypes) : this.#pick(patchTypes);
    const isList = contentType.toLowerCase().includes("json-patch");
    const patch = isList
      ? Array.from({ length: this.#once(300) ? 10_001 : this.#below(4) }, () => this.#operation())
      : this.#patchObject();
    const query: [string, string][] = this.#query();
    if (this.#below(3)) query.push(["fieldManager", this.#pick(["fuzz", "other"])]);
    if (this.#once(3)) query.push(["force", "true"]);
    const body = this.#bodies.whole(patch, contentType);
    return this.#request("PATCH", path, query, this.#once(8) ? this.#bodies.damaged(body) : body);
  }

  #patchObject(): Row {
    const object = this.#once(3) ? this.#random() : this.#sample();
    if (this.#once(3)) object["metadata"] = { name: this.#name(), finalizers: ["example.com/x"] };
    return this.#below(3) ? this.#bodies.mutated(object) : object;
  }

  #operation(): Row {
    const paths = [
      "",
      "/",
      "/metadata",
      "/metadata/labels/a",
      "/metadata/finalizers",
      "/metadata/finalizers/-",
      "/spec",
      "/status",
      "/spec/containers/-",
      "/spec/containers/999999999",
      "/spec/template/spec/containers/0",
      "/a~2",
      "/a~1b~0",
      "x",
      "/metadata/name",
      "/metadata/managedFields",
      "/__proto__/polluted",
      "/constructor/prototype/polluted",
    ];
    return {
      op: this.#pick(["add", "remove", "replace", "move", "copy", "test", "nonsense"]),
      path: this.#pick(paths),
      ...(this.#below(2) && { value: this.#pick(oddValues) }),
      ...(this.#below(2) && { from: this.#pick(paths) }),
    };
  }

  #delete(): ApiRequest {
    const named = this.#below(6) > 0;
    const options = {
      ...(this.#once(2) && { apiVersion: "v1", kind: "DeleteOptions" }),
      ...(this.#once(2) && { gracePeriodSeconds: this.#below(40) - 5 }),
      ...(this.#once(3) && {
        propagationPolicy: this.#pick(["Orphan", "Foreground", "Background", "nonsense"]),
      }),
      ...(this.#once(6) && { orphanDependents: this.#once(2) }),
      ...(this.#once(4) && {
        preconditions: {
          ...(this.#once(2) && { uid: this.#pick(this.#known.uids) }),
          ...(this.#once(2) && { resourceVersion: this.#pick(this.#known.versions) }),
        },
      }),
      ...(this.#once(8) && { dryRun: ["All"] }),
    };
    const query = [...this.#query(), ...(named ? [] : this.#selectors())];
    return this.#request("DELETE", this.#path(named), query, this.#options(options));
  }

  #options(options: Row): Body {
    if (this.#once(2)) return noBody;
    const contentType = this.#once(6) ? this.#pick(otherTypes) : this.#pick(objectTypes);
    const value = this.#once(2) ? options : this.#bodies.mutated(options);
    const body = this.#bodies.whole(value, contentType);
    return this.#once(6) ? this.#bodies.damaged(body) : body;
  }

  #watch(): ApiRequest {
    const query = [...this.#listQuery(), ["watch", this.#pick(["true", "1", "", "x"])] as const];
    if (!this.#once(8)) return this.#request("GET", this.#path(false), query, noBody);
    const path = this.#path(this.#once(2)).replace(
      /^(\/apis\/[^/]*\/[^/]*|\/api\/[^/]*)/,
      "$1/watch",
    );
    return this.#request("GET", path, this.#listQuery(), noBody);
  }

  #subresource(): ApiRequest {
    const { subresources = {}, views = {}, status, scale } = this.#definition;
    const known = [
      ...Object.keys(subresources),
      ...Object.keys(views),
      ...(status ? ["status"] : []),
      ...(scale ? ["scale"] : []),
    ];
    const unknown = ["status", "scale", "nonsense", `x${this.#below(1e9)}`];
    const subresource = this.#pick(known.length === 0 || this.#once(12) ? unknown : known);
    const name = this.#name();
    const rest = this.#once(8) ? this.#pick(["/more", "/../x", "/", "//", "/%2e%2e/x"]) : "";
    const path = `${this.#path(true, name)}/${subresource}${rest}`;
    const right = methodsOf(this.#definition, subresource);
    const anyOther: Method[] = ["GET", "PUT", "PATCH", "POST", "DELETE", "HEAD"];
    const method = this.#pick(this.#once(8) ? anyOther : right);
    if (method === "PATCH") return this.#patch(path);
    if (method === "GET" || method === "HEAD") {
      return this.#request(method, path, [...this.#query(), ...this.#connectQuery()], noBody);
    }
    const sample = subresourceSample(subresource);
    const body = sample
      ? this.#written({ metadata: { name, namespace: "default" }, ...structuredClone(sample) })
      : this.#body(name);
    return this.#request(method, path, this.#query(), body);
  }

  #connectQuery(): Pairs {
    return this.#pairs(6, {
      container: ["main", "x"],
      command: ["ls", ""],
      stdin: ["true"],
      stdout: ["true", "x"],
      tty: ["true"],
      ports: ["80", "99999", "x"],
      path: ["/", "../x"],
      tailLines: ["1", "-1"],
      limitBytes: ["0", "1"],
      sinceSeconds: ["0", "1"],
      sinceTime: ["x", "2026-01-01T00:00:00Z"],
      follow: ["true"],
      previous: ["true"],
      stream: ["Stdout", "All", "x"],
    });
  }

  #listQuery(): Pairs {
    return [...this.#query(), ...this.#selectors()];
  }

  #query(): [string, string][] {
    return this.#pairs(14, {
      dryRun: ["All"],
      fieldManager: ["fuzz"],
      fieldValidation: ["Strict", "Warn", "Ignore"],
      force: ["true", "false"],
      resourceVersion: ["0", "1", "5", "99999999", ...this.#known.versions],
      resourceVersionMatch: ["Exact", "NotOlderThan"],
      timeoutSeconds: ["1", "0", "-1"],
      timeout: ["1s", "x"],
      pretty: ["true"],
      propagationPolicy: ["Orphan"],
      gracePeriodSeconds: ["0", "1"],
      ignoreStoreReadErrorWithClusterBreakingPotential: ["true"],
    });
  }

  #selectors(): Pairs {
    const { selectableFields = {} } = this.#definition;
    const own = Object.keys(selectableFields).map((field) => `${field}=a`);
    const pairs: [string, string][] = this.#pairs(5, {
      fieldSelector: ["metadata.name=a", "spec.nodeName!=x", "metadata.namespace==default", ...own],
      labelSelector: ["a=b", "a in (b,c)", "!a", "a,b!=c", "a notin ()", "a>1", "app=web"],
      limit: ["1", "3", "-1", "999999999999"],
      sendInitialEvents: ["true", "false"],
      allowWatchBookmarks: ["true"],
      includeObject: ["None", "Object", "Metadata"],
    });
    if (this.#once(4)) pairs.push(["continue", this.#token()]);
    if (this.#once(8)) pairs.push(["labelSelector", this.#soup()]);
    if (this.#once(8)) pairs.push(["fieldSelector", this.#soup()]);
    return pairs;
  }

  /** Each parameter once in `rarity` times; then now and then with a value that it must not have. */
  #pairs(rarity: number, values: Readonly<Record<string, readonly string[]>>): [string, string][] {
    const pairs: [string, string][] = [];
    for (const [name, good] of Object.entries(values)) {
      while (this.#once(rarity)) {
        pairs.push([name, this.#below(3) ? this.#pick(good) : this.#pick(oddTexts)]);
      }
    }
    return pairs;
  }

  #token(): string {
    const known = this.#known.tokens.at(-1);
    if (known && this.#once(2)) {
      const at = this.#below(known.length);
      return this.#once(3) ? `${known.slice(0, at)}A${known.slice(at + 1)}` : known;
    }
    const token = { v: "meta.k8s.io/v1", rv: this.#below(60) - 2, start: "a\u0000" };
    const text = JSON.stringify(this.#once(2) ? token : this.#bodies.mutated(token));
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

  #path(named: boolean, name = this.#name()): string {
    const { info } = this.#definition.type;
    const root = info.group ? `/apis/${apiVersionOf(info)}` : `/api/${info.version}`;
    const isIn = info.namespaced ? this.#below(12) > 0 : this.#once(40);
    const namespace = this.#once(30) ? encodable(this.#pick(oddTexts)) : "default";
    const collection = `${root}${isIn ? `/namespaces/${namespace}` : ""}/${info.resource}`;
    return named ? `${collection}/${name}` : collection;
  }

  #name(): string {
    const fixed = fixedNameOf(this.#definition.type.info);
    if (this.#once(10)) return encodable(this.#pick(oddTexts));
    return fixed && this.#below(4) ? fixed : this.#pick(names);
  }

  /** An object that is as it should be. */
  sample(name = fixedNameOf(this.#definition.type.info) ?? "a"): Row {
    const { info } = this.#definition.type;
    // A review has no name.
    const named = !info.kind.endsWith("Review");
    const metadata = { ...(named && { name }), ...(info.namespaced && { namespace: "default" }) };
    const rest = structuredClone(sampleOf(info) ?? {});
    return { apiVersion: apiVersionOf(info), kind: info.kind, metadata, ...rest };
  }

  #sample(): Row {
    return this.sample(this.#name());
  }

  #random(): Row {
    const { type } = this.#definition;
    if (type.dynamic) return this.#sample();
    const share = this.#pick([0.05, 0.2, 0.5, 1]);
    const object = randomObject(type, { random: this.#chance.random, share });
    const metadata = { ...(object["metadata"] as Row), name: this.#pick(names) };
    // What must not be sent is sent only now and then: most objects should get further.
    for (const key of ["resourceVersion", "uid", "namespace", "managedFields"]) {
      if (this.#below(10)) delete (metadata as Row)[key];
    }
    return { ...object, metadata };
  }

  #body(name = this.#name()): Body {
    const object = this.#once(2) ? this.sample(name) : this.#random();
    if (this.#once(10)) object["metadata"] = this.#metadata(name);
    return this.#written(object);
  }

  #metadata(name: string): Row {
    return {
      name,
      ...(this.#once(4) && { generateName: this.#pick(["gen-", "-", "A".repeat(300)]) }),
      ...(this.#once(2) && { finalizers: this.#pick([["example.com/x"], ["x"], ["orphan"], []]) }),
      ...(this.#once(3) && { labels: { app: "web", [this.#pick(oddTexts)]: "x" } }),
      ...(this.#once(4) && { resourceVersion: this.#pick(this.#known.versions) }),
      ...(this.#once(6) && { uid: this.#pick(this.#known.uids) }),
      ...(this.#once(4) && {
        ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "a", uid: "x" }],
      }),
    };
  }

  #written(object: Row): Body {
    const { type } = this.#definition;
    const isMutated = this.#once(2);
    const value = isMutated ? this.#bodies.mutated(object) : object;
    let contentType: string = this.#pick(objectTypes);
    // Protobuf has no way to write a value of another type.
    if (isMutated && contentType.endsWith("protobuf")) contentType = "application/json";
    const body = this.#bodies.whole(value, contentType, type);
    const sent = this.#once(5) ? this.#bodies.damaged(body) : body;
    return this.#once(20) ? { ...sent, contentType: this.#pick(otherTypes) } : sent;
  }

  #request(method: Method, path: string, query: Pairs, { contentType, content }: Body): ApiRequest {
    // A client may go before it has sent all; the connection then says so.
    const isCut = this.#once(200);
    const headers = this.#headers();
    const pairs = query.map(([name, value]): [string, string] => [name, value.toWellFormed()]);
    // It is written before it turns out that the answer is no list, and nobody is told of it.
    if (headers["accept"]?.includes("MetadataList")) pairs.push(["dryRun", "All"]);
    return {
      method,
      path: path.toWellFormed(),
      query: new URLSearchParams(pairs),
      headers,
      body:
        content.length > 0
          ? {
              kind: "bytes",
              contentType,
              read: () =>
                isCut
                  ? Promise.reject(badRequest("the request ended before its body did"))
                  : Promise.resolve(content),
            }
          : { kind: "none" },
    };
  }

  #headers(): Readonly<Record<string, string>> {
    const maybe = (name: string, ...values: string[]) =>
      this.#once(60) ? { [name]: this.#pick([...values, ...oddTexts.filter(isHeader)]) } : {};
    return {
      ...(!this.#once(10) && { accept: this.#accept() }),
      ...(!this.#once(10) && { "user-agent": this.#once(10) ? "a".repeat(2000) : "fuzz/1" }),
      ...maybe("impersonate-user", "somebody", "system:serviceaccount:a:b:c"),
      ...maybe("impersonate-group", "a\nb"),
      ...maybe("audit-id", "x"),
      ...maybe("authorization", "Bearer x", "Bearer a.b.c", "Basic eDp5"),
      ...maybe("accept-encoding", "gzip"),
      ...maybe("if-none-match", '"x"'),
    };
  }

  #accept(): string {
    if (this.#once(25)) return this.#pick(otherAccepts);
    return this.#once(2) ? this.#pick(accepts) : "application/json";
  }

  #pick<T>(values: readonly T[]): T {
    return this.#chance.pick(values);
  }

  #below(limit: number): number {
    return this.#chance.below(limit);
  }

  #once(inTimes: number): boolean {
    return this.#chance.once(inTimes);
  }
}

function methodsOf({ subresources = {} }: ResourceDefinition, subresource: string): Method[] {
  const { verbs = ["get", "update", "patch"] } = subresources[subresource] ?? {};
  return verbs.map((verb) => methods[verb] ?? "GET");
}

const methods: Readonly<Record<string, Method>> = {
  create: "POST",
  get: "GET",
  update: "PUT",
  patch: "PATCH",
  delete: "DELETE",
};

export interface Learned {
  readonly token?: string | undefined;
  readonly version?: string | undefined;
  readonly uid?: string | undefined;
}

type Pairs = readonly (readonly [string, string])[];

/** A path's segment has no slash of its own. */
function encodable(text: string): string {
  return text.replaceAll("/", "_") || "a";
}

/** Node lets nothing else through. */
const isHeader = (text: string) => /^[\x20-\x7e]*$/.test(text);
