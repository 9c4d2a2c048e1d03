import { Namespace, Service } from "#api/core/v1.ts";
import { notFound } from "#machinery/status.ts";
import type { AdmissionEnvironment, AdmissionPlugin } from "../admission.ts";
import { isAbout, objectAs, refusal } from "../refusal.ts";

/** Has nothing against anything. */
export function alwaysAdmit(): AdmissionPlugin {
  return { name: "AlwaysAdmit" };
}

/** For tests of what happens then. */
export function alwaysDeny(): AdmissionPlugin {
  return {
    name: "AlwaysDeny",
    validate(request) {
      throw refusal(request, "admission control is denying all modifications");
    },
  };
}

/** Nothing happens in namespaces that do not exist. */
export function namespaceExists({ client }: AdmissionEnvironment): AdmissionPlugin {
  return {
    name: "NamespaceExists",
    async validate({ namespace: name }) {
      if (!name || (await client.find(Namespace, { name }))) return;
      throw notFound({ group: "", resource: "namespaces" }, name);
    },
  };
}

/** Services get no external addresses that they do not have already: any would be believed. */
export function denyServiceExternalIPs(): AdmissionPlugin {
  return {
    name: "DenyServiceExternalIPs",
    validate(request) {
      if (request.operation !== "CREATE" && request.operation !== "UPDATE") return;
      if (!isAbout(request, "", "services")) return;
      const addresses = objectAs(request, Service).spec?.externalIPs ?? [];
      const old = request.oldObject as unknown as Service | undefined;
      const known = old?.spec?.externalIPs ?? [];
      if (addresses.every((address) => known.includes(address))) return;
      throw refusal(request, "Use of external IPs is denied by admission control");
    },
  };
}
