import { PodCertificateRequest } from "#api/certificates/v1beta1.ts";
import { IPAddress, ServiceCIDR } from "#api/networking/v1.ts";
import { StorageVersionMigration } from "#api/storagemigration/v1beta1.ts";
import type { Discovery } from "#client/discovery.ts";
import { discover } from "#client/discovery.ts";
import type { Transport } from "#client/transport.ts";
import type { Controller } from "#component/controller.ts";
import type { SigningKey } from "#pki/keys.ts";
import type { CertificateAuthority } from "#pki/certificate.ts";
import { attachDetachController } from "./attach-detach/controller.ts";
import { bootstrapTokenCleaner } from "./bootstrap-tokens/cleaner.ts";
import { bootstrapSigner } from "./bootstrap-tokens/signer.ts";
import { certificateApprover } from "./certificates/approving/controller.ts";
import { certificateRequestCleaner } from "./certificates/cleaner/controller.ts";
import { podCertificateRequestCleaner } from "./certificates/pod-cleaner/controller.ts";
import { certificateSigner } from "./certificates/signing/controller.ts";
import { clusterRoleAggregationController } from "./clusterrole-aggregation/controller.ts";
import { daemonSetController } from "./daemonset/controller.ts";
import { cronJobController } from "./cronjob/controller.ts";
import { deploymentController } from "./deployment/controller.ts";
import { deviceTaintEvictionController } from "./device-taint-eviction/controller.ts";
import { disruptionController } from "./disruption/controller.ts";
import { staleDisruptionController } from "./disruption/stale-condition.ts";
import { endpointsController } from "./endpoints/controller.ts";
import { endpointSliceController } from "./endpointslice/controller.ts";
import { endpointSliceMirroringController } from "./endpointslice-mirroring/controller.ts";
import { ephemeralVolumeController } from "./ephemeral-volume/controller.ts";
import { garbageCollector } from "./garbage-collector/controller.ts";
import { horizontalPodAutoscalerController } from "./horizontal-pod-autoscaler/controller.ts";
import { jobControllers } from "./job/controller.ts";
import { legacyTokenCleaner } from "./legacy-token-cleaner/controller.ts";
import { namespaceController } from "./namespace/controller.ts";
import { nodeLifecycleController } from "./node-lifecycle/controller.ts";
import { claimProtectionController } from "./persistentvolumeclaim-protection/controller.ts";
import { volumeExpander } from "./persistentvolume-expander/controller.ts";
import { volumeProtectionController } from "./persistentvolume-protection/controller.ts";
import { persistentVolumeBinder } from "./persistentvolume-binder/controller.ts";
import { hostPathProvisioner, hostPathProvisioners } from "./persistentvolume-binder/host-path.ts";
import type { NodeFolders } from "./persistentvolume-binder/host-path.ts";
import { nodeIpamController } from "./node-ipam/controller.ts";
import type { NodeIpamOptions } from "./node-ipam/controller.ts";
import { podGarbageCollector } from "./pod-gc/controller.ts";
import { replicaSetController, replicationControllerController } from "./replicaset/controller.ts";
import { claimReservationsController, podClaimsController } from "./resource-claim/controller.ts";
import { resourceQuotaController } from "./resource-quota/controller.ts";
import { rootCertificatePublisher, serviceAccountController } from "./serviceaccount/controller.ts";
import { serviceCidrController } from "./service-cidr/controller.ts";
import { serviceLoadBalancerController } from "./service-lb/controller.ts";
import type { LoadBalancerProvider } from "./service-lb/controller.ts";
import { tokenSecretsController } from "./serviceaccount/tokens.ts";
import { statefulSetController } from "./statefulset/controller.ts";
import { storageVersionMigrator } from "./storage-version-migrator/controller.ts";
import { taintEvictionController } from "./taint-eviction/controller.ts";
import { ttlAfterFinishedController } from "./ttl-after-finished/controller.ts";
import { ttlController } from "./ttl/controller.ts";
import { validatingAdmissionPolicyStatusController } from "./validating-admission-policy-status/controller.ts";
import { attributesClassProtectionController } from "./volumeattributesclass-protection/controller.ts";
import type { ExpressionCheck } from "./validating-admission-policy-status/controller.ts";

export interface AllControllersOptions {
  /** Asked what is served: the garbage collector and the namespace controller act on all of it. */
  readonly transport: Transport;
  /** PEM; published to every namespace. */
  readonly rootCertificateAuthority: string;
  /** Signs the certificates that were approved; without it they wait. */
  readonly certificateAuthority?: () => CertificateAuthority;
  /** Signs the tokens that secrets ask for; without it such secrets stay empty. */
  readonly serviceAccountKey?: SigningKey;
  readonly terminatedPodThreshold?: number;
  /** How volumes that are folders of nodes are deleted; missing where nodes have no folders. */
  readonly folders?: NodeFolders;
  /** Missing: nobody tells in admission policies' status what is dubious about them. */
  readonly expressionCheck?: ExpressionCheck;
  /** Whether the server serves a kind: who acts on one that need not be is left out without it. */
  readonly serves?: (type: unknown) => boolean;
  /** Missing: nodes have their networks for pods from somebody else. */
  readonly nodeIpam?: NodeIpamOptions;
  /** Missing: Services of type LoadBalancer wait for somebody else. */
  readonly loadBalancers?: LoadBalancerProvider;
}

const noFolders: NodeFolders = { remove: () => Promise.resolve() };

/** Every controller of the controller manager, each new: some keep state of their cluster. */
export function allControllers(options: AllControllersOptions): readonly Controller[] {
  const discovery = (signal: AbortSignal): Promise<Discovery> =>
    discover(options.transport, signal);
  const { terminatedPodThreshold, serviceAccountKey: key, expressionCheck } = options;
  const { certificateAuthority: signer, rootCertificateAuthority: rootAuthority } = options;
  const serves = options.serves ?? (() => false);
  return [
    deploymentController,
    replicaSetController,
    replicationControllerController,
    statefulSetController,
    ...jobControllers(),
    ttlAfterFinishedController,
    daemonSetController(),
    cronJobController(),
    horizontalPodAutoscalerController(),
    endpointsController,
    endpointSliceController,
    endpointSliceMirroringController,
    namespaceController(discovery),
    serviceAccountController,
    rootCertificatePublisher(rootAuthority),
    garbageCollector(discovery),
    resourceQuotaController(discovery),
    nodeLifecycleController(),
    taintEvictionController(),
    ttlController(),
    disruptionController,
    staleDisruptionController,
    persistentVolumeBinder([hostPathProvisioner(options.folders ?? noFolders)]),
    attachDetachController(),
    volumeExpander(hostPathProvisioners),
    claimProtectionController,
    volumeProtectionController,
    attributesClassProtectionController,
    ephemeralVolumeController,
    ...(serves(ServiceCIDR) && serves(IPAddress) ? [serviceCidrController] : []),
    podClaimsController,
    claimReservationsController,
    deviceTaintEvictionController(),
    clusterRoleAggregationController,
    certificateApprover,
    ...(signer ? [certificateSigner(signer)] : []),
    certificateRequestCleaner,
    bootstrapSigner,
    bootstrapTokenCleaner,
    legacyTokenCleaner,
    ...(key ? [tokenSecretsController({ key, certificateAuthority: rootAuthority })] : []),
    ...(serves(PodCertificateRequest) ? [podCertificateRequestCleaner] : []),
    ...(serves(StorageVersionMigration) ? [storageVersionMigrator(discovery)] : []),
    ...(options.nodeIpam ? [nodeIpamController(options.nodeIpam)] : []),
    ...(options.loadBalancers ? [serviceLoadBalancerController(options.loadBalancers)] : []),
    ...(expressionCheck ? [validatingAdmissionPolicyStatusController(expressionCheck)] : []),
    podGarbageCollector({
      ...(terminatedPodThreshold !== undefined && { terminatedPodThreshold }),
    }),
  ];
}
