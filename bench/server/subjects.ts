import type { Subject } from "./subject.ts";
import { applyDeployment } from "./subjects/apply-deployment.ts";
import { compaction } from "./subjects/compaction.ts";
import { createConfigMaps } from "./subjects/create-config-maps.ts";
import { createPods } from "./subjects/create-pods.ts";
import { getByName } from "./subjects/get-by-name.ts";
import { startWithPods } from "./subjects/start-with-pods.ts";
import { list10000, list150000, listCustomResources } from "./subjects/list.ts";
import { memoryAtRest } from "./subjects/memory-at-rest.ts";
import { watchFanOut, watchMemory } from "./subjects/watch.ts";

/** Everything that is measured of the API server, in the order of the table. */
export const subjects: readonly Subject[] = [
  createPods,
  createConfigMaps,
  applyDeployment,
  getByName,
  startWithPods,
  compaction,
  list10000,
  list150000,
  listCustomResources,
  watchFanOut,
  watchMemory,
  memoryAtRest,
];
