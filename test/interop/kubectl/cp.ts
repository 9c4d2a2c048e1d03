import { streamFixture } from "./logs.ts";
import type { ParityScript } from "./parity.ts";

const pods = `apiVersion: v1
kind: Pod
metadata: {name: web}
spec: {containers: [{name: a, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: two}
spec: {containers: [{name: a, image: nginx}, {name: b, image: nginx}]}
`;
const long = "a-long-name-".repeat(12);
const show = (path: string) => `create cm seen --from-file=${path} --dry-run=client -o yaml`;

export const copyScripts: readonly ParityScript[] = [
  {
    ...streamFixture,
    name: "files to containers and from them",
    files: {
      "w.yaml": pods,
      "hello.txt": "hello\n",
      "empty.txt": "",
      "big.txt": "0123456789abcdef".repeat(40_000),
      "dir/one": "1",
      "dir/sub/two": "22",
      [`dir/${long}`]: "long",
    },
    steps: [
      "apply -f w.yaml",
      { settle: "wait --for=condition=Ready pod web two --timeout=1s" },
      "cp",
      "cp hello.txt",
      "cp hello.txt a b",
      "cp hello.txt other.txt",
      "cp web:/a two:/b",
      "cp :a b",
      "cp a :b",
      "cp a/b/c:d e",
      "cp web: here",
      "cp hello.txt web:",
      "cp missing.txt web:there",
      "cp hello.txt nope:there",
      "cp nope:there here",
      "cp hello.txt other/web:there",
      "exec web -- sh -c 'mkdir -p in out; echo made > out/made; mkdir out/deep; echo x > out/deep/x; ln -s made out/link; mkdir -m 700 out/private'",
      "cp hello.txt web:in/renamed.txt",
      "cp hello.txt web:in",
      "cp hello.txt web:in/",
      "cp empty.txt web:in",
      "cp big.txt web:in",
      "cp dir web:in",
      "cp dir/ web:in/again",
      "cp dir web:in/third/",
      "cp dir/. web:in/fourth",
      "cp hello.txt default/web:in/five",
      "cp hello.txt two:in/six",
      "cp hello.txt two:in/seven -c b",
      "cp hello.txt web:in/eight -c z",
      "cp hello.txt web:in/nine --no-preserve",
      "cp hello.txt web:no/such/place",
      { run: "exec web -- find in -type f -size -1000k -exec cksum {} +", unordered: true },
      { run: "exec web -- find in -printf '%y %m %p\\n'", unordered: true },
      "cp web:out/made got",
      show("got"),
      "cp web:out/made ./new/deep/got",
      show("new/deep/got"),
      "cp web:out dir2",
      show("dir2"),
      show("dir2/deep"),
      "cp web:out/ dir3 -c a",
      show("dir3"),
      "cp web:./out dir4",
      show("dir4"),
      "cp web:in big",
      show("big/third"),
      "cp default/web:out/deep/x got2",
      show("got2"),
      "cp two:out/deep/x got3",
      "cp two:out/deep/x got4 -c b --retries=2",
      show("got4"),
      "cp web:out/made got5 -c z",
      "cp web:out/made hello.txt",
      show("hello.txt"),
      "cp hello.txt web:in --as=jim",
      "cp web:out/made got6 --as=jim",
      "cp hello.txt web:in --foo",
      "cp hello.txt web:in --retries=x",
    ],
  },
];
