import { Pod } from "#api/core/v1.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { bindingSubresource } from "./binding.ts";
import { podColumns } from "./columns.ts";
import { applyPodDefaults } from "./defaults.ts";
import { evictionSubresource } from "./eviction.ts";
import { logSubresource } from "./log.ts";
import { podProxy } from "./proxy.ts";
import { podGraceSeconds, prepareNewPod } from "./strategy.ts";
import { attachSubresource, execSubresource, portForwardSubresource } from "./streams.ts";
import {
  validateEphemeralUpdate,
  validatePodStatusUpdate,
  validatePodUpdate,
  validateResize,
} from "./validation-update.ts";
import { validateNewPod, validatePod } from "./validation.ts";
import { podWarnings } from "./warnings.ts";

export function pods(dependencies: ResourceDependencies): ResourceDefinition {
  return defineResource<Pod>({
    type: Pod,
    columns: podColumns,
    selectableFields: {
      "spec.nodeName": ({ spec }) => spec.nodeName ?? "",
      "spec.restartPolicy": ({ spec }) => spec.restartPolicy,
      "spec.schedulerName": ({ spec }) => spec.schedulerName,
      "spec.serviceAccountName": ({ spec }) => spec.serviceAccountName ?? "",
      "spec.hostNetwork": ({ spec }) => String(spec.hostNetwork ?? false),
      "status.phase": ({ status }) => status.phase ?? "",
      "status.podIP": ({ status }) => status.podIPs?.[0]?.ip ?? status.podIP ?? "",
      "status.podIPs": ({ status }) => (status.podIPs ?? []).map(({ ip }) => ip).join(","),
      "status.nominatedNodeName": ({ status }) => status.nominatedNodeName ?? "",
    },
    applyDefaults: applyPodDefaults,
    prepareForCreate: prepareNewPod,
    prepareForUpdate(pod, old) {
      pod.status = old.status;
    },
    validate: validatePod,
    validateCreate: validateNewPod,
    validateUpdate: validatePodUpdate,
    warnings: podWarnings,
    graceful: podGraceSeconds,
    status: {
      prepareForUpdate(pod, old) {
        const { ownerReferences } = old.metadata;
        if (ownerReferences) pod.metadata.ownerReferences = ownerReferences;
        else delete pod.metadata.ownerReferences;
        if (old.status.qosClass) pod.status.qosClass = old.status.qosClass;
      },
      validateUpdate: validatePodStatusUpdate,
    },
    views: {
      ephemeralcontainers: {
        prepareForUpdate(pod, old) {
          const { ephemeralContainers } = pod.spec;
          pod.spec = { ...old.spec };
          if (ephemeralContainers) pod.spec.ephemeralContainers = ephemeralContainers;
          else delete pod.spec.ephemeralContainers;
          pod.status = old.status;
        },
        validateUpdate: validateEphemeralUpdate,
      },
      resize: {
        prepareForUpdate(pod, old) {
          pod.status = old.status;
        },
        validateUpdate: validateResize,
      },
    },
    subresources: {
      attach: attachSubresource(dependencies),
      binding: bindingSubresource(dependencies),
      eviction: evictionSubresource(dependencies),
      exec: execSubresource(dependencies),
      log: logSubresource(dependencies),
      portforward: portForwardSubresource(dependencies),
      proxy: podProxy(dependencies),
    },
  });
}
