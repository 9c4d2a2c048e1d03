import type { Container } from "#api/core/v1.ts";

/**
 * A short fingerprint of what makes a container: when it changes, the container is replaced.
 * Resources are left out, because they are changed in place. (FNV-1a, 32 bits)
 */
export function containerHash(container: Container): string {
  const { name, image, command, args, env, envFrom, ports, volumeMounts, workingDir } = container;
  const text = JSON.stringify([
    name,
    image,
    command,
    args,
    env,
    envFrom,
    ports,
    volumeMounts,
    workingDir,
    container.lifecycle,
    container.livenessProbe,
    container.readinessProbe,
    container.startupProbe,
    container.securityContext,
    container.stdin,
    container.tty,
    container.imagePullPolicy,
  ]);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
