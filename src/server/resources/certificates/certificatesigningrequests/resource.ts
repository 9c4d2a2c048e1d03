import { CertificateSigningRequest } from "#api/certificates/v1.ts";
import { humanDuration } from "#machinery/age.ts";
import type { ResourceDefinition } from "../../../registry/resource.ts";
import { ageColumn, column, nameColumn } from "../../common/columns.ts";
import { defineResource } from "../../define.ts";
import type { ResourceDependencies } from "../../dependencies.ts";
import { completeTimes, keepDecisions } from "./strategy.ts";
import {
  checkRequest,
  validateApproval,
  validateNewRequest,
  validateRequestUpdate,
  validateStatusUpdate,
} from "./validation.ts";

/** Somebody asks for a certificate: an approver decides, then the named signer signs. */
export function certificateSigningRequests({ clock }: ResourceDependencies): ResourceDefinition {
  return defineResource<CertificateSigningRequest>({
    type: CertificateSigningRequest,
    requiredMayBeEmpty: true,
    hasGeneration: false,
    // The name is never part of anything: it may be what the requester likes.
    nameRule: "pathSegment",
    columns: [
      nameColumn(),
      ageColumn(),
      column("SignerName", ({ spec }) => spec.signerName || "<none>"),
      column("Requestor", ({ spec }) => spec.username ?? ""),
      column("RequestedDuration", ({ spec }) =>
        spec.expirationSeconds === undefined
          ? "<none>"
          : humanDuration(spec.expirationSeconds * 1000),
      ),
      column("Condition", conditionText),
    ],
    selectableFields: { "spec.signerName": ({ spec }) => spec.signerName },
    prepareForCreate(request, { user }) {
      const {
        username: _username,
        uid: _uid,
        groups: _groups,
        extra: _extra,
        ...asked
      } = request.spec;
      const extra = Object.entries(user.extra ?? {}).map(([key, values]) => [key, [...values]]);
      request.spec = {
        ...asked,
        username: user.name,
        ...(user.uid && { uid: user.uid }),
        groups: [...user.groups],
        ...(extra.length > 0 && { extra: Object.fromEntries(extra) }),
      };
      request.status = {};
    },
    prepareForUpdate(request, old) {
      request.spec = old.spec;
      request.status = old.status;
    },
    validateCreate: validateNewRequest,
    checkCreate: checkRequest,
    validateUpdate: validateRequestUpdate,
    status: {
      prepareForUpdate(request, old) {
        keepDecisions(request, old);
        completeTimes(request, old, clock.now());
      },
      validateUpdate: validateStatusUpdate,
    },
    views: {
      approval: {
        prepareForUpdate(request, old) {
          completeTimes(request, old, clock.now());
          const { conditions } = request.status;
          request.spec = old.spec;
          const { conditions: _conditions, ...rest } = old.status;
          request.status = { ...rest, ...(conditions && { conditions }) };
        },
        validateUpdate: validateApproval,
      },
    },
  });
}

function conditionText({ status }: CertificateSigningRequest): string {
  const has = (type: string) => status.conditions?.some((condition) => condition.type === type);
  const words = [has("Denied") ? "Denied" : has("Approved") ? "Approved" : "Pending"];
  if (has("Failed")) words.push("Failed");
  if (status.certificate) words.push("Issued");
  return words.join(",");
}
