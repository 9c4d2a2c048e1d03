import type { ServiceCIDR } from "#api/networking/v1.ts";

/** Whether Services may be given addresses of its networks. One that nobody judged may, too. */
export function isReadyNetwork({ metadata, status }: ServiceCIDR): boolean {
  if (metadata.deletionTimestamp) return false;
  const ready = status.conditions?.find(({ type }) => type === "Ready");
  return !ready || ready.status === "True";
}
