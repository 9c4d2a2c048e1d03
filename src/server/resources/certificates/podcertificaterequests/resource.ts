import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { forbidden } from "#machinery/validation/field-error.ts";
import { maySign } from "../../../authz/signers.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { column, formatLabels, nameColumn } from "../../common/columns.ts";
import { immutable, sameValue } from "../../common/validation.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { validateAnswer } from "./validation-status.ts";
import { checkKey, finalStates, validateRequest } from "./validation.ts";

/** A kubelet asks a signer for a certificate of a pod. */
export function podCertificateRequests({
  authorizer,
  clock,
}: Pick<ResourceDependencies, "authorizer" | "clock">): ResourceDefinition {
  return defineResource<PodCertificateRequest>({
    type: PodCertificateRequest,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    allowUnconditionalUpdate: false,
    columns: [
      nameColumn(),
      column("PodName", ({ spec }) => spec.podName),
      column("ServiceAccountName", ({ spec }) => spec.serviceAccountName),
      column("NodeName", ({ spec }) => spec.nodeName),
      column("SignerName", ({ spec }) => spec.signerName),
      column("State", ({ status }) => {
        const states = status.conditions?.filter(({ type }) => finalStates.includes(type));
        return states?.at(-1)?.type ?? "Pending";
      }),
      column("UnverifiedUserAnnotations", ({ spec }) =>
        formatLabels(spec.unverifiedUserAnnotations),
      ),
    ],
    selectableFields: {
      "spec.signerName": ({ spec }) => spec.signerName,
      "spec.podName": ({ spec }) => spec.podName,
      "spec.nodeName": ({ spec }) => spec.nodeName,
    },
    prepareForCreate(request) {
      request.status = {};
    },
    prepareForUpdate(request, old) {
      request.status = old.status;
    },
    validateCreate: validateRequest,
    checkCreate: checkKey,
    validateUpdate: ({ spec }, old) => immutable("spec", spec, old.spec),
    status: {
      async checkUpdate(request, old, user) {
        const errors = validateAnswer(request, old, clock.now());
        if (errors.length || sameValue(request.status, old.status)) return errors;
        const { signerName } = old.spec;
        if (await maySign(authorizer, user, "sign", signerName)) return [];
        const detail = `User "${user.name}" is not permitted to "sign" for signer "${signerName}"`;
        return [forbidden("spec.signerName", detail)];
      },
    },
  });
}
