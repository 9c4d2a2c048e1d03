import assert from "node:assert/strict";
import { testCluster } from "../support/cluster.ts";
import { assertSameOutput } from "../support/normalize.ts";
import type { ApiList, ApiRequest, ApiStatus } from "../support/api.ts";

/** What upstream answers to what is wrong: the same code, reason and words; and nothing is stored. */
const cluster = testCluster({ name: "bad" });
const configMaps = "/api/v1/namespaces/default/configmaps";
const pods = "/api/v1/namespaces/default/pods";
const deployments = "/apis/apps/v1/namespaces/default/deployments";

interface Refusal {
  readonly code: number;
  readonly reason: string;
  readonly message: string | RegExp;
}

async function refused(request: ApiRequest, expected: Refusal): Promise<ApiStatus> {
  const answer = await cluster.api.send(request);
  const status = answer.json() as ApiStatus & { apiVersion: string; metadata: object };
  const { code, reason, message, ...rest } = status;
  const where = `${request.method ?? "GET"} ${request.path}: ${answer.text}`;
  assert.equal(answer.status, expected.code, where);
  assert.deepEqual({ code, reason }, { code: expected.code, reason: expected.reason }, where);
  if (typeof expected.message === "string") assert.equal(message, expected.message);
  else assert.match(message, expected.message);
  assert.equal(rest.kind, "Status");
  assert.equal(rest.apiVersion, "v1");
  assert.equal(rest.status, "Failure");
  assert.deepEqual(rest.metadata, {});
  return status;
}

function post(path: string, body: object | string, contentType?: string): ApiRequest {
  return { method: "POST", path, body, ...(contentType && { contentType }) };
}

const configMap = (name: string, rest: object = {}) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name },
  ...rest,
});

const deployment = (name: string, spec: object) => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    replicas: 0,
    selector: { matchLabels: { app: "a" } },
    template: {
      metadata: { labels: { app: "a" } },
      spec: { containers: [{ name: "c", image: "nginx" }] },
    },
    ...spec,
  },
});

cluster.test("malformed JSON and YAML", async () => {
  const unrecognized = "the object provided is unrecognized (must be of type ConfigMap): ";
  await refused(post(configMaps, '{"apiVersion":"v1","kind":"ConfigMap","metadata":{'), {
    code: 400,
    reason: "BadRequest",
    message: `${unrecognized}couldn't get version/kind; json parse error: unexpected end of JSON input ({"apiVersion":"v1","kind":"Con ...)`,
  });
  await refused(post(configMaps, '{"kind":x}'), {
    code: 400,
    reason: "BadRequest",
    message: `${unrecognized}couldn't get version/kind; json parse error: invalid character 'x' looking for beginning of value ({"kind":x})`,
  });
  const yaml = "kind: ConfigMap\nmetadata:\n\tname: tab\n";
  const hex = Buffer.from(yaml).subarray(0, 30).toString("hex");
  const answer = await refused(post(configMaps, yaml, "application/yaml"), {
    code: 400,
    reason: "BadRequest",
    message:
      /^the object provided is unrecognized \(must be of type ConfigMap\): .*yaml: line \d+: /,
  });
  assert.ok(answer.message.endsWith(` (${hex} ...)`), answer.message);
  await refused(post(configMaps, "just words"), {
    code: 400,
    reason: "BadRequest",
    message: `${unrecognized}couldn't get version/kind; json parse error: invalid character 'j' looking for beginning of value (${Buffer.from("just words").toString("hex")})`,
  });
});

cluster.test("YAML that is right is as good as JSON", async () => {
  const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: from-yaml}\ndata: {a: 'b'}\n";
  const stored = await cluster.api.expect(201, post(configMaps, yaml, "application/yaml"));
  assert.deepEqual(stored.data, { a: "b" });
  await cluster.api.expect(200, { method: "DELETE", path: `${configMaps}/from-yaml` });
});

cluster.test("unknown and repeated fields: strict, warn, ignore", async () => {
  const body = configMap("fields", { bogus: 1, data: { a: "b" } });
  const strict = `${configMaps}?fieldValidation=Strict`;
  await refused(post(strict, body), {
    code: 400,
    reason: "BadRequest",
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "bogus"',
  });
  const repeated =
    '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"fields"},"data":{"a":"1","a":"2"}}';
  await refused(post(strict, repeated), {
    code: 400,
    reason: "BadRequest",
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: duplicate field "data.a"',
  });
  await refused(post(`${deployments}?fieldValidation=Strict`, deployment("d", { replica: 2 })), {
    code: 400,
    reason: "BadRequest",
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
  });
  await refused(post(`${configMaps}?fieldValidation=Loud`, body), {
    code: 422,
    reason: "Invalid",
    message: /fieldValidation: Unsupported value: "Loud": supported values: /,
  });

  const dry = "dryRun=All";
  for (const query of [dry, `${dry}&fieldValidation=Warn`]) {
    const warned = await cluster.api.send(post(`${configMaps}?${query}`, body));
    assert.equal(warned.status, 201);
    assert.equal(warned.headers["warning"], '299 - "unknown field \\"bogus\\""');
    assert.ok(!("bogus" in (warned.json() as object)));
  }
  const ignored = await cluster.api.send(post(`${configMaps}?${dry}&fieldValidation=Ignore`, body));
  assert.equal(ignored.status, 201);
  assert.equal(ignored.headers["warning"], undefined);
});

cluster.test("wrong types", async () => {
  await refused(post(configMaps, configMap("types", { data: { a: 1 } })), {
    code: 400,
    reason: "BadRequest",
    message:
      'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
  });
  await refused(post(deployments, deployment("d", { replicas: "three" })), {
    code: 400,
    reason: "BadRequest",
    message:
      'Deployment in version "v1" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32',
  });
  await refused(post(configMaps, { ...configMap("types"), kind: "Secret" }), {
    code: 400,
    reason: "BadRequest",
    message: /^Secret in version "v1" cannot be handled as a ConfigMap: /,
  });
  await refused(post(configMaps, { ...configMap("types"), apiVersion: "v9" }), {
    code: 400,
    reason: "BadRequest",
    message: /v9/,
  });
});

cluster.test("a body of 10 MB, and one in a format that nobody knows", async () => {
  const huge = configMap("huge", { data: { a: "x".repeat(10 * 1024 * 1024) } });
  await refused(post(configMaps, huge), {
    code: 413,
    reason: "RequestEntityTooLarge",
    message: "Request entity too large: limit is 3145728",
  });
  const big = configMap("big", { data: { a: "x".repeat(1_100_000) } });
  await refused(post(configMaps, big), {
    code: 422,
    reason: "Invalid",
    message:
      /^ConfigMap "big" is invalid: \[?(\[\]|data)?: Too long: may not be more than 1048576 bytes/,
  });
  await refused(post(configMaps, "<xml/>", "text/xml"), {
    code: 415,
    reason: "UnsupportedMediaType",
    message:
      /^the body of the request was in an unknown format - accepted media types include: application\/json, application\/yaml, application\/vnd\.kubernetes\.protobuf/,
  });
});

cluster.test("names that are none", async () => {
  const subdomain =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
  const label =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
  const status = await refused(post(configMaps, configMap("Bad_Name")), {
    code: 422,
    reason: "Invalid",
    message: `ConfigMap "Bad_Name" is invalid: metadata.name: Invalid value: "Bad_Name": ${subdomain}`,
  });
  assert.deepEqual(status.details?.causes, [
    {
      reason: "FieldValueInvalid",
      message: `Invalid value: "Bad_Name": ${subdomain}`,
      field: "metadata.name",
    },
  ]);
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "Bad.Name" } };
  await refused(post("/api/v1/namespaces", namespace), {
    code: 422,
    reason: "Invalid",
    message: `Namespace "Bad.Name" is invalid: metadata.name: Invalid value: "Bad.Name": ${label}`,
  });
  await refused(post(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: {} }), {
    code: 422,
    reason: "Invalid",
    message:
      'ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required',
  });
  const long = "x".repeat(254);
  await refused(post(configMaps, configMap(long)), {
    code: 422,
    reason: "Invalid",
    message: `ConfigMap "${long}" is invalid: metadata.name: Invalid value: "${long}": must be no more than 253 characters`,
  });
});

cluster.test("objects that contradict themselves", async () => {
  const mismatched = deployment("d", { selector: { matchLabels: { app: "b" } } });
  await refused(post(deployments, mismatched), {
    code: 422,
    reason: "Invalid",
    message:
      /^Deployment\.apps "d" is invalid: spec\.template\.metadata\.labels: Invalid value: .*: `selector` does not match template `labels`$/,
  });
  const empty = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p" },
    spec: { containers: [] },
  };
  await refused(post(pods, empty), {
    code: 422,
    reason: "Invalid",
    message: 'Pod "p" is invalid: spec.containers: Required value',
  });
  const two = await refused(
    post(pods, {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "p" },
      spec: {
        containers: [
          { name: "c", image: "nginx", ports: [{ containerPort: 70000 }] },
          { name: "c", image: "nginx", imagePullPolicy: "Maybe" },
        ],
      },
    }),
    { code: 422, reason: "Invalid", message: /^Pod "p" is invalid: \[.*, .*\]$/ },
  );
  const fields = (two.details?.causes ?? []).map(({ reason, field }) => `${field} ${reason}`);
  for (const expected of [
    "spec.containers[0].ports[0].containerPort FieldValueInvalid",
    "spec.containers[1].imagePullPolicy FieldValueNotSupported",
    "spec.containers[1].name FieldValueDuplicate",
  ]) {
    assert.ok(fields.includes(expected), `${expected} in ${fields.join(", ")}`);
  }
  await refused(post("/api/v1/namespaces/nowhere/configmaps", configMap("a")), {
    code: 404,
    reason: "NotFound",
    message: 'namespaces "nowhere" not found',
  });
  const elsewhere = { ...configMap("a"), metadata: { name: "a", namespace: "kube-system" } };
  await refused(post(configMaps, elsewhere), {
    code: 400,
    reason: "BadRequest",
    message:
      "the namespace of the provided object does not match the namespace sent on the request",
  });
});

cluster.test("a stale resourceVersion, a name that is taken, one that is absent", async () => {
  const first = await cluster.api.create(configMaps, configMap("once", { data: { a: "1" } }));
  const path = `${configMaps}/once`;
  const second = await cluster.api.expect(200, {
    method: "PUT",
    path,
    body: configMap("once", { data: { a: "2" } }),
  });
  assert.notEqual(second.metadata.resourceVersion, first.metadata.resourceVersion);
  const stale = { ...configMap("once", { data: { a: "3" } }), metadata: first.metadata };
  await refused(
    { method: "PUT", path, body: stale },
    {
      code: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on configmaps "once": the object has been modified; please apply your changes to the latest version and try again',
    },
  );
  await refused(post(configMaps, configMap("once")), {
    code: 409,
    reason: "AlreadyExists",
    message: 'configmaps "once" already exists',
  });
  await refused(
    { method: "PUT", path, body: configMap("other") },
    {
      code: 400,
      reason: "BadRequest",
      message: "the name of the object (other) does not match the name on the URL (once)",
    },
  );
  await refused(
    { method: "DELETE", path, body: { preconditions: { uid: "another" } } },
    {
      code: 409,
      reason: "Conflict",
      message: `Operation cannot be fulfilled on ConfigMap "once": the UID in the precondition (another) does not match the UID in record (${first.metadata.uid}). The object might have been deleted and then recreated`,
    },
  );
  assert.deepEqual((await cluster.api.get(path)).data, { a: "2" });
  for (const method of ["GET", "DELETE"]) {
    await refused(
      { method, path: `${configMaps}/absent` },
      { code: 404, reason: "NotFound", message: 'configmaps "absent" not found' },
    );
  }
});

cluster.test("patches that do not fit", async () => {
  const path = `${configMaps}/once`;
  const patch = (body: object | string, contentType: string): ApiRequest => ({
    method: "PATCH",
    path,
    body,
    contentType,
  });
  const before = await cluster.api.get(path);
  await refused(patch("{}", "application/json"), {
    code: 415,
    reason: "UnsupportedMediaType",
    message: "415: Unsupported Media Type",
  });
  const failing = [{ op: "test", path: "/data/a", value: "no" }];
  await refused(patch(failing, "application/json-patch+json"), {
    code: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
  });
  const answer = await cluster.api.send(patch("{", "application/merge-patch+json"));
  assert.equal(answer.status, 400, answer.text);
  const apply = await cluster.api.send(patch("data: {a: b}", "application/apply-patch+yaml"));
  assert.equal(apply.status, 422, apply.text); // no fieldManager
  assert.match(apply.text, /fieldManager/);
  assert.deepEqual(await cluster.api.get(path), before);
});

cluster.test("paths, methods and queries that mean nothing", async () => {
  for (const path of [
    "/api/v1/namespaces/default/nonsense",
    "/apis/no.group/v1/things",
    "/nowhere",
  ]) {
    assert.equal((await cluster.api.send({ path })).status, 404, path);
  }
  await refused(
    { method: "POST", path: `${configMaps}/once`, body: {} },
    {
      code: 405,
      reason: "MethodNotAllowed",
      message: "the server does not allow this method on the requested resource",
    },
  );
  for (const query of [
    "labelSelector=a%20in%20(",
    "fieldSelector=spec.nonsense%3D1",
    "limit=many",
    "continue=nonsense",
  ]) {
    const answer = await cluster.api.send({ path: `${configMaps}?${query}` });
    assert.equal(answer.status, 400, `${query}: ${answer.text}`);
    assert.equal((answer.json() as ApiStatus).reason, "BadRequest", query);
  }
  await refused(
    { path: `${configMaps}?fieldSelector=spec.nonsense%3D1` },
    {
      code: 400,
      reason: "BadRequest",
      message:
        '"spec.nonsense" is not a known field selector: only "metadata.name", "metadata.namespace"',
    },
  );
  await refused(
    { path: `${pods}?fieldSelector=spec.nonsense%3D1` },
    { code: 400, reason: "BadRequest", message: "field label not supported: spec.nonsense" },
  );
});

cluster.test("a bad token, none at all, and one without permission", async () => {
  const unauthorized = { code: 401, reason: "Unauthorized", message: "Unauthorized" };
  for (const token of ["nonsense", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiJ9."]) {
    await refused({ path: configMaps, token }, unauthorized);
    await refused({ ...post(configMaps, configMap("sneaked")), token }, unauthorized);
  }
  // Who says no name has one, with hardly any rights: the health of the server is for everybody.
  const nobody = 'User "system:anonymous" cannot';
  const where = 'in API group "" in the namespace "default"';
  await refused(
    { path: configMaps, token: "" },
    {
      code: 403,
      reason: "Forbidden",
      message: `configmaps is forbidden: ${nobody} list resource "configmaps" ${where}`,
    },
  );
  assert.equal((await cluster.api.send({ path: "/healthz", token: "" })).text, "ok");

  const { stdout } = await cluster.kubectl("create token default");
  const token = stdout.trim();
  const user = 'User "system:serviceaccount:default:default" cannot';
  const inDefault = 'in API group "" in the namespace "default"';
  const forbidden = (message: string) => ({ code: 403, reason: "Forbidden", message });
  await refused(
    { path: configMaps, token },
    forbidden(`configmaps is forbidden: ${user} list resource "configmaps" ${inDefault}`),
  );
  await refused(
    { path: `${configMaps}/once`, token },
    forbidden(`configmaps "once" is forbidden: ${user} get resource "configmaps" ${inDefault}`),
  );
  await refused(
    { ...post(configMaps, configMap("sneaked")), token },
    forbidden(`configmaps is forbidden: ${user} create resource "configmaps" ${inDefault}`),
  );
  await refused(
    { path: "/api/v1/nodes", token },
    forbidden(
      `nodes is forbidden: ${user} list resource "nodes" in API group "" at the cluster scope`,
    ),
  );
  // What every authenticated user may do.
  assert.equal((await cluster.api.send({ path: "/api", token })).status, 200);
  const can = await cluster.kubectl(
    "auth can-i list pods --as=system:serviceaccount:default:default",
    {
      expectCode: 1,
    },
  );
  assert.equal(can.stdout, "no\n");
});

cluster.test("nothing was stored, and nothing crashed", async () => {
  const names = async (path: string) =>
    (await cluster.api.get<ApiList>(path)).items.map(({ metadata }) => metadata.name);
  assert.deepEqual(await names(configMaps), ["kube-root-ca.crt", "once"]);
  assert.deepEqual(await names(pods), []);
  assert.deepEqual(await names(deployments), []);
  assert.deepEqual((await names("/api/v1/namespaces")).sort(), [
    "default",
    "kube-node-lease",
    "kube-public",
    "kube-system",
  ]);
  const status = await cluster.kijabi(["status"]);
  assert.match(status.stdout, /server: Running/);
  assert.equal((await cluster.api.send({ path: "/readyz" })).text, "ok");
});

cluster.test("the stock client shows these answers to people", async () => {
  const typo = `apiVersion: apps/v1
kind: Deployment
metadata: { name: typo }
spec:
  replica: 2
  selector: { matchLabels: { app: typo } }
  template:
    metadata: { labels: { app: typo } }
    spec: { containers: [{ name: c, image: nginx }] }
`;
  const strict = await cluster.kubectl("create -f -", { input: typo, expectCode: 1 });
  assertSameOutput(
    strict.stderr,
    'Error from server (BadRequest): error when creating "STDIN": Deployment in version "v1" cannot be handled as a Deployment: strict decoding error: unknown field "spec.replica"',
  );
  const warned = await cluster.kubectl("create --validate=warn --dry-run=server -f -", {
    input: typo,
  });
  assert.match(warned.stderr, /^Warning: unknown field "spec\.replica"$/m);
  const missing = await cluster.kubectl("get widgets", { expectCode: 1 });
  assert.equal(missing.stderr, 'error: the server doesn\'t have a resource type "widgets"\n');
  const invalid = await cluster.kubectl("create configmap Bad_Name", { expectCode: 1 });
  assert.match(
    invalid.stderr,
    /^error: failed to create configmap: ConfigMap "Bad_Name" is invalid: metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain must/,
  );
});
