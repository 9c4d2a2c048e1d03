import assert from "node:assert/strict";
import { test } from "node:test";
import { text, utf8 } from "#base/bytes.ts";
import { MalformedResponseError, ResponseParser } from "./response-parser.ts";

interface Found {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>> | undefined;
  readonly body: string;
  /** Undefined where the response has no end. */
  readonly reusable: boolean | undefined;
  /** What `close` said, where the other side closed. */
  readonly whole?: boolean;
}

function parse(parts: readonly string[], { method = "GET", closed = false } = {}): Found {
  let head: Pick<Found, "status" | "headers"> = { status: undefined, headers: undefined };
  let body = "";
  let reusable: boolean | undefined;
  const parser = new ResponseParser(method, {
    head: (found) => (head = found),
    body: (bytes) => (body += text(bytes)),
    end: (again) => (reusable = again),
  });
  for (const part of parts) parser.push(utf8(part));
  const whole = closed ? { whole: parser.close() } : {};
  return { ...head, body, reusable, ...whole };
}

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const cases: readonly {
  readonly name: string;
  readonly text: string;
  readonly method?: string;
  readonly closed?: boolean;
  readonly want: Partial<Found>;
}[] = [
  {
    name: "a length",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: 1\r\nx-a:  2 \r\n\r\nhello",
    want: {
      status: 200,
      headers: { "content-length": "5", "x-a": "1, 2" },
      body: "hello",
      reusable: true,
    },
  },
  {
    name: "a length of nothing, no words after the code, lines without returns",
    text: "HTTP/1.1 404\nContent-Length: 0\n\n",
    want: { status: 404, body: "", reusable: true },
  },
  {
    name: "the same length twice",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
    want: { body: "ab", reusable: true },
  },
  {
    name: "chunks, with extensions and trailers",
    text: `${chunked}5;x=y\r\nhello\r\n001\r\n \r\n0\r\nDigest: x\r\n\r\n`,
    want: { body: "hello ", reusable: true },
  },
  {
    name: "chunks go before a length",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    want: { body: "a", reusable: true },
  },
  {
    name: "until the connection ends",
    text: "HTTP/1.0 200 OK\r\n\r\nall that comes",
    closed: true,
    want: { body: "all that comes", reusable: false, whole: true },
  },
  {
    name: "an old server that keeps the connection",
    text: "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na",
    want: { body: "a", reusable: true },
  },
  {
    name: "an old server that does not say so",
    text: "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na",
    want: { body: "a", reusable: false },
  },
  {
    name: "a connection that closes",
    text: "HTTP/1.1 200 OK\r\nConnection: foo, Close\r\nContent-Length: 1\r\n\r\na",
    want: { body: "a", reusable: false },
  },
  {
    name: "what comes before the answer",
    text: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 1\r\n\r\na",
    want: { status: 201, headers: { "content-length": "1" }, body: "a", reusable: true },
  },
  {
    name: "an answer to HEAD",
    method: "HEAD",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n",
    want: { status: 200, body: "", reusable: true },
  },
  {
    name: "no content",
    text: "HTTP/1.1 204 No Content\r\n\r\n",
    want: { status: 204, body: "", reusable: true },
  },
  {
    name: "a header in Korean",
    text: 'HTTP/1.1 200 OK\r\nWarning: 299 - "경고"\r\nContent-Length: 0\r\n\r\n',
    want: { headers: { warning: '299 - "경고"', "content-length": "0" } },
  },
  {
    name: "half a head",
    text: "HTTP/1.1 200 OK\r\nContent-Le",
    closed: true,
    want: { status: undefined, reusable: undefined, whole: false },
  },
  {
    name: "half a body",
    text: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel",
    closed: true,
    want: { status: 200, body: "hel", reusable: undefined, whole: false },
  },
  {
    name: "chunks without the last one",
    text: `${chunked}1\r\na\r\n`,
    closed: true,
    want: { body: "a", reusable: undefined, whole: false },
  },
];

for (const { name, text: whole, want, ...options } of cases) {
  test(`reads ${name}, wherever it is cut`, () => {
    const cuts = [[whole], [...whole]];
    for (let at = 1; at < whole.length; at++) cuts.push([whole.slice(0, at), whole.slice(at)]);
    for (const parts of cuts) {
      const found = parse(parts, options);
      for (const [key, value] of Object.entries(want)) {
        assert.deepEqual(found[key as keyof Found], value, `${key} of ${JSON.stringify(parts)}`);
      }
    }
  });
}

test("a character may be cut as well", () => {
  const bytes = utf8("HTTP/1.1 200 OK\r\nX: 경\r\nContent-Length: 3\r\n\r\n경");
  for (let at = 1; at < bytes.length; at++) {
    let value: string | undefined;
    const got: number[] = [];
    const parser = new ResponseParser("GET", {
      head: ({ headers }) => (value = headers.x),
      body: (part) => got.push(...part),
      end: () => {},
    });
    parser.push(bytes.slice(0, at));
    parser.push(bytes.slice(at));
    assert.equal(value, "경");
    assert.equal(text(new Uint8Array(got)), "경");
  }
});

test("what comes behind the end makes a connection useless", () => {
  const one = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na";
  assert.equal(parse([`${one}${one}`]).reusable, false);
  assert.equal(parse([`${chunked}0\r\n\r\nx`]).reusable, false);
});

const garbage: readonly (readonly [string, string])[] = [
  ["no HTTP at all\r\n", 'malformed HTTP response "no HTTP at all"'],
  ["HTTP/2.0 200 OK\r\n", 'malformed HTTP response "HTTP/2.0 200 OK"'],
  ["HTTP/1.1 20 OK\r\n", 'malformed HTTP response "HTTP/1.1 20 OK"'],
  ["HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "malformed MIME header line: no colon"],
  ["HTTP/1.1 200 OK\r\nA: 1\r\n folded\r\n\r\n", "malformed MIME header line:  folded"],
  ["HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", 'bad Content-Length "-1"'],
  [
    "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    'bad Content-Length "1, 2"',
  ],
  [`${chunked}xyz\r\n`, "invalid byte in chunk length"],
  [`${chunked}1\r\nab\r\n`, "malformed chunked encoding"],
  ["HTTP/1.1 101 Switching Protocols\r\n\r\n", "the server switched protocols"],
];

for (const [input, message] of garbage) {
  test(`refuses ${JSON.stringify(input)}`, () => {
    assert.throws(
      () => parse([input]),
      (error) => error instanceof MalformedResponseError && error.message.includes(message),
    );
  });
}

test("a head has an end", () => {
  const line = `X: ${"a".repeat(100_000)}\r\n`;
  assert.throws(
    () => parse(["HTTP/1.1 200 OK\r\n", ...Array.from({ length: 11 }, () => line)]),
    /server response headers exceeded 1048576 bytes/,
  );
});
