import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import type { ClientHttp2Session } from "node:http2";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Chance } from "./bodies.ts";

/** Where the server is, and who comes. */
export interface Target {
  readonly port: number;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** What a client does to a connection, and then leaves it to the server, or goes. */
export interface Nuisance {
  readonly name: string;
  run(target: Target, chance: Chance): Promise<Socket | ClientHttp2Session>;
}

const maps = "/api/v1/namespaces/default/configmaps";
const body = JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a" } });
const post = (headers: string) =>
  `POST ${maps} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n`;
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
const watch = `${maps}?watch=1&allowWatchBookmarks=true`;

/** Below TLS: no request ever begins. */
const onTcp: Readonly<Record<string, (chance: Chance) => Buffer | string>> = {
  "says nothing": () => "",
  "sends noise": (chance) => noise(chance, 1 + chance.below(4000)),
  "speaks plain HTTP": () => get("/version"),
  "begins a handshake": (chance) => clientHello.subarray(0, 1 + chance.below(clientHello.length)),
  "sends a record that is too long": () => Buffer.from([0x16, 0x03, 0x01, 0xff, 0xff, 0x01]),
};

/** In HTTP/1.1. Each is sent as it is. */
const onHttp1: Readonly<Record<string, (chance: Chance) => Buffer | string>> = {
  "says nothing after the handshake": () => "",
  "sends half a header": (chance) => get("/version").slice(0, 1 + chance.below(30)),
  "sends too many headers": () => `GET /version HTTP/1.1\r\n${"x-a: b\r\n".repeat(20_000)}`,
  "sends a header that is too long": () => `GET /version HTTP/1.1\r\nx: ${"a".repeat(100_000)}`,
  "asks for a path that is too long": () => get(`/${"a".repeat(100_000)}`),
  "sends noise after the handshake": (chance) => noise(chance, 1 + chance.below(4000)),
  "uses a method that is none": () => "NONSENSE /version HTTP/1.1\r\nHost: x\r\n\r\n",
  "uses CONNECT": () => "CONNECT example.com:80 HTTP/1.1\r\nHost: x\r\n\r\n",
  "asks for everything's options": () => "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
  "names another host": () => get("http://example.com/api/v1/namespaces"),
  "uses a version that is none": () => "GET /version HTTP/9.9\r\nHost: x\r\n\r\n",
  "breaks its chunks": () => `${post("Transfer-Encoding: chunked\r\n")}zz\r\n{}\r\n0\r\n\r\n`,
  "never ends its chunks": () => `${post("Transfer-Encoding: chunked\r\n")}5\r\n{"api`,
  "sends less than it said": () => `${post(`Content-Length: ${body.length}\r\n`)}{"api`,
  "sends more than it said": () => `${post("Content-Length: 2\r\n")}${body}${get("/version")}`,
  "says two lengths": () => `${post("Content-Length: 5\r\nContent-Length: 6\r\n")}${body}`,
  "says a length and chunks": () =>
    `${post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n")}0\r\n\r\n${get("/version")}`,
  "says a length that is none": () => post("Content-Length: -1\r\n"),
  "says a length that is too long": () => post(`Content-Length: ${"9".repeat(30)}\r\n`),
  "sends a header that is none": () => "GET /version HTTP/1.1\r\nHost: x\r\na\u0000b: c\r\n\r\n",
  "expects to be told to go on": () => post(`Expect: 100-continue\r\nContent-Length: 9\r\n`),
  "expects something else": () => post(`Expect: nonsense\r\nContent-Length: 0\r\n`),
  "asks many things at once": () => get(`${maps}?limit=1`).repeat(50),
  "asks many things and one that is none": () => `${get("/version").repeat(5)}nonsense\r\n\r\n`,
  "abandons a watch": () => get(watch),
  "asks for what follows a watch": () => get(watch) + get("/version"),
  "asks for an upgrade to nothing": () =>
    `GET ${maps} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\nxxx`,
  "asks for an upgrade, and sends noise": (chance) =>
    Buffer.concat([
      Buffer.from(
        "GET /api/v1/namespaces/default/pods/a/exec?command=x HTTP/1.1\r\nHost: x\r\n" +
          "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n",
      ),
      noise(chance, 500),
    ]),
};

const preface = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
const settings = frame(4, 0, 0, Buffer.alloc(0));

/** In HTTP/2, frame by frame. */
const onHttp2: Readonly<Record<string, (chance: Chance) => Buffer>> = {
  "never sends the preface": () => Buffer.alloc(0),
  "sends half a preface": (chance) => preface.subarray(0, chance.below(preface.length)),
  "sends a preface and no more": () => Buffer.concat([preface, settings]),
  "sends a preface and noise": (chance) => Buffer.concat([preface, settings, noise(chance, 500)]),
  "floods with settings": () =>
    Buffer.concat([preface, ...Array.from({ length: 2000 }, () => settings)]),
  "floods with pings": () =>
    Buffer.concat([
      preface,
      settings,
      ...Array.from({ length: 2000 }, () => frame(6, 0, 0, Buffer.alloc(8))),
    ]),
  "sends headers that are none": (chance) =>
    Buffer.concat([preface, settings, frame(1, 4, 1, noise(chance, 50))]),
  "never ends its headers": () =>
    Buffer.concat([
      preface,
      settings,
      frame(1, 0, 1, Buffer.from([0x82])),
      ...Array.from({ length: 200 }, () => frame(9, 0, 1, Buffer.alloc(100, 0x82))),
    ]),
  "sends data for no request": (chance) =>
    Buffer.concat([preface, settings, frame(0, 0, 7, noise(chance, 50))]),
  "sends frames of kinds that are none": (chance) =>
    Buffer.concat([
      preface,
      settings,
      ...Array.from({ length: 50 }, () =>
        frame(chance.below(256), chance.below(256), 1, noise(chance, 9)),
      ),
    ]),
  "sends a frame that is too long": () =>
    Buffer.concat([preface, settings, Buffer.from([0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1])]),
};

/** As a client of HTTP/2 that knows what it does. */
const asHttp2Client: Readonly<
  Record<string, (session: ClientHttp2Session, chance: Chance) => void>
> = {
  "abandons watches of HTTP/2"(session) {
    for (let count = 0; count < 5; count++) quiet(session.request({ ":path": watch })).resume();
  },
  "resets what it asks for"(session, chance) {
    for (let count = 0; count < 50; count++) {
      const stream = quiet(session.request({ ":path": `${maps}?limit=${count}` }));
      if (chance.below(4)) stream.close(constants.NGHTTP2_CANCEL);
    }
  },
  "sends half a body in HTTP/2"(session) {
    const headers = { ":method": "POST", ":path": maps, "content-type": "application/json" };
    quiet(session.request(headers, { endStream: false })).write('{"api');
  },
  "does not read its answers"(session) {
    for (let count = 0; count < 20; count++) quiet(session.request({ ":path": "/openapi/v2" }));
  },
  "asks for more at once than it may"(session) {
    for (let count = 0; count < 400; count++) quiet(session.request({ ":path": maps })).resume();
  },
};

export const nuisances: readonly Nuisance[] = [
  ...Object.entries(onTcp).map(([name, bytes]) => ({
    name,
    async run({ port }: Target, chance: Chance) {
      const socket = quiet(connectTcp(port, "127.0.0.1"));
      await once(socket, "connect");
      socket.write(bytes(chance));
      return socket;
    },
  })),
  ...Object.entries(onHttp1).map(([name, bytes]) => onTls(name, "http/1.1", bytes)),
  ...Object.entries(onHttp2).map(([name, bytes]) => onTls(name, "h2", bytes)),
  ...Object.entries(asHttp2Client).map(([name, act]) => ({
    name,
    async run({ port, ...trust }: Target, chance: Chance) {
      const session = connectHttp2(`https://localhost:${port}`, trust);
      session.on("error", () => undefined);
      await once(session, "connect");
      act(session, chance);
      return session;
    },
  })),
];

function onTls(
  name: string,
  protocol: string,
  bytes: (chance: Chance) => Buffer | string,
): Nuisance {
  return {
    name,
    async run({ port, ...trust }, chance) {
      const options = { ...trust, port, servername: "localhost", ALPNProtocols: [protocol] };
      const socket = quiet(connectTls(options));
      await once(socket, "secureConnect");
      const whole = Buffer.from(bytes(chance));
      // In pieces, so that what belongs together arrives apart.
      const at = chance.below(whole.length + 1);
      socket.write(whole.subarray(0, at));
      if (chance.once(2)) await new Promise((resolve) => setImmediate(resolve));
      socket.write(whole.subarray(at));
      return socket;
    },
  };
}

/** A first message of TLS 1.2 that could go on. */
const clientHello = Buffer.concat([
  Buffer.from([0x16, 0x03, 0x01, 0x00, 0x2f, 0x01, 0x00, 0x00, 0x2b, 0x03, 0x03]),
  Buffer.alloc(32, 7),
  Buffer.from([0x00, 0x00, 0x02, 0xc0, 0x2b, 0x01, 0x00, 0x00, 0x00]),
]);

function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

function noise(chance: Chance, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => chance.below(256)));
}

/** That the server ends it is what these connections are for. */
function quiet<T extends { on(event: "error", listener: () => void): unknown }>(stream: T): T {
  stream.on("error", () => undefined);
  return stream;
}
