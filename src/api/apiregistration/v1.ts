import { bool, bytes, int32, list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

export abstract class APIService extends kind(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService",
  {
    group: "apiregistration.k8s.io",
    version: "v1",
    kind: "APIService",
    resource: "apiservices",
    singular: "apiservice",
    namespaced: false,
    categories: ["api-extensions"],
  },
  {
    metadata: object(1, () => ObjectMeta).default({}),
    spec: object(2, () => APIServiceSpec),
    status: object(3, () => APIServiceStatus).default({}),
  },
) {}

export abstract class APIServiceSpec extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec",
  {
    service: object(1, () => ServiceReference).optional(),
    group: string(2).optional(),
    version: string(3).optional(),
    insecureSkipTLSVerify: bool(4).optional(),
    caBundle: bytes(5).optional(),
    groupPriorityMinimum: int32(7),
    versionPriority: int32(8),
  },
) {}

export abstract class ServiceReference extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference",
  {
    namespace: string(1).optional(),
    name: string(2).optional(),
    port: int32(3).default(443),
  },
) {}

export abstract class APIServiceStatus extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus",
  {
    conditions: list(1, () => APIServiceCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

export abstract class APIServiceCondition extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition",
  {
    type: string(1),
    status: oneOf(2, "True", "False", "Unknown"),
    lastTransitionTime: time(3).optional(),
    reason: string(4).optional(),
    message: string(5).optional(),
  },
) {}

export abstract class APIServiceList extends kind(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceList",
  { group: "apiregistration.k8s.io", version: "v1", kind: "APIServiceList" },
  {
    metadata: object(1, () => ListMeta).default({}),
    items: list(2, () => APIService),
  },
) {}
