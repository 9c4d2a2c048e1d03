/** Whose account does not bear the controller's own name. */
const accounts: Readonly<Record<string, string>> = {
  "bootstrap-signer-controller": "bootstrap-signer",
  "certificatesigningrequest-approving-controller": "certificate-controller",
  "certificatesigningrequest-cleaner-controller": "certificate-controller",
  "certificatesigningrequest-signing-controller": "certificate-controller",
  "daemonset-controller": "daemon-set-controller",
  "disruption-controller-stale-pods": "disruption-controller",
  "endpoints-controller": "endpoint-controller",
  "endpointslice-mirroring-controller": "endpointslicemirroring-controller",
  "garbage-collector-controller": "generic-garbage-collector",
  "horizontal-pod-autoscaler-controller": "horizontal-pod-autoscaler",
  "job-orphan-pods-controller": "job-controller",
  "legacy-serviceaccount-token-cleaner-controller": "legacy-service-account-token-cleaner",
  "node-ipam-controller": "node-controller",
  "node-lifecycle-controller": "node-controller",
  "persistentvolume-attach-detach-controller": "attachdetach-controller",
  "persistentvolume-binder-controller": "persistent-volume-binder",
  "persistentvolume-expander-controller": "expand-controller",
  "persistentvolume-protection-controller": "pv-protection-controller",
  "persistentvolumeclaim-protection-controller": "pvc-protection-controller",
  "pod-garbage-collector-controller": "pod-garbage-collector",
  "podcertificaterequest-cleaner-controller": "podcertificaterequestcleaner",
  "replicationcontroller-controller": "replication-controller",
  "resourceclaim-controller": "resource-claim-controller",
  "resourceclaim-reservations-controller": "resource-claim-controller",
  "root-ca-certificate-publisher-controller": "root-ca-cert-publisher",
  "service-cidr-controller": "service-cidrs-controller",
  "service-lb-controller": "service-controller",
  "serviceaccount-controller": "service-account-controller",
  "taint-eviction-controller": "node-controller",
  "token-cleaner-controller": "token-cleaner",
};

/** Without it there would be no accounts' tokens: it acts as the controller manager itself. */
const withoutAccount = ["serviceaccount-token-controller"];

/**
 * The service account, in kube-system, as which a controller acts; its roles are made for it.
 * Undefined for one that acts as the controller manager.
 */
export function serviceAccountOf(controller: string): string | undefined {
  return withoutAccount.includes(controller) ? undefined : (accounts[controller] ?? controller);
}
