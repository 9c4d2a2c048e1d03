import type { ParityScript } from "./parity.ts";

const crd = `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: rockets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {plural: rockets, singular: rocket, kind: Rocket, shortNames: [rk]}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema:
        description: A rocket flies.
        type: object
        properties:
          spec:
            type: object
            required: [stages]
            description: |-
              What is asked for:
              - to fly
              - to land

                  code stays

              A very long sentence that goes on and on for longer than any line of a terminal may be, so that it has to be broken somewhere.
            externalDocs: {url: "https://example.com/rockets", description: Read more}
            properties:
              stages: {type: array, description: One after the other., items: {type: object, properties: {fuel: {type: string, enum: ["", a, b, c, d]}}}}
              crew: {type: object, additionalProperties: {type: string}}
              any: {x-kubernetes-preserve-unknown-fields: true}
              size: {x-kubernetes-int-or-string: true}
`;

export const explainScripts: readonly ParityScript[] = [
  {
    name: "kinds and fields",
    files: { "crd.yaml": crd },
    steps: [
      { settle: "create -f crd.yaml" },
      { settle: "get rockets" },
      { settle: "explain rockets.spec" },
      ...["plaintext", "plaintext-openapiv2"].flatMap((output) =>
        [
          "pods",
          "po.spec.containers",
          "pods --recursive",
          "deploy.spec.replicas",
          "deployments.apps.spec.template.spec.containers.env",
          "cronjobs.spec.jobTemplate.spec",
          "pods.spec.restartPolicy",
          "pod.metadata.labels",
          "pods.spec.containers.resources.limits",
          "configmaps.data",
          "hpa.spec.metrics",
          "hpa.spec --api-version=autoscaling/v1",
          "crd.spec.versions.schema.openAPIV3Schema --recursive",
          "ds.status.conditions",
          "nodes.status.nodeInfo",
          "svc.spec.ports.targetPort",
          "pods.nope",
          "pods.spec.nope.x",
          "pod.spec.nodeName.x",
          "pods --api-version=v2",
          "deployments --api-version=apps/v1",
          "rockets",
          "rk.spec",
          "rockets.spec.stages",
          "rockets.spec.stages.fuel",
          "rockets.spec.crew",
          "rocket --recursive",
        ].map((words) => `explain ${words} --output=${output}`),
      ),
      "explain",
      "explain pods x",
      "explain nope",
      "explain nope.spec",
      "explain pods --output=foo",
      "explain pods.spec.",
      "explain deployments.v1.apps",
    ],
  },
];
