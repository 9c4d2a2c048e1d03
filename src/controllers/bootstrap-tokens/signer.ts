import { CompactSign } from "jose/jws/compact/sign";
import { ConfigMap, Secret } from "#api/core/v1.ts";
import { utf8 } from "#base/bytes.ts";
import { defineController, watch } from "#component/controller.ts";
import { deepEqual } from "#machinery/deep-equal.ts";
import { signingToken, tokenQuery } from "./token.ts";
import type { BootstrapToken } from "./token.ts";

const clusterInfo = { namespace: "kube-public", name: "cluster-info" };
const prefix = "jws-kubeconfig-";

/**
 * Signs what everybody may read of the cluster, its address and authority, with every token that
 * may: who has a token knows by it that nobody else wrote that.
 */
export const bootstrapSigner = defineController({
  name: "bootstrap-signer-controller",
  for: ConfigMap,
  query: { namespace: clusterInfo.namespace, fieldSelector: `metadata.name=${clusterInfo.name}` },
  watches: [watch(Secret, () => [clusterInfo], tokenQuery)],

  async reconcile(map, ctx) {
    const content = map.data?.["kubeconfig"];
    if (content === undefined) return;
    const tokens = ctx
      .list(Secret)
      .map((secret) => signingToken(secret, ctx.now))
      .filter((token) => token !== undefined);
    const signatures = await Promise.all(tokens.map((token) => sign(content, token)));
    const data = withSignatures(map.data ?? {}, tokens, signatures);
    if (!deepEqual(data, map.data)) await ctx.update(ConfigMap, { ...map, data });
  },
});

/** Those of other tokens go. */
export function withSignatures(
  data: Readonly<Record<string, string>>,
  tokens: readonly BootstrapToken[],
  signatures: readonly string[],
): Record<string, string> {
  const rest = Object.entries(data).filter(([key]) => !key.startsWith(prefix));
  const signed = tokens.map(({ id }, index) => [`${prefix}${id}`, signatures[index] ?? ""]);
  return Object.fromEntries([...rest, ...signed]);
}

/** A JSON web signature without the content, which stands beside it. */
export async function sign(content: string, { id, secret }: BootstrapToken): Promise<string> {
  const signature = new CompactSign(utf8(content)).setProtectedHeader({ alg: "HS256", kid: id });
  const [header = "", , mac = ""] = (await signature.sign(utf8(secret))).split(".");
  return `${header}..${mac}`;
}
