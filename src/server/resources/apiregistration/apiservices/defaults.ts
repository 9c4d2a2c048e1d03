import type { APIService } from "#api/apiregistration/v1.ts";
import type { Draft } from "#schema/message.ts";

/** What was left out counts as empty, and is told by the rules together with all else. */
export function completeApiService(apiService: Draft<APIService>): void {
  const spec: Partial<typeof apiService.spec> = (apiService.spec ??= {} as typeof apiService.spec);
  spec.groupPriorityMinimum ??= 0;
  spec.versionPriority ??= 0;
}
