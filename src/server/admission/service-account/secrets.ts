import type { Container, EphemeralContainer, Pod, ServiceAccount } from "#api/core/v1.ts";

const annotation = "kubernetes.io/enforce-mountable-secrets";
const yes = new Set(["1", "t", "T", "true", "TRUE", "True"]);

/** Which secret a pod refers to that its account does not name, where the account insists. */
export function secretProblem(account: ServiceAccount, { spec }: Pod): string | undefined {
  if (!insists(account)) return undefined;
  const { name } = account.metadata;
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name));
  const pulled = new Set((account.imagePullSecrets ?? []).map((secret) => secret.name));
  for (const { secret } of spec.volumes ?? []) {
    if (secret && !mountable.has(secret.secretName)) {
      return (
        `volume with secret.secretName="${secret.secretName ?? ""}" is not allowed because ` +
        `service account ${name} does not reference that secret`
      );
    }
  }
  const problem =
    containersProblem("init container", spec.initContainers ?? [], account) ??
    containersProblem("container", spec.containers, account);
  if (problem) return problem;
  const index = (spec.imagePullSecrets ?? []).findIndex((secret) => !pulled.has(secret.name));
  if (index < 0) return undefined;
  return (
    `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name ?? ""}" is not ` +
    `allowed because service account ${name} does not reference that imagePullSecret`
  );
}

/** The same for containers that join a running pod. */
export function debuggerProblem(account: ServiceAccount, { spec }: Pod): string | undefined {
  if (!insists(account)) return undefined;
  return containersProblem("ephemeral container", spec.ephemeralContainers ?? [], account);
}

function insists({ metadata }: ServiceAccount): boolean {
  return yes.has(metadata.annotations?.[annotation] ?? "");
}

function containersProblem(
  word: string,
  containers: readonly (Container | EphemeralContainer)[],
  account: ServiceAccount,
): string | undefined {
  const mountable = new Set((account.secrets ?? []).map((secret) => secret.name));
  const why = (what: string, secret: string) =>
    `${what} referencing secret.secretName="${secret}" is not allowed because service account ` +
    `${account.metadata.name} does not reference that secret`;
  for (const container of containers) {
    for (const { name, valueFrom } of container.env ?? []) {
      const secret = valueFrom?.secretKeyRef?.name;
      if (secret === undefined || mountable.has(secret)) continue;
      return why(`${word} ${container.name} with envVar ${name}`, secret);
    }
    for (const { secretRef } of container.envFrom ?? []) {
      const secret = secretRef?.name;
      if (secret === undefined || mountable.has(secret)) continue;
      return why(`${word} ${container.name} with envFrom`, secret);
    }
  }
  return undefined;
}
