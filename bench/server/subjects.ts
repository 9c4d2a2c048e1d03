import type { Subject } from "./subject.ts";
import { applyDeployment } from "./subjects/apply-deployment.ts";
import { compaction } from "./subjects/compaction.ts";
import { createConfigMaps } from "./subjects/create-config-maps.ts";
import { createPods } from "./subjects/create-pods.ts";
import { getByName } from "./subjects/get-by-name.ts";
import { startWithPods } from "./subjects/start-with-pods.ts";

/** Everything that is measured of the API server, in the order of the table. */
export const subjects: readonly Subject[] = [
  createPods,
  createConfigMaps,
  applyDeployment,
  getByName,
  startWithPods,
  compaction,
];
