import type { Container } from "#api/core/v1.ts";

/**
 * A short fingerprint of what makes a container: when it changes, the container is replaced. Only
 * the image of a pod's container can change; all else is left out, so that a newer kubelet, which
 * may know more fields, leaves running containers alone. (FNV-1a, 32 bits)
 */
export function containerHash({ name, image }: Container): string {
  const text = JSON.stringify([name, image]);
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16);
}
