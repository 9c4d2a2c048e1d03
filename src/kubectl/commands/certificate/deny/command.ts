import { decisionCommand } from "../decide.ts";

export default decisionCommand({
  decision: "Denied",
  usage: "deny (-f FILENAME | NAME)",
  description:
    "Deny a request for a certificate (CSR).\n\nThe controller of the request's signer then issues none.",
  examples: [
    { about: "Deny the request csr-sqgzp", command: "kubectl certificate deny csr-sqgzp" },
  ],
});
