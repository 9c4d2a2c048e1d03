import type { Clock } from "#base/clock.ts";
import type { Logger } from "#base/log.ts";
import type { MetricsRegistry } from "#base/metrics.ts";
import type { Random } from "#base/random.ts";
import type { Transport } from "#client/transport.ts";
import type { CertificateAuthority } from "#pki/certificate.ts";
import type { SigningKey } from "#pki/keys.ts";
import type { AllControllersOptions } from "#controllers/all.ts";
import type { RunSchedulerOptions } from "#scheduler/run.ts";
import type { AdmissionOptions } from "#server/admission/default.ts";
import type { RemoteServers } from "#server/aggregation/remote.ts";
import type { Auditor } from "#server/audit/auditor.ts";
import type { WebhookPost } from "#server/webhook/caller.ts";
import type { AnonymousOptions } from "#server/authn/anonymous.ts";
import type { RequestHeaderOptions } from "#server/authn/request-header.ts";
import type { TokenAuthenticator } from "#server/authn/token.ts";
import type { AuthorizerSettings } from "#server/authz/settings.ts";
import type { PathHandler } from "#server/pipeline/pipeline.ts";
import type { UserInfo } from "#server/pipeline/request.ts";
import type { KubeletConnector } from "#server/resources/core/pods/kubelet-connector.ts";
import type { ApiServerOptions } from "#server/server.ts";
import type { HealthCheck } from "#server/health/health.ts";
import type { BuildInfo } from "#server/health/version.ts";
import type { Store } from "#storage/store.ts";
import { clusterDomain } from "../config.ts";
import type { ClusterConfig } from "../config.ts";

/** What a control plane is made of. */
export interface ControlPlaneOptions {
  readonly config: ClusterConfig;
  readonly store: Store;
  readonly serviceAccountKey: SigningKey;
  /** The cluster's certificate authority: pods get it to know the API server by. */
  readonly authorityPem: string;
  /** The same as it is now, with its key: it signs approved certificates. Missing: they wait. */
  readonly authority?: () => CertificateAuthority;
  readonly kubelet: KubeletConnector;
  /** How webhooks are reached; where it is missing, none can be. */
  readonly webhookPost?: WebhookPost;
  /** How servers behind APIServices are reached; where it is missing, none can be. */
  readonly remoteServers?: RemoteServers;
  readonly admission?: AdmissionOptions;
  /** How pods are given nodes; upstream's defaults when missing. */
  readonly scheduler?: Pick<RunSchedulerOptions, "configuration" | "extenderPost">;
  /** What nodes and Services get from here; from others, or not at all, when missing. */
  readonly controllers?: Pick<AllControllersOptions, "nodeIpam" | "loadBalancers">;
  /** Who else is known than the cluster's own components and service accounts. */
  readonly access?: AccessOptions;
  /** How much of what happened the server remembers itself; the rest it asks the store for. */
  readonly cacher?: ApiServerOptions["cacher"];
  /** Writes down who asks for what. */
  readonly auditor?: Auditor;
  readonly build: BuildInfo;
  readonly metrics?: MetricsRegistry;
  /** Of what the server depends on, besides its own. */
  readonly checks?: readonly HealthCheck[];
  /** Who this server is among those that share the store; see `LeadershipOptions`. */
  readonly identity?: string;
  /** Paths of this program's own, besides what Kubernetes has. */
  readonly paths?: readonly PathHandler[];
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** Who signs the tokens of service accounts. */
export const tokenIssuer = `https://kubernetes.default.svc.${clusterDomain}`;

/** Who comes in, besides the cluster's own, and what he may do. */
export interface AccessOptions {
  /** Bearer tokens that are known beforehand. */
  readonly tokens?: ReadonlyMap<string, UserInfo>;
  /** What proxies in front of the server say; they are not heard when missing. */
  readonly requestHeader?: RequestHeaderOptions;
  /**
   * PEM: it signs the certificates of those proxies. Servers behind this one are told of it, and
   * again when it is another one.
   */
  readonly requestHeaderAuthority?: string;
  /** The same for the certificates of clients; the cluster's own authority when missing. */
  readonly clientAuthority?: string;
  /** Who else knows tokens: other issuers, other servers. Asked in order, after this one. */
  readonly tokenAuthenticators?: (parts: {
    readonly clock: Clock;
    /** Of this server. */
    readonly audiences: readonly string[];
  }) => readonly TokenAuthenticator[];
  /** Who decides what somebody may do: Node and RBAC when missing. */
  readonly authorizers?: readonly AuthorizerSettings[];
  /** Called with what lets others decide while the server runs. */
  readonly bindAuthorizers?: (
    replace: (authorizers: readonly AuthorizerSettings[]) => void,
  ) => void;
  /** The way to a webhook, by a kubeconfig's path. */
  readonly webhookTransport?: (kubeconfig: string | undefined) => Transport;
  /** Everybody may ask without a name when missing; what he may do is for the roles to say. */
  readonly anonymous?: AnonymousOptions;
}
