import { Endpoints } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateEndpoints } from "./validation.ts";

/** More than this many addresses are counted, not shown. */
const shownMax = 3;

export const endpoints: ResourceDefinition = defineResource<Endpoints>({
  type: Endpoints,
  allowCreateOnUpdate: true,
  columns: [nameColumn(), column("Endpoints", addressText), ageColumn()],
  validate: validateEndpoints,
});

/** "10.244.0.5:80,10.244.0.6:80 + 3 more..." */
function addressText({ subsets = [] }: Endpoints): string {
  if (!subsets.length) return "<none>";
  const all: string[] = [];
  for (const { addresses = [], ports = [] } of subsets) {
    if (!ports.length) all.push(...addresses.map(({ ip }) => ip));
    for (const { port } of ports) {
      all.push(
        ...addresses.map(({ ip }) => (ip.includes(":") ? `[${ip}]:${port}` : `${ip}:${port}`)),
      );
    }
  }
  const text = all.slice(0, shownMax).join(",");
  return all.length > shownMax ? `${text} + ${all.length - shownMax} more...` : text;
}
