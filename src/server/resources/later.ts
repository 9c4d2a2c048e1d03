import type { ResourceDefinition } from "../registry/resource.ts";
import { daemonSets } from "./apps/daemonsets.ts";
import { statefulSets } from "./apps/statefulsets.ts";
import { cronJobs, jobs } from "./batch/resources.ts";
import { persistentVolumeClaims } from "./core/persistentvolumeclaims/resource.ts";
import { resourceQuotas } from "./core/resourcequotas/resource.ts";

/**
 * Kinds whose rules are written, but not what they set in motion: nothing would run their pods,
 * bind their volumes or count their use. Each moves to `allResources` with its controller.
 */
export const laterResources: readonly ResourceDefinition[] = [
  cronJobs,
  daemonSets,
  jobs,
  persistentVolumeClaims,
  resourceQuotas,
  statefulSets,
];
