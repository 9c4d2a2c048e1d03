import { ConfigMap } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import { validateConfigMap, validateConfigMapUpdate } from "./validation.ts";

export const configMaps: ResourceDefinition = defineResource<ConfigMap>({
  type: ConfigMap,
  columns: [
    nameColumn(),
    column("Data", ({ data = {}, binaryData = {} }) => {
      return Object.keys(data).length + Object.keys(binaryData).length;
    }),
    ageColumn(),
  ],
  validate: validateConfigMap,
  validateUpdate: validateConfigMapUpdate,
});
