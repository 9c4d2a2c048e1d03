import { test } from "node:test";
import assert from "node:assert/strict";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { systemClock } from "#base/node/system-clock.ts";
import type { ClusterAccess } from "../config/cluster-access.ts";
import { connect as connectTo } from "./connect.ts";
import { isDirect, proxyOf } from "./proxy-dial.ts";

async function listening(server: Server) {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port };
}

/** Says who it was asked as. */
async function apiServer() {
  const server = createHttpServer((request, response) => {
    response.writeHead(request.headers.authorization === "Bearer second" ? 200 : 401);
    response.end(JSON.stringify(request.rawHeaders));
  });
  return { ...(await listening(server)), close: () => server.close().closeAllConnections() };
}

/** A SOCKS5 proxy for one password, or an HTTP one, by what the client says first. */
async function proxyServer(seen: string[]) {
  const server = createServer((socket) => {
    socket.once("data", (first) => {
      if (first[0] === 5) serveSocks(socket, seen);
      else {
        const [, authority = "", credentials = ""] =
          /^CONNECT (\S+)[\s\S]*?(?:proxy-authorization: (.*)\r\n[\s\S]*)?$/i.exec(
            first.toString(),
          ) ?? [];
        seen.push(`CONNECT ${authority} ${credentials}`.trim());
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        join(socket, Number(authority.split(":")[1]));
      }
    });
  });
  return { ...(await listening(server)), close: () => server.close() };
}

function serveSocks(socket: Socket, seen: string[]) {
  socket.write(Buffer.of(5, 2));
  socket.once("data", (login: Buffer) => {
    seen.push(`login ${login.subarray(1).toString("latin1")}`);
    socket.write(Buffer.of(1, 0));
    socket.once("data", (asked: Buffer) => {
      const port = asked.readUInt16BE(asked.length - 2);
      seen.push(`socks ${asked.subarray(4, 8).join(".")}`);
      socket.write(Buffer.of(5, 0, 0, 1, 0, 0, 0, 0, 0, 0));
      join(socket, port);
    });
  });
}

function join(left: Socket, port: number) {
  const right = connect(port, "127.0.0.1");
  left.pipe(right).pipe(left);
  right.on("error", () => left.destroy());
  left.on("error", () => right.destroy());
}

const host = (programs: object) => ({
  clock: systemClock(),
  environment: {},
  stdin: { isTerminal: false, chunks: () => assert.fail("nobody is asked") },
  stderr: { isTerminal: false, write: () => {} },
  programs: programs as never,
});
const base = { requestTimeoutMs: 0, namespace: "default", context: "c" };
const request = {
  method: "GET",
  path: "/version",
  query: new URLSearchParams(),
  headers: {},
  body: { kind: "none" },
} as const;

test("reaches the server by an HTTP proxy and by SOCKS5", async () => {
  const seen: string[] = [];
  const api = await apiServer();
  const proxy = await proxyServer(seen);
  for (const scheme of ["http", "socks5"]) {
    const access: ClusterAccess = {
      ...base,
      server: `http://127.0.0.1:${api.port}`,
      proxyUrl: `${scheme}://ann:pw@127.0.0.1:${proxy.port}`,
      bearerToken: "second",
      impersonate: { user: "jane", groups: ["a", "b"], extra: { "x/y": ["1", "2"] } },
    };
    const connection = await connectTo(access, host({}));
    const response = await connection.transport.send(request);
    assert.equal(response.status, 200);
    assert.ok(response.body.kind === "bytes");
    const headers = JSON.parse(new TextDecoder().decode(response.body.bytes)) as string[];
    const sent = headers.map((name, index) => `${name}=${headers[index + 1]}`);
    for (const line of ["group=a", "group=b", "extra-x%2Fy=1", "extra-x%2Fy=2", "user=jane"]) {
      assert.ok(sent.includes(`impersonate-${line}`), `${line} in ${sent.join(" ")}`);
    }
    connection.close();
  }
  assert.deepEqual(seen, [
    `CONNECT 127.0.0.1:${api.port} Basic ${btoa("ann:pw")}`,
    "login \u0003ann\u0002pw",
    "socks 127.0.0.1",
  ]);
  proxy.close();
  api.close();
});

test("a credential that is refused is asked for once again, and kept until it expires", async () => {
  const api = await apiServer();
  const tokens = ["first", "second"];
  const programs = {
    find: (name: string) => Promise.resolve(name),
    run: () =>
      Promise.resolve({
        exitCode: 0,
        stdout: JSON.stringify({
          apiVersion: "client.authentication.k8s.io/v1",
          status: { token: tokens.shift(), expirationTimestamp: "2999-01-01T00:00:00Z" },
        }),
        stderr: "",
      }),
  };
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "give" };
  const access = { ...base, server: `http://127.0.0.1:${api.port}`, exec };
  const connection = await connectTo(access, host(programs));
  for (let count = 0; count < 3; count++) {
    assert.equal((await connection.transport.send(request)).status, 200);
  }
  connection.close();
  api.close();
});

test("the environment's proxies are for other machines", () => {
  const environment = {
    HTTPS_PROXY: "proxy:3128",
    NO_PROXY: "10.0.0.0/8,.corp,host:7,*.wild,1.2.3.4",
  };
  const of = (url: string) => proxyOf(new URL(url), undefined, environment)?.host;
  assert.equal(of("https://example.com"), "proxy:3128");
  for (const url of [
    "https://localhost:1",
    "https://127.0.0.1",
    "https://[::1]:6443",
    "https://10.1.2.3",
    "https://a.corp",
    "https://host:7",
    "https://x.host:7",
    "https://a.wild",
    "https://1.2.3.4",
    "http://example.com",
  ]) {
    assert.equal(of(url), undefined, url);
  }
  for (const url of ["https://corp", "https://host:8", "https://11.0.0.1"]) {
    assert.equal(of(url), "proxy:3128", url);
  }
  assert.ok(isDirect(new URL("https://x"), "*"));
  assert.throws(() => proxyOf(new URL("https://x"), "ftp://y", {}), /unsupported scheme "ftp"/);
});
