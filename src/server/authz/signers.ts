import type { UserInfo } from "../pipeline/request.ts";
import type { Authorizer } from "./authorizer.ts";

/** What is done in the name of a signer of certificates. */
export type SignerVerb = "approve" | "sign" | "attest";

/** By the signer's name, or by `domain/*` for all signers of a domain. */
export async function maySign(
  authorizer: Authorizer,
  user: UserInfo,
  verb: SignerVerb,
  signerName: string,
): Promise<boolean> {
  const domain = signerName.split("/", 1)[0] ?? "";
  for (const name of [signerName, `${domain}/*`]) {
    const { decision } = await authorizer.authorize({
      user,
      verb,
      isResource: true,
      group: "certificates.k8s.io",
      version: "*",
      resource: "signers",
      subresource: "",
      namespace: "",
      name,
      path: "",
    });
    if (decision === "allow") return true;
  }
  return false;
}
