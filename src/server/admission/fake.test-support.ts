import { VirtualClock } from "#base/clock.ts";
import { invariant } from "#base/invariant.ts";
import { seededRandom } from "#base/random.ts";
import type { Client } from "#client/client.ts";
import { StatusError, conflict, notFound } from "#machinery/status.ts";
import type { KindType } from "#schema/message.ts";
import type { UserInfo } from "../pipeline/request.ts";
import { MutationPasses } from "./admission.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "./admission.ts";
import { defaultAdmission } from "./default.ts";

type Stored = {
  kind: string;
  metadata: { name: string; namespace?: string; resourceVersion?: string };
};

/** The few verbs that plugins use, over objects that a test puts in. */
export class FakeObjects {
  readonly objects: Stored[] = [];
  readonly clock = new VirtualClock();
  /** Called before each update: a test may change something in between. */
  beforeUpdate: () => void = () => {};

  put(...objects: object[]): this {
    for (const object of objects) this.objects.push(structuredClone(object) as Stored);
    return this;
  }

  get environment(): AdmissionEnvironment {
    const find = async (type: KindType, { namespace = "", name = "" }) =>
      this.objects.find(
        ({ kind, metadata }) =>
          kind === type.info.kind &&
          metadata.name === name &&
          (metadata.namespace ?? "") === namespace,
      );
    const client = {
      find,
      get: async (type: KindType, reference: { name: string }) => {
        const object = await find(type, reference);
        if (!object)
          throw notFound({ group: "", resource: type.info.resource ?? "" }, reference.name);
        return object;
      },
      list: async (type: KindType, { namespace }: { namespace?: string } = {}) => ({
        items: structuredClone(
          this.objects.filter(
            ({ kind, metadata }) =>
              kind === type.info.kind && (!namespace || metadata.namespace === namespace),
          ),
        ),
        resourceVersion: "1",
      }),
      update: async (type: KindType, object: Stored) => {
        this.beforeUpdate();
        const current = await find(type, object.metadata);
        if (!current || current.metadata.resourceVersion !== object.metadata.resourceVersion) {
          throw conflict({ group: "", resource: type.info.resource ?? "" }, object.metadata.name);
        }
        const version = String(Number(current.metadata.resourceVersion ?? "0") + 1);
        Object.assign(current, structuredClone(object));
        current.metadata.resourceVersion = version;
        return current;
      },
    };
    return {
      client: client as unknown as Client,
      clock: this.clock,
      random: seededRandom(1),
    };
  }
}

export interface Asked extends Partial<Omit<AdmissionRequest, "object" | "oldObject" | "user">> {
  readonly type: KindType;
  readonly object?: object;
  readonly oldObject?: object;
  readonly user?: UserInfo;
}

/** Runs a plugin's steps on a request; returns the object and the warnings. */
export async function admit(plugin: AdmissionPlugin, asked: Asked) {
  const warnings: string[] = [];
  const annotations = new Map<string, string>();
  const object = structuredClone(asked.object) as Record<string, unknown> | undefined;
  const metadata = object?.["metadata"] as { name?: string; namespace?: string } | undefined;
  const request: AdmissionRequest = {
    operation: "CREATE",
    resourceGroup: asked.type.info.group,
    resourceVersion: asked.type.info.version,
    resource: asked.type.info.resource ?? "",
    subresource: "",
    namespace: metadata?.namespace ?? "",
    name: metadata?.name ?? "",
    dryRun: false,
    options: {},
    passes: new MutationPasses(),
    signal: new AbortController().signal,
    replace: (next) => {
      if (request.object) for (const key of Object.keys(request.object)) delete request.object[key];
      Object.assign(request.object ?? {}, next);
    },
    annotate: (key, value) => annotations.set(key, value),
    equivalents: () => [],
    ...asked,
    user: asked.user ?? { name: "ann", groups: [] },
    object,
    oldObject: asked.oldObject as Record<string, unknown> | undefined,
    warn: (message) => warnings.push(message),
  };
  await plugin.mutate?.(request);
  await plugin.validate?.(request);
  return { object: request.object, warnings, annotations: Object.fromEntries(annotations) };
}

export const namespaces = [
  { kind: "Namespace", metadata: { name: "default" }, status: { phase: "Active" } },
  { kind: "Namespace", metadata: { name: "ending" }, status: { phase: "Terminating" } },
];
export const accounts = [
  { kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } },
  {
    kind: "ServiceAccount",
    metadata: { name: "quiet", namespace: "default" },
    automountServiceAccountToken: false,
    imagePullSecrets: [{ name: "pull" }],
  },
];

export const pod = (spec: object = {}, metadata: object = {}) => ({
  kind: "Pod",
  metadata: { name: "web", namespace: "default", ...metadata },
  spec: { containers: [{ name: "c", image: "nginx" }], ...spec },
  status: {},
});

export function plugin(name: string, ...objects: object[]) {
  const fake = new FakeObjects().put(...namespaces, ...accounts, ...objects);
  const found = defaultAdmission(fake.environment).find((candidate) => candidate.name === name);
  invariant(found, `no plugin is called ${name}`);
  return { fake, found };
}

/** Throws unless the work is refused in exactly these words. */
export async function refusedWith(
  work: Promise<unknown>,
  code: number,
  message: string,
): Promise<void> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  invariant(error instanceof StatusError, `not refused, but ${String(error)}`);
  const actual = `${error.code} ${error.message}`;
  invariant(actual === `${code} ${message}`, `refused with: ${actual}`);
}
