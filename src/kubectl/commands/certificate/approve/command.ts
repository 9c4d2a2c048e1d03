import { decisionCommand } from "../decide.ts";

export default decisionCommand({
  decision: "Approved",
  usage: "approve (-f FILENAME | NAME)",
  description:
    "Approve a request for a certificate (CSR).\n\n" +
    "The controller of the request's signer then issues the certificate, with all that was asked " +
    "for.\n\n" +
    "SECURITY NOTICE: Whoever has the certificate may act as whom it names. Look at the request " +
    "before you approve it.",
  examples: [
    { about: "Approve the request csr-sqgzp", command: "kubectl certificate approve csr-sqgzp" },
  ],
});
