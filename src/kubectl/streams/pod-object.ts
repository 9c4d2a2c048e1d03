import type { KubeObject } from "../objects.ts";

/** What commands here look at of a pod; the rest is kept. */
export interface PodObject extends KubeObject {
  spec: {
    nodeName?: string;
    containers: ContainerObject[];
    initContainers?: ContainerObject[];
    ephemeralContainers?: ContainerObject[];
    restartPolicy?: string;
    [field: string]: unknown;
  };
  status: {
    phase?: "Pending" | "Running" | "Succeeded" | "Failed" | "Unknown";
    conditions?: { type: string; status: string; lastTransitionTime?: string | null }[];
    containerStatuses?: ContainerStatusObject[];
    initContainerStatuses?: ContainerStatusObject[];
    ephemeralContainerStatuses?: ContainerStatusObject[];
    [field: string]: unknown;
  };
}

export interface ContainerObject {
  name: string;
  image?: string;
  tty?: boolean;
  stdin?: boolean;
  restartPolicy?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  [field: string]: unknown;
}

export interface ContainerStatusObject {
  name: string;
  restartCount?: number;
  state?: {
    waiting?: { reason?: string; message?: string };
    running?: { startedAt?: string };
    terminated?: { exitCode: number; reason?: string; message?: string };
  };
  [field: string]: unknown;
}
