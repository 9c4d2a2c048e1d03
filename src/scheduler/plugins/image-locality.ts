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

  prepareScore(pod, cluster) {
    const { containers, initContainers = [] } = pod.pod.spec;
    const bytesMax = bytesMaxPerContainer * (containers.length + initContainers.length);
    const images = pod.images
      .map(normalizedImageName)
      // Spread: an image on few nodes counts less, so that they are not swamped.
      .map((name) => ({ name, spread: cluster.imageHolders(name) / cluster.nodes.length }))
      .filter(({ spread }) => spread > 0);
    if (images.length === 0) return undefined;
    return {
      score(node) {
        let sum = 0;
        for (const { name, spread } of images) {
          sum += Math.trunc((node.imageBytes.get(name) ?? 0) * spread);
        }
        const clamped = Math.min(Math.max(sum, bytesMin), bytesMax);
        return Math.trunc((nodeScoreMax * (clamped - bytesMin)) / (bytesMax - bytesMin));
      },
    };
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
