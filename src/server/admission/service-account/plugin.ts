import { sleep } from "#base/clock.ts";
import { cryptoRandom, nameSuffix } from "#base/random.ts";
import { Pod, ServiceAccount } from "#api/core/v1.ts";
import type { PodSpec, Volume } from "#api/core/v1.ts";
import { podReferences } from "#machinery/pod-references.ts";
import type { AdmissionEnvironment, AdmissionPlugin, AdmissionRequest } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";
import { debuggerProblem, secretProblem } from "./secrets.ts";

const mountPath = "/var/run/secrets/kubernetes.io/serviceaccount";
const volumePrefix = "kube-api-access-";
export const mirrorAnnotation = "kubernetes.io/config.mirror";
/** An hour, and odd: whoever asks for exactly this may be a client that never reads it again. */
const tokenExpirationSeconds = 3607;

/** A namespace's own account is made by a controller, which may take a moment. */
const defaultAccountAttempts = 10;
const defaultAccountRetryMs = 100;

/** Every pod runs as a service account, and finds its token where clients look for it. */
export function serviceAccount(environment: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "ServiceAccount",
    async mutate(request) {
      if (request.operation !== "CREATE" || !isAbout(request, "", "pods")) return;
      const pod = objectAs(request, Pod);
      if (pod.metadata.annotations?.[mirrorAnnotation] !== undefined) return;

      const { spec } = pod;
      spec.serviceAccountName ||= spec.serviceAccount || "default";
      spec.serviceAccount = spec.serviceAccountName;
      const account = await find(environment, request, spec.serviceAccountName);
      const mounts =
        spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
      if (mounts) mountToken(spec, environment);
      if (!spec.imagePullSecrets?.length && account.imagePullSecrets?.length) {
        spec.imagePullSecrets = account.imagePullSecrets.map(({ name }) => ({
          ...(name && { name }),
        }));
      }
    },
    async validate(request) {
      const isNew = request.operation === "CREATE" && isAbout(request, "", "pods");
      const isDebugged =
        request.operation === "UPDATE" && isAbout(request, "", "pods", "ephemeralcontainers");
      if (!isNew && !isDebugged) return;
      const pod = objectAs(request, Pod);
      if (isNew && pod.metadata.annotations?.[mirrorAnnotation] !== undefined) {
        return validateMirrorPod(request, pod);
      }
      const { namespace, name } = pod.metadata;
      if (!pod.spec.serviceAccountName) {
        throw refusal(request, `no service account specified for pod ${namespace}/${name}`);
      }
      const account = await find(environment, request, pod.spec.serviceAccountName);
      const problem = isNew ? secretProblem(account, pod) : debuggerProblem(account, pod);
      if (problem) throw refusal(request, problem);
    },
  };
}

/** Mirror pods stand for what a node runs by itself: they may reach for nothing of the API. */
function validateMirrorPod(request: AdmissionRequest, pod: Pod): void {
  const references = podReferences(pod);
  if (pod.spec.serviceAccountName) {
    throw refusal(request, "a mirror pod may not reference service accounts");
  }
  if (references.some(({ kind }) => kind === "secrets")) {
    throw refusal(request, "a mirror pod may not reference secrets");
  }
  for (const { projected } of pod.spec.volumes ?? []) {
    if (projected?.sources?.some((source) => source.serviceAccountToken)) {
      throw refusal(request, "a mirror pod may not use ServiceAccountToken volume projections");
    }
  }
}

async function find(
  { client, clock }: AdmissionEnvironment,
  request: AdmissionRequest,
  name: string,
): Promise<ServiceAccount> {
  const { namespace } = request;
  const attempts = name === "default" ? defaultAccountAttempts : 1;
  for (let attempt = 1; ; attempt++) {
    const account = await client.find(ServiceAccount, { namespace, name });
    if (account) return account;
    if (attempt >= attempts) break;
    await sleep(clock, defaultAccountRetryMs);
  }
  throw refusal(
    request,
    `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`,
  );
}

function mountToken(spec: PodSpec, { random = cryptoRandom }: AdmissionEnvironment): void {
  const existing = spec.volumes?.find(
    ({ name, projected }) => projected !== undefined && name.startsWith(volumePrefix),
  );
  const name = existing?.name ?? volumePrefix + nameSuffix(random);
  let isNeeded = false;
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (container.volumeMounts?.some((mount) => mount.mountPath === mountPath)) continue;
    container.volumeMounts = [
      ...(container.volumeMounts ?? []),
      { name, readOnly: true, mountPath },
    ];
    isNeeded = true;
  }
  if (isNeeded && !existing) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      defaultMode: 0o644,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: tokenExpirationSeconds } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [
              {
                path: "namespace",
                fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" },
              },
            ],
          },
        },
      ],
    },
  };
}
