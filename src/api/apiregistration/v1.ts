import { bool, bytes, int32, list, object, oneOf, string, time } from "#schema/field.ts";
import { kind, message } from "#schema/message.ts";
import { ListMeta, ObjectMeta } from "#api/meta/v1.ts";

/**
 * A version of an API group and who serves it. Its name is VERSION.GROUP. Those served by the API
 * server itself are kept by it.
 */
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
    /** What is served, and by whom. */
    spec: object(2, () => APIServiceSpec),
    /** Whether it can be reached. */
    status: object(3, () => APIServiceStatus).default({}),
  },
) {}

/** What is served, and by whom. */
export abstract class APIServiceSpec extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec",
  {
    /** The Service to which requests are passed on. Missing: this server serves it itself. */
    service: object(1, () => ServiceReference).optional(),
    /** The API group that is served. */
    group: string(2).optional(),
    /** The API version that is served. */
    version: string(3).optional(),
    /**
     * If true, the Service's certificate is not checked. Strongly discouraged. Not together with
     * caBundle. Default false.
     */
    insecureSkipTLSVerify: bool(4).implicit().optional(),
    /**
     * PEM certificates of the authorities that may sign the Service's certificate, in base64.
     * Missing: those that the API server trusts.
     */
    caBundle: bytes(5).optional(),
    /**
     * Where the group stands among others: the highest comes first. It counts for kubectl where
     * names meet. The highest of the group's versions decides. 1 to 20000.
     */
    groupPriorityMinimum: int32(7),
    /**
     * Where the version stands in its group: the highest comes first; equal ones by name, v2 before
     * v1 before v1beta1. 1 to 1000.
     */
    versionPriority: int32(8),
  },
) {}

/** A Service that serves an API. */
export abstract class ServiceReference extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference",
  {
    /** The Service's namespace. */
    namespace: string(1).optional(),
    /** The Service's name. */
    name: string(2).optional(),
    /** The Service's port. Default 443. */
    port: int32(3).default(443),
  },
) {}

/** Whether a version of an API can be reached. */
export abstract class APIServiceStatus extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus",
  {
    /** Available: whether the server behind it answers. */
    conditions: list(1, () => APIServiceCondition)
      .mapBy("type")
      .merge("type")
      .optional(),
  },
) {}

/** A statement about an APIService. */
export abstract class APIServiceCondition extends message(
  "io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition",
  {
    /** Available: the Service exists and answers. */
    type: string(1),
    /** True, False or Unknown. */
    status: oneOf(2, "True", "False", "Unknown"),
    /** When the status last changed, not when it was last looked at. */
    lastTransitionTime: time(3).optional(),
    /** One word in upper camel case that says why, for programs. */
    reason: string(4).optional(),
    /** The same for people, in a sentence. */
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
