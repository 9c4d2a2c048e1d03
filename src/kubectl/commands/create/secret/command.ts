import { defineParent } from "../../../command.ts";

export default defineParent({
  usage: "secret (docker-registry | generic | tls)",
  description:
    "Create a secret of a kind that a subcommand names.\n\n" +
    "A docker-registry secret holds what opens an image registry.\n\n" +
    "A generic secret holds anything.\n\n" +
    "A tls secret holds a certificate and its key.",
});
