import { defineCommand } from "../../command.ts";
import { CommandError } from "../../errors.ts";

const defaults = {
  port: 8001,
  acceptHosts: "^localhost$,^127\\.0\\.0\\.1$,^\\[::1\\]$",
  acceptPaths: "^.*",
  rejectPaths: "^/api/.*/pods/.*/exec,^/api/.*/pods/.*/attach",
  rejectMethods: "^$",
};

export default defineCommand({
  usage: "proxy [--port=PORT] [--www=static-dir] [--www-prefix=prefix] [--api-prefix=prefix]",
  description:
    "Serve the API to programs of this machine, and files beside it if they are wanted. What they " +
    "ask for is sent on to the API server as whoever runs this, except for paths that are refused.",
  examples: [
    { about: "The whole API, and nothing else", command: "kubectl proxy --api-prefix=/" },
    {
      about:
        "A part of the API, and some files: 'curl localhost:8001/api/v1/pods' tells of the pods",
      command: "kubectl proxy --www=/my/files --www-prefix=/static/ --api-prefix=/api/",
    },
    {
      about: "The whole API at another root: 'curl localhost:8001/custom/api/v1/pods'",
      command: "kubectl proxy --api-prefix=/custom/",
    },
    {
      about: "At port 8011, with files of ./local/www/",
      command: "kubectl proxy --port=8011 --www=./local/www/",
    },
    { about: "At any free port, which is told", command: "kubectl proxy --port=0" },
    {
      about: "With a prefix: 'localhost:8001/k8s-api/v1/pods/'",
      command: "kubectl proxy --api-prefix=/k8s-api",
    },
  ],
  flags: {
    "accept-hosts": {
      type: "string",
      default: defaults.acceptHosts,
      usage: "Hosts that are answered: regular expressions, separated by commas.",
    },
    "accept-paths": {
      type: "string",
      default: defaults.acceptPaths,
      usage: "Paths that are answered: regular expressions, separated by commas.",
    },
    address: { type: "string", default: "127.0.0.1", usage: "The IP address to serve at." },
    "api-prefix": { type: "string", default: "/", usage: "Where the API begins." },
    "append-server-path": {
      type: "bool",
      usage: "If true, the path of the context's server goes before that of each request.",
    },
    "disable-filter": {
      type: "bool",
      usage:
        "If true, nothing is refused. Any page that a browser of this machine shows can use the " +
        "API then.",
    },
    keepalive: {
      type: "duration",
      default: 0,
      usage: "How often connections are kept alive. 0 leaves it to the system.",
    },
    port: {
      type: "int",
      short: "p",
      default: defaults.port,
      usage: "The port; 0 is any free one.",
    },
    "reject-methods": {
      type: "string",
      default: defaults.rejectMethods,
      usage: "Methods that are refused: regular expressions (such as 'POST,PUT,PATCH').",
    },
    "reject-paths": {
      type: "string",
      default: defaults.rejectPaths,
      usage: "Paths that are refused, whatever --accept-paths says: regular expressions.",
    },
    "unix-socket": { type: "string", short: "u", default: "", usage: "A Unix socket to serve at." },
    www: { type: "string", short: "w", default: "", usage: "A directory whose files are served." },
    "www-prefix": {
      type: "string",
      short: "P",
      default: "/static/",
      usage: "Where those files begin.",
    },
  },
  async run(kubectl, { values }) {
    const slashed = (prefix: string) => (prefix.endsWith("/") ? prefix : `${prefix}/`);
    const socketPath = values["unix-socket"];
    const disabled = values["disable-filter"];
    const { accepts } = await import("./filter.ts");
    const filter = disabled
      ? () => true
      : accepts({
          acceptPaths: values["accept-paths"],
          rejectPaths: values["reject-paths"],
          acceptHosts: values["accept-hosts"],
          rejectMethods: values["reject-methods"],
        });
    const path = new URL((await kubectl.access()).server).pathname;
    const appendServerPath = values["append-server-path"];
    if (!appendServerPath && path !== "/") {
      kubectl.tell(
        `Your kube context contains a server path ${path}, use --append-server-path to automatically append the path to each request`,
      );
    }
    if (disabled && socketPath === "") {
      kubectl.tell(
        "Request filter disabled, your proxy is vulnerable to XSRF attacks, please be cautious",
      );
    }
    if (values.port !== defaults.port && socketPath !== "") {
      throw new CommandError("cannot set --unix-socket and --port at the same time");
    }
    const connection = await kubectl.connection();
    if (!connection.serveProxy) throw new CommandError("this place has no ports to serve at");
    const server = await connection.serveProxy(
      {
        listen: socketPath ? { socketPath } : { address: values.address, port: values.port },
        apiPrefix: slashed(values["api-prefix"]),
        staticPrefix: slashed(values["www-prefix"]),
        staticDirectory: values.www,
        appendServerPath,
        keepAliveMs: values.keepalive,
        accepts: filter,
      },
      kubectl.signal,
    );
    kubectl.printLine(`Starting to serve on ${server.address}`);
    await server.closed;
    return 130;
  },
});
