import { test } from "node:test";
import assert from "node:assert/strict";
import { identityHeaders, passedOnHeaders } from "./identity-headers.ts";

test("what proves who the client is stays here, and so does what is about one hop", () => {
  const headers = {
    accept: "application/json",
    authorization: "Bearer secret",
    connection: "keep-alive, X-Hop",
    "x-hop": "1",
    host: "here",
    "impersonate-user": "somebody",
    "impersonate-extra-scopes": "all",
    "transfer-encoding": "chunked",
    "x-remote-user": "somebody",
    "x-remote-extra-scopes": "all",
    "x-other": "kept",
  };
  assert.deepEqual(passedOnHeaders(headers), { accept: "application/json", "x-other": "kept" });
});

test("who asks is said in the front proxy's headers", () => {
  assert.deepEqual(identityHeaders({ name: "jane", groups: [] }), { "X-Remote-User": "jane" });
  const user = {
    name: "jane",
    uid: "7",
    groups: ["a", "b"],
    extra: { "example.com/scopes ü%": ["x", "y"], empty: [] },
  };
  assert.deepEqual(identityHeaders(user), {
    "X-Remote-User": "jane",
    "X-Remote-Uid": "7",
    "X-Remote-Group": ["a", "b"],
    "X-Remote-Extra-example.com%2Fscopes%20%C3%BC%25": ["x", "y"],
  });
});
