/** As loose as JSON, for tests that change parts of it. */
type Loose = ReturnType<typeof JSON.parse>;

/** A definition for tests, with one version unless others are given. */
export function crontabs(parts: {
  readonly schema?: object;
  readonly version?: object;
  readonly versions?: readonly object[];
  readonly spec?: object;
  readonly metadata?: object;
}): Loose {
  const { schema = crontabSchema, version = {}, versions, spec = {}, metadata = {} } = parts;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: "crontabs.stable.example.com", ...metadata },
    spec: {
      group: "stable.example.com",
      scope: "Namespaced",
      names: { plural: "crontabs", kind: "CronTab", shortNames: ["ct"] },
      versions: versions ?? [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...version,
        },
      ],
      ...spec,
    },
  };
}

export const crontabSchema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["cronSpec"],
      properties: {
        cronSpec: { type: "string", maxLength: 30, minLength: 3 },
        image: { type: "string", default: "busybox" },
        replicas: { type: "integer", minimum: 1, maximum: 10, default: 1 },
        mode: { type: "string", enum: ["B", "A"] },
        nothing: { type: "string", nullable: true },
        port: { "x-kubernetes-int-or-string": true },
        ports: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port", "protocol"],
          items: {
            type: "object",
            required: ["port"],
            properties: {
              port: { type: "integer", format: "int32" },
              protocol: { type: "string", default: "TCP" },
              name: { type: "string" },
            },
          },
        },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        labels: { type: "object", additionalProperties: { type: "string" } },
        open: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        embedded: {
          type: "object",
          "x-kubernetes-embedded-resource": true,
          "x-kubernetes-preserve-unknown-fields": true,
        },
      },
    },
    status: {
      type: "object",
      properties: { replicas: { type: "integer" }, labelSelector: { type: "string" } },
    },
  },
};

export function crontab(name: string, spec: object = {}, more: object = {}): Loose {
  return {
    apiVersion: "stable.example.com/v1",
    kind: "CronTab",
    metadata: { name },
    spec: { cronSpec: "* * * * */5", ...spec },
    ...more,
  };
}
