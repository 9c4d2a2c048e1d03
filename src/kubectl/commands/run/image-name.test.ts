import { test } from "node:test";
import assert from "node:assert/strict";
import { isImageName } from "./image-name.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

const names = [
  "nginx",
  "nginx:1.25",
  "library/nginx",
  "docker.io/library/nginx:latest",
  "localhost:5000/a/b_c/d--e.f:tag",
  "[2001:db8::1]:5000/x",
  `nginx@${digest}`,
  `registry.k8s.io/pause:3.10@${digest}`,
];

const others = ["", "UPPER", "a//b", "a:", ":tag", "a b", "a@sha256:1", "-a", "a/-b", "a:.tag"];

for (const name of names) test(`${name} is an image`, () => assert.equal(isImageName(name), true));
for (const name of others) {
  test(`${JSON.stringify(name)} is none`, () => assert.equal(isImageName(name), false));
}
