import { httpsTransport } from "#client/node/https-transport.ts";
import type { HttpsTransport } from "#client/node/https-transport.ts";
import type { Scope } from "#base/scope.ts";
import type { Outgoing } from "../outgoing.ts";

/** HTTPS to other servers, on connections that are kept until the scope closes. */
export function httpsOutgoing(scope: Scope): Outgoing {
  const open = new Map<string, HttpsTransport>();
  scope.onClose(() => {
    for (const transport of open.values()) transport.close();
  });
  return {
    to({ server, certificateAuthority }) {
      const key = JSON.stringify([server, certificateAuthority]);
      let transport = open.get(key);
      if (!transport) {
        transport = httpsTransport({
          server,
          ...(certificateAuthority && { certificateAuthority }),
          userAgent: "kube-apiserver",
        });
        open.set(key, transport);
      }
      return transport;
    },
  };
}
