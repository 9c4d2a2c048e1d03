import { startWorkloads, streamFixture } from "./logs.ts";
import type { ParityScript } from "./parity.ts";

const served = `apiVersion: v1
kind: Pod
metadata: {name: served, labels: {app: served}}
spec:
  containers:
  - name: a
    image: nginx
    ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 53, protocol: UDP}]
---
apiVersion: v1
kind: Service
metadata: {name: served}
spec:
  selector: {app: served}
  ports:
  - {name: web, port: 80, targetPort: http}
  - {name: raw, port: 81, targetPort: 8080}
  - {name: lost, port: 82, targetPort: nowhere}
  - {name: udp, port: 83, protocol: UDP}
`;

/** What ends by itself; ports that are forwarded are tried elsewhere. */
export const portForwardScripts: readonly ParityScript[] = [
  {
    ...streamFixture,
    name: "ports that cannot be forwarded",
    files: { ...streamFixture.files, "served.yaml": served },
    steps: [
      ...startWorkloads,
      "apply -f served.yaml",
      { settle: "wait --for=condition=Ready pod served --timeout=1s" },
      "port-forward",
      "port-forward web",
      "port-forward nope 80",
      "port-forward stuck 8080",
      "port-forward web http",
      "port-forward web 18080:http",
      "port-forward web x:80",
      "port-forward web 99999:80",
      "port-forward web 80:99999",
      "port-forward web 8080:0",
      "port-forward web 8080:",
      "port-forward web :",
      "port-forward web -- -1",
      "port-forward served 53",
      "port-forward served 5353:dns",
      "port-forward svc/served 99",
      "port-forward svc/served nope",
      "port-forward svc/served 83",
      "port-forward svc/served udp",
      "port-forward svc/served 82",
      "port-forward svc/served lost",
      "port-forward svc/outside 80",
      "port-forward svc/front 81",
      "port-forward cm/kube-root-ca.crt 80",
      "port-forward deploy/nope 80",
      "port-forward rs/none 80 --pod-running-timeout=100ms",
      "port-forward web 80 --pod-running-timeout=0",
      "port-forward web 18080:80 --address=example.com",
      "port-forward web 18080:80 --address=1.2.3.4",
      "port-forward web 18080:80 18081:81 --address=1.2.3.4,1.2.3.5",
      "port-forward web 18080:80 --as=jim",
      "port-forward web 18080:80 --foo",
      "proxy --unix-socket=x --port=1",
      "proxy --address=1.2.3.4",
      "proxy --port=x",
      "proxy --port=99999",
      "proxy --foo",
    ],
  },
];
