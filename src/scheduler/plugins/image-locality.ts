import { nodeScoreMax } from "../framework.ts";
import type { Plugin } from "../framework.ts";

const bytesPerMb = 1024 * 1024;
/** Images below this are fetched quickly enough not to matter. */
const bytesMin = 23 * bytesPerMb;
const bytesMaxPerContainer = 1000 * bytesPerMb;

/** Prefers nodes that have the pod's images already. */
export const imageLocality: Plugin = {
  name: "ImageLocality",
  weight: 1,

  score(pod, node, nodes) {
    let sum = 0;
    for (const image of pod.images) {
      const name = normalizedImageName(image);
      const bytes = node.imageBytes.get(name) ?? 0;
      if (bytes === 0) continue;
      // Spread: an image on few nodes counts less, so that they are not swamped.
      const holders = nodes.filter((other) => other.imageBytes.has(name)).length;
      sum += Math.trunc(bytes * (holders / nodes.length));
    }
    const bytesMax = bytesMaxPerContainer * Math.max(1, pod.images.length);
    const clamped = Math.min(Math.max(sum, bytesMin), bytesMax);
    return Math.trunc((nodeScoreMax * (clamped - bytesMin)) / (bytesMax - bytesMin));
  },

  mayFitAfter: () => false,
};

/** "nginx" is "docker.io/library/nginx:latest" in a node's list of images. */
export function normalizedImageName(image: string): string {
  const lastSlash = image.lastIndexOf("/");
  const tagged = image.includes("@") || image.lastIndexOf(":") > lastSlash;
  const first = lastSlash < 0 ? "" : image.slice(0, image.indexOf("/"));
  const hasHost = first.includes(".") || first.includes(":") || first === "localhost";
  const prefix = hasHost ? "" : lastSlash < 0 ? "docker.io/library/" : "docker.io/";
  return `${prefix}${image}${tagged ? "" : ":latest"}`;
}
